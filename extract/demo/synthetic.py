"""Make a synthetic model run: a ZIP with a DV and an SV file as a CalSim3 study has them.

The same arguments give the same bytes, of the ZIP too: values depend on the seed and the variable's name
only, and the times of writing inside the DSS files are fixed ones. The values are plausible, not real, and the run
says so: by the member `synthetic.json` and by part F of every series.
"""

from __future__ import annotations

import csv
import json
import shutil
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import numpy.typing as npt

from extract.demo.synthetic_names import (
    Variable,
    VariableSpec,
    filler_variables,
    given_variables,
    mapped_variables,
    reservoirs,
    seed_rows,
)
from extract.demo.synthetic_values import make_climate, simulate_reservoirs, values_of
from extract.dss.heclib_process import RecordToWrite, write_dss
from extract.dss.series import Window, month_number, window_length
from extract.errors import UsageError
from extract.intake.identity import MARK, SYNTHETIC_PART_F
from extract.records.calendar import FIRST_MONTH, LAST_MONTH, Month

PART_A, PART_E, PART_F, DATA_TYPE = "CALSIM", "1MON", "L2020A", "PER-AVER"
REFERENCE_STORAGES, REFERENCE_RELEASES = 6, 5
HEADER_ROWS = ("a", "b", "c", "e", "f", "type", "units")
MONTH_NAMES = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
ZIP_TIME = (1980, 1, 1, 0, 0, 0)
ZIP_LEVEL = 1

EDGE_CASES = frozenset(
    (
        "missing_codes",
        "late_start",
        "two_c_parts",
        "two_f_parts",
        "other_time_steps",
        "all_missing",
        "float_values",
    )
)
"""`missing_codes`: a series with -901, -902 and -3.4e38, and with -950.5, which is data.
`late_start`: one series that begins late and ends early, one with a gap of decades.
`two_c_parts`: the first variable again under another part C. `two_f_parts`: the first filler again under another
part F. `other_time_steps`: a daily and a yearly series. `all_missing`: a series of -901 only.
`float_values`: filler stored with 4-byte values."""


@dataclass(slots=True)
class FilePlan:
    """What one DSS file will hold.

    Attributes:
        records: the series; their rows point into `values`.
        values: shape [rows, months]; codes of missing values are left in.
    """

    records: list[RecordToWrite]
    values: npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class SyntheticRun:
    """What was written.

    Attributes:
        zip_path: the model run.
        reference_path: the trend-report reference, if it was asked for.
        dv_records: series in the DV file, of every time step.
        sv_records: series in the SV file.
    """

    zip_path: Path
    reference_path: Path | None
    dv_records: int
    sv_records: int


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
    """Write a model run, and the trend-report reference beside it if that is wanted.

    Args:
        zip_path: where to write; the reference gets the same name with `.csv`.
        scenario_id: such as `s0105`; names the files.
        series: series in both files together; more if the variables alone are more.
        seed: another seed gives other values.
        dss_version: 6 or 7.
        window: first and last month.
        edge_cases: names out of `EDGE_CASES`, whose series come on top.
        variables: what the run has to hold; by default every variable of the seed `variable_map`.
        reference: write the reference.

    Raises:
        UsageError: an unknown edge case or DSS version.
        DssError: heclib failed.
    """
    if unknown := edge_cases - EDGE_CASES:
        raise UsageError(f"unknown edge cases: {sorted(unknown)}", f"choose from {sorted(EDGE_CASES)}")
    if dss_version not in (6, 7):
        raise UsageError(f"unknown DSS version {dss_version}", "choose 6 or 7")
    wanted = choose_variables(series, seed, variables)
    plans = {kind: plan_file(kind, wanted, seed, window, edge_cases, SYNTHETIC_PART_F) for kind in ("dv", "sv")}
    mark = {
        "generator": "coeqwal synthesize",
        "scenario_id": scenario_id,
        "series": sum(len(plan.records) for plan in plans.values()),
        "seed": seed,
        "dss_version": dss_version,
        "first_month": "{:04d}-{:02d}".format(*window[0]),
        "last_month": "{:04d}-{:02d}".format(*window[1]),
        "edge_cases": sorted(edge_cases),
    }
    with TemporaryDirectory(prefix="coeqwal-synthetic-") as folder:
        made = Path(folder) / "run.zip"
        with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED, compresslevel=ZIP_LEVEL) as archive:
            for kind, place in (("dv", "output"), ("sv", "input")):
                file = Path(folder) / f"{scenario_id}_{kind.upper()}.dss"
                write_dss(file, dss_version, plans[kind].records, plans[kind].values)
                _add(archive, file, f"{scenario_id}_run/DSS/{place}/{file.name}")
            (Path(folder) / MARK).write_text(json.dumps(mark, indent=2) + "\n", encoding="utf-8")
            _add(archive, Path(folder) / MARK, f"{scenario_id}_run/{MARK}")
        shutil.move(made, zip_path)
    reference_path = zip_path.with_suffix(".csv") if reference else None
    if reference_path:
        write_reference(reference_path, wanted, plans["dv"], window, SYNTHETIC_PART_F)
    return SyntheticRun(zip_path, reference_path, len(plans["dv"].records), len(plans["sv"].records))


