"""Index of the pages on faults of the inherited reference data."""

from __future__ import annotations

from pathlib import Path

FOLDER = "dbt_project/docs/reviewer/reference_faults"
PAGE = f"{FOLDER}/README.md"
PART = "pages"


def index(folder: Path) -> str:
    """A Markdown list of the pages of the folder with their headings, and how many faults each names."""
    lines = []
    for path in sorted(folder.glob("*.md")):
        if path.name != Path(PAGE).name:
            text = path.read_text(encoding="utf-8").splitlines()
            heading = next((line.removeprefix("# ") for line in text if line.startswith("# ")), path.stem)
            rows = [line for line in text if line.startswith("|") and not line.startswith("|-")]
            tables = sum(line.startswith("|-") for line in text)
            lines.append(f"| [{path.stem}]({path.name}) | {heading} | {len(rows) - tables} |")
    return "\n".join(["| page | about | faults |", "|---|---|---|", *lines])
