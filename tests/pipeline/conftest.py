"""A warehouse in which a load of a scenario was frozen and then replaced by a newer one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from extract.archive import Archive
from extract.releases import frozen_copy
from extract.releases.frozen_copy import Release
from tests.support import reservoir_runs as runs
from tests.support import verified
from tests.support.reservoir_runs import Run

SCENARIO = "s9101"
TABLES = (
    f"scenario:{SCENARIO},path:dbt_project/models/marts/reservoir",
    f"scenario:{SCENARIO},fct_verification_row_count",
)


class LaterRun(Run):
    """The same scenario, run again."""

    @property
    def load_id(self) -> str:
        """The receipt of the later load."""
        return f"{self.scenario_id}-ba9876543210"


@dataclass(frozen=True)
class Traced:
    """A warehouse with an archive.

    Attributes:
        earlier: the load that was frozen, with Shasta, Oroville and Folsom.
        later: the load that the warehouse has: Shasta holds a fifth more, Folsom is gone, Trinity is new.
        frozen: the frozen copy of the earlier one.
    """

    url: str
    archive: Archive
    data_dir: Path
    earlier: str
    later: str
    frozen: Release


def _storage(run: Run, code: str, taf: float) -> None:
    run.add(f"S_{code}", "STORAGE", "TAF", taf + np.arange(runs.MONTHS) % 12)


@pytest.fixture(scope="session")
def traced(
    new_database: Callable[..., str],
    deployed_template: str,
    run_dbt: Callable[..., Any],
    tmp_path_factory: pytest.TempPathFactory,
) -> Traced:
    """The warehouse; not to be changed by a test, unless it rolls back."""
    url, data_dir = new_database(deployed_template), tmp_path_factory.mktemp("traced")
    archive = Archive(str(data_dir / "archive"))
    earlier, later = Run(SCENARIO), LaterRun(SCENARIO)
    for run, of_shasta, other in ((earlier, 1.0, "FOLSM"), (later, 1.2, "TRNTY")):
        _storage(run, "SHSTA", 2000 * of_shasta)
        _storage(run, "OROVL", 1000)
        _storage(run, other, 500)
    runs.load(url, earlier)
    run_dbt(url, "run", "--select", *TABLES, check=True)
    frozen = frozen_copy.freeze(url, archive, SCENARIO, earlier.load_id)
    runs.load(url, later)
    run_dbt(url, "run", "--select", *TABLES, check=True)
    verified.show(url, SCENARIO)
    return Traced(url, archive, data_dir, earlier.load_id, later.load_id, frozen)
