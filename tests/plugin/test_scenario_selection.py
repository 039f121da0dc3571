"""The pairs of a selection, without dbt: each scenario's selection is an ordinary one."""

from __future__ import annotations

import pytest

from dbt_project.dbt_internals import ScenarioSelectionError
from dbt_project.selection import matching, select

LOADED = ["s0020", "s0033", "s0105"]
FACTS = {"fct_total", "fct_share"}


def test_a_plain_command_does_not_ask_for_the_loaded_scenarios() -> None:
    def refuse() -> list[str]:
        raise AssertionError("asked for the loaded scenarios")

    selection = select(frozenset(), refuse, lambda active: {"dim"})
    assert (selection.whole, selection.scenarios) == ({"dim"}, {})


def test_one_scenario_restricts_every_node() -> None:
    selection = select(frozenset({"s0105"}), lambda: LOADED, lambda active: FACTS if active else set())
    assert selection.whole == set()
    assert selection.scenarios == {node: {"s0105"} for node in FACTS}


def test_patterns_are_evaluated_together_for_each_scenario() -> None:
    """`scenario:s0*,tag:share scenario:s0105`: one model for the others, two for s0105."""

    def evaluate(active: frozenset[str]) -> set[str]:
        return ({"fct_share"} if "s0*" in active else set()) | (FACTS if "s0105" in active else set())

    selection = select(frozenset({"s0*", "s0105"}), lambda: LOADED, evaluate)
    assert selection.scenarios == {"fct_share": set(LOADED), "fct_total": {"s0105"}}


def test_excluding_a_scenario_keeps_the_rest_of_the_default_selection() -> None:
    selection = select(frozenset({"s0105"}), lambda: LOADED, lambda active: {"dim"} | (set() if active else FACTS))
    assert selection.whole == {"dim"} | FACTS
    assert selection.scenarios["fct_total"] == {"s0020", "s0033"}
    assert selection.scenarios["dim"] == set(LOADED)


def test_scenarios_that_match_the_same_patterns_share_one_evaluation() -> None:
    calls: list[frozenset[str]] = []

    def evaluate(active: frozenset[str]) -> set[str]:
        calls.append(active)
        return set()

    select(frozenset({"s01*"}), lambda: [f"s{number:04}" for number in range(300)], evaluate)
    assert len(calls) == 3


@pytest.mark.parametrize(
    ("pattern", "found"), [("s0105", {"s0105"}), ("s00*", {"s0020", "s0033"}), ("s0?05", {"s0105"})]
)
def test_ids_and_wildcards(pattern: str, found: set[str]) -> None:
    assert matching(pattern, LOADED) == found


def test_an_unknown_scenario_gets_suggestions_and_a_remedy() -> None:
    with pytest.raises(ScenarioSelectionError) as refused:
        matching("s0015", LOADED)
    for part in ("scenario:s0015", "Did you mean", "s0105", "Loaded (3)", "coeqwal run"):
        assert part in str(refused.value)


@pytest.mark.parametrize("pattern", ["", " "])
def test_a_colon_with_nothing_behind_it_is_a_wrong_call(pattern: str) -> None:
    with pytest.raises(ScenarioSelectionError) as refused:
        matching(pattern, LOADED)
    for part in ("names no scenario", "Loaded (3)", "--select scenario:s0020"):
        assert part in str(refused.value)


def test_wildcards_are_case_sensitive() -> None:
    with pytest.raises(ScenarioSelectionError):
        matching("S0105", LOADED)
