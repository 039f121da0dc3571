"""A folder of this machine as source and store."""

from __future__ import annotations

import errno
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO

from extract.errors import DiskFullError, RetryableError
from extract.storage import FileInfo

INCOMING = ".incoming"
LEFT_BEHIND_SECONDS = 24 * 3600
NO_LINKS = frozenset((errno.EXDEV, errno.EPERM, errno.EMLINK, errno.ENOTSUP, errno.ENOSYS))


def translated(error: OSError, where: str) -> Exception:
    """The error of ours that an operating system's error stands for."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return DiskFullError(
            f"{where}: no space left on the disk", "free some space (`df -h` shows where), then run it again"
        )
    return RetryableError(f"{where}: {error.strerror or error}", "check the folder and its permissions")


@contextmanager
def _speaking(where: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise translated(error, str(where)) from error


class Folder:
    """Files below a folder.

    Stored files are written aside and moved into place. They are read-only: a copy is a hard link where the file
    system has such, so that writing into a copy would change the original too.

    Args:
        root: the folder; it is made when something is stored.
    """

    def __init__(self, root: Path) -> None:
        self.root = root

    @property
    def address(self) -> str:
        """The folder."""
        return str(self.root)

    def files(self, prefix: str = "") -> Iterator[FileInfo]:
        """See `Source`. Links to folders are not followed, and files on their way in are left out."""
        top = self.root / prefix.rpartition("/")[0]
        found = []
        with _speaking(top):
            for folder, folders, file_names in os.walk(top, onerror=_raise_unless_absent):
                folders[:] = [name for name in folders if name != INCOMING]
                for name in file_names:
                    path = Path(folder, name)
                    relative = path.relative_to(self.root).as_posix()
                    if relative.startswith(prefix) and (info := self._info(relative, path)):
                        found.append(info)
        yield from sorted(found, key=lambda info: info.path)

    def open(self, path: str) -> BinaryIO:
        """See `Source`."""
        file = self.root / path
        with _speaking(file):
            return file.open("rb")

    def stat(self, path: str) -> FileInfo | None:
        """See `Source`."""
        with _speaking(self.root / path):
            return self._info(path, self.root / path)

    def put(self, path: str, file: Path, digest: str, *, move: bool = False) -> None:
        """See `Store`."""
        target = self.root / path
        with _speaking(target), self._incoming() as aside:
            if not (move and _linked(file, aside)):
                _copy(file, aside, digest)
            self._into_place(aside, target)

    def write(self, path: str, content: bytes) -> None:
        """See `Store`."""
        with _speaking(self.root / path), self._incoming() as aside:
            aside.write_bytes(content)
            self._into_place(aside, self.root / path)

    def create(self, path: str, content: bytes) -> bool:
        """See `Store`."""
        target = self.root / path
        with _speaking(target), self._incoming() as aside:
            aside.write_bytes(content)
            _make_durable(aside)
            target.parent.mkdir(parents=True, exist_ok=True)
            try:
                os.link(aside, target)
            except FileExistsError:
                return False
            except OSError as error:
                if error.errno not in NO_LINKS:
                    raise
                return _created_without_links(aside, target)
        return True

    def copy(self, path: str, to: str) -> None:
        """See `Store`."""
        target = self.root / to
        with _speaking(target), self._incoming() as aside:
            if not _linked(self.root / path, aside):
                shutil.copy2(self.root / path, aside)
            self._into_place(aside, target)

    def is_copy(self, path: str, to: str) -> bool:
        """See `Store`: the same file, or one of the same size and time."""
        try:
            one, other = (self.root / path).stat(), (self.root / to).stat()
        except (FileNotFoundError, NotADirectoryError):
            return False
        if (one.st_dev, one.st_ino) == (other.st_dev, other.st_ino):
            return True
        return (one.st_size, one.st_mtime_ns) == (other.st_size, other.st_mtime_ns)

    def remove(self, path: str) -> None:
        """See `Store`."""
        with _speaking(self.root / path):
            (self.root / path).unlink(missing_ok=True)

    def local(self, path: str) -> Path:
        """See `Store`: the file itself."""
        return self.root / path

    def url(self, path: str, seconds: int, file_name: str) -> str | None:
        """See `Store`: a folder has no addresses."""
        return None

    def _info(self, relative: str, path: Path) -> FileInfo | None:
        try:
            facts = path.stat()
        except (FileNotFoundError, NotADirectoryError):  # gone since it was listed, or a link to nowhere
            return None
        if not path.is_file():
            return None
        modified = datetime.fromtimestamp(facts.st_mtime, UTC)
        return FileInfo(relative, facts.st_size, modified, f"{facts.st_size}-{facts.st_mtime_ns}")

    @contextmanager
    def _incoming(self) -> Iterator[Path]:
        """A file aside, on the same file system; what killed processes left there goes after a day."""
        folder = self.root / INCOMING
        folder.mkdir(parents=True, exist_ok=True)
        now = int(time.time())
        for old in folder.iterdir():  # by the time in the name: a link has the time of what it links to
            begun = old.name.partition("-")[0]
            if begun.isdigit() and int(begun) < now - LEFT_BEHIND_SECONDS:
                old.unlink(missing_ok=True)
        descriptor, name = tempfile.mkstemp(dir=folder, prefix=f"{now}-")
        os.close(descriptor)
        try:
            yield Path(name)
        finally:
            Path(name).unlink(missing_ok=True)

    @staticmethod
    def _into_place(aside: Path, target: Path) -> None:
        _make_durable(aside)
        target.parent.mkdir(parents=True, exist_ok=True)
        os.replace(aside, target)
        aside.unlink(missing_ok=True)  # replacing a file by a link to itself leaves both names


def _raise_unless_absent(error: OSError) -> None:
    if not isinstance(error, FileNotFoundError):
        raise error


def _copy(file: Path, to: Path, digest: str) -> None:
    found = sha256()
    with to.open("wb") as sink, file.open("rb") as source:
        while piece := source.read(1 << 20):
            found.update(piece)
            sink.write(piece)
    if found.hexdigest() != digest:
        raise RetryableError(f"{file}: it was changed while it was stored", "try again when nobody writes to it")


def _linked(file: Path, aside: Path) -> bool:
    try:
        aside.unlink()
        os.link(file, aside)
    except OSError as error:
        if error.errno not in NO_LINKS:
            raise
        return False
    return True


def _make_durable(file: Path) -> None:
    with file.open("rb") as written:
        os.fsync(written.fileno())
    os.chmod(file, 0o444)


def _created_without_links(aside: Path, target: Path) -> bool:
    """On file systems without hard links: exclusive, but a reader may see the file while it is being written."""
    try:
        with target.open("xb") as sink:
            sink.write(aside.read_bytes())
    except FileExistsError:
        return False
    return True
