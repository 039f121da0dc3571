"""Fingerprints of code: what a node's rows depend on, besides the data of the model run."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

IGNORED_CONFIG = {"access", "docs", "grants", "group", "meta", "persist_docs", "tags"}
"""Settings that do not change a row."""
DBT_PACKAGES = {"dbt", "dbt_postgres"}


def lookup(manifest: Any, uid: str) -> Any:
    """The model, seed, test or source with this id, or None."""
    return manifest.nodes.get(uid) or manifest.sources.get(uid)


def is_stored(node: Any) -> bool:
    """Whether the node is a relation that dbt makes: a seed, or a model that is not ephemeral."""
    kind = str(node.resource_type)
    return kind == "seed" or (kind == "model" and node.config.materialized != "ephemeral")


def ancestors(manifest: Any, uid: str) -> set[str]:
    """Ids of every model and seed upstream of the node."""
    found: set[str] = set()
    todo = list(manifest.nodes[uid].depends_on_nodes)
    while todo:
        parent = todo.pop()
        if parent in manifest.nodes and parent not in found:
            found.add(parent)
            todo.extend(manifest.nodes[parent].depends_on_nodes)
    return found


def code_fingerprint(manifest: Any, uid: str, memo: dict[str, str]) -> str:
    """MD5 of the node's SQL or CSV, settings, column contract and macros, and of everything upstream.

    Args:
        memo: fingerprints that are already known; extended in place.
    """
    if uid not in memo:
        memo[uid] = hashlib.md5("|".join(_parts(manifest, uid, memo)).encode(), usedforsecurity=False).hexdigest()
    return memo[uid]


def _parts(manifest: Any, uid: str, memo: dict[str, str]) -> Iterator[str]:
    node = lookup(manifest, uid)
    yield uid
    if node is None or str(node.resource_type) == "source":
        return
    yield _checksum(node)
    settings = {key: value for key, value in node.unrendered_config.items() if key not in IGNORED_CONFIG}
    yield json.dumps(settings, sort_keys=True, default=str)
    yield str(getattr(getattr(node, "contract", None), "checksum", None))
    yield from sorted(_macros(manifest, getattr(node.depends_on, "macros", [])))
    yield from (code_fingerprint(manifest, parent, memo) for parent in sorted(node.depends_on_nodes))


def _checksum(node: Any) -> str:
    if node.checksum.name != "path":
        return str(node.checksum.checksum)
    file = Path(node.root_path) / node.original_file_path  # dbt does not read seeds above 1 MiB
    return hashlib.sha256(file.read_bytes()).hexdigest()


def _macros(manifest: Any, uids: list[str]) -> Iterator[str]:
    seen: set[str] = set()
    todo = list(uids)
    while todo:
        uid = todo.pop()
        macro = manifest.macros.get(uid)
        if uid in seen or macro is None or macro.package_name in DBT_PACKAGES:
            continue
        seen.add(uid)
        yield hashlib.md5(macro.macro_sql.encode(), usedforsecurity=False).hexdigest()
        todo.extend(macro.depends_on.macros)
