"""`coeqwal seeds`: the reference data as files."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from extract.reference.geometry import read_polygons
from extract.reference.seed_rules import refuse_bad_seeds
from extract.settings import PROJECT

app = typer.Typer(help="The reference data: CSV files in seeds/ and the yml files beside them.", no_args_is_help=True)


@app.callback()
def seeds() -> None:
    """Keep `check` a word of its own, also while it is the only one."""


@app.command()
def check(
    folder: Annotated[Path, typer.Argument(help="Folder with the seeds.")] = PROJECT / "seeds",
) -> None:
    """Check shape, types, keys and references of all seeds, and polygons, without a database. Names file:row:column."""
    count = refuse_bad_seeds(folder)
    polygons = sum(len(read_polygons(path)) for path in sorted(folder.rglob("*.geojsonl")))
    print(f"{count} seeds and {polygons} polygons are in order")
