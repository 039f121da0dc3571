"""Model runs for the tests of agriculture and refuges: one as the extractor writes it, a broken copy, a small one."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from extract.archive import Archive
from extract.convert.extraction import Request, extract
from extract.demo.synthetic_names import VariableSpec
from extract.verification.oracle.applied_water import mapping
from extract.verification.oracle.run import MONTHS, Run, Series, Values
from extract.warehouse import load as loader
from tests.support.model_runs import make_model_run

KINDS = ("agricultural_demand_unit", "refuge_demand_unit", "ag_aggregate", "refuge_aggregate")


def variables() -> list[VariableSpec]:
    """What the families are mapped to."""
    rows = [row for kind in KINDS for unit in mapping(kind).values() for measure in unit.values() for row in measure]
    return sorted({(row["dss_kind"], row["part_b"], row["part_c"], row["units"]) for row in rows})


def synthetic(url: str, scenario_id: str, folder: Path) -> tuple[Path, str]:
    """Make a model run, extract and load it; gives the wide CSV and the receipt id."""
    zip_path = folder / f"{scenario_id}_synthetic.zip"
    made = variables()
    make_model_run(zip_path, scenario_id, series=len(made), variables=made)
    archive = Archive(str(folder / "archive"))
    record = loader.ScenarioLoad.of(extract(Request(scenario_id, zip_path), archive, folder / "work"))
    csv_folder = folder / "archive" / "scenario" / scenario_id / "csv"
    loader.load_scenario(url, csv_folder / f"{scenario_id}_dss_series.csv", record)
    return csv_folder / f"{scenario_id}_coeqwal_calsim_output.csv", record.receipt_id


def without(run: Run, *names: str) -> Run:
    """The run without these series."""
    return Run(run.scenario_id, [s for s in run.series if s.part_b not in names])


def damaged(run: Run, scenario_id: str) -> Run:
    """Each way in which a term can be absent, partial or not to be used."""
    made = Run(scenario_id, without(run, "GP_02_NA", "SHRTG_02_SA", "SHRTG_03_NA", "GP_03_NA", "RU_04_NA").series)
    # 02_NA: pumping calculated; 02_SA: shortage derived; 03_NA: neither, two unknowns; 04_NA: derived needs the reuse
    made = without(made, "SHRTG_04_NA", "SHRTG_08N_PR1", "GW_SHORT_63_PR1", "AW_63_PR1", "SHORT_CVP_PAG_N")
    made = without(made, "DN_08N_PR2", "SHRTG_06_NA", "DEL_CVP_PEX_S", "GW_SHORT_91_PR", "DN_91_PR")
    changed = []
    for s in made.series:
        values, units, part_c = s.values.copy(), s.units, s.part_c
        match s.part_b:
            case "DN_02_SA":  # a month missing: the month and its year are open
                values[[14, 500]] = -901
            case "SHRTG_04_PA1":  # all missing
                values[:] = -902
            case "DN_04_PA1":  # a unit that is no flow
                units = "KM"
            case "AW_04_PA2":  # a volume already, with a blank in its unit
                values, units = np.where(np.arange(MONTHS) % 12 == 3, 0.0, values / 20), " taf "
            case "SHRTG_05_NA":  # part C of the other valley is not mapped: absent
                part_c = "SOMETHING-ELSE"
            case "SHRTG_06_PA":  # just at the threshold and above, and negative noise
                values = np.tile([0.1, 0.1000001, -0.05, 0.0], MONTHS // 4)
                units = "TAF"
            case "AW_08N_PR1":  # a year without demand
                values[24:36] = 0
            case "GW_SHORT_72_PR1" | "DEL_SWP_PAG_S":  # a late start
                values[:100] = np.nan
        changed.append(Series(s.part_b, part_c, units, values, s.part_f))
    twin = next(s for s in changed if s.part_b == "SHRTG_07N_PA")
    changed.append(Series(twin.part_b, twin.part_c, twin.units, twin.values + 1, "OTHER"))
    return Run(scenario_id, changed)


def small_run(scenario_id: str = "s9203") -> Run:
    """A few units of each sort, whose balances close: all terms, one term left to the balance, groundwater only."""
    rng = np.random.default_rng(9203)
    run = Run(scenario_id)

    def volume(size: float) -> Values:
        return np.round(rng.gamma(8, size / 8, MONTHS), 4)

    def add(name: str, part_c: str, values: Values) -> None:
        run.add(name, part_c, "TAF", values)

    def add_unit(code: str, shortage: str, left_out: str = "", surface: bool = True) -> None:
        short = np.where(rng.random(MONTHS) < 0.2, volume(2), 0.0)
        terms = {"DN": volume(6) if surface else np.zeros(MONTHS), "GP": volume(3), "RU": volume(1)}
        riparian = volume(0.5)
        parts = {"DN": "SW-DELIVERY-NET", "GP": "GW-PUMPING", "RU": "REUSE", "RP": "RIPARIAN-MISC-ET"}
        add(f"AW_{code}", "APPLIED-WATER", sum(terms.values()) + short - riparian)
        for prefix, values in (terms | {"RP": riparian}).items():
            if prefix != left_out and (surface or prefix != "DN"):
                add(f"{prefix}_{code}", parts[prefix], values)
        if left_out != shortage:
            add(f"{shortage}_{code}", "SHORTAGE" if shortage == "SHRTG" else "GW-RESTRICT-SHORT", short)

    add_unit("02_NA", "SHRTG")
    add_unit("02_PA", "SHRTG", left_out="GP")
    add_unit("02_SA", "SHRTG", left_out="SHRTG")
    add_unit("06_NA", "SHRTG", surface=False)
    add_unit("63_NA1", "GW_SHORT", surface=False)
    for code, measures in mapping("refuge_demand_unit").items():
        shortage = "SHRTG" if "shortage" in measures else "GW_SHORT"
        add_unit(code, shortage, left_out="SHRTG" if code == "08N_PR2" else "")
    for project, names in (("CVP", ("PAG_N", "PAG_S", "PSC_N", "PEX_S")), ("SWP", ("PAG_N", "PAG_S"))):
        for name in names:
            add(f"DEL_{project}_{name}", f"DELIVERY-{project}", volume(90))
            short = np.where(rng.random(MONTHS) < 0.2, volume(9), 0.0)
            add(f"SHORT_{project}_{name}", f"DELIVERY-SHORTAGE-{project}", short)
    for side in ("N", "S"):
        add(f"DEL_CVP_PRF_{side}", "DELIVERY-CVP", volume(20))
    by_name = {s.part_b: s.values for s in run.series}
    add("DEL_SWP_PAG", "DELIVERY-SWP", by_name["DEL_SWP_PAG_N"] + by_name["DEL_SWP_PAG_S"])
    return run
