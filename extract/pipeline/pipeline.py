"""Carries out stages of a model run: one run of a scenario at a time, each stage timed, recorded and reported."""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext

from extract.archive import Archive
from extract.archive.history import Visibility
from extract.errors import CoeqwalError, RetryableError
from extract.intake import promote as promotion
from extract.intake.promote import Candidate
from extract.pipeline.locks import Lock, try_lock
from extract.pipeline.stages import (
    ACTIVATE,
    BUILD,
    CLASSIFY,
    DEACTIVATE,
    DEPLOY,
    EXTRACT,
    LAST,
    LOAD,
    PROMOTE,
    STAGES,
    VALIDATE,
    VERIFY,
    Goal,
    Outcome,
    Stage,
    StageReport,
    Watch,
    Work,
)
from extract.records.ingest_record import IngestRecord
from extract.records.receipts import ExtractRecord
from extract.settings import Settings
from extract.warehouse import activation, deployment, load
from extract.warehouse.dbt import untold
from extract.warehouse.stage_history import StageRun, State, last_state, record_stage


class Pipeline:
    """The stages for one scenario on one database.

    Args:
        settings: where things are.
        scenario_id: the scenario.
        say: called with the report of each stage as it ends.
        watch: lets somebody see a stage while it runs.
        accept_identity: why a doubtful run is the scenario's all the same; see `intake.identity`.
    """

    def __init__(
        self,
        settings: Settings,
        scenario_id: str,
        say: Callable[[StageReport], None],
        watch: Watch = lambda stage: nullcontext(untold),
        accept_identity: str | None = None,
    ) -> None:
        self.say = say
        self.watch = watch
        self.work = Work(settings, scenario_id, Archive.of(settings), settings.resolved_database_url(), accept_identity)
        self._lock: Lock | None = None

    def run(self, candidate: Candidate | None, to: Goal = "active", override: str | None = None) -> None:
        """All stages. A stage whose result is there already for this very ZIP is passed over.

        Args:
            candidate: the model run; without it the one that is in the archive.
            to: the last stage wanted.
            override: why the run is to be loaded although the trend report disproves it.

        Raises:
            CoeqwalError: the stage that failed says why; what earlier stages left stays, nothing new is shown.
        """
        self.work.candidate, self.work.override = candidate, override
        wanted = STAGES[: STAGES.index(LAST[to]) + 1]
        with self._locked():
            self.prepare()
            self._way_in(candidate)
            self._do(*wanted[1:])

    def prepare(self) -> None:
        """Make the landing tables, and deploy a database that has nothing of the dbt project."""
        load.prepare(self.work.url)
        if not deployment.is_deployed(self.work.url):
            self._do(DEPLOY)

    def summary(self) -> str:
        """How the questions about the scenario's numbers stand, counted as `/api/verification/status` counts them."""
        return activation.summary(self.work.cells())

    def promote(
        self, candidate: Candidate, visibility: Visibility | None = None, *, dry_run: bool = False
    ) -> IngestRecord:
        """Only the gate: let a model run into the archive if it keeps its contract."""
        work = self.work
        work.candidate, work.visibility = candidate, visibility
        with self._locked():
            if dry_run:
                accepted = work.accept_identity
                return promotion.promote(candidate, work.archive, visibility, dry_run=True, accept_identity=accepted)[0]
            load.prepare(work.url)
            self._do(PROMOTE)
            return work.promoted()

    def extract(self, candidate: Candidate | None) -> ExtractRecord:
        """Only the extraction, DSS to CSV, with receipt; of a model run that is given or that is in the archive."""
        self.work.candidate = candidate
        with self._locked():
            load.prepare(self.work.url)
            self._way_in(candidate)
            self._do(CLASSIFY, EXTRACT, VALIDATE)
            return self.work.extracted()

    def load(self, override: str | None = None) -> None:
        """Only the load, of what was extracted last; see `run` for the override."""
        self.work.override = override
        with self._locked():
            load.prepare(self.work.url)
            self.work.extracted()
            self._do(VALIDATE, LOAD)

    def build(self) -> None:
        """Only dbt, for this scenario's rows."""
        self._again(BUILD)

    def verify(self) -> None:
        """Only the checks that block the activation of the present load."""
        self._again(VERIFY)

    def activate(self, by: str, reason: str | None, confirmation: str | None = None) -> None:
        """Let the API show the present load; see `activation.activate`."""
        self.work.by, self.work.reason, self.work.confirmation = by, reason, confirmation
        load.prepare(self.work.url)
        self._do(ACTIVATE)

    def deactivate(self, by: str, reason: str | None) -> None:
        """Let the API show nothing of the scenario any more."""
        self.work.by, self.work.reason = by, reason
        load.prepare(self.work.url)
        self._do(DEACTIVATE)

    def _way_in(self, candidate: Candidate | None) -> None:
        """Promote what was handed in; without it, something has to be in the archive."""
        if candidate:
            self._do(PROMOTE)
        else:
            self.work.promoted()

    def _again(self, stage: Stage) -> None:
        self.work.again = True
        with self._locked():
            load.prepare(self.work.url)
            self._do(stage)

    def _do(self, *stages: Stage) -> None:
        for stage in stages:
            self._timed(stage)

    def _timed(self, stage: Stage) -> None:
        """Run a stage, record it in the database, report it."""
        start = time.monotonic()
        if self._lock:
            self._lock.say(stage.name)
        try:
            with self.watch(stage.name) as self.work.tell:
                outcome = stage.run(self.work)
        except CoeqwalError as error:
            self._record_failure(stage, error, time.monotonic() - start)
            raise
        seconds = time.monotonic() - start
        record_stage(self.work.url, self._row(stage, outcome, seconds))
        self.say(StageReport(stage.name, "unchanged" if outcome.unchanged else "done", seconds, outcome.detail))

    def _row(self, stage: Stage, outcome: Outcome, seconds: float) -> StageRun:
        state: State = outcome.state or stage.state
        # a process may have been killed between work and record: what was reached is recorded once
        recorded = outcome.receipt_id is None or last_state(self.work.url, stage.name, outcome.receipt_id) == state
        return StageRun(
            scenario_id=self.work.scenario_id,
            stage=stage.name,
            state="UNCHANGED" if outcome.unchanged and recorded else state,
            seconds=seconds,
            receipt_id=outcome.receipt_id,
            message=outcome.detail,
            code_fingerprint=outcome.code_fingerprint,
            override_reason=outcome.override_reason,
        )

    def _record_failure(self, stage: Stage, error: CoeqwalError, seconds: float) -> None:
        scenario_id = self.work.scenario_id
        try:
            run = StageRun(scenario_id, stage.name, "FAILED", seconds, reason_code=error.code, message=str(error))
            record_stage(self.work.url, run)
        except RetryableError:
            error.add_note("the failure could not be recorded in ops.ingest_run: the database is away")

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """One run of a scenario at a time on this machine; a killed process leaves no lock behind.

        Every temporary file of the run goes into its work folder, which ends with it. The folders of runs that were
        killed are removed here: their locks are free.
        """
        data_dir, folder = self.work.settings.data_dir, self.work.folder
        with try_lock(data_dir, self.work.scenario_id) as self._lock:
            if self._lock is None:
                raise RetryableError(
                    f"another run of {self.work.scenario_id} is going on", "wait until it has ended, then try again"
                )
            shutil.rmtree(folder, ignore_errors=True)
            for other in sorted(folder.parent.glob("s[0-9]*")):
                with try_lock(data_dir, other.name) as is_dead:
                    if is_dead:
                        shutil.rmtree(other, ignore_errors=True)
            temporary = folder / "tmp"
            temporary.mkdir(parents=True)
            before, tempfile.tempdir = tempfile.tempdir, str(temporary)
            try:
                yield
            finally:
                tempfile.tempdir = before
                shutil.rmtree(folder, ignore_errors=True)
