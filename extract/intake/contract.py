"""What a model run has to keep: which DSS files of the ZIP are the ones that were declared. Pure functions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Literal

from extract.errors import DataRefusedError
from extract.intake.classification import Kind, Member, Members, choose_members


@dataclass(frozen=True)
class Expected:
    """Which members of the ZIP somebody declares. Without any, the classification decides.

    Attributes:
        dv: path or base name of the DV output.
        sv: the same of the SV input.
        by: a sheet declares both or none, and may give the path on another disk; an option of the command line names
            members of this very ZIP, and leaves the other one to the classification.
        first_month: first month of the run that a sheet declares, `YYYY-MM`.
        last_month: its last month.
    """

    dv: str | None = None
    sv: str | None = None
    by: Literal["sheet", "option"] = "sheet"
    first_month: str | None = None
    last_month: str | None = None

    @property
    def decided_by(self) -> Literal["sheet", "option", "classification"]:
        """Who tells the DV output and the SV input."""
        return self.by if self.dv or self.sv else "classification"


class ContractError(DataRefusedError):
    """The ZIP does not hold what is declared.

    Args:
        code: MISSING_EXPECTED_, EXPECTED_…_NOT_IN_ZIP or MULTI_MATCH_, with SV or DV; or SAME_MEMBER_DECLARED.
    """

    def __init__(self, code: str, message: str, remedy: str) -> None:
        super().__init__(message, remedy)
        self.code = code


def declared_members(members: Sequence[Member], zip_name: str, expected: Expected) -> Members:
    """The DV output and the SV input of a ZIP: those that are declared, else those that the classification finds.

    Raises:
        ContractError: a declared file is not there, or there more than once, or only one of the two is declared.
        NoDssInZipError, AmbiguousDssError: nothing is declared, and the classification cannot decide.
    """
    if expected.decided_by == "classification":
        return choose_members(members, zip_name)
    if expected.by == "option":
        return _with_options(members, zip_name, expected)
    paths = [member.path for member in members]
    dv, sv = _declared(paths, zip_name, "DV", expected.dv), _declared(paths, zip_name, "SV", expected.sv)
    return Members(*_two(zip_name, dv, sv), (f"dv: {dv} is declared", f"sv: {sv} is declared"))


def _with_options(members: Sequence[Member], zip_name: str, expected: Expected) -> Members:
    """Members that a person names by their place in this ZIP; the rest is classified."""
    given: dict[Kind, str | None] = {"dv": expected.dv, "sv": expected.sv}
    named = {kind: _named(members, zip_name, kind, path) for kind, path in given.items() if path}
    found = choose_members(members, zip_name, named)
    return Members(*_two(zip_name, found.dv, found.sv), found.reasons)


def _two(zip_name: str, dv: str, sv: str | None) -> tuple[str, str | None]:
    if dv == sv:
        raise ContractError(
            "SAME_MEMBER_DECLARED",
            f"{zip_name}: {dv} is declared as DV output and as SV input",
            "declare two different files",
        )
    return dv, sv


def _named(members: Sequence[Member], zip_name: str, kind: Kind, path: str) -> str:
    exact = [member.path for member in members if _normal(member.path) == _normal(path)]
    matches = exact or [member.path for member in members if _normal(member.path).endswith(_normal(path))]
    if len(matches) == 1:
        return matches[0]
    if matches:
        raise ContractError(
            f"MULTI_MATCH_{kind.upper()}",
            f"{zip_name}: {len(matches)} files are called {path}: {', '.join(matches)}",
            f"give --{kind} with as much of its path as tells them apart",
        )
    there = ", ".join(member.path for member in members if member.path.lower().endswith(".dss"))
    raise ContractError(
        f"EXPECTED_{kind.upper()}_NOT_IN_ZIP",
        f"{zip_name}: there is no {path} in it; its DSS files: {there or 'none'}",
        f"correct --{kind}",
    )


def _declared(paths: Sequence[str], zip_name: str, kind: str, name: str | None) -> str:
    if not name:
        raise ContractError(
            f"MISSING_EXPECTED_{kind}",
            f"{zip_name}: the sheet declares no {kind} file for it",
            f"fill in the column {kind}_Path, or leave the other one empty too",
        )
    matches = [path for path in paths if base_name(path) == base_name(name)]
    if not matches:
        raise ContractError(
            f"EXPECTED_{kind}_NOT_IN_ZIP",
            f"{zip_name}: the declared {kind} file {base_name(name)} is not in it",
            "correct the sheet, or upload the ZIP again",
        )
    if len(matches) > 1:
        exact = [path for path in matches if _normal(path).endswith("/" + _normal(name).lstrip("/"))]
        if len(exact) != 1:
            raise ContractError(
                f"MULTI_MATCH_{kind}",
                f"{zip_name}: {len(matches)} files are called {base_name(name)}: {', '.join(matches)}",
                "declare it with as much of its path as tells them apart",
            )
        matches = exact
    return matches[0]


def base_name(path: str) -> str:
    """The last part of a path with `/` or `\\`, in lower case."""
    return PurePosixPath(_normal(path)).name


def _normal(path: str) -> str:
    return "/" + path.replace("\\", "/").removeprefix("./").lower().lstrip("/")
