"""The stages of a model run, from the promotion of a ZIP to the question whether the API answers right.

Each stage is a function of what the stages share (`Work`) and gives an `Outcome`; `STAGES` is the table of them, in
their order. How a stage is timed, recorded and reported stands in `extract.pipeline.pipeline`.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from extract import verification
from extract.archive import Archive, History
from extract.archive.history import Visibility
from extract.convert import extraction
from extract.errors import UsageError, ValidationFailedError
from extract.intake import identity, overrides
from extract.intake import promote as promotion
from extract.intake.promote import Candidate
from extract.records import names
from extract.records.ingest_record import IngestRecord
from extract.records.operator import operator
from extract.records.receipts import ExtractRecord
from extract.reference import geometry
from extract.releases import frozen_copy
from extract.settings import Settings
from extract.warehouse import activation, dbt, deployment, downloads, load, reader
from extract.warehouse.activation import NotPassedError
from extract.warehouse.dbt import Tell, untold
from extract.warehouse.stage_history import State, built, last_state

API_QUESTION = "api_views"
"""It can only be asked once the load is shown."""

Watch = Callable[[str], AbstractContextManager[Tell]]
"""Called with the name of a stage as it begins: surrounds it, and gives what the stage tells how far it is."""


@dataclass(frozen=True)
class StageReport:
    """What a stage did, for the person or script that called it."""

    stage: str
    status: Literal["done", "unchanged"]
    seconds: float
    detail: str


@dataclass(frozen=True)
class Outcome:
    """What is recorded of a stage.

    Attributes:
        unchanged: what it is for was there already.
        state: what it reached, where that depends on what it found.
    """

    detail: str
    unchanged: bool
    receipt_id: str | None = None
    code_fingerprint: str | None = None
    state: State | None = None
    override_reason: str | None = None


@dataclass
class Work:
    """What the stages of one run share: what was asked for, and what earlier stages found.

    Attributes:
        candidate: the model run that was handed in; without it the one that is in the archive.
        override: why a run may be loaded although the trend report disproves it.
        accept_identity: why a doubtful run is the scenario's all the same; see `intake.identity`.
        again: do what is done already, too.
        by, reason, confirmation: who shows or hides the scenario, why, and why in spite of the trend report.
        ingest: the run's receipt of the archive, once it is let in.
        record: the receipt of the extraction, once there is one.
        tell: called with how far a stage is.
    """

    settings: Settings
    scenario_id: str
    archive: Archive
    url: str
    accept_identity: str | None = None
    candidate: Candidate | None = None
    visibility: Visibility | None = None
    override: str | None = None
    again: bool = False
    by: str | None = None
    reason: str | None = None
    confirmation: str | None = None
    ingest: IngestRecord | None = None
    record: ExtractRecord | None = None
    tell: Tell = untold

    @property
    def folder(self) -> Path:
        """Where the run may leave temporary files."""
        return self.settings.data_dir / "work" / self.scenario_id

    def dbt_folder(self, name: str) -> Path:
        """Where dbt leaves the files of a build."""
        return self.settings.data_dir / "dbt" / name

    def promoted(self) -> IngestRecord:
        """The receipt of the run in the archive.

        Raises:
            UsageError: there is none.
        """
        if self.ingest is None:
            History(self.archive, self.scenario_id).settle()  # of a process that was killed
            self.ingest = promotion.promoted(self.archive, self.scenario_id)
        if self.ingest is None:
            raise UsageError(
                f"there is no model run of {self.scenario_id} in the archive {self.archive.store.address}",
                f"`coeqwal run {self.scenario_id} --zip PATH` gives it one, and so do `coeqwal download` and `promote`",
            )
        return self.ingest

    def extracted(self) -> ExtractRecord:
        """The receipt of what was extracted last.

        Raises:
            UsageError: nothing was.
        """
        if self.record is None:
            self.record = extraction.finished(self.archive, self.scenario_id)
        if self.record is None:
            raise UsageError(
                f"{self.scenario_id} was not extracted yet: {self.archive.uri('scenario/' + self.scenario_id)}",
                f"run `coeqwal run {self.scenario_id} --zip PATH`",
            )
        return self.record

    def receipt_id(self) -> str | None:
        """The load that the database has of the scenario."""
        return load.loaded_receipt(self.url, self.scenario_id)

    def cells(self) -> list[activation.Cell]:
        """How the questions about the scenario's numbers stand."""
        with load.connection(self.url) as link:
            return activation.cells(link, [self.scenario_id])


