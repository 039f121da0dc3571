"""The named queries: columns of one table by its contract, everything else as a file in `api/sql`.

The parameters of a query are `$1`, `$2`, ...; the values are bound when it is carried out.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import cache
from pathlib import Path
from typing import get_args

from pydantic import BaseModel

from api.contract import BY_NAME
from api.models.blocks import SAME_ROW, Columns
from api.models.storage import ScenarioPercentiles

_SQL = Path(__file__).parent / "sql"
_OF_THE_CATALOGUE = (
    "agency",
    "aggregate_name",
    "contractor_name",
    "contractor_type",
    "cs3_type",
    "hydrologic_region",
    "project",
    "service_area",
    "side",
    "unit_label",
)
"""What answers about supply take from the catalogue of the family, though its tables of statistics repeat it."""


def rows(table: str, where: str = "", order: str = "", columns: Collection[str] = ()) -> str:
    """A query for rows of one table.

    Args:
        table: its name in the contract.
        where: the condition on its rows; none for all of them.
        order: columns to sort by.
        columns: names of columns; those that the table lacks are passed over. Default: all of the contract.
    """
    names = [column.name for column in BY_NAME[table].columns if not columns or column.name in columns]
    lines = ["select", ",\n".join(f"    {name}" for name in names), f"from api_{table}"]
    return "\n".join([*lines, *([f"where {where}"] if where else []), *([f"order by {order}"] if order else [])])


def statistics(table: str, columns: Collection[str] = ()) -> str:
    """A query for the statistics of entities in loads: $1 = scenario ids, $2 = load ids, $3 = codes of entities.

    Args:
        table: its name in the contract.
        columns: see `rows`; default: all but those that the catalogue of the family has.
    """
    contract = BY_NAME[table]
    (entity,) = (each.column for each in contract.filters if each.parameter == "entity")
    wanted = columns or [each.name for each in contract.columns if each.name not in _OF_THE_CATALOGUE]
    where = f"scenario_id = any($1::text[]) and load_id = any($2::text[]) and {entity} = any($3::text[])"
    return rows(table, where, ", ".join(contract.grain), wanted)


@cache
def columns_of(model: type[BaseModel]) -> frozenset[str]:
    """The columns that a model and its parts are filled from."""
    found: set[str] = set()
    for name, field in model.model_fields.items():
        origin = next((each for each in field.metadata if isinstance(each, Columns)), SAME_ROW)
        parts = [each for each in (field.annotation, *get_args(field.annotation)) if _is_model(each)]
        if origin is not SAME_ROW:
            found |= {origin.pattern.replace("*", own) for part in parts for own in part.model_fields}
        else:
            found |= {str(field.validation_alias or name)}.union(*map(columns_of, parts))
    return frozenset(found)


def _is_model(annotation: object) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)


QUERIES: Mapping[str, str] = {
    # catalogues, in the order to show them
    "ag_aggregates": rows("supply_aggregate", "family = 'ag'", "sort_order, aggregate_code"),
    "agricultural_units": rows("agricultural_unit", order="sort_order, unit_code"),
    "contractors": rows("contractor", order="sort_order, contractor_code"),
    "cws_aggregates": rows("supply_aggregate", "family = 'cws'", "sort_order, aggregate_code"),
    "delta_variables": rows("delta_variable", order="sort_order"),
    "refuge_units": rows("refuge_unit", order="sort_order, unit_code"),
    "reservoirs": rows("reservoir", order="sort_order, reservoir_code"),
    "tiers": rows("tier", order="tier_type desc, tier_code"),
    "urban_units": rows("urban_unit", order="sort_order, unit_code"),
    # $1 = code of a group
    "reservoir_group_members": rows("reservoir_group", "group_code = $1", "member_order, reservoir_code"),
    # $1 = topic
    "data_in_depth_measures": rows("data_in_depth_measure", "topic_code = $1", "subject_kind, measure_code"),
    "data_in_depth_subjects": rows(
        "data_in_depth_subject",
        "subject_kind in (select subject_kind from api_data_in_depth_measure where topic_code = $1)",
        "subject_kind, subject_code",
    ),
    # $1 = scenario ids
    "published_scenarios": rows(
        "scenario", "scenario_id = any($1::text[])", "scenario_id", ("scenario_id", "is_active", "load_id")
    ),
    "tier_results": rows("tier_result", "scenario_id = any($1::text[])", "scenario_id, tier_type desc, tier_code"),
    # $1 = scenario id
    "provenance_deliveries": rows("provenance_delivery", "scenario_id = $1", "tier_code"),
    "verification_status": rows("verification_status", "scenario_id = $1", "family_order, question_order"),
    # $1 = scenario id, $2 = load id
    "provenance_load": rows("provenance_load", "scenario_id = $1 and load_id = $2"),
    # $1 = scenario id, $2 = load id, $3 = kinds, $4 = codes of entities
    "provenance_variables": rows(
        "provenance_variable",
        "scenario_id = $1 and load_id = $2 and entity_kind = any($3::text[]) and entity_code = any($4::text[])",
        "entity_kind, entity_code, variable_number",
    ),
    # $1 = name of a relation
    "provenance_columns": rows("provenance_column", "relation_name = $1", "column_order"),
    # files that everybody may have; $1 = scenario id, $2 = kind of file
    "scenario_files": rows("scenario_file", order="scenario_id, file_kind"),
    "scenario_file": rows("scenario_file", "scenario_id = $1 and file_kind = $2"),
    # $1 = code of an arc, or codes of nodes
    "network_arc": rows("network_arc", "arc_code = $1"),
    "network_arcs_between": rows(
        "network_arc", "from_node = any($1::text[]) and to_node = any($1::text[])", "arc_code"
    ),
    "network_ends": rows("network_node", "node_code = any($1::text[])"),
    # $1 = scenario ids, $2 = load ids
    "storage_aggregates": rows(
        "storage_aggregate_monthly",
        "scenario_id = any($1::text[]) and load_id = any($2::text[])",
        "scenario_id, aggregate_code, water_month",
    ),
    "reservoir_percentiles": statistics(
        "reservoir_storage_monthly", {"scenario_id", "reservoir_code", "water_month", *columns_of(ScenarioPercentiles)}
    ),
}
"""Name of a query → its text, for those that are no file; a table of statistics is a query of its own name."""


def place(name: str) -> str:
    """Where the text of a named query stands in the repository."""
    file = f"api/sql/{name}.sql"
    return file if (_SQL / f"{name}.sql").is_file() else "api/queries.py"


@cache
def statement(name: str) -> str:
    """The text of a named query."""
    if name in QUERIES:
        return QUERIES[name]
    file = _SQL / f"{name}.sql"
    return file.read_text(encoding="utf-8") if file.is_file() else statistics(name)
