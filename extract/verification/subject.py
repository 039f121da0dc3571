"""What is verified: one scenario's load, and the places where its numbers are."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from pydantic import ValidationError

from extract.archive import Archive, History, Manifest
from extract.records import names
from extract.records.receipts import ExtractRecord
from extract.settings import Settings
from extract.verification.results import ALL, TIER, load_of
from extract.warehouse.load import connection


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
        """The receipt of the extraction that the load comes from, whatever else has come into the archive since.

        Raises:
            CannotCheckError: no snapshot of the archive has it.
        """
        if self.load_id is None:
            raise CannotCheckError("no model run is loaded")
        seen: set[str] = set()
        for number in reversed(self._history.numbers()):
            entry = self._history.snapshot(number).by_path.get(self._path(names.extract_record_key(self.scenario_id)))
            if entry is None or entry.sha256 in seen:
                continue
            seen.add(entry.sha256)
            record = _readable(self.archive.get_text(names.object_key(entry.sha256)))
            if record is not None and record.receipt_id == self.load_id:
                return record
        raise CannotCheckError(
            f"no snapshot of {self.scenario_id} in the archive {self.archive.store.address} has the receipt of "
            f"{self.load_id}, which the database has"
        )

    def zip_file(self) -> Path:
        """The ZIP that the load was extracted from, on this machine.

        Raises:
            CannotCheckError: it is not in the archive.
        """
        return self._file(self.record.zip_key, self.record.zip_sha256)

    def csv_file(self, kind: str) -> Path:
        """The public CSV file of the load's DV output or SV input, on this machine.

        Raises:
            CannotCheckError: it is not in the archive.
        """
        outputs = {"dv": self.record.files.get("dv_csv"), "sv": self.record.files.get("sv_csv")}
        output = outputs[kind]
        if output is None:
            raise CannotCheckError(f"the receipt {self.record.receipt_id} names no CSV file of the {kind.upper()} file")
        return self._file(output.key, output.sha256)

    @cached_property
    def _history(self) -> History:
        return History(self.archive, self.scenario_id)

    @cached_property
    def _newest(self) -> Manifest | None:
        return self._history.newest()

    def _path(self, key: str) -> str:
        return key.removeprefix(names.scenario_prefix(self.scenario_id))

    def _file(self, key: str, sha256: str) -> Path:
        """A file of the load: under its well-known key while readers find it there, else under its hash."""
        shown = self._newest.by_path.get(self._path(key)) if self._newest else None
        place = key if shown and shown.sha256 == sha256 else names.object_key(sha256)
        if not self.archive.exists(place):
            raise CannotCheckError(f"{self.archive.uri(place)} is not in the archive")
        return self.archive.local_copy(place)


def _readable(text: str | None) -> ExtractRecord | None:
    """A receipt; none if it is not there, damaged, or of another version."""
    try:
        return ExtractRecord.model_validate_json(text or "")
    except ValidationError:
        return None
