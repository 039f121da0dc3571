"""The grain table of the dbt project's README: every model with its key and what one row is."""

from __future__ import annotations

import re

from extract.reference.manifest import Manifest, key_of

PAGE = "dbt_project/README.md"
PART = "grain"
LAYERS = ("staging", "intermediate", "marts/reference", "marts", "verification", "api")


def table(manifest: Manifest) -> str:
    """A Markdown table of the models: layer by layer, in each by name."""
    rows = []
    for node in manifest["nodes"].values():
        if node["resource_type"] == "model":
            folder = node["original_file_path"].removeprefix("dbt_project/models/")
            layer = next(position for position, name in enumerate(LAYERS) if folder.startswith(f"{name}/"))
            rows.append((layer, node["name"], _grain(node["description"]), ", ".join(key_of(manifest, node))))
    lines = [f"| {name} | {grain} | {key} |" for _, name, grain, key in sorted(rows)]
    return "\n".join(["| model | one row per | key that is tested |", "|---|---|---|", *lines])


def _grain(description: str) -> str:
    """What one row is, from the sentence every description has."""
    found = re.search(r"One row per (.+?)(?:\.(?:\s|$)|$)", " ".join(description.split()))
    return found[1] if found else ""
