"""From the columns of a view to the nested blocks of an answer; nothing is computed here."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from api.database import Row

Block = dict[str, Any]

QUANTILES = ("q0", "q10", "q30", "q50", "q70", "q90", "q100")
PROBABILITIES = ("p5", "p10", "p25", "p50", "p75", "p90", "p95")


def by_entity(rows: Sequence[Row], key: str) -> dict[str, list[Row]]:
    """The rows by the value of one column, in their order."""
    groups: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        groups[row[key]].append(row)
    return dict(groups)


def percent_quantiles(row: Row) -> Block:
    """q0 … q100 and mean of a month, % of capacity."""
    return {**{name: row[f"{name}_pct"] for name in QUANTILES}, "mean": row["mean_pct"]}


def storage_percent_month(row: Row) -> Block:
    """q0 … q100, mean and exceedance of a month, % of capacity."""
    return {**percent_quantiles(row), **{f"exc_{name}": row[f"exc_{name}_pct"] for name in PROBABILITIES}}


def storage_taf_month(row: Row) -> Block:
    """q0 … q100, mean, exceedance, variation and sample of a month, TAF."""
    return {
        **{name: row[f"{name}_taf"] for name in QUANTILES},
        "mean": row["mean_taf"],
        **{f"exc_{name}": row[f"exc_{name}_taf"] for name in PROBABILITIES},
        "cv": row["cv"],
        "sample_count": row["sample_count"],
    }


def spill_month(row: Row) -> Block:
    """Flood releases of a month under the names that clients know, and its flood pool."""
    return {
        "spill_months_count": row["flood_release_months_count"],
        "total_months": row["total_months"],
        "spill_frequency_pct": row["flood_release_frequency_pct"],
        "spill_avg_cfs": row["flood_release_mean_cfs"],
        "spill_max_cfs": row["flood_release_max_cfs"],
        "spill_q50": row["flood_release_q50_cfs"],
        "spill_q90": row["flood_release_q90_cfs"],
        "spill_q100": row["flood_release_q100_cfs"],
        "storage_at_spill_avg_pct": row["storage_at_flood_release_pct"],
        "storage_at_spill_avg_taf": row["storage_at_flood_release_taf"],
        "at_flood_pool": {
            "months_count": row["at_flood_pool_months_count"],
            "total_months": row["at_flood_pool_total_months"],
            "frequency_pct": row["at_flood_pool_frequency_pct"],
        },
    }


def period(row: Row) -> Block:
    """The summary of one reservoir, nested by subject."""
    return {
        "name": row["reservoir_name"],
        "capacity_taf": row["capacity_taf"],
        "simulation_years": {
            "start": row["simulation_start_year"],
            "end": row["simulation_end_year"],
            "total": row["total_years"],
        },
        "storage_exceedance": {name: row[f"storage_exc_{name}_pct"] for name in PROBABILITIES},
        "storage_exceedance_taf": {name: row[f"storage_exc_{name}_taf"] for name in PROBABILITIES},
        "thresholds": {
            "dead_pool_taf": row["dead_pool_taf"],
            "dead_pool_pct": row["dead_pool_pct"],
            "dead_pool_basis": row["dead_pool_basis"],
            "spill_threshold_pct": row["storage_at_flood_release_pct"],
            "flood_level_basis": row["flood_level_basis"],
        },
        "spill": _period_spill(row),
        "at_flood_pool": {
            "years_count": row["at_flood_pool_years_count"],
            "frequency_pct": row["at_flood_pool_frequency_pct"],
            "month_frequency_pct": row["at_flood_pool_month_frequency_pct"],
        },
        # keys of the columns themselves: the models pick what they name
        "probabilities": dict(row),
        "cv": dict(row),
        "means": {
            "annual_avg_taf": row["annual_mean_taf"],
            "april_avg_taf": row["april_mean_taf"],
            "september_avg_taf": row["september_mean_taf"],
        },
    }


def _period_spill(row: Row) -> Block:
    """Flood releases of the whole period under the names that clients know."""
    return {
        "years_count": row["flood_release_years_count"],
        "frequency_pct": row["flood_release_frequency_pct"],
        "mean_cfs": row["flood_release_mean_cfs"],
        "peak_cfs": row["flood_release_peak_cfs"],
        "annual_avg_taf": row["annual_flood_release_mean_taf"],
        "annual_cv": row["annual_flood_release_cv"],
        "annual_max_taf": row["annual_flood_release_max_taf"],
        "annual_max_q50": row["annual_max_flood_release_q50_cfs"],
        "annual_max_q90": row["annual_max_flood_release_q90_cfs"],
        "annual_max_q100": row["annual_max_flood_release_q100_cfs"],
    }
