"""`coeqwal explain` and `coeqwal compare`: where a number comes from, and how it was before."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Annotated

import typer

from extract.archive import Archive
from extract.cli import provenance_text
from extract.errors import CheckFailedError, CoeqwalError, UsageError
from extract.records import names
from extract.releases import comparison, frozen_copy
from extract.settings import settings

if TYPE_CHECKING:
    from api.database import Pool
    from api.models.provenance import Explanation

JsonOption = Annotated[bool, typer.Option("--json", help="JSON instead of text.")]


def explain(
    subject: Annotated[
        str, typer.Argument(help="A path of the API with its query string, or a table.", show_default=False)
    ],
    terms: Annotated[
        list[str] | None,
        typer.Argument(help="For a table: column=value for each part of the key, and columns wanted."),
    ] = None,
    load: Annotated[str | None, typer.Option("--load", help="As it was in this load; default the present one.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Say where a number comes from: SQL, method, variables and pathnames, files, checks."""
    made = asyncio.run(_explain(subject, terms or [], load))
    print(made.model_dump_json(indent=2) if as_json else provenance_text.explanation(made))


async def _explain(subject: str, terms: list[str], load_id: str | None) -> Explanation:
    """The explanation, through the same code and with the same rights as the API's."""
    from api.database import Pool
    from api.errors import RequestError, answer_for
    from api.settings import ApiSettings

    pool = Pool(ApiSettings())
    await pool.open()
    try:
        return await _explained(pool, subject, terms, load_id)
    except RequestError as error:
        raise UsageError(str(error), "name rows of a scenario by its table, as in `coeqwal explain --help`") from error
    except CoeqwalError:
        raise
    except Exception as error:
        raise CheckFailedError(f"{answer_for(error).words} ({error})", "see `coeqwal db status`") from error
    finally:
        await pool.close()


async def _explained(pool: Pool, subject: str, terms: list[str], load_id: str | None) -> Explanation:
    from api.provenance import explain as explain_traces
    from api.provenance import explain_release
    from api.request_trace import read_table, trace_request
    from api.snapshot import Snapshot

    values = dict(term.split("=", 1) for term in terms if "=" in term)
    columns = [term for term in terms if "=" not in term]
    title = " ".join([subject, *terms])
    async with Snapshot(pool) as db:
        if subject.startswith("/"):
            # only here: to make all routes takes longer than everything else
            from api.main import create_app
            from api.settings import ApiSettings

            app = create_app(ApiSettings())
            app.state.pool = pool
            traces = await trace_request(app, _SCOPE, subject)
        else:
            names.check_scenario_id(values.get("scenario_id", ""))
            traces = [await read_table(db, subject, values, columns)]
        if load_id is None or any(load_id == one.load_of(load_id.partition("-")[0]) for one in traces):
            made = await explain_traces(title, traces, db)
            if not any(one.rows for one in traces):
                raise UsageError("there is no such row", "see the key of the table in its description")
            return made
        return await explain_release(title, traces, _frozen(load_id), values, columns)


_SCOPE = {
    "type": "http",
    "http_version": "1.1",
    "scheme": "http",
    "headers": [],
    "client": ("127.0.0.1", 0),
    "server": ("localhost", 80),
    "root_path": "",
}


def _frozen(load_id: str) -> frozen_copy.Release:
    scenario_id = names.check_scenario_id(load_id.partition("-")[0])
    archive = Archive.of(settings())
    found = frozen_copy.find(archive, scenario_id, load_id)
    if found is None:
        there = ", ".join(frozen_copy.loads(archive, scenario_id)) or "none"
        raise UsageError(f"the archive has no frozen copy of {load_id}", f"it has of {scenario_id}: {there}")
    return found


def compare(
    scenario: Annotated[str, typer.Option("--scenario", help="Scenario id, as in s0105.", show_default=False)],
    load: Annotated[
        tuple[str, str] | None,
        typer.Option(
            "--load",
            help="Earlier and later load id; `current` = in the database. Default the last frozen one and that.",
        ),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Compare a scenario's statistics of two loads: a report, whatever it finds."""
    config = settings()
    archive, scenario_id = Archive.of(config), names.check_scenario_id(scenario)
    before, after = load or (_last_frozen(archive, scenario_id), comparison.CURRENT)
    found = comparison.compare_loads(config.resolved_database_url(), archive, scenario_id, before, after)
    if as_json:
        report = {"scenario_id": scenario_id, "before": before, "after": after}
        print(json.dumps({**report, "tables": [table.as_json() for table in found]}, indent=2))
    else:
        print(provenance_text.changes(scenario_id, before, after, found))


def _last_frozen(archive: Archive, scenario_id: str) -> str:
    frozen = frozen_copy.loads(archive, scenario_id)
    if not frozen:
        raise UsageError(f"the archive has no frozen copy of {scenario_id}", "there is nothing to compare with")
    return frozen[-1]
