"""Tier results for tests: files made of texts, loaded as the command does, and the series that the rules look at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from extract.tiers import loading
from extract.tiers.delivery import Delivery, read_delivery
from extract.tiers.places import Known, known
from extract.verification.oracle.run import MONTHS, Run

STATIONS = (
    *("AMR004", "FTR003", "FTR029", "MCD005", "MOK028", "SAC000", "SAC049", "SAC122", "SAC148", "SAC257", "SAC289"),
    *("SJR070", "SJR127", "STS011", "TRN111", "TUO003", "YUB002"),
)
RESERVOIRS = ["FOLSM", "MELON", "MLRTN", "OROVL", "SHSTA", "SLUIS_CVP", "SLUIS_SWP", "TRNTY"]


def knowing(*scenarios: str) -> Known:
    """What is known, with more scenarios in the registry."""
    base = known()
    return replace(base, scenarios=base.scenarios | set(scenarios))


def env_flows(levels: Mapping[str, str]) -> str:
    """A file of environmental flows: scenario -> 17 digits, one for each of STATIONS."""
    rows = [",".join([scenario, *digits]) for scenario, digits in levels.items()]
    return "\n".join([",".join(["scenario", *STATIONS]), *rows]) + "\n"


def storage(levels: Mapping[str, str]) -> str:
    """A file of reservoir storage: scenario -> 8 digits, one for each of RESERVOIRS."""
    rows = [",".join([scenario, *digits]) for scenario, digits in levels.items()]
    return "\n".join([",".join(["Scenario", *(f"S_{r}_Storage_Tier" for r in RESERVOIRS)]), *rows]) + "\n"


def delivery(text: str, *scenarios: str, name: str = "delivery.csv") -> Delivery:
    """Read a file that has to be in order."""
    read = read_delivery(name, text.encode(), knowing(*scenarios))
    assert read.problems == []
    return read


def load(url: str, *texts: str, scenarios: tuple[str, ...] = ()) -> list[loading.Outcome]:
    """Load files into staging."""
    return [loading.load_delivery(url, delivery(text, *scenarios)) for text in texts]


def add_salinity(run: Run) -> None:
    """Emmaton at level 2 with score 2.25: 70 percent below 900, 95 below 1600, none above 2500; Jersey Point better."""
    emmaton = np.concatenate([np.full(840, 500.0), np.full(300, 1200.0), np.full(60, 1700.0)])
    assert len(emmaton) == MONTHS
    run.add("EM_EC_MONTH", "SALINITY", "UMHOS/CM", emmaton)
    run.add("JP_EC_MONTH", "SALINITY", "UMHOS/CM", emmaton / 2)


def load_every_kind(url: str, scenario: str) -> None:
    """Load results of each kind for a scenario: counts, a single level with score, one with its inputs, storage."""
    number = int(scenario[1:])
    load(
        url,
        env_flows({scenario: "3343" + "3" * 12 + "2"}),
        storage({scenario: "12341234"}),
        f"ScenarioID,Salinity_InDelta_Tier\n{scenario},2.25\n",
        f"Scenario,Mean,SD,TierScore,TierValue\n{number},10,4,8.8,3\n",
        scenarios=(scenario,),
    )
