"""Answers that are kept as files: what a client of a route may rely on.

COEQWAL_UPDATE_GOLDEN=1 writes them anew; look at the difference before committing it.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from pathlib import Path

import httpx

_FOLDER = Path(__file__).parent / "golden"


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
