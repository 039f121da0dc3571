"""What dbt's plugin manager instantiates at the start of every command."""

from __future__ import annotations

import os

from dbt_project import dbt_internals
from dbt_project.scope import choose, is_grained
from extract.database import DatabaseUrl


class ScenarioPlugin(dbt_internals.Plugin):  # type: ignore[misc]
    """Adds `scenario:` to dbt's selector methods, and sets what dbt's sessions rely on."""

    def initialize(self) -> None:
        """Install the selector method, once per process.

        Raises:
            RuntimeError: this version of dbt-core is not supported.
            UsageError: DATABASE_URL cannot be read; profiles.yml is less strict.
        """
        if url := os.environ.get("DATABASE_URL"):
            DatabaseUrl.parse(url)
        dbt_internals.install(choose, is_grained)
