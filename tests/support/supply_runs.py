"""Small model runs for the water supply tests, in memory; see reservoir_runs."""

from __future__ import annotations

import numpy as np

from extract.verification.oracle.reservoirs import DAYS
from extract.verification.oracle.run import MONTHS, Run, Values

ZONE, DIVERSION, ARC, SHORT = "SW-DELIVERY-NET", "DIVERSION", "FLOW-DELIVERY", "DELIVERY-SHORTAGE"


def flow(rng: np.random.Generator, size: float) -> Values:
    """A volume of about this size each month, TAF."""
    return np.round(rng.gamma(8, size / 8, MONTHS), 4)


def now_and_then(rng: np.random.Generator, size: float) -> Values:
    """A volume that is nothing in most months, TAF."""
    return np.where(rng.random(MONTHS) < 0.15, flow(rng, size), 0.0)


def cfs(taf: Values) -> Values:
    """Monthly volumes as mean flows."""
    return taf * 43560000 / 86400 / DAYS


def supply_run(scenario_id: str = "s9105") -> Run:
    """Every case of cities and contractors that has an answer, and some that have none; its balances close."""
    rng = np.random.default_rng(9105)
    run = Run(scenario_id)
    add_cities(run, rng)
    add_contractors(run, rng)
    add_groups(run, rng)
    return run


def add_cities(run: Run, rng: np.random.Generator) -> None:
    """Units with a shortage of the model, a derived one and none; groundwater only; restricted pumping; an arc sum."""
    delivery, pumping, short = flow(rng, 6), flow(rng, 2), now_and_then(rng, 1)
    short[24:36] = np.nan
    short[40] = -901
    lacking = np.where(short == -901, 0, np.nan_to_num(short))
    run.add("UD_02_PU", "URBAN-DEMAND", "TAF", delivery + pumping + lacking, dss_kind="sv")
    run.add("DN_02_PU", ZONE, "CFS", cfs(delivery))
    run.add("GP_02_PU", "GW-PUMPING", "TAF", pumping)
    run.add("SHRTG_02_PU", "SHORTAGE", "CFS", np.where(short == -901, -901, cfs(short)))
    demand = flow(rng, 3)
    run.add("UD_03_PU1", "URBAN-DEMAND", "TAF", demand, dss_kind="sv")
    run.add("DN_03_PU1", ZONE, "CFS", cfs(demand - now_and_then(rng, 1)))
    run.add("GP_03_PU1", "GW-PUMPING", "CFS", np.zeros(MONTHS))
    pumping, short = flow(rng, 4), now_and_then(rng, 2)
    run.add("UD_72_PU", "URBAN-DEMAND", "TAF", pumping + short, dss_kind="sv")
    run.add("GP_72_PU", "GW-PUMPING", "CFS", cfs(pumping))
    run.add("GW_SHORT_72_PU", "GW-RESTRICT-SHORT", "CFS", cfs(short))
    run.add("D_CCC019_CCWD", DIVERSION, "CFS", flow(rng, 100))
    for part in ("CCC007", "SJR006"):
        run.add(f"D_{part}_ANTOC", DIVERSION, "CFS", flow(rng, 12))


def add_contractors(run: Run, rng: np.random.Generator) -> None:
    """One arc, two arcs, one of two arcs missing, a constant demand, no allocation, no shortage."""
    allocation = np.round(np.clip(rng.normal(0.6, 0.4, MONTHS), 0, 1), 3)
    for number in ("35", "38", "39", "1"):
        run.add(f"PERDV_SWP_{number}", "SWP-OUTPUT", "PERCENT", allocation)
    run.add("PERDV_SWP_MWD1", "PERCENT-DELIVERY", "NONE", allocation)
    for arc in ("CSB038_OBISPO", "CSTIC_VNTRA", "PYRMD_VNTRA", "SBA009_ACFC"):
        wanted, short = flow(rng, 50) * allocation, now_and_then(rng, 3)
        run.add(f"D_{arc}_PMI", ARC, "CFS", wanted)
        run.add(f"SHORT_D_{arc}_PMI", SHORT, "CFS", short)
    short = np.minimum(now_and_then(rng, 9), 1911.5 / 12 * allocation)
    run.add("DEL_SWP_MWD", "DELIVERY-SWP", "CFS", cfs(1911.5 / 12 * allocation - short))
    run.add("SHORT_SWP_MWD", "DELIVERY-SHORTAGE-SWP", "CFS", cfs(short))
    run.add("D_ESB355_LROCK_PMI", ARC, "CFS", flow(rng, 2))
    run.add("D_ESB403_MOJVE_PMI", ARC, "CFS", flow(rng, 30))
    run.add("SHORT_D_ESB403_MOJVE_PMI", SHORT, "CFS", now_and_then(rng, 30))


