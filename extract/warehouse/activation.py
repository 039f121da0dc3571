"""What the API shows of a scenario: a load is shown once every blocking check of it has passed, and not before."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Literal

import psycopg
from psycopg.rows import class_row

from extract.errors import CheckFailedError, UsageError
from extract.intake import overrides
from extract.records.names import check_scenario_id
from extract.warehouse.load import connection

BLOCKS_ACTIVATION, BLOCKS_RELEASE = "blocks_activation", "blocks_release"
DONE = ("passed", "not_applicable")


@dataclass(frozen=True)
class Cell:
    """The status of one question for one family of statistics, a row of `api.api_verification_status`."""

    scenario_id: str
    question_code: str
    family_code: str
    status: Literal["passed", "failed", "error", "not_checked", "unknown", "not_applicable"]
    severity: str
    command: str
    reason: str | None
    examples: list[str] | None

    @property
    def blocks(self) -> bool:
        """Whether the load must not be shown because of it."""
        return self.severity == BLOCKS_ACTIVATION and self.status not in DONE

    @property
    def blocks_release(self) -> bool:
        """Whether the load must not be released because of it, shown or not."""
        return self.severity in (BLOCKS_ACTIVATION, BLOCKS_RELEASE) and self.status not in DONE

    @property
    def is_untested(self) -> bool:
        """Whether dbt's tests of the model run's tables have to be run before anything is said of them."""
        # deliveries are built and tested on their own
        return self.question_code == "dbt_tests" and self.family_code != "tier" and self.status not in DONE

    def words(self) -> str:
        """The cell in a line, with the worst of what was found."""
        worst = self.reason or (self.examples or [""])[0]
        return f"{self.question_code} of {self.family_code}: {self.status}" + (f" ({worst})" if worst else "")


@dataclass(frozen=True)
class State:
    """The newest row of `ops.activation` of a scenario."""

    load_id: str
    is_active: bool
    changed_by: str
    reason: str | None
    changed_at: datetime
    override_confirmation: str | None = None

    def words(self) -> str:
        """Who changed it and when, and why if they said so."""
        when = self.changed_at.isoformat(timespec="seconds")
        return f"{self.changed_by}, {when}" + (f": {self.reason}" if self.reason else "")


@dataclass(frozen=True)
class Activation:
    """What an activation or deactivation came to.

    Attributes:
        load_id: the load that is shown, or was.
        changed: false if it was so before.
    """

    scenario_id: str
    load_id: str
    is_active: bool
    changed: bool


def open_checks(what: str, cells: Sequence[Cell]) -> tuple[str, str]:
    """Message and remedy of a refusal for checks that have not passed."""
    listed = "\n".join(f"    {cell.words()}" for cell in cells)
    commands = dict.fromkeys(cell.command.replace("SCENARIO", cell.scenario_id) for cell in cells)
    return (
        f"{what}: {len(cells)} checks that block it have not passed\n{listed}",
        "see what is wrong; these ask again: " + ", ".join(f"`{command}`" for command in commands),
    )


class NotPassedError(CheckFailedError):
    """Checks that block the activation of a load have not passed.

    Args:
        load_id: the load.
        cells: the cells that block, at least one.
    """

    code = "NOT_PASSED"

    def __init__(self, load_id: str, cells: list[Cell]) -> None:
        super().__init__(*open_checks(f"the load {load_id} must not be shown", cells))
        self.cells = cells

    def as_json(self) -> list[dict[str, Any]]:
        """The blocking cells for a script."""
        return [asdict(cell) for cell in self.cells]


class WrongAnswersError(CheckFailedError):
    """The API shows a load and does not answer as the database says, or was not asked about all of it.

    Args:
        load_id: the load.
        cells: what it was asked, and how it stands.
    """

    code = "WRONG_ANSWERS"

    def __init__(self, load_id: str, cells: list[Cell]) -> None:
        listed = "\n".join(f"    {cell.words()}" for cell in cells)
        scenario_id, command = cells[0].scenario_id, cells[0].command.replace("SCENARIO", cells[0].scenario_id)
        super().__init__(
            f"the API shows the load {load_id}, and its answers are not those of the database\n{listed}",
            f"`{command}` asks again and lists them; until they are right the load is not to be released, and "
            f"`coeqwal deactivate {scenario_id}` hides it",
        )


def summary(known: Sequence[Cell]) -> str:
    """How many questions have which status, with the names of those that are open.

    What does not arise is not counted, as in `/api/verification/status`.
    """
    arising = [cell for cell in known if cell.status != "not_applicable"]
    passed = sum(cell.status == "passed" for cell in arising)
    words = [f"{passed} of {len(arising)} questions passed"]
    for status in ("failed", "error", "not_checked", "unknown"):
        own = [cell for cell in arising if cell.status == status]
        if own:
            names = ", ".join(dict.fromkeys(cell.question_code for cell in own))
            words.append(f"{len(own)} {status} ({names})")
    return ", ".join(words)


def cells(link: psycopg.Connection, scenario_ids: list[str]) -> list[Cell]:
    """Every question that the present loads of scenarios have to answer, and how it stands; none before a deploy."""
    row = link.execute("select to_regclass('api.api_verification_status') is not null").fetchone()
    if not row or not row[0]:
        return []
    with link.cursor(row_factory=class_row(Cell)) as cursor:
        return cursor.execute(
            "select scenario_id, question_code, family_code, status, severity, command, reason, examples"
            " from api.api_verification_status where scenario_id = any(%s)"
            " order by scenario_id, question_order, family_order",
            [scenario_ids],
        ).fetchall()


def activate(
    url: str,
    scenario_id: str,
    by: str,
    reason: str | None = None,
    freeze: Callable[[str], object] | None = None,
    confirmation: str | None = None,
) -> Activation:
    """Let the API show the load that the scenario has now.

    Looking at the checks and recording the activation are one transaction, in which no other load can come in.

    Args:
        by: who does it.
        reason: why, if there is something to say.
        freeze: keeps a copy of the load that is given to it, before it is shown; if it fails, nothing is shown.
        confirmation: why a load that the trend report disproves may be shown all the same.

    Raises:
        UsageError: no model run of the scenario is loaded, or there is nothing to confirm.
        NotConfirmedError: the trend report disproves the load, and nobody has confirmed that it is shown.
        NotPassedError: a blocking check of this load failed, or nobody made it.
    """
    with connection(url) as link:
        lock(link, scenario_id)
        row = link.execute(
            "select receipt_id from staging.scenario_load where scenario_id = %s", [check_scenario_id(scenario_id)]
        ).fetchone()
        if row is None:
            raise UsageError(f"no model run of {scenario_id} is loaded", f"run `coeqwal run {scenario_id} --zip PATH`")
        load_id = str(row[0])
        known = cells(link, [scenario_id])
        if not known:
            raise UsageError("the database does not know what has to be checked", "run `coeqwal db init`")
        if blocking := [cell for cell in known if cell.blocks]:
            raise NotPassedError(load_id, blocking)
        overridden = overrides.confirmed(link, scenario_id, load_id, by, confirmation)
        confirmed = overridden.confirmation if overridden else None
        before = state(link, scenario_id)
        wanted = (load_id, True, confirmed)
        changed = before is None or (before.load_id, before.is_active, before.override_confirmation) != wanted
        if changed:
            if freeze:
                freeze(load_id)
            _record(link, scenario_id, load_id, True, by, reason, confirmed)
    return Activation(scenario_id, load_id, True, changed)


def deactivate(url: str, scenario_id: str, by: str, reason: str | None = None) -> Activation:
    """Let the API show nothing of the scenario any more.

    Raises:
        UsageError: it was never activated.
    """
    with connection(url) as link:
        lock(link, scenario_id)
        before = state(link, check_scenario_id(scenario_id))
        if before is None:
            raise UsageError(f"{scenario_id} was never activated", "`coeqwal status` shows what is active")
        if before.is_active:
            _record(link, scenario_id, before.load_id, False, by, reason)
    return Activation(scenario_id, before.load_id, False, before.is_active)


def state(link: psycopg.Connection, scenario_id: str) -> State | None:
    """The last change of what is shown of a scenario; none if it was never activated."""
    with link.cursor(row_factory=class_row(State)) as cursor:
        return cursor.execute(
            "select load_id, is_active, changed_by, reason, changed_at, override_confirmation"
            " from ops.activation_state where scenario_id = %s",
            [scenario_id],
        ).fetchone()


def active_scenarios(url: str) -> set[str]:
    """The scenarios that the API shows; none before the first deploy."""
    with connection(url) as link:
        deployed = link.execute("select to_regclass('api.api_scenario') is not null").fetchone()
        if not deployed or not deployed[0]:
            return set()
        return {str(row[0]) for row in link.execute("select scenario_id from api.api_scenario where is_active")}


def lock(link: psycopg.Connection, scenario_id: str) -> None:
    """Hold the lock of a load until the transaction ends, so that none comes in meanwhile."""
    link.execute("select pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"staging/{scenario_id}"])


def _record(
    link: psycopg.Connection,
    scenario_id: str,
    load_id: str,
    is_active: bool,
    by: str,
    reason: str | None,
    confirmation: str | None = None,
) -> None:
    link.execute(
        "insert into ops.activation (scenario_id, load_id, is_active, changed_by, reason, override_confirmation)"
        " values (%s, %s, %s, %s, %s, %s)",
        [scenario_id, load_id, is_active, by, reason, confirmation],
    )
