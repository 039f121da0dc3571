"""A selection as a set of (node, scenario) pairs.

For one scenario a selection is an ordinary dbt selection in which `scenario:p` means "every scenario-grained node" if
the scenario matches p, and nothing otherwise. Union, intersection, exclusion, graph operators and tests are then dbt's
own; the pairs are the selections of all scenarios side by side. Scenarios that match the same patterns share one.
"""

from __future__ import annotations

import difflib
import fnmatch
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from dbt_project.dbt_internals import ScenarioSelectionError

Evaluate = Callable[[frozenset[str]], set[str]]
"""Node ids that dbt selects while exactly these `scenario:` patterns match."""


@dataclass(frozen=True)
class Selection:
    """What a command works on.

    Attributes:
        patterns: the values of all `scenario:` criteria; none = a plain command.
        whole: nodes selected by something else than a scenario, so that no scenario restricts them.
        scenarios: node -> the loaded scenarios it was selected for.
    """

    patterns: frozenset[str]
    whole: frozenset[str]
    scenarios: dict[str, frozenset[str]] = field(default_factory=dict)

    @property
    def nodes(self) -> set[str]:
        """Every node that takes part."""
        return set(self.whole) | set(self.scenarios)


def matching(pattern: str, loaded: Iterable[str]) -> frozenset[str]:
    """Loaded scenarios that an id or wildcard means.

    Raises:
        ScenarioSelectionError: none, or nothing was asked for; with the nearest ids and what to do.
    """
    ids = sorted(loaded)
    if not pattern.strip():
        raise ScenarioSelectionError(
            f"'scenario:{pattern}' names no scenario."
            f"\nLoaded ({len(ids)}): {', '.join(ids) or 'none'}"
            f"\n  remedy: write an id or a wildcard behind the colon, as in `--select scenario:{(ids or ['s0105'])[0]}`"
            " or `--select 'scenario:s00*'`"
        )
    found = frozenset(fnmatch.filter(ids, pattern))
    if not found:
        near = difflib.get_close_matches(pattern, ids, 3)
        raise ScenarioSelectionError(
            f"no loaded scenario matches 'scenario:{pattern}'."
            + (f" Did you mean {', '.join(near)}?" if near else "")
            + f"\nLoaded ({len(ids)}): {', '.join(ids) or 'none'}"
            + "\n  remedy: load its model run (`coeqwal run <id> --zip <file>`) or tier results (`coeqwal tiers load`)"
        )
    return found


def select(patterns: frozenset[str], loaded: Callable[[], Iterable[str]], evaluate: Evaluate) -> Selection:
    """The pairs of a command.

    Args:
        patterns: values of its `scenario:` criteria.
        loaded: gives the ids of the loaded scenarios; not called for a plain command.
        evaluate: dbt's own selection while the given patterns match.
    """
    whole = frozenset(evaluate(frozenset()))
    if not patterns:
        return Selection(patterns, whole)
    ids = frozenset(loaded())
    hits = {pattern: matching(pattern, ids) for pattern in patterns}
    alike: dict[frozenset[str], set[str]] = defaultdict(set)
    for scenario in ids:
        alike[frozenset(p for p in patterns if scenario in hits[p])].add(scenario)
    found: dict[str, set[str]] = defaultdict(set)
    for active, scenarios in alike.items():
        for node in evaluate(active):
            found[node] |= scenarios
    return Selection(patterns, whole, {node: frozenset(scenarios) for node, scenarios in found.items()})