def choose_variables(series: int, seed: int, variables: Sequence[VariableSpec] | None = None) -> list[Variable]:
    """The variables of a run: the given ones or those of the seeds, filled up to the number of series."""
    required = mapped_variables(seed_rows("variable_map")) if variables is None else given_variables(variables)
    return required + filler_variables(max(series - len(required), 0), seed, required)


def plan_file(
    kind: str,
    variables: Sequence[Variable],
    seed: int,
    window: Window,
    edge_cases: frozenset[str],
    part_f: str = PART_F,
) -> FilePlan:
    """All series of the DV or the SV file with their values and one part F. Edge cases are for the DV file."""
    months = window_length(window)
    climate = make_climate(seed, window[0], months)
    known = reservoirs(seed_rows("reservoir"), seed_rows("variable_map"))
    runs = simulate_reservoirs(known, climate, seed)
    chosen = [v for v in variables if v.dss_kind == kind]
    values = np.empty((len(chosen), months))
    first_day = day_text(window[0])
    records = []
    for row, variable in enumerate(chosen):
        values[row] = values_of(variable, climate, runs, seed)
        single = variable.filler and "float_values" in edge_cases
        path = pathname(variable.part_b, variable.part_c, part_f=part_f)
        records.append(RecordToWrite(path, first_day, variable.units, DATA_TYPE, row, 0, months, single))
    plan = FilePlan(records, values)
    if kind == "dv":
        _add_edge_cases(plan, chosen, window, edge_cases, part_f)
    return plan


def pathname(part_b: str, part_c: str, part_e: str = PART_E, part_f: str = PART_F) -> str:
    """A pathname without D part."""
    return f"/{PART_A}/{part_b}/{part_c}//{part_e}/{part_f}/"


def day_text(month: Month) -> str:
    """The last day of a month, such as `31OCT1921`."""
    last = np.datetime64(f"{month[0]:04d}-{month[1]:02d}") + 1
    day = (last.astype("datetime64[D]") - 1).item().day
    return f"{day:02d}{MONTH_NAMES[month[1] - 1]}{month[0]:04d}"


