"""Whether a model run is the scenario's: names, contents, period and variables; and nothing synthetic passes for real.

A doubt refuses the run, unless somebody takes it on with `--accept-identity REASON`. Names and contents are looked at
when the run is to be let into the archive, the series when they are read, before anything is loaded.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import PurePosixPath
from typing import Any

import numpy as np
from pydantic import ValidationError

from extract.archive import Archive, History
from extract.dss import MonthlySeries
from extract.errors import DataRefusedError
from extract.intake.classification import APPLE_DOUBLE, Members
from extract.intake.overrides import stated
from extract.intake.zip_file import ModelRunZip
from extract.records import calendar, names
from extract.records.ingest_record import IdentityAcceptance, IdentityDoubt, IngestRecord, RunKind
from extract.records.operator import operator
from extract.records.receipts import ExtractRecord, Refusal
from extract.settings import PROJECT, Settings

MARK = "synthetic.json"
"""Name of the member by which a ZIP of the generator says that it is synthetic."""
SYNTHETIC_PART_F = "SYNTHETIC"
"""Part F of the generator's series begins with it, so that the mark is not lost with the ZIP."""
LARGEST_MARK = 1 << 16
CODES = frozenset(
    (
        "OTHER_SCENARIO_NAMED",
        "SAME_CONTENT",
        "SYNTHETIC_AS_REGISTERED",
        "PERIOD_DIFFERS",
        "PERIOD_TOO_SHORT",
        "TOO_FEW_VARIABLES",
    )
)
"""Every code of a doubt."""
OPTION = "--accept-identity"


class IdentityError(DataRefusedError):
    """The run may not be the scenario's.

    Args:
        scenario_id: whose it is said to be.
        zip_name: the run.
        doubts: at least one; the first one's code is the error's.
    """

    def __init__(self, scenario_id: str, zip_name: str, doubts: Sequence[IdentityDoubt]) -> None:
        super().__init__(
            f"{zip_name} may not be the run of {scenario_id}: {'; '.join(doubt.message for doubt in doubts)}",
            f"give the run under its own scenario id; or, if it is that of {scenario_id}, say why with "
            f'{OPTION} "REASON": the reason is recorded with your name',
        )
        self.code = doubts[0].code


@dataclass(frozen=True)
class Expectation:
    """What a registered scenario's run has to hold.

    Attributes:
        min_mapped_share: least share of the variables of `variable_map`, in each file.
        min_months: least number of months with a value in the DV output.
    """

    min_mapped_share: float
    min_months: int

    @classmethod
    def of(cls, settings: Settings) -> Expectation:
        """As the settings say."""
        return cls(settings.min_mapped_share, settings.min_months)


@lru_cache(maxsize=1)
def registered() -> frozenset[str]:
    """The scenario ids of the registry, which is the seed `scenario`."""
    (seed,) = (PROJECT / "seeds").rglob("scenario.csv")
    with seed.open(encoding="utf-8", newline="") as file:
        return frozenset(row["scenario_id"] for row in csv.DictReader(file))


def mark_of(zip_file: ModelRunZip) -> dict[str, Any] | None:
    """What the mark of a synthetic run says; nothing if there is none, empty if it cannot be read.

    Raises:
        BadZipError, UnsafeZipError: the member is damaged.
    """
    marks = [member for member in zip_file.members if _base_name(member.path) == MARK]
    if not marks:
        return None
    text = b"".join(zip_file.pieces(marks[0].path)) if marks[0].size_bytes <= LARGEST_MARK else b""
    try:
        said = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return said if isinstance(said, dict) else {}


def kind_of(generator: dict[str, Any] | None, files: Iterable[MonthlySeries] = ()) -> RunKind:
    """Whether a run is synthetic, by its mark or by part F of its series."""
    marked = generator is not None or any(
        parts.f.upper().startswith(SYNTHETIC_PART_F) for series in files for parts in series.parts
    )
    return "synthetic" if marked else "model_run"


def doubts_of_kind(scenario_id: str, kind: RunKind) -> list[IdentityDoubt]:
    """A synthetic run is nobody's: least of all a registered scenario's."""
    if kind != "synthetic" or scenario_id not in registered():
        return []
    return [_doubt("SYNTHETIC_AS_REGISTERED", f"it is synthetic, and {scenario_id} is a registered scenario")]


