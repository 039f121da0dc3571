"""Where files are: a folder or an S3 prefix, behind one small interface.

A source of model runs needs only `Source`: a drive in the cloud becomes one by these three methods and an address. The
archive needs `Store`, which also writes.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, Protocol


@dataclass(frozen=True)
class FileInfo:
    """A file as its place lists it.

    Attributes:
        path: below the place's address, with `/`.
        modified: when it was written, UTC.
        version: changes whenever the content may have changed; says nothing else.
    """

    path: str
    size_bytes: int
    modified: datetime
    version: str


class Source(Protocol):
    """A place to read files from.

    All methods raise RetryableError where the place cannot be reached or refuses access.
    """

    @property
    def address(self) -> str:
        """The place as a person would write it, without credentials."""

    def files(self, prefix: str = "") -> Iterator[FileInfo]:
        """Every file whose path begins with the prefix, sorted by path."""

    def open(self, path: str) -> BinaryIO:
        """A file to read from and to seek in; reading on from the middle must not fetch what lies before."""

    def stat(self, path: str) -> FileInfo | None:
        """What is known of a file, or nothing if there is none."""


class Store(Source, Protocol):
    """A place to write files to as well. A file appears under its path whole or not at all."""

    def put(self, path: str, file: Path, digest: str, *, move: bool = False) -> None:
        """Store a local file, in place of what was there.

        Args:
            path: where to.
            file: the local file.
            digest: its sha256, which is kept with it where the place can.
            move: nobody writes to the local file any more, so that it may be linked instead of copied.
        """

    def write(self, path: str, content: bytes) -> None:
        """Store a small file, in place of what was there."""

    def create(self, path: str, content: bytes) -> bool:
        """Store a small file unless there is one of that path; of several at once, one gets True."""

    def copy(self, path: str, to: str) -> None:
        """Let the content of a file appear under another path too, without moving its bytes through this machine."""

    def is_copy(self, path: str, to: str) -> bool:
        """Whether `to` is, by all that can be seen without reading it, a copy of `path`."""

    def remove(self, path: str) -> None:
        """Remove a file, if there is one."""

    def local(self, path: str) -> Path:
        """The file on this machine: itself, or a download that lives as long as this object."""

    def url(self, path: str, seconds: int, file_name: str) -> str | None:
        """An address from which anybody can fetch the file for a while; nothing where there is no such thing."""
