"""A model run as it arrives: one ZIP with two HEC-DSS files, the SV input and the DV output."""

from __future__ import annotations

import re
import shutil
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path, PurePosixPath
from typing import IO

from extract.errors import AmbiguousDssError, BadZipError, NoDssInZipError

GROUNDWATER = ("cvgroundwaterbudget.dss", "cvgroundwaterout.dss")
ARCHIVE_FOLDERS = frozenset({"_archive", "archive", "discard", "old", "backup", "__macosx"})
FOLDERS = {"dv": "/dss/output/", "sv": "/dss/input/"}
SURE_WORD = {"dv": "_dv", "sv": "_sv"}
OTHER_WORDS = {"dv": ("out", "results"), "sv": ("statevar", "input")}


def file_sha256(path: Path) -> str:
    """Hash of a file's bytes, read in pieces."""
    digest = sha256()
    with path.open("rb") as file:
        while piece := file.read(1 << 20):
            digest.update(piece)
    return digest.hexdigest()


@dataclass(frozen=True)
class Members:
    """Which member of the ZIP is which.

    Attributes:
        dv: path of the DV output inside the ZIP.
        sv: path of the SV input, or nothing.
        reasons: one sentence for each choice.
    """

    dv: str
    sv: str | None
    reasons: tuple[str, ...]


def classify(paths: Sequence[str], zip_name: str) -> Members:
    """Tell the SV input and the DV output among the files of a model run.

    Scored: the folder `DSS/output` or `DSS/input` counts 4, `_dv` or `_sv` in the base name 2, a weaker
    word 1. Groundwater results and archive folders are left out.

    Args:
        paths: paths inside the ZIP, any file type.
        zip_name: for messages.

    Raises:
        NoDssInZipError: there is no DSS file, or none that looks like the DV output.
        AmbiguousDssError: two files fit equally well.
    """
    candidates = [p for p in paths if p.lower().endswith(".dss") and not _set_aside(p)]
    if not candidates:
        raise NoDssInZipError(
            f"{zip_name}: there is no model-run .dss file among its {len(paths)} files",
            "put the DV output (and the SV input) of the run into the ZIP",
        )
    chosen: dict[str, str | None] = {}
    reasons: list[str] = []
    for kind in ("dv", "sv"):
        rest = [p for p in candidates if p != chosen.get("dv")]
        scores = {p: _score(p, kind) for p in rest}
        best = max(scores.values(), default=0)
        winners = [p for p, score in scores.items() if score == best and best > 0]
        if len(winners) > 1:
            raise AmbiguousDssError(
                f"{zip_name}: {len(winners)} files could be the {kind.upper()} file: {', '.join(winners)}",
                "leave only one of them in the ZIP, or move the others into a folder named `archive`",
            )
        chosen[kind] = winners[0] if winners else None
        if winners:
            reasons.append(f"{kind}: {winners[0]} scored {best}")
    if chosen["dv"] is None and len(candidates) == 1 and chosen["sv"] is None:
        chosen["dv"] = candidates[0]
        reasons.append(f"dv: {candidates[0]} is the only DSS file")
    if chosen["dv"] is None:
        raise NoDssInZipError(
            f"{zip_name}: none of {', '.join(candidates)} looks like the DV output",
            "name it *_DV.dss or put it into DSS/output/",
        )
    return Members(chosen["dv"], chosen["sv"], tuple(reasons))


def _normal(path: str) -> str:
    return "/" + path.replace("\\", "/").removeprefix("./").lower()


def _set_aside(path: str) -> bool:
    pure = PurePosixPath(_normal(path))
    return pure.name in GROUNDWATER or bool(ARCHIVE_FOLDERS.intersection(pure.parts[:-1]))


def _score(path: str, kind: str) -> int:
    normal = _normal(path)
    name = normal.rsplit("/", 1)[-1]
    other = "sv" if kind == "dv" else "dv"
    score = 4 * (FOLDERS[kind] in normal) - 4 * (FOLDERS[other] in normal)
    score += 2 * bool(re.search(SURE_WORD[kind], name)) - 2 * bool(re.search(SURE_WORD[other], name))
    return score + any(word in name for word in OTHER_WORDS[kind])


class ModelRunZip:
    """The ZIP of a model run, opened for reading.

    Args:
        path: the file.

    Raises:
        BadZipError: the file is missing, not a ZIP, or damaged.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        if not path.is_file():
            raise BadZipError(f"{path}: there is no such file", "check the path given with --zip")
        try:
            with zipfile.ZipFile(path) as archive:
                self.members = [info.filename for info in archive.infolist() if not info.is_dir()]
        except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
            raise BadZipError(
                f"{path}: not a readable ZIP archive ({error})", "upload the model run again as a ZIP file"
            ) from error

    def digest(self, member: str) -> tuple[str, int, bytes]:
        """sha256, size and first four bytes of a member, unpacked in passing.

        Raises:
            BadZipError: as `unpack`.
        """
        digest, size, first = sha256(), 0, b""
        with self._opened(member) as source:
            while piece := source.read(1 << 20):
                first = first or piece[:4]
                size += len(piece)
                digest.update(piece)
        return digest.hexdigest(), size, first

    def unpack(self, member: str, target: Path) -> None:
        """Write one member to a file of our own naming; the name inside the ZIP is never used as a path.

        Raises:
            BadZipError: the member is encrypted, damaged or compressed in a way that is not supported.
        """
        with self._opened(member) as source, target.open("wb") as sink:
            shutil.copyfileobj(source, sink, 1 << 20)

    @contextmanager
    def _opened(self, member: str) -> Iterator[IO[bytes]]:
        try:
            with zipfile.ZipFile(self.path) as archive, archive.open(member) as source:
                yield source
        except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError) as error:
            raise BadZipError(
                f"{self.path}: member {member} cannot be unpacked ({error})",
                "make the ZIP again, without a password",
            ) from error
        except zlib.error as error:
            raise BadZipError(f"{self.path}: member {member} is damaged ({error})", "upload it again") from error
