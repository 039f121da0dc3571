"""`coeqwal registry`: which scenarios are active, for people who read the README."""

from __future__ import annotations

import json
import re
import textwrap
import urllib.error
import urllib.request
from datetime import date
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit, urlunsplit

import psycopg
import typer

from extract.errors import CheckFailedError, DataRefusedError, RetryableError, UsageError
from extract.records.names import SCENARIO_ID
from extract.settings import PROJECT, settings
from extract.warehouse.load import connection

app = typer.Typer(help="The registry of scenarios.", no_args_is_help=True)
BEGIN = "<!-- active scenarios: begin; written by `coeqwal registry refresh` -->"
END = "<!-- active scenarios: end -->"
WIDTH = 120


class MarkersMissingError(CheckFailedError):
    """The file does not hold the two marker lines, once each and in order."""

    code = "MARKERS_MISSING"


def scenarios_address(base: str) -> str:
    """The address of the list of active scenarios.

    Args:
        base: our API's base URL, with or without `/api` or `/api/scenarios` at its end.

    Raises:
        UsageError: it is not the URL of a web service.
    """
    parts = urlsplit(base)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise UsageError(f"'{base}' is not the URL of an API", "give it as in --from http://127.0.0.1:8000")
    path = re.sub(r"(/api(/scenarios)?)?/*$", "", parts.path)
    return urlunsplit((parts.scheme, parts.netloc, f"{path}/api/scenarios", "", ""))


def without_password(address: str) -> str:
    """The address as it may stand in a file: without user and password."""
    parts = urlsplit(address)
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))


def active_from_api(address: str) -> list[str]:
    """Ids of the active scenarios as the API lists them, sorted.

    Raises:
        RetryableError: the API does not answer, or says that it cannot now.
        DataRefusedError: the answer is no list of scenarios.
    """
    shown = without_password(address)
    try:
        with urllib.request.urlopen(address, timeout=60) as answer:  # noqa: S310 - http or https, see above
            body = answer.read()
    except (urllib.error.URLError, TimeoutError, ConnectionError) as error:
        raise RetryableError(f"{shown} does not answer: {error}", "start the API with `coeqwal serve`") from error
    try:
        codes = [str(scenario["short_code"]) for scenario in json.loads(body)]
    except (ValueError, TypeError, KeyError) as error:
        raise DataRefusedError(f"{shown} does not answer with a list of scenarios", "is this our API?") from error
    strange = [code for code in codes if not SCENARIO_ID.fullmatch(code)]
    if strange:
        raise DataRefusedError(f"{shown} lists {strange[0]!r}, which is no scenario id", "is this our API?")
    return sorted(set(codes))


def active_from_database(url: str) -> list[str]:
    """Ids of the active scenarios as the API would list them, sorted.

    Raises:
        CheckFailedError: the database is not prepared.
    """
    with connection(url) as link:
        try:
            rows = link.execute("select scenario_id from api.api_scenario where is_active order by 1").fetchall()
        except (psycopg.errors.UndefinedTable, psycopg.errors.InvalidSchemaName) as error:
            raise CheckFailedError("the database has no list of scenarios", "run `coeqwal db init`") from error
    return [str(row[0]) for row in rows]


def block(scenarios: list[str], source: str, day: date) -> str:
    """The text between the markers, with both of them."""
    listed = f": {', '.join(scenarios)}" if scenarios else ""
    text = textwrap.fill(f"Active scenarios ({len(scenarios)} active){listed}.", WIDTH, break_on_hyphens=False)
    return f"{BEGIN}\n{text}\n\nLast refreshed {day.isoformat()} from {source}.\n{END}"


def with_block(text: str, new: str, name: str) -> str:
    """The text with its block replaced.

    Args:
        text: content of the file.
        new: the block, with markers.
        name: the file's name, for the message.

    Raises:
        MarkersMissingError: a marker is missing, repeated, or they are in the wrong order.
    """
    if text.count(BEGIN) != 1 or text.count(END) != 1 or text.index(BEGIN) > text.index(END):
        raise MarkersMissingError(
            f"{name} does not hold the two marker lines, once each and in this order",
            f"write them where the list is to stand:\n    {BEGIN}\n    {END}",
        )
    return text[: text.index(BEGIN)] + new + text[text.index(END) + len(END) :]


@app.callback()
def registry() -> None:
    """Keep `refresh` a word of its own, also while it is the only one."""


@app.command()
def refresh(
    source: Annotated[str | None, typer.Option("--from", help="Base URL of our API; without it, the database.")] = None,
    readme: Annotated[Path, typer.Option(help="The file with the markers.")] = PROJECT / "README.md",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only print the block.")] = False,
) -> None:
    """Write the list of active scenarios, dated, between the markers of the README."""
    if source is None:
        scenarios, origin = active_from_database(settings().resolved_database_url()), "the warehouse's database"
    else:
        address = scenarios_address(source)
        scenarios, origin = active_from_api(address), without_password(address)
    try:
        before = readme.read_bytes().decode()
    except FileNotFoundError as error:
        raise UsageError(f"{readme} does not exist", "name the file with --readme") from error
    new = block(scenarios, origin, date.today())
    after = with_block(before, new, readme.name)
    if dry_run:
        print(new)
    elif after == before:
        print(f"{readme.name} is up to date: {len(scenarios)} active")
    else:
        readme.write_bytes(after.encode())
        print(f"{readme.name}: {len(scenarios)} active")
