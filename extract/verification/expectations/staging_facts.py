"""The question `staging_facts`: has every entity whose series is loaded its rows of statistics, and no other?

How many rows an entity has is asked by `row_counts`, what is in them by `oracle`.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import psycopg
from great_expectations import expectations as gxe
from psycopg import sql

from extract.verification import CannotCheckError, Finding, Subject
from extract.verification.expectations.suite import Suite, Validator
from extract.verification.oracle import FACTS
from extract.verification.oracle.run import accepted_names, seed
from extract.warehouse.load import connection

COVERAGE = Suite(
    "staging_facts",
    ("table", "entity"),
    {
        "coverage": gxe.ExpectColumnValuesToBeInSet(
            column="presence",
            value_set=["both"],
            description="An entity has rows in a table exactly if one of the table's series is in staging.dss_series.",
        ),
        "load": gxe.ExpectColumnValuesToBeInSet(
            column="load",
            value_set=["this load"],
            description="Every row of statistics comes from the load that is in staging.",
        ),
    },
)
SUITES = (COVERAGE,)
Series = tuple[str, str, str]
"""Kind of DSS file, part B and part C."""


def check(subject: Subject, docs: Path | None) -> Iterator[Finding]:
    """Compare the entities of each table with those whose series are in staging."""
    if subject.load_id is None:
        raise CannotCheckError("no model run is loaded")
    with connection(subject.url) as link, Validator(docs) as validator:
        query = "select dss_kind, part_b, part_c from staging.dss_series where scenario_id = %s"
        series = {(kind, b, c) for kind, b, c in link.execute(query, [subject.scenario_id]).fetchall()}
        rows: dict[str, list[tuple[str, str, str, str]]] = {}
        for rule in seed("08_verification/expected_row_rule"):
            table = rule["table_name"]
            loads = _loads(link, table, subject.scenario_id)
            expected = _entities(rule["entity_kind"], rule["measures"].split(), series)
            for entity in sorted(expected | loads.keys()):
                presence = "both" if entity in expected and entity in loads else "series without rows"
                presence = "rows without series" if entity not in expected else presence
                load = "this load" if loads.get(entity, {subject.load_id}) == {subject.load_id} else "another load"
                rows.setdefault(FACTS[table].family, []).append((table, entity, presence, load))
        for family, found in rows.items():
            yield from validator.findings(COVERAGE, pd.DataFrame(found, columns=COVERAGE.columns()), family)


def _entities(kind: str, measures: list[str], series: set[Series]) -> set[str]:
    """The entities of a kind of which staging has a series of one of the measures."""
    if kind == "storage_aggregate":
        members = _entities("reservoir", measures, series)
        pairs = seed("04_calsim_data/storage_aggregate_member")
        return {row["aggregate_code"] for row in pairs if row["reservoir_code"] in members}
    return {
        row["entity_code"]
        for row in seed("04_calsim_data/variable_map")
        if row["entity_kind"] == kind
        and row["measure"] in measures
        and any((row["dss_kind"], part_b, part_c) in series for part_b, part_c in accepted_names(row))
    }


def _loads(link: psycopg.Connection, table: str, scenario_id: str) -> dict[str, set[str]]:
    """The load ids of each entity's rows."""
    fact = FACTS[table]
    query = sql.SQL("select distinct {}, load_id from {} where scenario_id = %s").format(
        sql.Identifier(fact.keys[0]), sql.Identifier(*fact.table)
    )
    made: dict[str, set[str]] = {}
    for entity, load_id in link.execute(query, [scenario_id]).fetchall():
        made.setdefault(entity, set()).add(load_id)
    return made
