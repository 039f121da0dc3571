"""`ops.ingest_run`: one row for each run of a stage, never changed; and what follows from the rows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from extract.records.operator import operator
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
    """The last build of a scenario.

    Attributes:
        receipt_id: the load that it was made from.
        finished_at: when it was recorded.
        rebuilt_at: when any of its rows were last built, by whomever.
    """

    receipt_id: str | None
    code_fingerprint: str | None
    finished_at: datetime
    rebuilt_at: datetime | None

    def why_stale(self, receipt_id: str, code_fingerprint: str) -> str | None:
        """Why the rows are not known to be those of this load and code; nothing if they are."""
        if self.receipt_id != receipt_id:
            return f"the load is newer than the build, which is of {self.receipt_id}"
        if self.code_fingerprint != code_fingerprint:
            return "models, seeds or macros were changed since the build"
        if self.rebuilt_at is None:
            return "its rows are not there any more"
        if self.rebuilt_at > self.finished_at:
            return "somebody rebuilt some of its rows since"
        return None


def last_build(url: str, scenario_id: str) -> Build | None:
    """The scenario's last build that did something and succeeded or failed; none if that failed."""
    with connection(url) as link:
        last = link.execute(
            "select receipt_id, code_fingerprint, finished_at, state from ops.ingest_run"
            " where scenario_id = %s and stage = 'build' and state <> 'UNCHANGED' order by run_id desc limit 1",
            [scenario_id],
        ).fetchone()
        # tier results come from deliveries, which are built on their own and do not make a model run stale
        newest = link.execute(
            "select max(built_at) from ops.scenario_build where scenario_id = %s and model not like 'fct_tier%%'",
            [scenario_id],
        ).fetchone()
    if last is None or last[3] == "FAILED":
        return None
    return Build(last[0], last[1], last[2], newest[0] if newest else None)


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
