"""What the database says about scenarios: which are loaded, what was built from them, which relations exist."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import cached_property
from typing import Any

from dbt_project.dbt_internals import DbtError, ScenarioSelectionError
from extract.warehouse.dbt import project_fingerprint

OFFLINE = "COEQWAL_SCENARIOS"
LOADER_TABLES = ("staging.scenario_version", "ops.scenario_build")
WHOLE = "*"
"""In ops.scenario_build: the scenario of a node that has none (seed, dimension, view)."""


class Warehouse:
    """Read-only view of the database; each query is made at most once.

    Args:
        query: runs one SQL statement and returns its rows.
    """

    def __init__(self, query: Callable[[str], list[tuple[Any, ...]]]) -> None:
        self._run = query

    def _query(self, sql: str) -> list[tuple[Any, ...]]:
        try:
            return self._run(sql)
        except DbtError as error:
            raise ScenarioSelectionError(
                f"cannot read the loaded scenarios from the database: {str(error).strip()}\n"
                "  remedy: start the embedded database with `coeqwal db start`, or set DATABASE_URL;\n"
                f"  without any database (`dbt ls`) set {OFFLINE}=s0105,s0020"
            ) from error

    def require_loader_tables(self) -> None:
        """Make sure that the tables are there which the loader brings.

        Raises:
            ScenarioSelectionError: they are not, or the database cannot be reached.
        """
        checks = ", ".join(f"to_regclass('{name}') is null" for name in LOADER_TABLES)
        missing = [
            name for name, absent in zip(LOADER_TABLES, self._query(f"select {checks}")[0], strict=True) if absent
        ]
        if missing:
            raise ScenarioSelectionError(
                f"the database has no {' and no '.join(missing)}\n  remedy: create it with `coeqwal db init`"
            )

    @cached_property
    def registry(self) -> dict[str, str]:
        """Scenario with data -> version of its model run and tier results; empty if the environment names the ids.

        Raises:
            ScenarioSelectionError: as `require_loader_tables`.
        """
        offline = os.environ.get(OFFLINE)
        if offline:
            return {name.strip(): "" for name in offline.split(",") if name.strip()}
        self.require_loader_tables()
        return dict(self._query("select scenario_id, version from staging.scenario_version"))

    @cached_property
    def code_version(self) -> str:
        """Digest of everything that the project builds from, as it is now."""
        return project_fingerprint()

    @cached_property
    def built(self) -> dict[str, dict[str, str]]:
        """Model -> scenario -> fingerprint of its rows."""
        found: dict[str, dict[str, str]] = {}
        for model, scenario, text in self._query("select model, scenario_id, fingerprint from ops.scenario_build"):
            found.setdefault(model, {})[scenario] = text
        return found

    @cached_property
    def relations(self) -> set[str]:
        """`schema.name` of every table and view."""
        rows = self._query(
            "select n.nspname || '.' || c.relname from pg_class as c inner join pg_namespace as n"
            " on n.oid = c.relnamespace where c.relkind in ('r', 'p', 'v', 'm') and not c.relispartition"
        )
        return {name for (name,) in rows}
