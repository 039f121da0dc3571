"""What was done to a scenario: `ops.ingest_run`, one row for each run of a stage, and `ops.scenario_build`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from extract.records.operator import operator
from extract.settings import PROJECT
from extract.warehouse.load import connection

State = Literal[
    "RECEIVED",
    "CLASSIFIED",
    "EXTRACTED",
    "VALIDATED",
    "NOT_VALIDATED",
    "OVERRIDDEN",
    "LOADED",
    "BUILT",
    "VERIFIED",
    "ACTIVE",
    "INACTIVE",
    "DEPLOYED",
    "UNCHANGED",
    "FAILED",
]
"""What a stage reached. A model run goes from RECEIVED to ACTIVE. `NOT_VALIDATED`: there was no trend report, or it
had too little in common with the run. `OVERRIDDEN`: the trend report disproves the run, and somebody took it on
themselves to load it. `VERIFIED`: all blocking checks have passed. `ACTIVE`: the API shows it. `INACTIVE`: it was
hidden again. `DEPLOYED`: the database was set up before a first run."""


@dataclass(frozen=True)
class StageRun:
    """One run of a stage.

    Attributes:
        seconds: how long it took.
        reason_code: code of the error, if it failed.
        code_fingerprint: for a build, the digest of what it was built by.
        override_reason: why a disproved run may be loaded.
    """

    scenario_id: str | None
    stage: str
    state: State
    seconds: float
    receipt_id: str | None = None
    reason_code: str | None = None
    message: str | None = None
    code_fingerprint: str | None = None
    override_reason: str | None = None


def record_stage(url: str, run: StageRun) -> None:
    """Add a row."""
    with connection(url) as link:
        link.execute(
            """
            insert into ops.ingest_run
                (scenario_id, stage, state, receipt_id, reason_code, message, code_fingerprint, override_reason,
                 operator, started_at)
            values (%(scenario_id)s, %(stage)s, %(state)s, %(receipt_id)s, %(reason_code)s, %(message)s,
                    %(code_fingerprint)s, %(override_reason)s, %(operator)s,
                    clock_timestamp() - make_interval(secs => %(seconds)s))
            """,
            {**run.__dict__, "operator": operator()},
        )


@dataclass(frozen=True)
class Build:
    """What is known of a scenario's tables, whoever built them, from the record that dbt writes with the rows.

    Attributes:
        receipt_ids: the loads that tables were made from.
        code_versions: the states of the project that they were made by; None for one that was not recorded.
        missing: tables that were never built for it.
        is_outdated: some were made from seeds or views that are not the project's.
        finished_at: when the newest of them was built.
    """

    receipt_ids: frozenset[str]
    code_versions: frozenset[str | None]
    missing: frozenset[str]
    is_outdated: bool
    finished_at: datetime

    def why_stale(self, receipt_id: str, code_version: str) -> str | None:
        """Why the rows are not known to be those of this load and code; nothing if they are."""
        if other := sorted(self.receipt_ids - {receipt_id}):
            return f"the load is newer than the build, which is of {', '.join(other)}"
        if self.code_versions != {code_version}:
            return "models, seeds or macros were changed since the build"
        if self.missing:
            listed = ", ".join(sorted(self.missing)[:3])
            return f"{len(self.missing)} of its tables are not built, such as {listed}"
        if self.is_outdated:
            return "seeds or views are older than the project, `coeqwal db init` renews them"
        return None


def built(url: str, scenario_id: str) -> Build | None:
    """What is built of a scenario's model run; nothing if no table of it was ever built.

    Tier results come from deliveries, which are built on their own and do not make a model run stale.
    """
    models = {path.stem for path in (PROJECT / "dbt_project" / "models").rglob("*.sql")}
    wanted = {name for name in models if name.startswith("fct_") and not name.startswith("fct_tier")}
    with connection(url) as link:
        rows = link.execute(
            "select model, split_part(data_version, '+', 1), code_version, built_at, fingerprint like 'built from %%'"
            " from ops.scenario_build where scenario_id = %s and model = any(%s) and model not like 'fct_tier%%'",
            [scenario_id, sorted(models)],
        ).fetchall()
    if not rows:
        return None
    return Build(
        receipt_ids=frozenset(row[1] or "a load that was not recorded" for row in rows),
        code_versions=frozenset(row[2] for row in rows),
        missing=frozenset(wanted - {row[0] for row in rows}),
        is_outdated=any(row[4] for row in rows),
        finished_at=max(row[3] for row in rows),
    )


def last_state(url: str, stage: str, receipt_id: str) -> str | None:
    """What a stage reached last for a model run, if that is recorded."""
    with connection(url) as link:
        row = link.execute(
            "select state from ops.ingest_run where receipt_id = %s and stage = %s"
            " and state not in ('UNCHANGED', 'FAILED') order by run_id desc limit 1",
            [receipt_id, stage],
        ).fetchone()
    return str(row[0]) if row else None


@dataclass(frozen=True)
class Failure:
    """A stage whose last run failed."""

    stage: str
    reason_code: str
    message: str
    finished_at: datetime


def last_failure(url: str, scenario_id: str) -> Failure | None:
    """The scenario's newest row, if it is a failure."""
    with connection(url) as link:
        row = link.execute(
            "select stage, reason_code, message, finished_at, state from ops.ingest_run"
            " where scenario_id = %s order by run_id desc limit 1",
            [scenario_id],
        ).fetchone()
    return Failure(row[0], row[1], row[2], row[3]) if row and row[4] == "FAILED" else None


def scenarios(url: str) -> set[str]:
    """Every scenario with a row."""
    with connection(url) as link:
        rows = link.execute("select distinct scenario_id from ops.ingest_run where scenario_id is not null").fetchall()
    return {str(row[0]) for row in rows}
