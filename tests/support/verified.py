"""Answers to the questions that compare places, as if every verifier had found everything right."""

from __future__ import annotations

from dataclasses import replace

import psycopg

from extract.verification import questions, results
from extract.verification.results import CheckResult
from extract.warehouse import activation


def answers(url: str, scenario_id: str) -> list[CheckResult]:
    """A passed check for each cell that a verifier beside dbt answers and that arises for the scenario."""
    asked = questions()
    with psycopg.connect(url) as link:
        cells = activation.cells(link, [scenario_id])
        loads = {cell.family_code: results.load_of(link, scenario_id, cell.family_code) for cell in cells}
    return [
        CheckResult(
            scenario_id,
            loads[cell.family_code] or "",
            cell.question_code,
            cell.family_code,
            "compared",
            "passed",
            asked[cell.question_code].verifier,
            checked_count=1,
            failed_count=0,
        )
        for cell in cells
        if cell.question_code in asked and cell.status != "not_applicable"
    ]


def answer(url: str, scenario_id: str, **wrong: str) -> None:
    """Record them all.

    Args:
        wrong: question → another status for it.
    """
    found = answers(url, scenario_id)
    results.record(url, [replace(one, status=wrong.get(one.question, one.status)) for one in found])


def show(url: str, scenario_id: str) -> None:
    """Let the API show a scenario whose tables were built, with its checks left out."""
    with psycopg.connect(url) as link:
        link.execute(
            "insert into ops.activation (scenario_id, load_id, is_active, changed_by)"
            " select scenario_id, receipt_id, true, 'a test' from staging.scenario_load where scenario_id = %s",
            [scenario_id],
        )
