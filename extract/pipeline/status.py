"""Where each scenario stands: what is there, what is stale and why, and what to do next."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from pydantic import ValidationError

from extract.archive import Archive
from extract.convert import extraction
from extract.intake import overrides
from extract.intake.promote import promoted
from extract.pipeline.locks import Running, running
from extract.records import names
from extract.records.ingest_record import IngestRecord
from extract.records.receipts import ExtractRecord
from extract.warehouse import activation, dbt, load, stage_history
from extract.warehouse.activation import Cell, State
from extract.warehouse.stage_history import Build, Failure

Condition = Literal["current", "stale", "missing", "blocked", "waiting"]
Stage = Literal["received", "extracted", "validated", "loaded", "built", "verified", "active"]


@dataclass(frozen=True)
class Facts:
    """What archive and database know of a scenario.

    Attributes:
        ingest: receipt of the model run in the archive.
        extracted: receipt of the last extraction that can be read, of whatever version.
        complete: the extraction is of this version of the extractor and its files are there.
        override: reason of the decision to load it against the trend report.
        loaded: receipt id of the rows in staging.
        build: what is built of it, by whomever.
        untested: dbt's data tests of what is built that have not all passed.
        blocking: the checks that block an activation of the load; none known if the database was never deployed.
        shown: the last change of what the API shows.
        active: the API shows the scenario.
        failure: the newest stage run, if it failed.
        code: digest of the present models, seeds and macros.
        running: what a process on this machine is at, if one works on the scenario.
    """

    scenario_id: str
    ingest: IngestRecord | None
    extracted: ExtractRecord | None
    complete: bool
    override: str | None
    loaded: str | None
    build: Build | None
    blocking: list[Cell] | None
    shown: State | None
    active: bool
    failure: Failure | None
    code: str
    untested: tuple[Cell, ...] = ()
    running: Running | None = None


@dataclass(frozen=True)
class StageStatus:
    """One stage: `blocked` needs a person, `waiting` an earlier stage."""

    stage: Stage
    condition: Condition
    detail: str


@dataclass(frozen=True)
class ScenarioStatus:
    """All stages of a scenario, and the next command."""

    scenario_id: str
    stages: tuple[StageStatus, ...]
    failure: Failure | None
    next_command: str | None
    running: Running | None = None

    def condition(self, stage: Stage) -> Condition:
        """How one stage stands."""
        return next(s.condition for s in self.stages if s.stage == stage)

    def as_json(self) -> dict[str, Any]:
        """The same for a script."""
        failure = self.failure and {**asdict(self.failure), "finished_at": self.failure.finished_at.isoformat()}
        return {
            "scenario_id": self.scenario_id,
            "stages": [asdict(stage) for stage in self.stages],
            "last_failure": failure,
            "running": self.running and {**asdict(self.running), "since": self.running.since.isoformat()},
            "next": self.next_command,
        }


def judge(facts: Facts) -> ScenarioStatus:
    """How the stages stand. Pure."""
    stages: list[StageStatus] = [
        _received(facts),
        _extracted(facts),
        _validated(facts),
        _loaded(facts),
        _built(facts),
        _verified(facts),
    ]
    stages.append(_active(facts, all(stage.condition == "current" for stage in stages)))
    command = f"coeqwal status {facts.scenario_id}" if facts.running else _next(facts, stages)
    return ScenarioStatus(facts.scenario_id, tuple(stages), facts.failure, command, facts.running)


def _next(facts: Facts, stages: list[StageStatus]) -> str | None:
    first = next((stage for stage in stages if stage.condition != "current"), None)
    if first is None:
        return None
    if first.stage == "received":
        return f"coeqwal run {facts.scenario_id} --zip PATH"
    if first.condition != "blocked":
        return f"coeqwal run {facts.scenario_id}"
    remedies: dict[Stage, str] = {
        "validated": f"coeqwal run {facts.scenario_id} --zip PATH --trend PATH",
        "verified": f"coeqwal verify {facts.scenario_id}",
        "active": f"coeqwal activate {facts.scenario_id}",
    }
    return remedies[first.stage]


def _received(facts: Facts) -> StageStatus:
    if facts.ingest is None:
        return StageStatus("received", "missing", "no model run in the archive")
    when = facts.ingest.ingestion.ingested_at_utc.isoformat(timespec="seconds")
    return StageStatus("received", "current", f"{facts.ingest.zip_basename}, {when}")


def _extracted(facts: Facts) -> StageStatus:
    record, ingest = facts.extracted, facts.ingest
    if record is None:
        return StageStatus("extracted", "missing" if ingest else "waiting", "no receipt of an extraction")
    if ingest and record.zip_sha256 != ingest.zip_sha256:
        detail = f"the ZIP was changed: extracted is {record.zip_name} ({record.zip_sha256[:12]})"
        return StageStatus("extracted", "stale", f"{detail}, in the archive {ingest.zip_sha256[:12]}")
    if ingest and (record.dss_files_detected.dv, record.dss_files_detected.sv) != (
        ingest.expected_dv_path_in_zip,
        ingest.expected_sv_path_in_zip,
    ):
        return StageStatus("extracted", "stale", "other DSS files are declared than were read")
    if ingest and not extraction.is_of(record, ingest):
        return StageStatus("extracted", "stale", "the trend report or the name of the ZIP was changed")
    if record.extract_version != names.EXTRACT_VERSION:
        detail = f"extracted by version {record.extract_version} of the extractor, now it is {names.EXTRACT_VERSION}"
        return StageStatus("extracted", "stale", detail)
    if not facts.complete:
        return StageStatus("extracted", "stale", "files that its receipt names are not in the archive")
    return StageStatus("extracted", "current", record.receipt_id)


def _validated(facts: Facts) -> StageStatus:
    record = facts.extracted
    if record is None or _extracted(facts).condition != "current":
        return StageStatus("validated", "waiting", "for the extraction")
    verdict = f"{record.validation.status}: {record.validation.note}"
    if not record.quarantined:
        return StageStatus("validated", "current", verdict)
    if facts.override is None:
        detail = f'quarantined, {verdict}; `--override-validation "REASON"` loads it all the same'
        return StageStatus("validated", "blocked", detail)
    return StageStatus("validated", "current", f"{verdict}; overridden: {facts.override}")


def _loaded(facts: Facts) -> StageStatus:
    if facts.loaded is None:
        return StageStatus("loaded", "missing" if _is_ready(facts) else "waiting", "no rows in staging")
    if not _is_ready(facts) or facts.extracted is None or facts.loaded != facts.extracted.receipt_id:
        return StageStatus("loaded", "stale", f"loaded is {facts.loaded}, not what is in the archive now")
    return StageStatus("loaded", "current", facts.loaded)


def _is_ready(facts: Facts) -> bool:
    return all(stage.condition == "current" for stage in (_received(facts), _extracted(facts), _validated(facts)))


def _built(facts: Facts) -> StageStatus:
    if facts.loaded is None:
        return StageStatus("built", "waiting", "for the load")
    if facts.build is None:
        return StageStatus("built", "missing", "never built")
    if why := facts.build.why_stale(facts.loaded, facts.code):
        return StageStatus("built", "stale", why)
    if facts.untested:
        return StageStatus("built", "stale", "; ".join(cell.words() for cell in facts.untested))
    return StageStatus("built", "current", facts.build.finished_at.isoformat(timespec="seconds"))


def _verified(facts: Facts) -> StageStatus:
    if _built(facts).condition != "current" or facts.blocking is None:
        return StageStatus("verified", "waiting", "for the build")
    if not facts.blocking:
        return StageStatus("verified", "current", "every blocking check of this load has passed")
    listed = "; ".join(cell.words() for cell in facts.blocking)
    is_open = all(cell.status == "unknown" for cell in facts.blocking)
    return StageStatus("verified", "missing" if is_open else "blocked", listed)


def _active(facts: Facts, is_current: bool) -> StageStatus:
    """Whether the API shows it; what somebody hid needs a person to show it again."""
    if facts.active:
        if not is_current:
            return StageStatus("active", "stale", "the API shows what was built before")
        return StageStatus("active", "current", f"since {facts.shown.words()}" if facts.shown else "the API shows it")
    if facts.shown and not facts.shown.is_active:
        return StageStatus("active", "blocked", f"hidden by {facts.shown.words()}")
    return StageStatus("active", "missing" if is_current else "waiting", "the API does not show it")


def known_scenarios(archive: Archive, url: str) -> list[str]:
    """Every scenario that archive or database have heard of, sorted."""
    shown = names.scenarios_in(info.path for info in archive.store.files("snapshots/"))
    return sorted(shown | stage_history.scenarios(url))


def facts_of(archive: Archive, url: str, scenario_ids: list[str], data_dir: Path | None = None) -> Iterator[Facts]:
    """Look them up; with the data folder also what is being done now."""
    code, active = dbt.project_fingerprint(), activation.active_scenarios(url)
    with load.connection(url) as link:
        cells = activation.cells(link, scenario_ids)
        shown = {scenario_id: activation.state(link, scenario_id) for scenario_id in scenario_ids}
    for scenario_id in scenario_ids:
        known = [cell for cell in cells if cell.scenario_id == scenario_id]
        extracted = _readable(archive, scenario_id)
        decision = overrides.recorded(archive, extracted) if extracted else None
        yield Facts(
            scenario_id=scenario_id,
            ingest=promoted(archive, scenario_id),
            extracted=extracted,
            complete=extraction.finished(archive, scenario_id) is not None,
            override=f"{decision.operator}: {decision.reason}" if decision else None,
            loaded=load.loaded_receipt(url, scenario_id),
            build=stage_history.built(url, scenario_id),
            untested=tuple(cell for cell in known if cell.is_untested),
            blocking=[cell for cell in known if cell.blocks] if known else None,
            shown=shown[scenario_id],
            active=scenario_id in active,
            failure=stage_history.last_failure(url, scenario_id),
            code=code,
            running=running(data_dir, scenario_id) if data_dir else None,
        )


def _readable(archive: Archive, scenario_id: str) -> ExtractRecord | None:
    try:
        return ExtractRecord.model_validate_json(archive.get_text(names.extract_record_key(scenario_id)) or "")
    except ValidationError:
        return None
