"""From the ZIP of a model run to its CSV files and receipt."""

from __future__ import annotations

import csv
import shutil
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal

import numpy as np
import numpy.typing as npt
from pydantic import ValidationError

from extract.archive import Archive, Given, History
from extract.archive.history import EXTRACTED
from extract.convert.csv_files import Provenance, write_load, write_wide
from extract.convert.series_checks import check_series
from extract.convert.trend import compare
from extract.dss import MonthlySeries, read_monthly
from extract.dss.flags import INFINITE_VALUE
from extract.errors import CoeqwalError, CorruptDssError, DataRefusedError, MissingExtraError, NoKnownVariableError
from extract.intake import identity
from extract.intake.classification import Members, choose_members
from extract.intake.promote import HashDiffersError, leave_refusal
from extract.intake.zip_file import ModelRunZip
from extract.records import calendar, names
from extract.records.calendar import month_start
from extract.records.ingest_record import IdentityAcceptance, IdentityDoubt, IngestRecord, RunKind
from extract.records.receipts import (
    SAMPLE_B_PARTS,
    CsvKeys,
    CsvOutput,
    DetailedReports,
    DetectedFiles,
    DssFile,
    ExtractRecord,
    SampleBParts,
    StatusSummary,
    UnitVerification,
    Validation,
)
from extract.settings import PROJECT, Settings
from extract.storage.folder import translated
from extract.storage.hashing import file_sha256

MISMATCHES = "mismatches.csv"
RESULT: dict[str, Literal["passed", "failed", "inconclusive"]] = {
    "PASSED": "passed", "FAILED": "failed", "INCONCLUSIVE": "inconclusive",
}  # fmt: skip


@dataclass(frozen=True)
class Request:
    """What to extract.

    Attributes:
        scenario_id: the scenario that the run belongs to.
        zip_path: the ZIP.
        trend_path: the trend report's reference CSV, if there is one.
        ingest: the run's receipt of the archive, which says which DSS files to read.
        accept_identity: why it is the scenario's run although its series raise doubts.
    """

    scenario_id: str
    zip_path: Path
    trend_path: Path | None = None
    ingest: IngestRecord | None = None
    accept_identity: str | None = None


@lru_cache(maxsize=1)
def known_variables() -> frozenset[tuple[str, str, str]]:
    """(DSS kind, B part, C part) of every name that the seed `variable_map` knows a variable by, in capitals."""
    (seed,) = (PROJECT / "seeds").rglob("variable_map.csv")
    with seed.open(encoding="utf-8", newline="") as file:
        return frozenset(
            (row["dss_kind"], part_b.upper(), part_c.upper())
            for row in csv.DictReader(file)
            for part_b in (row["part_b"], row["part_b_fallback"])
            for part_c in (row["part_c"], row["part_c_fallback"])
            if part_b and part_c
        )


def extract(request: Request, archive: Archive, work_dir: Path) -> ExtractRecord:
    """Read the DSS files of a run, write the CSV files and the receipt to the archive.

    All are shown in one step, the receipt last: where it is, everything it names is there too. Extracting the same
    ZIP again finds its receipt and does nothing.

    Args:
        request: scenario, ZIP and trend report.
        archive: where the products go.
        work_dir: folder of its own for temporary files; removed at the end.

    Raises:
        DataRefusedError: the input is no good; a receipt is left under `rejected/` and nothing else changes.
        RetryableError: disk or archive failed; nothing else changes.
    """
    zip_sha = ""
    try:
        zip_file = ModelRunZip(request.zip_path)
        zip_sha = file_sha256(request.zip_path)
        if request.ingest and request.ingest.zip_sha256 != zip_sha:
            raise HashDiffersError(f"{request.zip_path}: it was changed after it was promoted", "run it again")
        if request.trend_path and not request.trend_path.is_file():
            raise DataRefusedError(f"{request.trend_path}: there is no such file", "check the path given with --trend")
        trend_sha = file_sha256(request.trend_path) if request.trend_path else None
        known = finished(archive, request.scenario_id)
        receipt_id = request.ingest.receipt_id if request.ingest else names.receipt_id(request.scenario_id, zip_sha)
        wanted = (receipt_id, request.zip_path.name, trend_sha)
        found = (known.receipt_id, known.zip_name, known.validation.reference_sha256) if known else ()
        if known and known.kind and found == wanted:
            return known
        shutil.rmtree(work_dir, ignore_errors=True)  # of a process that was killed
        work_dir.mkdir(parents=True)
        try:
            return _Extraction(request, archive, work_dir, zip_file, zip_sha, receipt_id).run()
        finally:
            shutil.rmtree(work_dir, ignore_errors=True)
    except OSError as error:
        raise translated(error, str(error.filename or work_dir)) from error
    except CoeqwalError as error:
        if not error.retryable and not isinstance(error, MissingExtraError):
            leave_refusal(archive, request.scenario_id, request.zip_path.name, zip_sha, error)
        raise


