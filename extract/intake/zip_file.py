"""A model run as it arrives: one ZIP, looked through before a byte of it is unpacked."""

from __future__ import annotations

import copy
import errno
import io
import stat
import struct
import unicodedata
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path, PureWindowsPath
from typing import BinaryIO

from extract.errors import BadZipError, UnsafeZipError
from extract.intake.classification import APPLE_DOUBLE, Member
from extract.settings import Settings

PIECE = 1 << 20
SMALLEST_BOMB = 16 << 20
"""Below this unpacked size no ratio is suspicious: a few empty blocks compress a thousandfold."""

LARGEST_DIRECTORY = 16 << 20
METHODS = {zipfile.ZIP_STORED: "stored", zipfile.ZIP_DEFLATED: "deflated"}
"""The others unpack without a bound on memory, or not at all."""

DAMAGED = (
    zipfile.BadZipFile,
    NotImplementedError,
    RuntimeError,
    EOFError,
    ValueError,
    OverflowError,
    struct.error,
    zlib.error,
)
"""What zipfile raises on damaged files."""

AGAIN = "make the ZIP again from the files of the run"


@dataclass(frozen=True)
class ZipLimits:
    """What a ZIP may be at most.

    Attributes:
        max_bytes: of the ZIP itself, and of all its members unpacked.
        max_members: number of files and folders.
        max_ratio: unpacked size by packed size, of all members together and of each large one.
    """

    max_bytes: int
    max_members: int
    max_ratio: int

    @classmethod
    def of(cls, settings: Settings) -> ZipLimits:
        """The limits that the settings name."""
        return cls(settings.zip_max_bytes, settings.zip_max_members, settings.zip_max_ratio)


