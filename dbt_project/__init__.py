"""dbt project of the warehouse, and the small plugin that teaches dbt the selector method `scenario:`.

dbt's plugin manager imports every installed top-level module named `dbt_*` and reads its attribute `plugins`. This
module is therefore imported by every `dbt` command: it stays free of imports until dbt asks for that attribute.
"""

from __future__ import annotations

from typing import Any


def __getattr__(name: str) -> Any:
    if name == "plugins":
        from dbt_project.plugin import ScenarioPlugin

        return [ScenarioPlugin]
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
