"""What a model run has to keep: which DSS files of the ZIP are the ones that were declared. Pure functions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from extract.classification import Member, Members, choose_members
from extract.errors import DataRefusedError


@dataclass(frozen=True)
class Expected:
    """Base names that a sheet declares. Without any, the classification decides.

    Attributes:
        dv: of the DV output.
        sv: of the SV input.
    """

    dv: str | None = None
    sv: str | None = None


class ContractError(DataRefusedError):
    """The ZIP does not hold what the sheet declares.

    Args:
        code: MISSING_EXPECTED_, EXPECTED_…_NOT_IN_ZIP or MULTI_MATCH_, with SV or DV.
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
    if not (expected.dv or expected.sv):
        return choose_members(members, zip_name)
    paths = [member.path for member in members]
    dv, sv = _declared(paths, zip_name, "DV", expected.dv), _declared(paths, zip_name, "SV", expected.sv)
    return Members(dv, sv, (f"dv: {dv} is declared", f"sv: {sv} is declared"))


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
