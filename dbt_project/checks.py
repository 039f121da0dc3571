"""What the hook at the end of a run has to know, to keep the outcome of each data test as a row of the database."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from dbt_project.fingerprint import lookup

ALL = "all"
"""The family of a test that concerns no single family of statistics."""
HOOK_TAG = "on-run-end"
EACH_BUILD_TAG = "each_build"
IsGrained = Callable[[Any, str], bool]


def hooks(manifest: Any) -> list[Any]:
    """The project's hooks at the end of a run."""
    return [node for node in manifest.nodes.values() if HOOK_TAG in node.tags]


def is_of_code(manifest: Any, uid: str) -> bool:
    """Whether a data test is about views above staging only, so that a deploy answers it for every model run to come.

    A view over tested tables has the rows that its SQL gives it. A test of a view that looks at values which only this
    view has bears the tag `each_build`.
    """
    node = manifest.nodes[uid]
    models = [manifest.nodes[parent] for parent in node.depends_on_nodes if parent.startswith("model.")]
    return (
        EACH_BUILD_TAG not in node.tags
        and bool(models)
        and all(model.config.materialized == "view" and model.fqn[1] != "staging" for model in models)
    )


def list_of_checks(manifest: Any, is_grained: IsGrained) -> dict[str, dict[str, str]]:
    """Every data test that a build of a scenario runs, by its id: question, family and name.

    A test that only warns answers a question of its own: it informs, and blocks nothing.
    """
    known = _known_families(manifest)
    checks = {}
    for uid, node in manifest.nodes.items():
        if str(node.resource_type) != "test" or not is_grained(manifest, uid) or is_of_code(manifest, uid):
            continue
        families = _families(manifest, uid, known, is_grained)
        checks[uid] = {
            "question": "dbt_warnings" if node.config.severity.lower() == "warn" else "dbt_tests",
            "family": families.pop() if len(families) == 1 else ALL,
            "check_name": node.name,
        }
    return checks


def _known_families(manifest: Any) -> frozenset[str]:
    """The folders of models/marts with rows of scenarios."""
    return frozenset(
        node.fqn[2]
        for node in manifest.nodes.values()
        if str(node.resource_type) == "model" and node.fqn[1] == "marts" and node.config.materialized == "incremental"
    )


def _families(manifest: Any, uid: str, known: frozenset[str], is_grained: IsGrained) -> set[str]:
    """The family whose folder the node is in; of a node elsewhere, those of what it reads."""
    node = lookup(manifest, uid)
    if str(node.resource_type) == "model" and len(node.fqn) > 2 and node.fqn[2] in known:
        return {node.fqn[2]}
    found: set[str] = set()
    for parent in getattr(node, "depends_on_nodes", []):
        if is_grained(manifest, parent):
            found |= _families(manifest, parent, known, is_grained)
    return found
