"""From the rows of facts to the blocks of an answer, by scenario and entity; nothing is computed here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from operator import itemgetter
from typing import TypeVar

from pydantic import BaseModel

from api.errors import NoDataError
from api.parameters import PublishedLoad
from api.selection import Selection
from api.shapes import Block, by_entity
from api.snapshot import Snapshot

Model = TypeVar("Model", bound=BaseModel)

_MONTH = itemgetter("water_month")


async def read(
    db: Snapshot,
    loads: Sequence[PublishedLoad],
    selection: Selection,
    *,
    monthly: Mapping[str, str] | None = None,
    period: str | None = None,
    period_part: str | None = None,
) -> dict[str, dict[str, Block]]:
    """What there is about the entities in each scenario, one query for all scenarios.

    Args:
        db: the database.
        loads: the scenarios.
        selection: the entities.
        monthly: key of a part of an entity's block → query that gives its water months.
        period: query that gives one row of an entity.
        period_part: key of that row in the block; without it the row becomes part of the block itself.

    Returns:
        Scenario → code → block, in the order of the selection. A block holds the catalogue's row, the columns of the
        facts that are the same for all months, and the parts; entities without any row are absent.
    """
    monthly = monthly or {}
    queries = [*dict.fromkeys([*monthly.values(), *([period] if period else [])])]
    found = {
        query: by_entity(await db.fetch(query, *keys(loads), selection.codes), "scenario_id", selection.family.key)
        for query in queries
    }
    answers: dict[str, dict[str, Block]] = {load.scenario_id: {} for load in loads}
    for scenario_id, blocks in answers.items():
        for code, entity in selection.entities.items():
            place = (scenario_id, code)
            rows = {query: of_query[place] for query, of_query in found.items() if place in of_query}
            if not rows:
                continue
            block = blocks[code] = dict(entity)
            for query, found_rows in rows.items():
                if query != period or period_part is None:
                    block.update(found_rows[0])
            for part, query in monthly.items():
                months = rows.get(query, [])
                block[part] = dict(zip(map(str, map(_MONTH, months)), months, strict=True))
            if period is not None and period_part is not None:
                (block[period_part],) = rows.get(period, [None])
    return answers


def keys(loads: Sequence[PublishedLoad]) -> tuple[list[str], list[str]]:
    """Scenario ids and load ids, as the queries take them."""
    return [load.scenario_id for load in loads], [load.load_id for load in loads]


async def answer(
    model: type[Model],
    db: Snapshot,
    published: PublishedLoad,
    selection: Selection,
    *,
    monthly: Mapping[str, str] | None = None,
    period: str | None = None,
    water_month: int | None = None,
) -> Model:
    """The answer about one scenario.

    Args:
        model: its type.
        db: the database.
        published: the scenario.
        selection: the entities.
        monthly: see `read`.
        period: see `read`.
        water_month: only this month.

    Raises:
        NoDataError: the scenario has results of none of the entities.
    """
    blocks = (await read(db, [published], selection, monthly=monthly, period=period))[published.scenario_id]
    if not blocks:
        raise no_data(published)
    if water_month is not None:
        for block in blocks.values():
            for part in monthly or {}:
                block[part] = {month: row for month, row in block[part].items() if month == str(water_month)}
    return model.model_validate(frame(published, selection, blocks))


async def answer_about_one(
    model: type[Model],
    db: Snapshot,
    published: PublishedLoad,
    selection: Selection,
    *,
    monthly: Mapping[str, str],
    period: str | None = None,
    period_part: str | None = None,
) -> Model:
    """The answer about one entity, without the frame of many.

    Args:
        model: its type.
        db: the database.
        published: the scenario.
        selection: the entity.
        monthly: see `read`.
        period: see `read`.
        period_part: see `read`.

    Raises:
        NoDataError: the scenario has no results of the entity.
    """
    (code,) = selection.codes
    blocks = (await read(db, [published], selection, monthly=monthly, period=period, period_part=period_part))[
        published.scenario_id
    ]
    if code not in blocks:
        raise no_data(published)
    return model.model_validate({"load_id": published.load_id, **blocks[code]})


def no_data(published: PublishedLoad) -> NoDataError:
    """The error for a scenario that has no results of what was asked for."""
    return NoDataError(f"Scenario {published.scenario_id} is active, but has no results for this request.")


def frame(published: PublishedLoad, selection: Selection, blocks: Mapping[str, Block]) -> Block:
    """What surrounds the entities of an answer."""
    around = {
        "scenario_id": published.scenario_id,
        "load_id": published.load_id,
        "count": len(blocks),
        "without_data": [code for code in selection.codes if code not in blocks],
        selection.family.answer_key: blocks,
    }
    return around if selection.group is None else {**around, "group": selection.group}
