"""Answers that are kept as files: what a client of a route may rely on.

COEQWAL_UPDATE_GOLDEN=1 writes them anew; look at the difference before committing it.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import httpx

_FOLDER = Path(__file__).resolve().parents[1] / "api" / "golden"
_BY_CODE = {"reservoirs", "aggregates", "contractors", "demand_units"}


async def assert_golden(client: httpx.AsyncClient, folder: str, name: str, path: str) -> None:
    """The answer of a route is the one of the file `golden/<folder>/<name>.json`."""
    response = await client.get(path)
    assert response.status_code == 200, response.text
    file = _FOLDER / folder / f"{name}.json"
    if os.environ.get("COEQWAL_UPDATE_GOLDEN"):
        file.parent.mkdir(exist_ok=True)
        file.write_text(json.dumps(response.json(), indent=1, ensure_ascii=False) + "\n")
    assert response.json() == json.loads(file.read_text())


def assert_no_other_files(folder: str, names: Iterable[str]) -> None:
    """Each file of the folder belongs to a route."""
    assert {file.stem for file in (_FOLDER / folder).glob("*.json")} == set(names)


def golden(folder: str, name: str) -> Any:
    """The answer that is kept as a file."""
    return json.loads((_FOLDER / folder / f"{name}.json").read_text())


def shape(value: Any, within: str = "") -> Any:
    """The keys of an answer, to the last level; codes and water months count as one key."""
    if isinstance(value, list):
        return [shape(value[0])] if value and isinstance(value[0], dict) else []
    if not isinstance(value, dict):
        return None
    same = within in _BY_CODE or all(key.isupper() or key.isdigit() for key in value)
    return {"*": shape(next(iter(value.values())))} if same else {key: shape(each, key) for key, each in value.items()}
