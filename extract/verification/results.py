"""`ops.verification_result`: one row for each check of a load, never changed."""

from __future__ import annotations

import json
import math
import uuid
from collections.abc import Iterable, Mapping
from contextlib import nullcontext
from dataclasses import asdict, dataclass
from typing import Any, Literal

import numpy as np
import psycopg

from extract.warehouse.dbt import project_fingerprint
from extract.warehouse.load import connection

Status = Literal["passed", "failed", "error", "not_checked"]
"""What a check found. `error`: it could not be carried out. `not_checked`: there was nothing to look at, with the
reason as message. A check that nobody ran has no row; neither is ever a pass."""
Verifier = Literal["dbt", "great_expectations", "oracle", "api", "pytest"]

ALL = "all"
"""The family of a check that concerns no single family of statistics, as of the seed `verification_family`."""
TIER = "tier"
"""The family whose data are not a model run but deliveries of the science teams."""
EXAMPLES = 10
"""So many examples of what is wrong are kept."""


@dataclass(frozen=True)
class CheckResult:
    """What one check found of one load.

    Attributes:
        load_id: the load that was looked at, see `load_of`.
        question: a code of the seed `verification_question`.
        family: a code of the seed `verification_family`.
        check_name: the check; unique within question and family.
        checked_count: how many things were compared, if that can be said; a pass needs at least one.
        failed_count: how many of them were wrong.
        message: what is wrong, or why nothing was checked.
        examples: some of what is wrong, worst first; what JSON cannot hold is kept as text.
    """

    scenario_id: str
    load_id: str
    question: str
    family: str
    check_name: str
    status: Status
    verifier: Verifier
    checked_count: int | None = None
    failed_count: int | None = None
    message: str | None = None
    examples: tuple[Mapping[str, Any], ...] = ()


def record(where: str | psycopg.Connection, results: Iterable[CheckResult], run_id: str | None = None) -> str:
    """Add the results of one run of a verifier, in one transaction.

    All results of one question and family of a load belong into one call: they take the place of the earlier ones.

    Args:
        where: the database's URL, or a connection in whose transaction the rows are written.
        run_id: names the run; made up if there is none.

    Returns:
        The run's id.

    Raises:
        CheckFailedError: a result contradicts itself, for instance a pass without anything compared.
    """
    run = run_id or str(uuid.uuid4())
    common = {"run_id": run, "code_version": project_fingerprint()}
    rows = [asdict(result) | common | {"examples": json.dumps(plain_examples(result.examples))} for result in results]
    with connection(where) if isinstance(where, str) else nullcontext(where) as link, link.cursor() as cursor:
        cursor.executemany(_INSERT, rows)
    return run


def load_of(link: psycopg.Connection, scenario_id: str, family: str) -> str | None:
    """The id of the load that a family's numbers have to come from now; none if there is no such data.

    A model run's receipt id; of tier results, the version of everything that was delivered for the scenario.
    """
    column = "tier_version" if family == TIER else "receipt_id"
    query = f"select {column} from staging.scenario_version where scenario_id = %s"  # noqa: S608
    row = link.execute(query.encode(), [scenario_id]).fetchone()
    return row[0] if row else None


def plain_examples(examples: tuple[Mapping[str, Any], ...]) -> list[dict[str, Any]]:
    """As many examples as are kept, with text in place of NaN, infinity and all else that JSON has no word for."""
    return [{key: _plain(value) for key, value in one.items()} for one in examples[:EXAMPLES]]


def _plain(value: Any) -> Any:
    value = value.item() if isinstance(value, np.generic) else value
    is_json = (
        value is None or isinstance(value, bool | int | str) or (isinstance(value, float) and math.isfinite(value))
    )
    return value if is_json else str(value)


_INSERT = """
insert into ops.verification_result
    (run_id, scenario_id, load_id, question, family, check_name, status, checked_count, failed_count, message,
     examples, verifier, code_version)
values (%(run_id)s, %(scenario_id)s, %(load_id)s, %(question)s, %(family)s, %(check_name)s, %(status)s,
        %(checked_count)s, %(failed_count)s, %(message)s, %(examples)s, %(verifier)s, %(code_version)s)
"""
