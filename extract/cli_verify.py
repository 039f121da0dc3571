"""`coeqwal verify`: does the warehouse hold what it was given?"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from extract import load
from extract.archive import Archive
from extract.errors import CheckFailedError, DataRefusedError
from extract.settings import settings
from extract.tiers import loading, verification
from extract.tiers.places import known

app = typer.Typer(help="Comparisons of the warehouse with what it was given.", no_args_is_help=True)


@app.callback()
def verify() -> None:
    """Keep `tiers` a word of its own, also while it is the only one."""


@app.command()
def tiers(
    path: Annotated[
        Path | None, typer.Argument(help="Delivered file or folder to compare with; default the archived deliveries.")
    ] = None,
    counts: Annotated[
        Path | None, typer.Option(help="CSV with counts per scenario and tier, published without locations.")
    ] = None,
) -> None:
    """Compare tier results with the delivered files, cell by cell and in both directions."""
    config = settings()
    problems: list[str] = []
    with load.connection(config.resolved_database_url()) as link:
        if counts is not None:
            outcome = verification.compare_counts(link, counts.read_text(encoding="utf-8-sig"))
        elif path is not None:
            deliveries = loading.read_all(loading.files_of(path), known(), None, leave_out_unknown=True)
            refused = [d.name for d in deliveries if d.problems]
            if refused:
                raise DataRefusedError(
                    f"not readable as deliveries: {', '.join(refused)}", "`coeqwal tiers load --dry-run` says why"
                )
            expected = set().union(*map(verification.results_of, deliveries))
            outcome = verification.compare(link, expected, everything=False)
        else:
            expected, problems = verification.archived(link, Archive.of(config), known())
            outcome = verification.compare(link, expected, everything=True)
    differences = [*problems, *outcome.differences]
    for difference in differences:
        print(difference)
    if differences:
        raise CheckFailedError(
            f"{len(differences)} differences in {outcome.results} results of {len(outcome.scenarios)} scenarios",
            "load the delivery again if the database is wrong; ask the science team if the delivery is",
        )
    print(f"{outcome.results} results of {len(outcome.scenarios)} scenarios are as they were delivered")
