"""Which DSS file of a model run is the DV output and which the SV input. Pure: paths and sizes in, a verdict out."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Literal

from extract.errors import AmbiguousDssError, NoDssInZipError

Kind = Literal["dv", "sv"]

GROUNDWATER = ("cvgroundwaterbudget.dss", "cvgroundwaterout.dss")
ARCHIVE_FOLDERS = frozenset({"_archive", "archive", "discard", "old", "backup", "__macosx"})
APPLE_DOUBLE = "._"
"""How macOS begins the name of the file in which it keeps what a disk of another system cannot: never a DSS file."""
START_FILE = re.compile(r"init(?![a-z])")
MAYBE_START_FILE = re.compile(r"initial")
"""`CS3_L2020_INIT_v5`, `2020D09EINIT`: where a study starts from. `initial` may say so, unless a DV or SV is named."""
FOLDERS: dict[Kind, str] = {"sv": "/dss/input/", "dv": "/dss/output/"}
WEAK_FOLDERS: dict[Kind, str] = {"sv": "/input/", "dv": "/output/"}
SURE_WORD: dict[Kind, re.Pattern[str]] = {
    "sv": re.compile(r"_sv|(?<![a-z0-9])sv(?![a-z0-9])"),
    "dv": re.compile(r"_dv|(?<![a-z0-9])dv(?![a-z0-9])"),
}
LAST_LETTERS: dict[Kind, re.Pattern[str]] = {"sv": re.compile(r"(?<!c)sv$"), "dv": re.compile(r"dv$")}
"""`2020D09EDV.DSS` and `2020D09ESV.DSS` of CalSim II; a `csv` is none."""
WEAK_WORDS: dict[Kind, tuple[str, ...]] = {"sv": ("statevar", "input"), "dv": ("out", "results")}
"""`out` is in `output` too."""
OTHER: dict[Kind, Kind] = {"sv": "dv", "dv": "sv"}
FOLDER_POINTS, SURE_POINTS, WEAK_POINTS = 4, 2, 1
"""The folder outweighs any name, and `_dv` or `_sv` any weaker word."""


@dataclass(frozen=True)
class Member:
    """One file of a model run: its path as the ZIP has it, and its size in bytes."""

    path: str
    size_bytes: int


@dataclass(frozen=True)
class Candidate:
    """A file that could be of the kind, with the points for it and against it.

    Attributes:
        reasons: what gave or cost points.
    """

    path: str
    size_bytes: int
    score: int
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class Choice:
    """The verdict for one kind.

    Attributes:
        chosen: path of the file; none if no file fits or several fit equally well.
        score: points of the best candidate.
        reason: one sentence.
        candidates: every file with points for this kind, the best first.
        ambiguous: the paths that fit equally well, if there is more than one.
    """

    chosen: str | None
    score: int
    reason: str
    candidates: tuple[Candidate, ...] = ()
    ambiguous: tuple[str, ...] = ()


@dataclass(frozen=True)
class Classification:
    """The verdict for a model run.

    Attributes:
        set_aside: DSS files that are never candidates, with the reason: groundwater results, the start file, archive
            folders, AppleDouble files.
        dss_files: the others.
    """

    dv: Choice
    sv: Choice
    set_aside: tuple[tuple[str, str], ...]
    dss_files: tuple[str, ...]

    @property
    def reasons(self) -> tuple[str, ...]:
        """One sentence for each kind and for each file left out."""
        out = (f"left out: {path} ({why})" for path, why in self.set_aside)
        return (f"dv: {self.dv.reason}", f"sv: {self.sv.reason}", *out)


def classify(members: Sequence[Member], named: Mapping[Kind, str] | None = None) -> Classification:
    """Tell the SV input and the DV output among the files of a model run.

    The folder `DSS/input` or `DSS/output` counts 4 points, `sv` or `dv` as a word of the base name (also after `_`) 2,
    and 1 each: a folder `input` or `output`, a base name that ends with the letters, a weaker word. What speaks for the
    other kind counts against this one. The order of the files decides nothing: equal points are ambiguous. A single DSS
    file that nothing speaks for is taken as the output. The file that a study starts from (INIT) is neither.

    Args:
        members: the files inside the ZIP, of any type, in any order.
        named: the path of a kind that somebody has named: it is that, whatever speaks against it.
    """
    named = named or {}
    set_aside: list[tuple[str, str]] = []
    files: list[Member] = []
    for member in members:
        if member.path in named.values() or not member.path.lower().endswith(".dss"):
            continue
        if why := _why_set_aside(member.path):
            set_aside.append((member.path, why))
        else:
            files.append(member)
    dv = _named("dv", named) or _choose(files, "dv")
    sv = _named("sv", named) or _choose([member for member in files if member.path != dv.chosen], "sv")
    if len(files) == 1 and not named and not dv.candidates and not sv.candidates:
        dv = Choice(files[0].path, 0, f"{files[0].path} is the only DSS file")
    return Classification(dv, sv, tuple(set_aside), (*named.values(), *(member.path for member in files)))


@dataclass(frozen=True)
class Members:
    """Which member of the ZIP is which.

    Attributes:
        dv: path of the DV output inside the ZIP.
        sv: path of the SV input, or nothing.
        reasons: why, one sentence each.
    """

    dv: str
    sv: str | None
    reasons: tuple[str, ...]


def choose_members(members: Sequence[Member], zip_name: str, named: Mapping[Kind, str] | None = None) -> Members:
    """The DV output and the SV input of a ZIP, if it is clear which they are.

    Args:
        members: the files inside the ZIP.
        zip_name: its name, for messages.
        named: as `classify`.

    Raises:
        NoDssInZipError: there is no DSS file, or none that looks like the DV output.
        AmbiguousDssError: two files fit equally well.
    """
    found = classify(members, named)
    if not found.dss_files:
        left_out = "".join(f"; {path} is left out ({why})" for path, why in found.set_aside)
        raise NoDssInZipError(
            f"{zip_name}: there is no model-run .dss file in it{left_out}",
            "put the DV output (and the SV input) of the run into the ZIP"
            + (", or say which file it is with --dv PATH_IN_ZIP" if found.set_aside else ""),
        )
    for kind, choice in (("DV", found.dv), ("SV", found.sv)):
        if choice.ambiguous:
            listed = ", ".join(
                f"{c.path} ({c.size_bytes:,} bytes; {', '.join(c.reasons)})"
                for c in choice.candidates
                if c.path in choice.ambiguous
            )
            raise AmbiguousDssError(
                kind,
                f"{zip_name}: {len(choice.ambiguous)} files could be the {kind} file: {listed}",
                f"say which one it is, with --{kind.lower()} PATH_IN_ZIP or in the column {kind}_Path of a sheet; or "
                "leave only one of them in the ZIP, or move the others into a folder named `archive`",
            )
    if found.dv.chosen is None:
        raise NoDssInZipError(
            f"{zip_name}: none of {', '.join(found.dss_files)} looks like the DV output",
            "say which one it is, with --dv PATH_IN_ZIP; or name it *_DV.dss or put it into DSS/output/",
        )
    return Members(found.dv.chosen, found.sv.chosen, found.reasons)


def _normal(path: str) -> str:
    return "/" + path.replace("\\", "/").removeprefix("./").lower()


def _why_set_aside(path: str) -> str | None:
    pure = PurePosixPath(_normal(path))
    if pure.name.startswith(APPLE_DOUBLE):
        return "AppleDouble file of macOS"
    if pure.name in GROUNDWATER:
        return "groundwater results"
    named = any(word.search(pure.stem) for word in SURE_WORD.values())
    if START_FILE.search(pure.stem) or (MAYBE_START_FILE.search(pure.stem) and not named):
        return "start file, INIT"
    folders = sorted(ARCHIVE_FOLDERS.intersection(pure.parts[:-1]))
    return f"folder {folders[0]}" if folders else None


def _named(kind: Kind, named: Mapping[Kind, str]) -> Choice | None:
    path = named.get(kind)
    return Choice(path, 0, f"{path} is named with --{kind}") if path else None


def _choose(files: Sequence[Member], kind: Kind) -> Choice:
    scored = (_candidate(member, kind) for member in files)
    candidates = tuple(sorted((c for c in scored if c.score > 0), key=lambda c: (-c.score, c.path)))
    if not candidates:
        return Choice(None, 0, "no file fits")
    best = [c for c in candidates if c.score == candidates[0].score]
    if len(best) > 1:
        paths = tuple(c.path for c in best)
        return Choice(None, best[0].score, f"{len(best)} files with {best[0].score} points", candidates, paths)
    (winner,) = best
    reason = f"{winner.path}, {winner.score} points: {', '.join(winner.reasons)}"
    return Choice(winner.path, winner.score, reason, candidates)


def _candidate(member: Member, kind: Kind) -> Candidate:
    normal, other = _normal(member.path), OTHER[kind]
    pure = PurePosixPath(normal)
    name = pure.name
    score, reasons = 0, []

    def count(points: int, text: str) -> None:
        nonlocal score
        score += points
        reasons.append(f"{text} {points:+d}")

    place: Kind | None = next((k for k, folder in FOLDERS.items() if folder in normal), None)
    if place is not None:
        count(FOLDER_POINTS if place == kind else -FOLDER_POINTS, f"folder {FOLDERS[place].strip('/')}")
    else:
        for each in (k for k, folder in WEAK_FOLDERS.items() if folder in normal):
            count(WEAK_POINTS if each == kind else -WEAK_POINTS, f"folder {WEAK_FOLDERS[each].strip('/')}")
    for each, sign in ((kind, 1), (other, -1)):
        if word_found := SURE_WORD[each].search(pure.stem):
            count(sign * SURE_POINTS, f"name has {word_found.group()}")
        elif LAST_LETTERS[each].search(pure.stem):
            count(sign * WEAK_POINTS, f"name ends with {each}")
    if word := next((word for word in WEAK_WORDS[kind] if word in name), None):
        count(WEAK_POINTS, f"name has {word}")
    return Candidate(member.path, member.size_bytes, score, tuple(reasons))