def doubts_of_names(scenario_id: str, zip_name: str, members: Members, paths: Iterable[str]) -> list[IdentityDoubt]:
    """Names that carry another scenario's id: of the ZIP, on the way to the DV or SV file, or all over the ZIP.

    Args:
        scenario_id: whose run it is said to be.
        zip_name: base name of the ZIP.
        members: the DV output and the SV input.
        paths: of all files in the ZIP. One that is not read may name other scenarios, as long as one names this.
    """
    found = []
    for what, name in (("ZIP", zip_name), ("DV file", members.dv), ("SV file", members.sv or "")):
        if others := names.scenario_ids_in(name) - {scenario_id}:
            found.append(_doubt("OTHER_SCENARIO_NAMED", f"the name of its {what}, {name}, has {_listed(others)}"))
    everywhere = set().union(*(names.scenario_ids_in(path) for path in (zip_name, *paths)))
    if not found and everywhere and scenario_id not in everywhere:
        found.append(_doubt("OTHER_SCENARIO_NAMED", f"names in it have {_listed(everywhere)}, and none {scenario_id}"))
    return found


def doubts_of_content(archive: Archive, scenario_id: str, zip_sha256: str, dv_sha256: str) -> list[IdentityDoubt]:
    """Other scenarios of the archive whose present run has the same bytes.

    A run that was refused when its series were read is still in the archive under the wrong id: its content is free
    for the scenario that it belongs to. What the scenario itself has already may be delivered to it again.

    Raises:
        RetryableError: the archive cannot be reached.
    """
    own = _ingest_record(archive, scenario_id)
    if own is not None and own.dv_sha256 == dv_sha256:
        return []
    found = []
    there = set(names.scenarios_in(info.path for info in archive.store.files("snapshots/")))
    for other in sorted(there - {scenario_id}):
        newest = History(archive, other).newest()
        zips = {entry.sha256 for entry in newest.files if entry.path.startswith("run/")} if newest else set()
        record = _ingest_record(archive, other)
        if record is not None and _was_refused(archive, other, record):
            continue
        if zip_sha256 in zips:
            found.append(_doubt("SAME_CONTENT", f"the ZIP is that of {other}, byte for byte"))
        elif record is not None and record.dv_sha256 == dv_sha256:
            found.append(_doubt("SAME_CONTENT", f"its DV file is that of {other}, byte for byte"))
    return found


def doubts_of_series(
    scenario_id: str,
    files: Mapping[str, MonthlySeries],
    known: Iterable[tuple[str, str, str]],
    expected: Expectation,
    ingest: IngestRecord | None = None,
) -> list[IdentityDoubt]:
    """What the series say: ids in parts A and F, the period, and how many variables of the warehouse there are.

    An id that is not in the registry promises no whole run: for it only names and a declared period count.

    Args:
        scenario_id: whose run it is said to be.
        files: the series by DSS kind, `dv` and perhaps `sv`.
        known: (DSS kind, B part, C part) of the variables of the warehouse, in capitals.
        expected: what a registered scenario's run has to hold.
        ingest: the receipt with the months that a sheet declares.
    """
    found, variables = [], tuple(known)
    for kind, series in files.items():
        labels = {label for parts in series.parts for label in (parts.a, parts.f)}
        others = set().union(*map(names.scenario_ids_in, labels)) - {scenario_id}
        if others:
            found.append(
                _doubt("OTHER_SCENARIO_NAMED", f"part A or F of its {kind.upper()} file has {_listed(others)}")
            )
    present = np.flatnonzero(np.isfinite(files["dv"].values).any(axis=0)).tolist()
    if present:
        declared = (ingest.declared_first_month, ingest.declared_last_month) if ingest else (None, None)
        ends = tuple("{:04d}-{:02d}".format(*calendar.month_at(month)) for month in (present[0], present[-1]))
        if any(wanted and wanted != end for wanted, end in zip(declared, ends, strict=True)):
            wanted = " to ".join(month or "any" for month in declared)
            found.append(_doubt("PERIOD_DIFFERS", f"it covers {' to '.join(ends)}, declared is {wanted}"))
    if scenario_id not in registered():
        return found
    if len(present) < expected.min_months:
        least = f"a registered scenario has at least {expected.min_months}"
        found.append(_doubt("PERIOD_TOO_SHORT", f"{len(present)} months have values, {least}"))
    for kind, series in files.items():
        of_kind = {(b, c) for each, b, c in variables if each == kind}
        wanted_b = {b for b, _ in of_kind}
        with_data = np.isfinite(series.values).any(axis=1)
        found_b = {
            parts.b.upper()
            for parts, any_value in zip(series.parts, with_data, strict=True)
            if any_value and (parts.b.upper(), parts.c.upper()) in of_kind
        }
        if len(found_b) < expected.min_mapped_share * len(wanted_b):
            share = f"{len(found_b)} of the {len(wanted_b)} variables of the warehouse"
            least = f"a registered scenario's has at least {expected.min_mapped_share:.0%}"
            found.append(_doubt("TOO_FEW_VARIABLES", f"its {kind.upper()} file has {share}, {least}"))
    return found