def add_groups(run: Run, rng: np.random.Generator) -> None:
    """Two parts of a total, and a group without its shortage."""
    for side in ("N", "S"):
        run.add(f"DEL_CVP_PMI_{side}", "DELIVERY-CVP", "CFS", flow(rng, 300))
        run.add(f"SHORT_CVP_PMI_{side}", "DELIVERY-SHORTAGE-CVP", "CFS", now_and_then(rng, 40))
    run.add("DEL_SWP_PMI_N", "DELIVERY-SWP", "CFS", flow(rng, 80))


def balanced_run(scenario_id: str = "s9107") -> Run:
    """What is derived is nothing but rounding: the shortage of a city and of a farm unit, the pumping of another."""
    rng = np.random.default_rng(9107)
    run = Run(scenario_id)
    napa, delivery, pumping, reuse, riparian, short = (rng.gamma(8, 3, MONTHS) for _ in range(6))
    run.add("D_BKR004_NBA009_NAPA", DIVERSION, "CFS", napa)
    run.add("D_BKR004_NBA009_NAPA_PLS", DIVERSION, "CFS", np.zeros(MONTHS))
    run.add("D_WTPAMC_AMCYN", DIVERSION, "CFS", 0.179 * napa / 3)
    run.add("D_WTPJAC_AMCYN", DIVERSION, "CFS", 0.179 * napa * 2 / 3)
    last = {"02_SA": ("GP", "GW-PUMPING", pumping), "02_NA": ("SHRTG", "SHORTAGE", short)}
    for unit, (name, part_c, values) in last.items():
        run.add(f"AW_{unit}", "APPLIED-WATER", "CFS", delivery + values + reuse - riparian)
        run.add(f"{name}_{unit}", part_c, "CFS", values)
        run.add(f"DN_{unit}", ZONE, "CFS", delivery)
        run.add(f"RU_{unit}", "REUSE", "CFS", reuse)
        run.add(f"RP_{unit}", "RIPARIAN-MISC-ET", "CFS", riparian)
    return run


def doubtful_supply_run(scenario_id: str = "s9106") -> Run:
    """Series that nobody may use, beside good ones: units, names, allocations, and one that is all missing."""
    rng = np.random.default_rng(9106)
    run = Run(scenario_id)
    for unit in ("02_PU", "02_SU", "03_PU1", "03_SU"):
        run.add(f"UD_{unit}", "URBAN-DEMAND", "TAF", flow(rng, 9), dss_kind="sv")
        run.add(f"GP_{unit}", "GW-PUMPING", "CFS", flow(rng, 20))
        if unit != "03_PU1":
            run.add(f"SHRTG_{unit}", "SHORTAGE", "CFS" if unit != "02_PU" else "FEET", now_and_then(rng, 1))
    run.add("SHRTG_03_PU1", "SHORTAGE", "CFS", np.full(MONTHS, -901.0))
    run.add("DN_02_PU", ZONE, "CFS", flow(rng, 60))
    run.add("DN_02_SU", "SW-DELIVERY-GROSS", "CFS", flow(rng, 60))
    run.add("DN_03_PU1", ZONE, "CFS", flow(rng, 60))
    run.add("DN_03_SU", ZONE, "CFS", flow(rng, 60))
    run.add("DN_03_SU", ZONE, "CFS", flow(rng, 60), part_f="OTHER")
    run.add("D_CSB038_OBISPO_PMI", ARC, "CFS", flow(rng, 50))
    run.add("SHORT_D_CSB038_OBISPO_PMI", SHORT, "CFS", now_and_then(rng, 5))
    run.add("PERDV_SWP_35", "SWP-OUTPUT", "PERCENT", np.full(MONTHS, 35.0))
    run.add("D_SBA029_ACWD_PMI", ARC, "CFS", flow(rng, 50))
    run.add("SHORT_D_SBA029_ACWD_PMI", SHORT, "CFS", now_and_then(rng, 5))
    run.add("PERDV_SWP_3", "SWP-OUTPUT", "NONE", np.full(MONTHS, 0.35))
    return run
