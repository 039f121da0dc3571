"""What `coeqwal explain` and `coeqwal compare` say to a person."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import TYPE_CHECKING

from extract.releases.comparison import Change, TableChanges

if TYPE_CHECKING:
    from api.models.provenance import EntityOrigin, Explanation, Origin, TableOrigin

SHOWN_ROWS = 12


def explanation(made: Explanation) -> str:
    """An explanation, from the number back to the files."""
    lines = [made.subject]
    for table in made.catalogue:
        lines += _table(table)
    for scenario in made.scenarios:
        lines += _origin(scenario)
    return "\n".join(lines)


def _origin(scenario: Origin) -> Iterator[str]:
    for table in scenario.tables:
        yield from _table(table)
    load = scenario.load
    yield ""
    yield f"Model run of {scenario.scenario_id}" + (", from its frozen copy" if scenario.from_release else "")
    if load is None:
        yield "  none: these numbers come from deliveries"
    else:
        yield f"  receipt     {load.load_id}"
        yield f"  ZIP         {load.zip_name or 'not known any more'}  sha256 {load.zip_sha256 or 'not known'}"
        yield f"  code        {load.code_version or 'not recorded'}" + (
            f", built {load.built_at}" if load.built_at else ""
        )
        yield f"  frozen copy {load.release_key or 'none'}"
    yield ""
    yield "Checks of this load" if scenario.checks else "Checks of this load: none is known"
    for check in scenario.checks:
        detail = f"  {'; '.join(check.detail[:3])}" if check.detail else ""
        passed = f"{check.passed_count} of {check.check_count}"
        yield f"  {check.status:14} {check.question_code} of {check.family_code} ({passed}){detail}"


def _table(table: TableOrigin) -> Iterator[str]:
    yield ""
    yield f"{table.table}" + (f", read by {table.query}" if table.query else "")
    yield f"  {table.description or 'no description'}"
    for page in table.method_pages:
        yield f"  method      {page}"
    for model in table.models:
        run = f"  dbt run {model.invocation_id}" if model.compiled_sql else ""
        yield f"  made by     {model.path or model.model_name}{run}"
    yield ""
    yield f"  Rows: {table.row_count}"
    for row in table.rows[:SHOWN_ROWS]:
        yield "    " + ", ".join(f"{name} {'unknown' if value is None else value}" for name, value in row.items())
    if table.row_count > SHOWN_ROWS:
        yield f"    and {table.row_count - SHOWN_ROWS} more (all with --json)"
    for column in table.columns:
        yield f"    {column.name}: {column.description or 'computed by the query'}"
    for entity in table.entities:
        yield from _entity(entity)
    for delivery in table.deliveries:
        yield f"  delivered   {delivery.tier_code}: {delivery.source_file}  sha256 {delivery.source_sha256}"
        yield f"              {delivery.archive_key}"


def _entity(entity: EntityOrigin) -> Iterator[str]:
    yield ""
    yield f"  Variables of {entity.entity_kind} {entity.entity_code}"
    for v in entity.variables:
        part = f" of {v.part_code}" if v.part_code != entity.entity_code else ""
        what = v.pathname or (
            f"{v.constant_value} {v.unit}" if v.constant_value is not None else f"{v.part_b}/{v.part_c}"
        )
        sign = "-" if v.sign < 0 else ""
        unit = v.found_unit or v.unit
        yield f"    {v.measure}{part}: {what}  {v.status}, {unit}, times {sign}{v.factor:g}, {v.confidence}"
        if v.source_file:
            yield f"      {v.source_file}, row {v.source_row} of the load file, sha256 {v.source_sha256}"


def changes(scenario_id: str, before: str, after: str, tables: Sequence[TableChanges]) -> str:
    """What changed between two loads, family by family."""
    lines = [f"{scenario_id}: {before} against {after}"]
    for family, members in groupby(tables, key=lambda table: table.family):
        lines += ["", family]
        for table in members:
            lines += _changes(table)
    compared, changed = (sum(getattr(table, name) for table in tables) for name in ("compared", "changed"))
    share = f"{changed / compared:.2%}" if compared else "nothing to compare"
    lines += ["", f"Compared: {compared:,} values, changed: {changed:,} ({share})"]
    return "\n".join(lines)


def _changes(table: TableChanges) -> Iterator[str]:
    share = (
        "nothing to compare"
        if table.changed_share is None
        else f"{table.changed_share:.2%} of {table.compared:,} changed"
    )
    yield f"  {table.name.partition('.')[2]}: {share}; {table.new_rows} new rows, {table.vanished_rows} vanished"
    for label, change in (("largest", table.largest), ("largest relative", table.largest_relative)):
        if change is not None:
            yield f"    {label}: {_change(change)}"
    for label, keys in (("new", table.examples_new), ("vanished", table.examples_vanished)):
        for key in keys:
            yield f"    {label}: {_named(key)}"


def _change(change: Change) -> str:
    share = "" if change.relative is None else f", {change.relative:.2%}"
    return (
        f"{change.column} of {_named(change.key)}: {change.before:g} to {change.after:g} ({change.absolute:g}{share})"
    )


def _named(key: dict[str, str]) -> str:
    return ", ".join(f"{column} {value}" for column, value in key.items())
