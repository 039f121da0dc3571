"""A release: the frozen copy of a load that may be handed on, as every check that stands against it has passed.

A copy is frozen whenever a load is shown, before anybody can ask the API about it. A release is frozen after that: its
record has the answers of the API, too.
"""

from __future__ import annotations

from extract.archive import Archive
from extract.errors import DataRefusedError, UsageError
from extract.records.names import check_scenario_id
from extract.releases import frozen_copy
from extract.releases.frozen_copy import Release
from extract.warehouse import activation
from extract.warehouse.activation import Cell
from extract.warehouse.load import connection


class NotReleasableError(DataRefusedError):
    """Checks that block the release of a load have not passed.

    Args:
        load_id: the load.
        cells: the cells that block, at least one.
    """

    code = "NOT_RELEASABLE"

    def __init__(self, load_id: str, cells: list[Cell]) -> None:
        super().__init__(*activation.open_checks(f"the load {load_id} is not released", cells))
        self.cells = cells


def release(url: str, archive: Archive, scenario_id: str, by: str) -> Release:
    """Freeze the load that the API shows, with all that was found out about it, unless a check stands against that.

    Looking and freezing happen under the lock of a load, so that none comes in between.

    Args:
        url: the database.
        archive: where the copy goes.
        by: who releases it.

    Raises:
        UsageError: the API does not show the load that the statistics are of.
        NotReleasableError: a check that blocks activation or release failed, or nobody made it. A load that the trend
            report disproves is such a case, whatever was decided about showing it.
    """
    with connection(url) as link:
        activation.lock(link, check_scenario_id(scenario_id))
        state = activation.state(link, scenario_id)
        if state is None or not state.is_active or frozen_copy.present_load(link, scenario_id) != state.load_id:
            raise UsageError(
                f"the API shows no load of {scenario_id} that could be released",
                f"show it first, with `coeqwal activate {scenario_id}`",
            )
        if open_ := [cell for cell in activation.cells(link, [scenario_id]) if cell.blocks_release]:
            raise NotReleasableError(state.load_id, open_)
        return frozen_copy.freeze(url, archive, scenario_id, state.load_id, by)