class ModelRunZip:
    """The ZIP of a model run, looked through and safe to unpack from.

    Args:
        path: the file.
        limits: what it may be at most; default: as the environment says.
        file: its content, where that is not on this machine; then the path is only its name.

    Attributes:
        members: its files with their announced sizes.

    Raises:
        BadZipError: the file is missing, not a ZIP, or damaged.
        UnsafeZipError: it is built to do harm or to be misread; the code says how.
    """

    def __init__(self, path: Path, limits: ZipLimits | None = None, file: BinaryIO | None = None) -> None:
        self.path = path
        self.limits = limits or ZipLimits.of(Settings())
        self._file = file
        if file is None and not path.is_file():
            raise BadZipError(f"{path}: there is no such file", "check the path given with --zip")
        size = file.seek(0, io.SEEK_END) if file else path.stat().st_size
        if size > self.limits.max_bytes:
            raise self._unsafe(
                "ZIP_TOO_LARGE",
                f"its {size:,} bytes are more than the {self.limits.max_bytes:,} allowed",
                "leave out what is not the DV and SV file, or raise COEQWAL_ZIP_MAX_BYTES",
            )
        with self._damage_told("not a readable ZIP archive", "upload the model run again as a ZIP file"):
            self._refuse_long_directory()
            with zipfile.ZipFile(file or path) as archive:
                infos = archive.infolist()
        self._refuse_sizes(infos, size)
        for info in infos:
            self._refuse_member(info)
        self._infos = {info.filename: info for info in infos if not info.is_dir()}
        self._refuse_same_names([info.filename for info in infos if not info.is_dir()])
        self.members = [Member(info.filename, info.file_size) for info in self._infos.values()]
        self._refuse_nested()

    def unpack(self, member: str, target: Path) -> None:
        """Write one member to a file of our own naming; the name inside the ZIP is never used as a path.

        Raises:
            BadZipError, UnsafeZipError: as `pieces`.
        """
        with target.open("wb") as sink:
            for piece in self.pieces(member):
                sink.write(piece)

    def pieces(self, member: str) -> Iterator[bytes]:
        """The content of a member, unpacked bit by bit.

        Raises:
            BadZipError: the member is damaged.
            UnsafeZipError: it is compressed in a way that is not taken, or its size is not the announced one.
        """
        info = copy.copy(self._infos[member])
        announced = info.file_size
        if info.compress_type not in METHODS:
            raise self._unsafe(
                "ZIP_METHOD",
                f"member {member} is packed with method {info.compress_type}",
                f"make the ZIP again with one of: {', '.join(METHODS.values())}",
            )
        info.file_size = announced + 2 * PIECE  # zipfile stops at this size and would not show that there is more
        written = 0
        with (
            self._damage_told(f"member {member} is damaged", "upload it again"),
            zipfile.ZipFile(self._file or self.path) as archive,
            archive.open(info) as source,
        ):
            while piece := source.read(min(PIECE, announced + 1 - written)):
                written += len(piece)
                yield piece
        if written != announced:
            more = "more" if written > announced else f"{written:,}"
            raise self._unsafe("ZIP_SIZE_LIE", f"member {member} announces {announced:,} bytes and holds {more}")

    @contextmanager
    def _damage_told(self, what: str, remedy: str) -> Iterator[None]:
        """Say of a damaged file what is wrong with it; the disk's own errors go through."""
        try:
            yield
        except UnicodeDecodeError as error:
            raise self._unsafe("ZIP_BAD_NAME", f"a member's name is not the UTF-8 it says it is ({error})") from error
        except (*DAMAGED, OSError) as error:
            # zipfile seeks to wherever a header says
            if isinstance(error, OSError) and error.errno != errno.EINVAL:
                raise
            raise BadZipError(f"{self.path}: {what} ({error})", remedy) from error

    def _unsafe(self, code: str, what: str, remedy: str = AGAIN) -> UnsafeZipError:
        return UnsafeZipError(code, f"{self.path}: {what}", remedy)

    def _refuse_long_directory(self) -> None:
        """`ZipFile` holds the whole directory in memory: look at its announced size before."""
        with nullcontext(self._file) if self._file else self.path.open("rb") as file:
            end = zipfile._EndRecData(file)  # type: ignore[attr-defined]
        if end and end[zipfile._ECD_SIZE] > LARGEST_DIRECTORY:  # type: ignore[attr-defined]
            raise self._too_many(f"a directory of {end[zipfile._ECD_SIZE]:,} bytes")  # type: ignore[attr-defined]

    def _too_many(self, what: str) -> UnsafeZipError:
        return self._unsafe(
            "ZIP_MEMBER_COUNT",
            f"{what}; {self.limits.max_members:,} members are allowed",
            "leave out what is not the DV and SV file, or raise COEQWAL_ZIP_MAX_MEMBERS",
        )

    def _refuse_sizes(self, infos: list[zipfile.ZipInfo], size: int) -> None:
        if len(infos) > self.limits.max_members:
            raise self._too_many(f"{len(infos):,} members")
        if (packed := sum(info.compress_size for info in infos)) > size:
            raise self._unsafe("ZIP_OVERLAP", f"its members take {packed:,} bytes in a file of {size:,}: they overlap")
        unpacked = sum(info.file_size for info in infos)
        if unpacked > self.limits.max_bytes:
            raise self._unsafe(
                "ZIP_UNPACKED_SIZE",
                f"unpacked it is {unpacked:,} bytes, more than the {self.limits.max_bytes:,} allowed",
                "leave out what is not the DV and SV file, or raise COEQWAL_ZIP_MAX_BYTES",
            )
        for name, large, small in [
            *((info.filename, info.file_size, info.compress_size) for info in infos),
            ("the whole", unpacked, packed),
        ]:
            if large > SMALLEST_BOMB and large > self.limits.max_ratio * small:
                raise self._unsafe(
                    "ZIP_RATIO",
                    f"{name} unpacks from {small:,} to {large:,} bytes, more than {self.limits.max_ratio}-fold",
                    "see that the DSS file is a real one; COEQWAL_ZIP_MAX_RATIO sets the limit",
                )

    def _refuse_member(self, info: zipfile.ZipInfo) -> None:
        name = info.orig_filename
        if any(unicodedata.category(letter) == "Cc" for letter in name):
            raise self._unsafe("ZIP_BAD_NAME", f"the name of member {name!r} holds control characters")
        if not info.flag_bits & 0x800 and not name.isascii() and not _is_utf8(name):
            raise self._unsafe(
                "ZIP_BAD_NAME",
                f"the name of member {name!r} is in no known encoding",
                "rename the file with plain letters, or make the ZIP with a program that writes names in UTF-8",
            )
        path = PureWindowsPath(name)  # knows drives and both kinds of slash
        if path.drive or path.root or ".." in path.parts:
            raise self._unsafe("ZIP_SLIP", f"member {name!r} points outside the folder it is unpacked to")
        if info.flag_bits & 0x1:
            raise self._unsafe(
                "ZIP_ENCRYPTED", f"member {name!r} is encrypted", "make the ZIP again without a password"
            )
        kind = stat.S_IFMT(info.external_attr >> 16)
        if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
            what = "a symbolic link" if kind == stat.S_IFLNK else "no regular file"
            raise self._unsafe("ZIP_SYMLINK", f"member {name!r} is {what}", "put the file itself into the ZIP")

    def _refuse_same_names(self, names: list[str]) -> None:
        seen: dict[str, str] = {}
        for name in names:
            spelling = unicodedata.normalize("NFC", name.replace("\\", "/").removeprefix("./"))
            twin = seen.setdefault(spelling.casefold(), spelling)
            if twin is spelling:
                continue
            if twin == spelling:
                raise self._unsafe("ZIP_DUPLICATE_NAME", f"member {name!r} is there twice")
            raise self._unsafe(
                "ZIP_CASE_COLLISION",
                f"members {twin!r} and {name!r} differ in case only",
                "keep one of them: on many disks they are one file",
            )

    def _refuse_nested(self) -> None:
        paths = [member.path for member in self.members]
        names = [path for path in paths if not PureWindowsPath(path).name.startswith(APPLE_DOUBLE)]
        inner = [name for name in names if name.lower().endswith(".zip")]
        if inner and not any(name.lower().endswith(".dss") for name in names):
            raise self._unsafe(
                "ZIP_NESTED",
                f"the run is packed twice: there is no .dss file in it, but {inner[0]}",
                "upload the inner ZIP",
            )


def _is_utf8(name: str) -> bool:
    """Whether bytes that zipfile took for code page 437, as they had no mark, read as UTF-8."""
    try:
        name.encode("cp437").decode("utf-8")
    except UnicodeError:
        return False
    return True