def promote(work: Work) -> Outcome:
    """Let the candidate into the archive if it keeps its contract."""
    if work.candidate is None:
        raise UsageError("nothing to promote", "name the model run's ZIP with --zip")
    accepted = work.accept_identity
    work.ingest, changed = promotion.promote(work.candidate, work.archive, work.visibility, accept_identity=accepted)
    if work.visibility is not None:
        downloads.set_visibility(work.settings, work.scenario_id, work.visibility)
    record = work.ingest
    trend = record.trend_csv_basename or record.verification_status
    detail = f"{record.zip_basename}, {record.zip_filesize_bytes:,} bytes; trend report: {trend}"
    words, reason = identity.told(record.identity_acceptance)
    return Outcome(detail + words, not changed, record.receipt_id, override_reason=reason)


def classify(work: Work) -> Outcome:
    """Say which file is which: decided when the run was let in, and kept in its receipt."""
    ingest = work.promoted()
    known = last_state(work.url, "classify", ingest.receipt_id) == CLASSIFY.state
    return Outcome("; ".join(ingest.classification), known, ingest.receipt_id)


def extract(work: Work) -> Outcome:
    """DSS to CSV, compared with the trend report, unless that was done for this very run."""
    ingest, candidate, archive = work.promoted(), work.candidate, work.archive
    before = extraction.finished(archive, work.scenario_id)
    if before and before.kind and extraction.is_of(before, ingest):
        record = before
    else:
        # The archive's own copy cannot change meanwhile; one on S3 is only fetched if there is no other.
        by_hand = candidate is not None and archive.is_s3 and candidate.zip_path.exists()
        request = extraction.Request(
            work.scenario_id,
            candidate.zip_path if candidate and by_hand else archive.local_copy(ingest.zip_key),
            archive.local_copy(ingest.trend_key) if ingest.trend_key else None,
            ingest,
            work.accept_identity,
        )
        record = extraction.extract(request, archive, work.folder / "extract")
    work.record = record
    sv = f", {record.sv.series} SV series" if record.sv else ", no SV file"
    name = "" if record.name_matches_scenario else f"; note: the ZIP's name does not begin with {work.scenario_id}"
    words, reason = identity.told(identity.recorded(archive, work.scenario_id, record.zip_sha256))
    detail = f"{record.dv.series} DV series{sv}{name}{words}"
    return Outcome(detail, record == before, record.receipt_id, override_reason=reason)


def validate(work: Work) -> Outcome:
    """The verdict of the trend report on what was extracted. A disproved run is kept, but goes no further."""
    record = work.extracted()
    verdict, receipt_id = record.validation, record.receipt_id
    detail = f"trend report: {verdict.status}, {verdict.note}"
    if verdict.status == "FAILED":
        decision, is_new = overrides.decided(work.archive, record, work.override)
        if decision is None:
            raise _quarantined(work, record)
        detail += f"; overridden by {decision.operator}: {decision.reason}"
        return Outcome(detail, not is_new, receipt_id, state="OVERRIDDEN", override_reason=decision.reason)
    if work.override is not None:
        detail += "; there is nothing to override"
    state: State = "VALIDATED" if verdict.status == "PASSED" else "NOT_VALIDATED"
    return Outcome(detail, last_state(work.url, "validate", receipt_id) == state, receipt_id, state=state)