def _add_edge_cases(
    plan: FilePlan, variables: Sequence[Variable], window: Window, edge_cases: frozenset[str], part_f: str
) -> None:
    months, first = plan.values.shape[1], month_number(window[0])
    base: npt.NDArray[np.float64] = plan.values[0] if len(plan.values) else np.arange(months) * 1.0
    rows: list[npt.NDArray[np.float64]] = []

    def path_of(part_b: str, part_c: str, part_e: str = PART_E) -> str:
        return pathname(part_b, part_c, part_e, part_f)

    def add(path: str, data: npt.NDArray[np.float64], begin: int = 0, end: int = months, day: str = "") -> None:
        start = day or day_text(month_of_number(first + begin))
        row = len(plan.values) + len(rows)
        plan.records.append(RecordToWrite(path, start, "CFS", DATA_TYPE, row, begin, end))
        rows.append(data)

    if "missing_codes" in edge_cases:
        coded = base.copy()
        coded[:3], coded[3:5], coded[5:7], coded[7:9] = -901, -902, -3.4028234663852886e38, -950.5
        add(path_of("C_EDGE_CODES", "CHANNEL"), coded)
    if "late_start" in edge_cases:
        add(path_of("C_EDGE_LATE", "CHANNEL"), base, months // 2, months // 2 + months // 10)
        add(path_of("C_EDGE_GAP", "CHANNEL"), base, 0, months // 10)
        add(path_of("C_EDGE_GAP", "CHANNEL"), base, months - months // 10, months)
    if "two_c_parts" in edge_cases and variables:
        add(path_of(variables[0].part_b, variables[0].part_c + "-ALT"), base + 1)
    filler = [i for i, v in enumerate(variables) if v.filler]
    if "two_f_parts" in edge_cases and filler:
        twin = variables[filler[0]]
        path = pathname(twin.part_b, twin.part_c, part_f=part_f + "_ALT")
        add(path, plan.values[filler[0]] + 1)
    if "other_time_steps" in edge_cases:
        add(path_of("C_EDGE_DAY", "CHANNEL", "1DAY"), base, 0, min(months, 800), f"01OCT{window[0][0]:04d}")
        add(path_of("C_EDGE_YEAR", "CHANNEL", "1YEAR"), base, 0, max(months // 12, 1), f"31DEC{window[0][0]:04d}")
    if "all_missing" in edge_cases:
        add(path_of("C_EDGE_EMPTY", "CHANNEL"), np.full(months, -901.0))
    if rows:
        plan.values = np.vstack([plan.values, *rows])


def month_of_number(number: int) -> Month:
    """(year, month) of a number of months since January of year 0."""
    return number // 12, number % 12 + 1


def write_reference(
    path: Path, variables: Sequence[Variable], plan: FilePlan, window: Window, part_f: str = PART_F
) -> None:
    """A trend report: seven header rows, then the months, of the largest storages and releases."""
    chosen = [v for v in variables if v.dss_kind == "dv"]
    rows: list[int] = []
    for behaviour, count in (("storage", REFERENCE_STORAGES), ("release", REFERENCE_RELEASES)):
        members = [i for i, v in enumerate(chosen) if v.behaviour == behaviour]
        rows += sorted(members, key=lambda i: -plan.values[i].max())[:count]
    rows = rows or list(range(min(len(chosen), REFERENCE_STORAGES)))
    columns = [(PART_A, chosen[i].part_b, chosen[i].part_c, PART_E, part_f, DATA_TYPE, chosen[i].units) for i in rows]
    following = np.datetime64(f"{window[0][0]:04d}-{window[0][1]:02d}") + 1 + np.arange(plan.values.shape[1])
    days = following.astype("datetime64[D]") - 1
    with open(path, "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerows([label, *(c[i] for c in columns)] for i, label in enumerate(HEADER_ROWS))
        for day, month in zip(days.tolist(), plan.values[rows].T.round(6).tolist(), strict=True):
            writer.writerow([day, *month])


def _add(archive: zipfile.ZipFile, file: Path, name: str) -> None:
    """Add a file with a fixed time, so that the archive's bytes depend on the contents only."""
    entry = zipfile.ZipInfo(name, ZIP_TIME)
    entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
    with open(file, "rb") as source, archive.open(entry, "w", force_zip64=True) as target:
        while block := source.read(2**20):
            target.write(block)
    file.unlink()
