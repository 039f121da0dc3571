"""What dbt's plugin manager instantiates at the start of every command."""

from __future__ import annotations

from dbt_project import dbt_internals
from dbt_project.scope import choose, is_grained


class ScenarioPlugin(dbt_internals.Plugin):  # type: ignore[misc]
    """Adds `scenario:` to dbt's selector methods."""

    def initialize(self) -> None:
        """Install the selector method, once per process.

        Raises:
            RuntimeError: this version of dbt-core is not supported.
        """
        dbt_internals.install(choose, is_grained)