def _quarantined(work: Work, record: ExtractRecord) -> ValidationFailedError:
    reports = record.validation.detailed_reports
    key = reports.mismatches_csv_key or reports.summary_json_key or names.extract_record_key(work.scenario_id)
    return ValidationFailedError(
        f"{record.zip_name}: its CSV does not agree with the trend report ({record.validation.note}); "
        "the run is kept, and not loaded",
        f"read {work.archive.uri(key)}; then give the right ZIP or trend report, or take it on yourself with\n"
        f'    coeqwal run {work.scenario_id} --override-validation "why it may be loaded all the same"',
    )


def load_series(work: Work) -> Outcome:
    """The load CSV into staging, through `aws_s3` where the server has it, else through COPY."""
    record, archive = work.extracted(), work.archive
    downloads.register(work.url, archive, record)
    if work.receipt_id() == record.receipt_id:
        load.note_kind(work.url, work.scenario_id, record.kind)
        return Outcome(f"receipt {record.receipt_id} is loaded", True, record.receipt_id)
    key = record.files["load_csv"].key
    source: Path | load.S3Object
    if archive.is_s3 and load.server_can_import(work.url):
        source, way = load.S3Object(*archive.bucket_and_key(key), work.settings.aws_region), "aws_s3"
    else:
        source, way = archive.local_copy(key), "COPY FROM STDIN"
    rows = load.load_scenario(work.url, source, load.ScenarioLoad.of(record))
    return Outcome(f"{rows} series by {way}, receipt {record.receipt_id}", False, record.receipt_id)


def is_built(work: Work) -> bool:
    """Whether the scenario's rows are built from the present load by the present code, and tested."""
    receipt_id, last = work.receipt_id(), built(work.url, work.scenario_id)
    if not receipt_id or not last or last.why_stale(receipt_id, dbt.project_fingerprint()) is not None:
        return False
    known = work.cells()
    return bool(known) and not any(cell.is_untested for cell in known)


def build(work: Work) -> Outcome:
    """Rebuild and test the scenario's rows with dbt, unless somebody has for this load and code."""
    code, receipt_id = dbt.project_fingerprint(), work.receipt_id()
    if not work.again and is_built(work):
        return Outcome("built from this load and this code, and tested", True, receipt_id, code)
    select = ["build", "--select", f"scenario:{work.scenario_id}"]
    done = dbt.dbt(select, work.url, work.dbt_folder(work.scenario_id), work.tell)
    return Outcome(done, False, receipt_id, code)


def verify(work: Work) -> Outcome:
    """Ask the questions that block activation, unless all of them are answered.

    Raises:
        NotPassedError: an answer is not what it has to be.
    """
    before, receipt_id = work.cells(), work.receipt_id()
    if not work.again and before and not any(cell.blocks for cell in before):
        return Outcome("every blocking check of this load has passed", True, receipt_id)
    blocking = {cell.question_code for cell in before if cell.severity == activation.BLOCKS_ACTIVATION}
    wanted = [code for code in verification.questions() if code in blocking]
    after = _asked(work, wanted)
    if wrong := [cell for cell in after if cell.blocks]:
        raise NotPassedError(receipt_id or "", wrong)
    passed = sum(cell.status == "passed" for cell in after)
    return Outcome(f"{passed} answers to {len(wanted)} questions, all of them passed", False, receipt_id)


def _asked(work: Work, wanted: list[str]) -> list[activation.Cell]:
    """Answer questions, keep the answers, and say how these questions stand then."""
    found = []
    for done, question in enumerate(wanted):
        work.tell(done, len(wanted))
        found += verification.run(work.url, work.settings, work.scenario_id, [question])
    verification.keep(work.url, work.settings, found)
    return [cell for cell in work.cells() if cell.question_code in wanted]


def show(work: Work) -> Outcome:
    """As the last stage of a run; what somebody hid stays hidden until somebody shows it."""
    with load.connection(work.url) as link:
        state = activation.state(link, work.scenario_id)
    if state and not state.is_active:
        hidden = f"stays hidden ({state.words()}); `coeqwal activate {work.scenario_id}` shows it"
        return Outcome(hidden, True)
    return activate(work)


