"""Row scopes: what a selection means for each node, written where the macros read it (`config.meta.scenario_scope`)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from dbt_project import checks, dbt_internals
from dbt_project.dbt_internals import ScenarioSelectionError, SeedFilesError
from dbt_project.fingerprint import ancestors, code_fingerprint, is_stored, lookup
from dbt_project.selection import Evaluate, Selection, select
from dbt_project.warehouse import WHOLE, Warehouse
from extract.reference import seed_rules

COLUMN = "scenario_id"
META = "scenario_scope"
BUILDING = ("build", "run", "seed")
TESTING = ("build", "test")
RESULTS = "ops.verification_result"

_of_invocation: dict[str, Warehouse] = {}


def is_grained(manifest: Any, uid: str) -> bool:
    """Whether a node has rows of its own for each scenario: a model or source with the column, or a test of one."""
    node = lookup(manifest, uid)
    kind = str(node.resource_type) if node else ""
    if kind == "test":
        return any(is_grained(manifest, parent) for parent in node.depends_on_nodes)
    return kind in ("model", "source") and COLUMN in node.columns


def choose(manifest: Any, patterns: frozenset[str], evaluate: Evaluate) -> set[str]:
    """Resolve a command's selection and give every selected node its scope.

    Args:
        manifest: dbt's manifest; scopes of an earlier command on it are removed.
        patterns: values of the `scenario:` criteria.
        evaluate: dbt's own selection while the given patterns match.

    Returns:
        Ids of the selected nodes.

    Raises:
        ScenarioSelectionError: the selection cannot be carried out; nothing has run.
        SeedFilesError: seeds are to be loaded and break a rule; nothing has run.
    """
    for node in manifest.nodes.values():
        node.config.meta.pop(META, None)
    warehouse = _warehouse(manifest)
    selection = select(patterns, lambda: warehouse.registry, evaluate)
    command = dbt_internals.flag("WHICH")
    if command in BUILDING:
        _refuse_bad_seeds(manifest, selection)
        _refuse_impossible(manifest, selection, warehouse)
    if command not in ("list", "parse"):
        _annotate(manifest, selection, warehouse, building=command in BUILDING)
    if command in TESTING:
        _annotate_hooks(manifest, warehouse)
    return selection.nodes - (_left_to_a_deploy(manifest, selection, warehouse) if command in BUILDING else set())


def _left_to_a_deploy(manifest: Any, selection: Selection, warehouse: Warehouse) -> set[str]:
    """Nodes that a `scenario:` criterion selects but a new model run cannot change, and tests that have no rows to see.

    The first are unit tests, views that exist and tests of views: they would cost a build of one scenario more time
    than its statistics do. The second are tests of scenario rows where no scenario is loaded.
    """
    if not selection.patterns and not warehouse.registry:
        return {uid for uid in selection.nodes if uid.startswith("test.") and is_grained(manifest, uid)}
    nodes = {uid: lookup(manifest, uid) for uid in selection.nodes - selection.whole}
    return {
        uid
        for uid, node in nodes.items()
        if uid.startswith("unit_test.")
        or (uid.startswith("model.") and node.config.materialized == "view" and _name(node) in warehouse.relations)
        or (uid.startswith("test.") and checks.is_of_code(manifest, uid))
    }


def _warehouse(manifest: Any) -> Warehouse:
    """One per invocation: `dbt build` selects three times."""
    invocation = dbt_internals.invocation_id()
    if invocation not in _of_invocation:
        _of_invocation.clear()
        _of_invocation[invocation] = Warehouse(lambda sql: dbt_internals.query(manifest, sql))
    return _of_invocation[invocation]


def _refuse_bad_seeds(manifest: Any, selection: Selection) -> None:
    """Name file, row and column of what is wrong in the seed files before any seed is loaded.

    Folders with seeds are checked whole, since a seed may refer to one that is not selected. A project whose seeds
    are declared elsewhere than beside their files is left to dbt's tests.

    Raises:
        SeedFilesError: a seed breaks a rule of `extract.reference.seed_rules`.
    """
    seeds = [manifest.nodes[uid] for uid in selection.nodes if uid.startswith("seed.")]
    for folder in sorted({Path(node.root_path) / node.original_file_path.split("/")[0] for node in seeds}):
        if not any(folder.rglob("*.yml")):
            continue
        try:
            seed_rules.refuse_bad_seeds(folder)
        except seed_rules.SeedsRefusedError as error:
            raise SeedFilesError(str(error)) from error


def _refuse_impossible(manifest: Any, selection: Selection, warehouse: Warehouse) -> None:
    if dbt_internals.flag("SAMPLE"):
        raise ScenarioSelectionError("--sample would replace whole scenarios by samples")
    warehouse.require_loader_tables()
    if not selection.patterns:
        return
    if dbt_internals.flag("FULL_REFRESH"):
        raise ScenarioSelectionError(
            "--full-refresh makes tables anew, with every scenario: it cannot be combined with `scenario:`\n"
            "  remedy: leave out one of the two"
        )
    absent: set[str] = set()
    for uid in selection.nodes - selection.whole:
        if uid not in manifest.nodes:
            continue
        node = manifest.nodes[uid]
        if is_grained(manifest, uid) and is_stored(node) and node.config.materialized not in ("incremental", "view"):
            raise ScenarioSelectionError(
                f"model {node.name} has a column {COLUMN} but is a {node.config.materialized}: "
                "one scenario of it cannot be rebuilt\n  remedy: materialized: incremental"
            )
        upstream = (manifest.nodes[parent] for parent in ancestors(manifest, uid) - selection.nodes)
        absent |= {_name(parent) for parent in upstream if is_stored(parent)} - warehouse.relations
    if absent:
        raise ScenarioSelectionError(
            f"the selected nodes need relations that the database does not have yet: {', '.join(sorted(absent))}\n"
            "  remedy: run `dbt build` once (deploy), then build single scenarios"
        )


def _annotate(manifest: Any, selection: Selection, warehouse: Warehouse, building: bool) -> None:
    memo: dict[str, str] = {}
    for uid in selection.nodes & manifest.nodes.keys():
        node = manifest.nodes[uid]
        scope: dict[str, Any] = {"restricted": uid not in selection.whole}
        if building and is_stored(node):
            node.config.meta[META] = scope | _build_scope(manifest, uid, selection, warehouse, memo)
        elif scope["restricted"] and is_grained(manifest, uid):
            node.config.meta[META] = scope | {"scenarios": sorted(selection.scenarios[uid])}


def _annotate_hooks(manifest: Any, warehouse: Warehouse) -> None:
    """Tell the hook that records test results what to record; nothing where the database has no table for them."""
    for hook in checks.hooks(manifest):
        if RESULTS in warehouse.relations:
            hook.config.meta[META] = {
                "code_version": warehouse.code_version,
                "checks": checks.list_of_checks(manifest, is_grained),
                "versions": warehouse.registry,
            }


def _build_scope(
    manifest: Any, uid: str, selection: Selection, warehouse: Warehouse, memo: dict[str, str]
) -> dict[str, Any]:
    """What the materializations need: which scenarios to replace or drop, and what to write into the build log."""
    node = manifest.nodes[uid]
    by_rows = _is_by_rows(node)
    upstream = [manifest.nodes[parent] for parent in sorted(ancestors(manifest, uid))]
    scope: dict[str, Any] = {
        "code": code_fingerprint(manifest, uid, memo),
        "upstream": [
            [parent.name, code_fingerprint(manifest, parent.unique_id, memo), _is_by_rows(parent)]
            for parent in upstream
            if is_stored(parent) and (by_rows or not _is_by_rows(parent))
        ],
        "versions": {WHOLE: ""},
        "code_version": warehouse.code_version,
    }
    if by_rows:
        scenarios = _to_build(node, selection, warehouse, scope["code"])
        if uid in selection.whole and not selection.patterns:
            scope["kept"] = {s: v for s, v in warehouse.registry.items() if s not in scenarios}
        scope["scenarios"] = scenarios
        scope["versions"] = {scenario: warehouse.registry[scenario] for scenario in scenarios}
        scope["gone"] = sorted(warehouse.built.get(node.name, {}).keys() - warehouse.registry.keys())
    return scope


def _to_build(node: Any, selection: Selection, warehouse: Warehouse, code: str) -> list[str]:
    """The named scenarios; without a `scenario:` criterion for the node, those whose data or code has changed."""
    uid = node.unique_id
    loaded = warehouse.registry
    if uid not in selection.whole:
        return sorted(selection.scenarios[uid])
    chosen = selection.scenarios.get(uid, frozenset()) if selection.patterns else loaded.keys()
    if dbt_internals.flag("FULL_REFRESH") or _name(node) not in warehouse.relations:
        return sorted(chosen)
    built = warehouse.built.get(node.name, {})
    return sorted(s for s in chosen if built.get(s) != dbt_internals.md5(f"{code}|{loaded[s]}"))


def _is_by_rows(node: Any) -> bool:
    return bool(node.config.materialized == "incremental")


def _name(node: Any) -> str:
    return f"{node.schema}.{node.alias}"