def finished(archive: Archive, scenario_id: str) -> ExtractRecord | None:
    """The receipt of the scenario's last extraction, if it is of this version and its files are there."""
    text = archive.get_text(names.extract_record_key(scenario_id))
    if text is None:
        return None
    try:
        record = ExtractRecord.model_validate_json(text)
    except ValidationError:  # damaged, or of another version
        return None
    found = record.dss_files_detected
    declared = () if record.decided_by == "classification" else (found.dv, found.sv)
    if record.receipt_id != names.receipt_id(scenario_id, record.zip_sha256, declared):
        return None
    return record if all(archive.exists(output.key) for output in record.files.values()) else None


def is_of(record: ExtractRecord, ingest: IngestRecord) -> bool:
    """Whether an extraction is of the run, and the trend report, that are in the archive."""
    found = record.dss_files_detected
    return (record.zip_sha256, record.zip_name, record.validation.reference_sha256, found.dv, found.sv) == (
        ingest.zip_sha256,
        ingest.zip_basename,
        ingest.trend_csv_sha256,
        ingest.expected_dv_path_in_zip,
        ingest.expected_sv_path_in_zip,
    )


class _Extraction:
    """One extraction with its temporary folder."""

    def __init__(
        self,
        request: Request,
        archive: Archive,
        folder: Path,
        zip_file: ModelRunZip,
        zip_sha: str,
        receipt_id: str,
    ) -> None:
        self.request = request
        self.archive = archive
        self.folder = folder
        self.zip_file = zip_file
        self.zip_sha = zip_sha
        self.receipt_id = receipt_id
        self.acceptance: IdentityAcceptance | None = None

    def run(self) -> ExtractRecord:
        scenario_id, zip_name = self.request.scenario_id, self.request.zip_path.name
        members = self._members(zip_name)
        dv, dv_file, dv_source = self._read("dv", members.dv)
        variables = self._count_known(dv)
        products = {names.wide_csv_key(scenario_id, "dv"): self._wide("dv", dv)}
        sources, sv, sv_file = [(dv, dv_source)], None, None
        if members.sv is not None:
            sv, sv_file, sv_source = self._read("sv", members.sv)
            products[names.wide_csv_key(scenario_id, "sv")] = self._wide("sv", sv)
            sources.append((sv, sv_source))
        kind, doubts = self._identify({"dv": dv, "sv": sv} if sv else {"dv": dv})
        load_csv = self.folder / "load.csv"
        products[names.load_csv_key(scenario_id)] = (load_csv, write_load(load_csv, sources))
        validation = self._validate(products[names.wide_csv_key(scenario_id, "dv")][0])
        files = {
            kind: CsvOutput(key=key, sha256=file_sha256(path), size_bytes=path.stat().st_size, rows=rows)
            for (key, (path, rows)), kind in zip(products.items(), _output_kinds(len(products)), strict=True)
        }
        dv_csv, sv_csv = files["dv_csv"].key, files["sv_csv"].key if "sv_csv" in files else None
        present = np.flatnonzero(np.isfinite(dv.values).any(axis=0))
        record = ExtractRecord(
            scenario_id=scenario_id,
            receipt_id=self.receipt_id,
            extract_version=names.EXTRACT_VERSION,
            status="SUCCEEDED" if sv_file else "SUCCEEDED_PARTIAL",
            quarantined=validation.status == "FAILED",
            extract_targets=["dv", "sv"] if sv_file else ["dv"],
            original_upload_key=names.run_key(scenario_id, zip_name),
            zip_key=names.run_key(scenario_id, zip_name),
            zip_name=zip_name,
            zip_sha256=self.zip_sha,
            zip_size_bytes=self.request.zip_path.stat().st_size,
            decided_by=self.request.ingest.decided_by if self.request.ingest else "classification",
            name_matches_scenario=names.scenario_id_in(zip_name) == scenario_id,
            kind=kind,
            identity_doubts=doubts,
            classification=list(members.reasons),
            dss_files_detected=DetectedFiles(
                dv=members.dv, sv=members.sv, calsim_output=members.dv, sv_input=members.sv
            ),
            status_summary=StatusSummary(
                dv_detected=True,
                sv_detected=sv_csv is not None,
                calsim_detected=True,
                dv_csv_written=True,
                sv_csv_written=sv_csv is not None,
                calsim_csv_written=True,
            ),
            dv=dv_file,
            sv=sv_file,
            first_month=month_start(int(present[0])),
            last_month=month_start(int(present[-1])),
            known_variables=variables,
            variable_sample_b_parts=SampleBParts(
                calsim_output=_sample_b_parts(dv), sv_input=_sample_b_parts(sv) if sv else ""
            ),
            duplicate_b_parts=_duplicates(dv),
            unit_verification=UnitVerification(
                dv_unit_mismatches=validation.summary.sample_mismatch_units if validation.summary else []
            ),
            csv_outputs=CsvKeys(
                dv_csv_key=dv_csv, sv_csv_key=sv_csv, calsim_output_csv_key=dv_csv, sv_input_csv_key=sv_csv
            ),
            files=files,
            validation=validation,
        )
        self._store(record, {key: path for key, (path, _) in products.items()})
        return record

    def _members(self, zip_name: str) -> Members:
        ingest = self.request.ingest
        if ingest is None:
            return choose_members(self.zip_file.members, zip_name)
        return Members(ingest.expected_dv_path_in_zip, ingest.expected_sv_path_in_zip, ingest.classification)

    def _read(self, kind: str, member: str) -> tuple[MonthlySeries, DssFile, Provenance]:
        """Unpack and read one DSS file; a message about it names the member and the ZIP."""
        path = self.folder / f"{kind}.dss"
        self.zip_file.unpack(member, path)
        sha, size = file_sha256(path), path.stat().st_size
        try:
            series = read_monthly(path)
        except CoeqwalError as error:
            error.message = error.message.replace(str(path), f"{self.request.zip_path}: {member}")
            raise
        path.unlink()
        infinite = np.isinf(series.values)
        series.values[infinite] = np.nan
        for position, months in _rows_with(infinite):
            series.flags.setdefault(position, {})[INFINITE_VALUE] = months
        report = series.report
        if report.unreadable:
            raise CorruptDssError(
                f"{self.request.zip_path}: {member}: {len(report.unreadable)} series cannot be read, the first is "
                f"{report.unreadable[0]}",
                "upload the model run again; a run is loaded whole or not at all",
            )
        known = {(b, c) for of, b, c in known_variables() if of == kind}
        check_series(series, known, f"{self.request.zip_path}: {member}")
        facts = DssFile(
            path_in_zip=member,
            sha256=sha,
            size_bytes=size,
            dss_version=report.dss_version,
            read_by=report.read_by,
            series=len(series.parts),
            missing_values=report.missing_values + int(infinite.sum()),
            infinite_values=int(infinite.sum()),
            finite_outside_window=report.finite_outside_window,
            other_time_steps=report.other_time_steps,
            unit_conflicts=report.unit_conflicts,
            time_offsets=report.time_offsets,
            flagged_series=dict(Counter(sorted(code for flags in series.flags.values() for code in flags))),
            unreadable=list(report.unreadable),
        )
        return series, facts, Provenance(self.request.scenario_id, kind, self.receipt_id, member, sha)

    def _count_known(self, dv: MonthlySeries) -> int:
        known = {(b, c) for kind, b, c in known_variables() if kind == "dv"}
        with_data = np.isfinite(dv.values).any(axis=1)
        found = sum(
            1 for parts, any_value in zip(dv.parts, with_data, strict=True)
            if any_value and (parts.b.upper(), parts.c.upper()) in known
        )  # fmt: skip
        if found == 0:
            others = sum(dv.report.other_time_steps.values())
            raise NoKnownVariableError(
                f"{self.request.zip_path}: the DV file has {len(dv.parts)} monthly series ({others} records have other "
                f"time steps), and none is a variable of the warehouse with a value between {month_start(0)[:7]} and "
                f"{month_start(calendar.MONTHS - 1)[:7]}",
                "see that this is the output of a CalSim3 run; the variables are listed in seeds/**/variable_map.csv",
            )
        return found

    def _identify(self, files: dict[str, MonthlySeries]) -> tuple[RunKind, tuple[IdentityDoubt, ...]]:
        """Whether the run is synthetic, and the doubts about whose it is, which somebody has accepted then."""
        request, scenario_id = self.request, self.request.scenario_id
        kind = identity.kind_of(identity.mark_of(self.zip_file), files.values())
        expected, run = identity.Expectation.of(Settings()), (request.zip_path.name, self.zip_sha)
        doubts = identity.doubts_of_kind(scenario_id, kind)
        doubts += identity.doubts_of_series(scenario_id, files, known_variables(), expected, request.ingest)
        self.acceptance = identity.decided(self.archive, scenario_id, run, doubts, request.accept_identity)
        return kind, tuple(doubts)

    def _wide(self, kind: str, series: MonthlySeries) -> tuple[Path, int]:
        path = self.folder / f"{kind}.csv"
        return path, write_wide(path, series, kind)

    def _validate(self, wide_csv: Path) -> Validation:
        trend, scenario_id = self.request.trend_path, self.request.scenario_id
        if trend is None:
            return Validation()
        reference_key, mismatches = names.trend_key(scenario_id, trend.name), self.folder / MISMATCHES
        summary = compare(trend, wide_csv, mismatches).model_copy(
            update={"ref_path": reference_key, "file_path": names.wide_csv_key(scenario_id, "dv")}
        )
        listed = names.mismatches_key(scenario_id) if mismatches.exists() else None
        return Validation(
            status=summary.status,
            result=RESULT[summary.status],
            target="calsim_output",
            reference_csv_key=reference_key,
            reference_sha256=file_sha256(trend),
            summary=summary,
            mismatch_columns=summary.mismatch_columns,
            mismatch_cells=summary.mismatch_cells,
            mismatches_csv_key=listed,
            detailed_reports=DetailedReports(
                summary_json_key=names.validation_summary_key(scenario_id), mismatches_csv_key=listed
            ),
        )

    def _store(self, record: ExtractRecord, products: dict[str, Path]) -> None:
        files: dict[str, Given | str] = {
            output.key: Given(products[output.key], output.sha256, move=True) for output in record.files.values()
        }
        validation = record.validation
        if validation.summary and validation.detailed_reports.summary_json_key:
            files[validation.detailed_reports.summary_json_key] = validation.summary.model_dump_json(indent=2) + "\n"
        if validation.mismatches_csv_key:
            mismatches = self.folder / MISMATCHES
            files[validation.mismatches_csv_key] = Given(mismatches, file_sha256(mismatches), move=True)
        if self.acceptance:
            files[names.identity_acceptance_key(record.scenario_id)] = self.acceptance.model_dump_json(indent=2) + "\n"
        files[names.extract_record_key(record.scenario_id)] = record.model_dump_json(indent=2) + "\n"
        History(self.archive, record.scenario_id).publish("extract", files, EXTRACTED)


def _rows_with(found: npt.NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Rows of a table of yes and no that hold a yes, and how many."""
    count = found.sum(axis=1)
    return [(int(row), int(count[row])) for row in np.flatnonzero(count)]


def _sample_b_parts(series: MonthlySeries) -> str:
    """The first distinct B parts in catalogue order, with commas between."""
    return ",".join(list(dict.fromkeys(parts.b for parts in series.parts))[:SAMPLE_B_PARTS])


def _duplicates(series: MonthlySeries) -> list[str]:
    """ "B|C" of several series, which the earlier CSV files would have merged into one."""
    times = Counter((parts.b.upper(), parts.c.upper()) for parts in series.parts)
    return sorted("|".join(key) for key, count in times.items() if count > 1)


def _output_kinds(count: int) -> list[Literal["dv_csv", "sv_csv", "load_csv"]]:
    return ["dv_csv", "sv_csv", "load_csv"] if count == 3 else ["dv_csv", "load_csv"]