def recorded(archive: Archive, scenario_id: str, zip_sha256: str) -> IdentityAcceptance | None:
    """The decision on this very run, if there is one."""
    try:
        text = archive.get_text(names.identity_acceptance_key(scenario_id))
        found = IdentityAcceptance.model_validate_json(text or "")
    except ValidationError:
        return None
    return found if (found.scenario_id, found.zip_sha256) == (scenario_id, zip_sha256) else None


def decided(
    archive: Archive, scenario_id: str, run: tuple[str, str], doubts: Sequence[IdentityDoubt], reason: str | None
) -> IdentityAcceptance | None:
    """The decision that covers the doubts: an earlier one, or a new one, which the caller puts into the archive.

    Args:
        archive: where an earlier decision is.
        scenario_id: whose run it is said to be.
        run: name and hash of its ZIP.
        doubts: all that were found; without any there is nothing to decide.
        reason: why it is the scenario's all the same.

    Raises:
        IdentityError: a doubt is covered by nothing.
        UsageError: the reason is blank.
    """
    before = recorded(archive, scenario_id, run[1])
    known = before.doubts if before else ()
    new = [doubt for doubt in doubts if doubt not in known]
    if not new:
        return before
    if reason is None:
        raise IdentityError(scenario_id, run[0], new)
    return IdentityAcceptance(
        scenario_id=scenario_id,
        zip_sha256=run[1],
        doubts=(*known, *new),
        reason=stated(reason, OPTION),
        operator=operator(),
        decided_at=datetime.now(UTC),
    )


def told(decision: IdentityAcceptance | None) -> tuple[str, str | None]:
    """A decision in words for the report of a stage, and its reason for the history; neither if there is none."""
    if decision is None:
        return "", None
    return f"; identity accepted by {decision.operator}: {decision.reason}", decision.reason


def _ingest_record(archive: Archive, scenario_id: str) -> IngestRecord | None:
    text = archive.get_text(names.ingest_record_key(scenario_id))
    try:
        return IngestRecord.model_validate_json(text) if text else None
    except ValidationError:
        return None


def _was_refused(archive: Archive, scenario_id: str, run: IngestRecord) -> bool:
    """Whether a doubt refused the run at its extraction, and nobody has taken it on since."""
    text = archive.get_text(names.rejected_key(run.zip_basename, run.zip_sha256))
    try:
        refusal = Refusal.model_validate_json(text or "")
    except ValidationError:
        return False
    if (refusal.scenario_id, refusal.zip_sha256) != (scenario_id, run.zip_sha256) or refusal.reason_code not in CODES:
        return False
    try:
        extracted = ExtractRecord.model_validate_json(archive.get_text(names.extract_record_key(scenario_id)) or "")
    except ValidationError:
        return True
    return extracted.zip_sha256 != run.zip_sha256


def _base_name(path: str) -> str:
    name = PurePosixPath(path.replace("\\", "/")).name.lower()
    return "" if name.startswith(APPLE_DOUBLE) else name


def _listed(ids: Iterable[str]) -> str:
    return "the id " + " and ".join(sorted(ids))


def _doubt(code: str, message: str) -> IdentityDoubt:
    return IdentityDoubt(code=code, message=message)
