"""`coeqwal reference`: pages and figures that follow from the reference data, written or checked."""

from __future__ import annotations

import difflib
from pathlib import Path
from typing import Annotated

import typer

from extract.cli.report import counted
from extract.errors import CheckFailedError
from extract.reference import expected_rows, faults, grain, manifest, marked, questions, tables
from extract.reference.database import differences
from extract.reference.receipt_schemas import schema_texts
from extract.settings import PROJECT, settings
from extract.warehouse.load import connection

app = typer.Typer(help="Pages and figures that follow from the reference data.", no_args_is_help=True)


def page_texts() -> dict[str, str]:
    """What each page should be, by its path in the repository."""
    made = manifest.parse()
    parts = {
        grain.PAGE: (grain.PART, grain.table(made)),
        questions.PAGE: (questions.PART, questions.generated(questions.asked(PROJECT / "seeds"))),
        faults.PAGE: (faults.PART, faults.index(PROJECT / faults.FOLDER)),
    }
    pages = {
        path: marked.with_part((PROJECT / path).read_text(encoding="utf-8"), *part) for path, part in parts.items()
    }
    written = {
        tables.PAGE: tables.text(made, PROJECT),
        tables.EXPOSURE: tables.exposure(made),
    }
    return {**written, **pages, **schema_texts()}


@app.command()
def pages(
    check: Annotated[
        bool, typer.Option("--check", help="Write nothing; exit status 1 if a page is not current.")
    ] = False,
) -> None:
    """Write grain table, questions, index of faults, served tables and the schemas of the receipts."""
    old = []
    for name, text in page_texts().items():
        path = PROJECT / name
        current = path.read_text(encoding="utf-8") if path.exists() else ""
        if current != text:
            old.append(name)
            print(
                "\n".join(difflib.unified_diff(current.splitlines(), text.splitlines(), name, "now", n=0, lineterm=""))
            )
            if not check:
                path.write_text(text, encoding="utf-8")
    if check and old:
        raise CheckFailedError(f"not current: {', '.join(old)}", "run `coeqwal reference pages` and commit the pages")
    print(f"{len(old)} pages written" if old else "all pages are current")


@app.command()
def database() -> None:
    """Compare tables, columns and types of the database with the dbt manifest, in both directions."""
    relations = manifest.relations(manifest.parse())
    with connection(settings().resolved_database_url()) as link:
        found = differences(link, relations)
    print("\n".join(found) or f"the database has the tables, columns and types of {len(relations)} relations")
    if found:
        raise CheckFailedError(
            f"{len(found)} differences between manifest and database",
            "run `dbt build`; drop what no model makes any more; declare a missing data_type in the model's yml",
        )


@app.command("expected-rows")
def expected_row_counts(
    scenario: Annotated[list[str] | None, typer.Argument(help="Scenarios to add to those in the seed.")] = None,
    update: Annotated[bool, typer.Option("--update", help="Write the figures of the warehouse to the seed.")] = False,
) -> None:
    """Compare the reviewed row counts with the warehouse, or update them; review the difference before a commit."""
    path: Path = PROJECT / expected_rows.SEED
    reviewed = expected_rows.read(path)
    with connection(settings().resolved_database_url()) as link:
        now = expected_rows.counted(link, [*(f.scenario_id for f in reviewed), *(scenario or ())])
    found = expected_rows.differences(reviewed, now)
    print(
        "\n".join(found)
        or f"the warehouse has the reviewed rows of {counted(len({f.scenario_id for f in now}), 'scenario')}"
    )
    if update:
        path.write_text(expected_rows.as_csv(expected_rows.updated(reviewed, now)), encoding="utf-8")
    elif found:
        raise CheckFailedError(
            f"{len(found)} row counts are not the reviewed ones",
            "find out why; if it is right, run `coeqwal reference expected-rows --update` and review the difference",
        )
