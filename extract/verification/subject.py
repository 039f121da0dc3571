"""What is verified: one scenario's load, and the places where its numbers are."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from extract.archive import Archive
from extract.extraction import finished
from extract.load import connection
from extract.receipts import ExtractRecord
from extract.settings import Settings
from extract.verification.results import ALL, TIER, load_of


class CannotCheckError(Exception):
    """Something that a verifier needs is not there; the text says what, and the check is `not_checked`."""


@dataclass(frozen=True)
class Subject:
    """The load that is verified.

    Attributes:
        load_id: the receipt of the load in the database; none if no model run of the scenario is loaded.
        tier_load_id: the version of its tier results; none if there are none.
        api_address: a running API to ask; without it the application is started within this process.
    """

    url: str
    settings: Settings
    scenario_id: str
    load_id: str | None
    tier_load_id: str | None
    api_address: str | None = None

    @classmethod
    def of(cls, url: str, settings: Settings, scenario_id: str, api_address: str | None = None) -> Subject:
        """What is loaded of a scenario now."""
        with connection(url) as link:
            load_id, tier_load_id = (load_of(link, scenario_id, family) for family in (ALL, TIER))
        return cls(url, settings, scenario_id, load_id, tier_load_id, api_address)

    def load(self, family: str) -> str | None:
        """The load that a family's numbers come from."""
        return self.tier_load_id if family == TIER else self.load_id

    @cached_property
    def archive(self) -> Archive:
        """The archive."""
        return Archive.of(self.settings)

    @cached_property
    def record(self) -> ExtractRecord:
        """The receipt of the extraction that the load comes from.

        Raises:
            CannotCheckError: the archive has none, or that of another load.
        """
        record = finished(self.archive, self.scenario_id)
        if record is None:
            raise CannotCheckError(f"the archive {self.archive.store.address} has no CSV files of {self.scenario_id}")
        if record.receipt_id != self.load_id:
            raise CannotCheckError(
                f"the archive has the CSV files of {record.receipt_id}, the database has {self.load_id or 'no load'}"
            )
        return record

    def local(self, key: str) -> Path:
        """A file of the archive on this machine.

        Raises:
            CannotCheckError: it is not in the archive.
        """
        if not self.archive.exists(key):
            raise CannotCheckError(f"{self.archive.uri(key)} is not in the archive")
        return self.archive.local_copy(key)