def activate(work: Work) -> Outcome:
    """Let the API show the present load; see `activation.activate`."""
    by, confirmation = work.by or operator(), work.confirmation

    def freeze(load_id: str) -> None:
        frozen_copy.freeze(work.url, work.archive, work.scenario_id, load_id, by, confirmation)

    record = extraction.finished(work.archive, work.scenario_id)
    if record and work.receipt_id() == record.receipt_id:
        verdict = record.validation.status  # maybe by a report that came after the load
        if verdict == "FAILED" and overrides.recorded(work.archive, record) is None:
            raise _quarantined(work, record)
    done = activation.activate(work.url, work.scenario_id, by, work.reason, freeze, confirmation)
    why = f"; confirmed against the trend report: {confirmation.strip()}" if confirmation else ""
    return Outcome(f"the API shows the load {done.load_id}{why}", not done.changed, done.load_id)


def deactivate(work: Work) -> Outcome:
    """Let the API show nothing of the scenario any more."""
    done = activation.deactivate(work.url, work.scenario_id, work.by or operator(), work.reason)
    return Outcome("the API shows nothing of it", not done.changed, done.load_id)


def answers(work: Work) -> Outcome:
    """Ask the API about everything that it shows now: it can be asked only once it shows the load.

    Raises:
        WrongAnswersError: an answer is not what the database has; the load is shown all the same.
    """
    before, receipt_id = [cell for cell in work.cells() if cell.question_code == API_QUESTION], work.receipt_id()
    if work.scenario_id not in activation.active_scenarios(work.url):
        return Outcome("the API does not show it, so there is nothing to ask", True)
    if all(cell.status in activation.DONE for cell in before):
        return Outcome("every route answers with the values of the database", True, receipt_id)
    after = _asked(work, [API_QUESTION])
    if wrong := [cell for cell in after if cell.status not in activation.DONE]:
        raise activation.WrongAnswersError(receipt_id or "", wrong)
    return Outcome("every route answers with the values of the database", False, receipt_id)


def deploy(work: Work) -> Outcome:
    """Set the database up: the API's login, outlines, dbt's seeds, views and tables."""
    reader.ensure(work.settings)
    geometry.load_polygons(work.url)
    done = deployment.deploy(work.url, work.dbt_folder("deploy"), work.tell)
    return Outcome(done, done == deployment.UNCHANGED)


@dataclass(frozen=True)
class Stage:
    """One row of the table: a name, the state that is recorded where it succeeds, and what it does."""

    name: str
    state: State
    run: Callable[[Work], Outcome]


DEPLOY = Stage("deploy", "DEPLOYED", deploy)
PROMOTE = Stage("promote", "RECEIVED", promote)
CLASSIFY = Stage("classify", "CLASSIFIED", classify)
EXTRACT = Stage("extract", "EXTRACTED", extract)
VALIDATE = Stage("validate", "VALIDATED", validate)
LOAD = Stage("load", "LOADED", load_series)
BUILD = Stage("build", "BUILT", build)
VERIFY = Stage("verify", "VERIFIED", verify)
SHOW = Stage("activate", "ACTIVE", show)
ANSWERS = Stage("answers", "VERIFIED", answers)
ACTIVATE = Stage("activate", "ACTIVE", activate)
DEACTIVATE = Stage("deactivate", "INACTIVE", deactivate)

STAGES = (PROMOTE, CLASSIFY, EXTRACT, VALIDATE, LOAD, BUILD, VERIFY, SHOW, ANSWERS)
"""The way of a model run, in its order."""

Goal = Literal["extract", "load", "build", "verify", "active"]
LAST: dict[Goal, Stage] = {"extract": VALIDATE, "load": LOAD, "build": BUILD, "verify": VERIFY, "active": ANSWERS}
"""The last stage of each goal."""
