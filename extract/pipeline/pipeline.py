"""The stages of a model run in their order, from promote and classify to activate and the answers of the API."""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

from extract import verification
from extract.archive import Archive, History
from extract.archive.history import Visibility
from extract.convert import extraction
from extract.errors import CoeqwalError, RetryableError, UsageError, ValidationFailedError
from extract.intake import identity, overrides
from extract.intake import promote as promotion
from extract.intake.promote import Candidate
from extract.pipeline.locks import Lock, try_lock
from extract.pipeline.stages import API_QUESTION, GOALS, STATES, Goal, Outcome, Result, StageReport, Watch
from extract.records import names
from extract.records.ingest_record import IngestRecord
from extract.records.operator import operator
from extract.records.receipts import ExtractRecord
from extract.reference import geometry
from extract.releases import frozen_copy
from extract.settings import Settings
from extract.warehouse import activation, dbt, downloads, load, reader
from extract.warehouse.activation import NotPassedError
from extract.warehouse.dbt import Tell, untold
from extract.warehouse.stage_history import StageRun, State, last_build, last_state, record_stage


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
        self.accept_identity = accept_identity
        self.settings = settings
        self.scenario_id = scenario_id
        self.say = say
        self.watch = watch
        self._lock: Lock | None = None
        self._tell: Tell = untold
        self.archive = Archive.of(settings)
        self.url = settings.resolved_database_url()

    def run(self, candidate: Candidate | None, to: Goal = "active", override: str | None = None) -> None:
        """All stages. A stage whose result is there already for this very ZIP is passed over.

        Args:
            candidate: the model run; without it the one that is in the archive.
            to: the last stage wanted.
            override: why the run is to be loaded although the trend report disproves it.

        Raises:
            CoeqwalError: the stage that failed says why; what earlier stages left stays, nothing new is shown.
        """
        with self._locked():
            load.prepare(self.url)
            if not dbt.is_deployed(self.url):
                self._timed("deploy", self._deploy)
            record = self._promote_and_extract(candidate)
            self._timed("validate", lambda: self._validate(record, override))
            later = [
                ("load", lambda: self._load(record)),
                ("build", lambda: self._build(record.receipt_id)),
                ("verify", lambda: self._verify(record.receipt_id)),
                ("activate", self._show),
            ]
            for stage, work in later[: GOALS.index(to)]:
                self._timed(stage, work)
            if to == "active":
                self._timed("answers", self._answers)

    def summary(self) -> str:
        """How the questions about the scenario's numbers stand, counted as `/api/verification/status` counts them."""
        return activation.summary(self._cells())

    def promote(
        self, candidate: Candidate, visibility: Visibility | None = None, *, dry_run: bool = False
    ) -> IngestRecord:
        """Only the gate: let a model run into the archive if it keeps its contract."""
        with self._locked():
            if dry_run:
                reason = self.accept_identity
                return promotion.promote(candidate, self.archive, visibility, dry_run=True, accept_identity=reason)[0]
            load.prepare(self.url)
            return self._timed("promote", lambda: self._promote(candidate, visibility))

    def extract(self, candidate: Candidate | None) -> ExtractRecord:
        """Only the extraction, DSS to CSV, with receipt; of a model run that is given or that is in the archive."""
        with self._locked():
            load.prepare(self.url)
            record = self._promote_and_extract(candidate)
            self._timed("validate", lambda: self._validate(record, None))
            return record

    def load(self, override: str | None = None) -> None:
        """Only the load, of what was extracted last; see `run` for the override."""
        with self._locked():
            load.prepare(self.url)
            record = extraction.finished(self.archive, self.scenario_id)
            if record is None:
                raise UsageError(
                    f"{self.scenario_id} was not extracted yet: {self.archive.uri('scenario/' + self.scenario_id)}",
                    f"run `coeqwal run {self.scenario_id} --zip PATH`",
                )
            self._timed("validate", lambda: self._validate(record, override))
            self._timed("load", lambda: self._load(record))

    def build(self) -> None:
        """Only dbt, for this scenario's rows."""
        with self._locked():
            load.prepare(self.url)
            receipt_id = load.loaded_receipt(self.url, self.scenario_id)
            self._timed("build", lambda: self._build(receipt_id, again=True))

    def verify(self) -> None:
        """Only the checks that block the activation of the present load."""
        with self._locked():
            load.prepare(self.url)
            receipt_id = load.loaded_receipt(self.url, self.scenario_id)
            self._timed("verify", lambda: self._verify(receipt_id, again=True))

    def activate(self, by: str, reason: str | None, confirmation: str | None = None) -> None:
        """Let the API show the present load; see `activation.activate`."""
        load.prepare(self.url)
        self._timed("activate", lambda: self._activate(by, reason, confirmation))

    def deactivate(self, by: str, reason: str | None) -> None:
        """Let the API show nothing of the scenario any more."""
        load.prepare(self.url)
        self._timed("deactivate", lambda: self._deactivate(by, reason))

    def _promote_and_extract(self, candidate: Candidate | None) -> ExtractRecord:
        ingest = self._timed("promote", lambda: self._promote(candidate)) if candidate else self._promoted()
        self._timed("classify", lambda: self._classify(ingest))
        return self._timed("extract", lambda: self._extract(ingest, candidate))

    def _promote(self, candidate: Candidate, visibility: Visibility | None = None) -> Outcome[IngestRecord]:
        record, changed = promotion.promote(candidate, self.archive, visibility, accept_identity=self.accept_identity)
        if visibility is not None:
            downloads.set_visibility(self.settings, self.scenario_id, visibility)
        trend = record.trend_csv_basename or record.verification_status
        detail = f"{record.zip_basename}, {record.zip_filesize_bytes:,} bytes; trend report: {trend}"
        words, reason = identity.told(record.identity_acceptance)
        return Outcome(record, detail + words, not changed, record.receipt_id, override_reason=reason)

    def _classify(self, ingest: IngestRecord) -> Outcome[None]:
        """Say which file is which: decided when the run was let in, and kept in its receipt."""
        known = last_state(self.url, "classify", ingest.receipt_id) == STATES["classify"]
        return Outcome(None, "; ".join(ingest.classification), known, ingest.receipt_id)

    def _promoted(self) -> IngestRecord:
        History(self.archive, self.scenario_id).settle()  # of a process that was killed
        record = promotion.promoted(self.archive, self.scenario_id)
        if record is None:
            raise UsageError(
                f"there is no model run of {self.scenario_id} in the archive {self.archive.store.address}",
                f"`coeqwal run {self.scenario_id} --zip PATH` gives it one, and so do `coeqwal download` and `promote`",
            )
        return record

    def _extract(self, ingest: IngestRecord, candidate: Candidate | None) -> Outcome[ExtractRecord]:
        before = extraction.finished(self.archive, self.scenario_id)
        if before and before.kind and extraction.is_of(before, ingest):
            record = before
        else:
            # The archive's own copy cannot change meanwhile; one on S3 is only fetched if there is no other.
            by_hand = candidate is not None and self.archive.is_s3 and candidate.zip_path.exists()
            request = extraction.Request(
                self.scenario_id,
                candidate.zip_path if candidate and by_hand else self.archive.local_copy(ingest.zip_key),
                self.archive.local_copy(ingest.trend_key) if ingest.trend_key else None,
                ingest,
                self.accept_identity,
            )
            work_dir = self._work_dir / "extract"
            record = extraction.extract(request, self.archive, work_dir)
        sv = f", {record.sv.series} SV series" if record.sv else ", no SV file"
        name = "" if record.name_matches_scenario else f"; note: the ZIP's name does not begin with {self.scenario_id}"
        words, reason = identity.told(identity.recorded(self.archive, self.scenario_id, record.zip_sha256))
        detail = f"{record.dv.series} DV series{sv}{name}{words}"
        return Outcome(record, detail, record == before, record.receipt_id, override_reason=reason)

    def _validate(self, record: ExtractRecord, override: str | None) -> Outcome[None]:
        """The verdict of the trend report on what was extracted. A disproved run is kept, but goes no further."""
        verdict, receipt_id = record.validation, record.receipt_id
        detail = f"trend report: {verdict.status}, {verdict.note}"
        if verdict.status == "FAILED":
            decision, is_new = overrides.decided(self.archive, record, override)
            if decision is None:
                raise self._quarantined(record)
            detail += f"; overridden by {decision.operator}: {decision.reason}"
            return Outcome(None, detail, not is_new, receipt_id, state="OVERRIDDEN", override_reason=decision.reason)
        if override is not None:
            detail += "; there is nothing to override"
        state: State = "VALIDATED" if verdict.status == "PASSED" else "NOT_VALIDATED"
        return Outcome(None, detail, last_state(self.url, "validate", receipt_id) == state, receipt_id, state=state)

    def _quarantined(self, record: ExtractRecord) -> ValidationFailedError:
        reports = record.validation.detailed_reports
        key = reports.mismatches_csv_key or reports.summary_json_key or names.extract_record_key(self.scenario_id)
        return ValidationFailedError(
            f"{record.zip_name}: its CSV does not agree with the trend report ({record.validation.note}); "
            "the run is kept, and not loaded",
            f"read {self.archive.uri(key)}; then give the right ZIP or trend report, or take it on yourself with\n"
            f'    coeqwal run {self.scenario_id} --override-validation "why it may be loaded all the same"',
        )

    def _load(self, record: ExtractRecord) -> Outcome[None]:
        downloads.register(self.url, self.archive, record)
        if load.loaded_receipt(self.url, self.scenario_id) == record.receipt_id:
            load.note_kind(self.url, self.scenario_id, record.kind)
            return Outcome(None, f"receipt {record.receipt_id} is loaded", True, record.receipt_id)
        key = record.files["load_csv"].key
        source: Path | load.S3Object
        if self.archive.is_s3 and load.server_can_import(self.url):
            source, way = load.S3Object(*self.archive.bucket_and_key(key), self.settings.aws_region), "aws_s3"
        else:
            source, way = self.archive.local_copy(key), "COPY FROM STDIN"
        rows = load.load_scenario(self.url, source, load.ScenarioLoad.of(record))
        return Outcome(None, f"{rows} series by {way}, receipt {record.receipt_id}", False, record.receipt_id)

    def _build(self, receipt_id: str | None, *, again: bool = False) -> Outcome[None]:
        """Rebuild the scenario's rows; without `again` only if load or code changed since the last build."""
        code = dbt.project_fingerprint()
        last = last_build(self.url, self.scenario_id)
        if not again and receipt_id and last and last.why_stale(receipt_id, code) is None:
            return Outcome(None, "built from this load and this code", True, receipt_id, code)
        target = self.settings.data_dir / "dbt" / self.scenario_id
        done = dbt.dbt(["build", "--select", f"scenario:{self.scenario_id}"], self.url, target, self._tell)
        return Outcome(None, done, False, receipt_id, code)

    def _verify(self, receipt_id: str | None, *, again: bool = False) -> Outcome[None]:
        """Answer the questions that block activation; without `again` only if one of them is open.

        Raises:
            NotPassedError: an answer is not what it has to be.
        """
        before = self._cells()
        if not again and before and not any(cell.blocks for cell in before):
            return Outcome(None, "every blocking check of this load has passed", True, receipt_id)
        blocking = {cell.question_code for cell in before if cell.severity == activation.BLOCKS_ACTIVATION}
        wanted = [code for code in verification.questions() if code in blocking]
        after = self._asked(wanted)
        if wrong := [cell for cell in after if cell.blocks]:
            raise NotPassedError(receipt_id or "", wrong)
        passed = sum(cell.status == "passed" for cell in after)
        return Outcome(None, f"{passed} answers to {len(wanted)} questions, all of them passed", False, receipt_id)

    def _asked(self, wanted: list[str]) -> list[activation.Cell]:
        """Answer questions, keep the answers, and say how these questions stand then."""
        found = []
        for done, question in enumerate(wanted):
            self._tell(done, len(wanted))
            found += verification.run(self.url, self.settings, self.scenario_id, [question])
        verification.keep(self.url, self.settings, found)
        return [cell for cell in self._cells() if cell.question_code in wanted]

    def _answers(self) -> Outcome[None]:
        """Ask the API about everything that it shows now: it can be asked only once it shows the load.

        Raises:
            WrongAnswersError: an answer is not what the database has; the load is shown all the same.
        """
        before = [cell for cell in self._cells() if cell.question_code == API_QUESTION]
        receipt_id = load.loaded_receipt(self.url, self.scenario_id)
        if self.scenario_id not in activation.active_scenarios(self.url):
            return Outcome(None, "the API does not show it, so there is nothing to ask", True)
        if all(cell.status in activation.DONE for cell in before):
            return Outcome(None, "every route answers with the values of the database", True, receipt_id)
        after = self._asked([API_QUESTION])
        if wrong := [cell for cell in after if cell.status not in activation.DONE]:
            raise activation.WrongAnswersError(receipt_id or "", wrong)
        return Outcome(None, "every route answers with the values of the database", False, receipt_id)

    def _cells(self) -> list[activation.Cell]:
        with load.connection(self.url) as link:
            return activation.cells(link, [self.scenario_id])

    def _show(self) -> Outcome[None]:
        """As the last stage of a run; what somebody hid stays hidden until somebody shows it."""
        with load.connection(self.url) as link:
            state = activation.state(link, self.scenario_id)
        if state and not state.is_active:
            hidden = f"stays hidden ({state.words()}); `coeqwal activate {self.scenario_id}` shows it"
            return Outcome(None, hidden, True)
        return self._activate(operator(), None)

    def _activate(self, by: str, reason: str | None, confirmation: str | None = None) -> Outcome[None]:
        def freeze(load_id: str) -> None:
            frozen_copy.freeze(self.url, self.archive, self.scenario_id, load_id, by, confirmation)

        record = extraction.finished(self.archive, self.scenario_id)
        if record and load.loaded_receipt(self.url, self.scenario_id) == record.receipt_id:
            verdict = record.validation.status  # maybe by a report that came after the load
            if verdict == "FAILED" and overrides.recorded(self.archive, record) is None:
                raise self._quarantined(record)
        done = activation.activate(self.url, self.scenario_id, by, reason, freeze, confirmation)
        why = f"; confirmed against the trend report: {confirmation.strip()}" if confirmation else ""
        return Outcome(None, f"the API shows the load {done.load_id}{why}", not done.changed, done.load_id)

    def _deactivate(self, by: str, reason: str | None) -> Outcome[None]:
        done = activation.deactivate(self.url, self.scenario_id, by, reason)
        return Outcome(None, "the API shows nothing of it", not done.changed, done.load_id)

    def _deploy(self) -> Outcome[None]:
        reader.ensure(self.settings)
        geometry.load_polygons(self.url)
        target = self.settings.data_dir / "dbt" / "deploy"
        return Outcome(None, dbt.dbt(["build"], self.url, target, self._tell), False)

    def _timed(self, stage: str, work: Callable[[], Outcome[Result]]) -> Result:
        """Run a stage, record it in the database, report it."""
        start = time.monotonic()
        if self._lock:
            self._lock.say(stage)
        try:
            with self.watch(stage) as self._tell:
                outcome = work()
        except CoeqwalError as error:
            self._record_failure(stage, error, time.monotonic() - start)
            raise
        seconds = time.monotonic() - start
        state: State = outcome.state or STATES[stage]
        if outcome.unchanged and self._is_recorded(stage, state, outcome.receipt_id):
            state = "UNCHANGED"
        run = StageRun(
            scenario_id=self.scenario_id,
            stage=stage,
            state=state,
            seconds=seconds,
            receipt_id=outcome.receipt_id,
            message=outcome.detail,
            code_fingerprint=outcome.code_fingerprint,
            override_reason=outcome.override_reason,
        )
        record_stage(self.url, run)
        self.say(StageReport(stage, "unchanged" if outcome.unchanged else "done", seconds, outcome.detail))
        return outcome.result

    def _is_recorded(self, stage: str, state: State, receipt_id: str | None) -> bool:
        """Whether the history has what was reached: a process may have been killed between work and record."""
        return receipt_id is None or last_state(self.url, stage, receipt_id) == state

    def _record_failure(self, stage: str, error: CoeqwalError, seconds: float) -> None:
        try:
            run = StageRun(self.scenario_id, stage, "FAILED", seconds, reason_code=error.code, message=str(error))
            record_stage(self.url, run)
        except RetryableError:
            error.add_note("the failure could not be recorded in ops.ingest_run: the database is away")

    @property
    def _work_dir(self) -> Path:
        return self.settings.data_dir / "work" / self.scenario_id

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """One run of a scenario at a time on this machine; a killed process leaves no lock behind.

        Every temporary file of the run goes into its work folder, which ends with it. The folders of runs that were
        killed are removed here: their locks are free.
        """
        with try_lock(self.settings.data_dir, self.scenario_id) as self._lock:
            if self._lock is None:
                raise RetryableError(
                    f"another run of {self.scenario_id} is going on", "wait until it has ended, then try again"
                )
            shutil.rmtree(self._work_dir, ignore_errors=True)
            for folder in sorted(self._work_dir.parent.glob("s[0-9]*")):
                with try_lock(self.settings.data_dir, folder.name) as is_dead:
                    if is_dead:
                        shutil.rmtree(folder, ignore_errors=True)
            temporary = self._work_dir / "tmp"
            temporary.mkdir(parents=True)
            before, tempfile.tempdir = tempfile.tempdir, str(temporary)
            try:
                yield
            finally:
                tempfile.tempdir = before
                shutil.rmtree(self._work_dir, ignore_errors=True)
