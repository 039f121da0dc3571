"""Model runs as a modelling team hands them in: the generator's values without its marks.

The generator says of its runs that they are synthetic, and the door refuses such a run under a registered scenario's
id. Tests of everything behind the door need runs of registered scenarios.
"""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from extract.demo.synthetic import PART_F, SyntheticRun, choose_variables, plan_file, write_reference
from extract.demo.synthetic_names import VariableSpec
from extract.dss.heclib_process import write_dss
from extract.dss.series import Window
from extract.records.calendar import FIRST_MONTH, LAST_MONTH

PLACES = {"dv": "output", "sv": "input"}


def make_model_run(
    zip_path: Path,
    scenario_id: str,
    *,
    series: int = 3000,
    seed: int = 1,
    dss_version: int = 6,
    window: Window = (FIRST_MONTH, LAST_MONTH),
    edge_cases: frozenset[str] = frozenset(),
    variables: Sequence[VariableSpec] | None = None,
    reference: bool = False,
) -> SyntheticRun:
    """As `extract.synthetic.make_model_run`, but nothing in the run says that it is synthetic."""
    wanted = choose_variables(series, seed, variables)
    plans = {kind: plan_file(kind, wanted, seed, window, edge_cases, PART_F) for kind in PLACES}
    with TemporaryDirectory() as folder, zipfile.ZipFile(zip_path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as run:
        for kind, place in PLACES.items():
            file = Path(folder) / f"{scenario_id}_{kind.upper()}.dss"
            write_dss(file, dss_version, plans[kind].records, plans[kind].values)
            member = zipfile.ZipInfo(f"{scenario_id}_run/DSS/{place}/{file.name}")
            member.compress_type = zipfile.ZIP_DEFLATED
            run.writestr(member, file.read_bytes())
    reference_path = zip_path.with_suffix(".csv") if reference else None
    if reference_path:
        write_reference(reference_path, wanted, plans["dv"], window)
    return SyntheticRun(zip_path, reference_path, len(plans["dv"].records), len(plans["sv"].records))
