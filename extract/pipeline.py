"""The stages of a model run in their order: extract, load, build."""

from __future__ import annotations

import fcntl
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, Literal, TypeVar

from extract import extraction, geometry, load, warehouse
from extract.archive import Archive
from extract.errors import CheckFailedError, CoeqwalError, RetryableError, UsageError
from extract.receipts import ExtractRecord
from extract.settings import Settings

Result = TypeVar("Result")
STATES = {"deploy": "DEPLOYED", "extract": "EXTRACTED", "load": "LOADED", "build": "BUILT"}


@dataclass(frozen=True)
class StageReport:
    """What a stage did, for the person or script that called it."""

    stage: str
    status: Literal["done", "unchanged"]
    seconds: float
    detail: str


@dataclass(frozen=True)
class Outcome(Generic[Result]):
    """What a stage gives back: its result for the next one, and what is recorded of it."""

    result: Result
    detail: str
    unchanged: bool
    receipt_id: str | None = None
    code_fingerprint: str | None = None


class Pipeline:
    """The stages for one scenario on one database.

    Args:
        settings: where things are.
        scenario_id: the scenario.
        say: called with the report of each stage as it ends.
    """

    def __init__(self, settings: Settings, scenario_id: str, say: Callable[[StageReport], None]) -> None:
        self.settings = settings
        self.scenario_id = scenario_id
        self.say = say
        self.archive = Archive.of(settings)
        self.url = settings.resolved_database_url()

    def run(self, zip_path: Path, trend_path: Path | None) -> None:
        """All stages. A stage whose result is there already for this very ZIP is passed over.

        Raises:
            CoeqwalError: the stage that failed says why; what was published before is as it was.
        """
        with self._locked():
            load.prepare(self.url)
            if not warehouse.is_deployed(self.url):
                self._timed("deploy", self._deploy)
            record = self._timed("extract", lambda: self._extract(zip_path, trend_path))
            self._timed("load", lambda: self._load(record))
            self._timed("build", lambda: self._build(record.receipt_id))

    def extract(self, zip_path: Path, trend_path: Path | None) -> ExtractRecord:
        """Only the extraction: DSS to CSV, with receipt."""
        with self._locked():
            load.prepare(self.url)
            return self._timed("extract", lambda: self._extract(zip_path, trend_path))

    def load(self) -> None:
        """Only the load, of what was extracted last."""
        with self._locked():
            load.prepare(self.url)
            record = extraction.finished(self.archive, self.scenario_id)
            if record is None:
                raise UsageError(
                    f"{self.scenario_id} was not extracted yet: {self.archive.uri('scenario/' + self.scenario_id)}",
                    f"run `coeqwal run {self.scenario_id} --zip PATH`",
                )
            self._timed("load", lambda: self._load(record))

    def build(self) -> None:
        """Only dbt, for this scenario's rows."""
        load.prepare(self.url)
        receipt_id = load.loaded_receipt(self.url, self.scenario_id)
        self._timed("build", lambda: self._build(receipt_id, again=True))

    def _extract(self, zip_path: Path, trend_path: Path | None) -> Outcome[ExtractRecord]:
        before = extraction.finished(self.archive, self.scenario_id)
        request = extraction.Request(self.scenario_id, zip_path, trend_path)
        work_dir = self.settings.data_dir / "work" / self.scenario_id
        record = extraction.extract(request, self.archive, work_dir)
        self._refuse_disproved(record)
        sv = f", {record.sv.series} SV series" if record.sv else ", no SV file"
        name = "" if record.name_matches_scenario else f"; note: the ZIP's name does not begin with {self.scenario_id}"
        detail = f"{record.dv.series} DV series{sv}; trend report: {record.validation.status}{name}"
        return Outcome(record, detail, record == before, record.receipt_id)

    def _refuse_disproved(self, record: ExtractRecord) -> None:
        if record.validation.status == "FAILED":
            report = record.validation.mismatches_key or record.csv_outputs["dv_csv"].key
            raise CheckFailedError(
                f"{record.zip_name}: its CSV does not agree with the trend report ({record.validation.note})",
                f"read {self.archive.uri(report)}; nothing was loaded",
            )

    def _load(self, record: ExtractRecord) -> Outcome[None]:
        self._refuse_disproved(record)
        if load.loaded_receipt(self.url, self.scenario_id) == record.receipt_id:
            return Outcome(None, f"receipt {record.receipt_id} is loaded", True, record.receipt_id)
        key = record.csv_outputs["load_csv"].key
        source: Path | load.S3Object
        if self.archive.is_s3 and load.server_can_import(self.url):
            source, way = load.S3Object(*self.archive.bucket_and_key(key), self.settings.aws_region), "aws_s3"
        else:
            source, way = self.archive.local_copy(key), "COPY FROM STDIN"
        rows = load.load_scenario(self.url, source, extraction.load_record(record))
        return Outcome(None, f"{rows} series by {way}, receipt {record.receipt_id}", False, record.receipt_id)

    def _build(self, receipt_id: str | None, *, again: bool = False) -> Outcome[None]:
        """Rebuild the scenario's rows; without `again` only if load or code changed since the last build."""
        code = warehouse.project_fingerprint()
        if not again and receipt_id and load.is_built(self.url, self.scenario_id, receipt_id, code):
            return Outcome(None, "built from this load and this code", True, receipt_id, code)
        target = self.settings.data_dir / "dbt" / self.scenario_id
        done = warehouse.dbt(["build", "--select", f"scenario:{self.scenario_id}"], self.url, target)
        return Outcome(None, done, False, receipt_id, code)

    def _deploy(self) -> Outcome[None]:
        geometry.load_polygons(self.url)
        target = self.settings.data_dir / "dbt" / "deploy"
        return Outcome(None, warehouse.dbt(["build"], self.url, target), False)

    def _timed(self, stage: str, work: Callable[[], Outcome[Result]]) -> Result:
        """Run a stage, record it in the database, report it."""
        start = time.monotonic()
        try:
            outcome = work()
        except CoeqwalError as error:
            self._record_failure(stage, error, time.monotonic() - start)
            raise
        seconds = time.monotonic() - start
        run = load.StageRun(
            scenario_id=self.scenario_id,
            stage=stage,
            state="UNCHANGED" if outcome.unchanged else STATES[stage],
            seconds=seconds,
            receipt_id=outcome.receipt_id,
            message=outcome.detail,
            code_fingerprint=outcome.code_fingerprint,
        )
        load.record_stage(self.url, run)
        self.say(StageReport(stage, "unchanged" if outcome.unchanged else "done", seconds, outcome.detail))
        return outcome.result

    def _record_failure(self, stage: str, error: CoeqwalError, seconds: float) -> None:
        try:
            run = load.StageRun(self.scenario_id, stage, "FAILED", seconds, reason_code=error.code, message=str(error))
            load.record_stage(self.url, run)
        except RetryableError:
            error.add_note("the failure could not be recorded in ops.ingest_run: the database is away")

    def _locked(self) -> AbstractContextManager[None]:
        return one_at_a_time(self.settings, self.scenario_id)


@contextmanager
def one_at_a_time(settings: Settings, subject: str) -> Iterator[None]:
    """One run about a subject at a time on this machine; a killed process leaves no lock behind."""
    folder = settings.data_dir / "locks"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / f"{subject}.lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise RetryableError(
                f"another run of {subject} is going on", "wait until it has ended, then try again"
            ) from error
        yield
