"""The hash under which the archive knows a file."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

PIECE = 1 << 20


def file_sha256(path: Path) -> str:
    """Hash of a file's bytes, read in pieces."""
    digest = sha256()
    with path.open("rb") as file:
        while piece := file.read(PIECE):
            digest.update(piece)
    return digest.hexdigest()
