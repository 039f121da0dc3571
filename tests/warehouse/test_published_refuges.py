"""Refuge rows that the existing platform published keep the identities that our columns are tested for."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

pytestmark = pytest.mark.real_data

QUANTILES = ("q0", "q10", "q30", "q50", "q70", "q90", "q100")
EXCEEDANCES = ("exc_p95", "exc_p90", "exc_p75", "exc_p50", "exc_p25", "exc_p10", "exc_p5")
ROUNDING = 0.0051


def rows(real_data: Path, name: str) -> list[dict[str, float]]:
    """The numbers of a published table."""
    with open(real_data / "published" / f"refuge_du_{name}.csv", newline="", encoding="utf-8") as file:
        return [{k: float(v) for k, v in row.items() if k != "du_id"} for row in csv.DictReader(file)]


def broken(row: dict[str, float], ordered: tuple[str, ...], mean: str = "") -> list[str]:
    """Identities a row does not keep: the order of its percentiles, and the mean among them."""
    values = [row[name] for name in ordered]
    wrong = [] if values == sorted(values) else ["order"]
    if mean and not values[0] - ROUNDING <= row[mean] <= values[-1] + ROUNDING:
        wrong.append("mean")
    return wrong


def test_months_keep_the_identities(real_data: Path) -> None:
    for row in rows(real_data, "delivery_monthly_s0011_08N_PR1"):
        assert broken(row, QUANTILES, "delivery_avg_taf") == []
    for row in rows(real_data, "shortage_monthly_s0011_08N_PR1"):
        assert broken(row, QUANTILES, "shortage_avg_taf") == []
        assert row["exc_p10"] == row["q90"]
        assert row["shortage_frequency_pct"] * row["sample_count"] / 100 == pytest.approx(
            round(row["shortage_frequency_pct"] * row["sample_count"] / 100)
        )


def test_summaries_keep_the_identities(real_data: Path) -> None:
    for row in rows(real_data, "period_summary_s0011"):
        for kind in ("delivery", "shortage"):
            assert broken(row, tuple(f"{kind}_{name}" for name in EXCEEDANCES)) == []
        assert row["annual_shortage_pct_avg"] <= 100
        assert row["reliability_pct_95"] <= 100


def test_a_row_that_breaks_them_is_found() -> None:
    row = dict.fromkeys(QUANTILES, 1.0) | {"q30": 2.0, "mean": 3.0}
    assert broken(row, QUANTILES, "mean") == ["order", "mean"]
