"""The working spreadsheet in which people say which files are a scenario's, exported as CSV."""

from __future__ import annotations

import csv
import json
import re
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path, PurePosixPath

from extract.errors import DataRefusedError, UsageError
from extract.intake.contract import Expected
from extract.records import names

ID_COLUMNS = ("short_code", "scenario_id")
MONTH = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])(-[0-9]{2})?")


class BadSheetError(DataRefusedError):
    """The sheet cannot be used."""

    code = "BAD_SHEET"


@dataclass(frozen=True)
class SheetRow:
    """What the sheet declares of a scenario; everything but the id may be left empty.

    Attributes:
        dv: path or base name of the DV output inside the ZIP.
        sv: the same of the SV input.
        first_month: first month of the run, `YYYY-MM`.
        last_month: its last month.
        pinned_zip: base name of the ZIP that counts.
        pinned_trend: base name of the trend report that counts.
        folder: name of the scenario's folder in the source.
        url: where the folder is on the web.
        file: name of the sheet.
        row_sha256: hash of the row's cells.
    """

    scenario_id: str
    dv: str | None
    sv: str | None
    first_month: str | None
    last_month: str | None
    pinned_zip: str | None
    pinned_trend: str | None
    folder: str | None
    url: str | None
    file: str
    row_sha256: str

    @property
    def expected(self) -> Expected:
        """What the run has to keep."""
        return Expected(self.dv, self.sv, first_month=self.first_month, last_month=self.last_month)


def read_sheet(path: Path | None) -> dict[str, SheetRow]:
    """The rows of a sheet by scenario id.

    Args:
        path: a CSV with the column `short_code` (or `scenario_id`) and any of `DV_Path`, `SV_Path`,
            `First_Month`, `Last_Month` (`YYYY-MM`), `pinned_model_run_zip`, `pinned_trend_csv`, `GoogleDriveFolderName`
            and `ModelFilesLink`; other columns are left alone. No sheet has no rows.

    Raises:
        UsageError: there is no such file.
        BadSheetError: there is no id column, an id is none or there twice, or a month is none.
    """
    if path is None:
        return {}
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            id_column = next((name for name in ID_COLUMNS if name in (reader.fieldnames or ())), None)
            if id_column is None:
                raise BadSheetError(f"{path}: there is no column short_code", "export the sheet with its header row")
            rows: dict[str, SheetRow] = {}
            for line, cells in enumerate(reader, start=2):
                row = _row({key: value for key, value in cells.items() if key}, id_column, path, line)
                if row and row.scenario_id in rows:
                    raise BadSheetError(f"{path}:{line}: {row.scenario_id} is there twice", "leave one row of it")
                if row:
                    rows[row.scenario_id] = row
            return rows
    except FileNotFoundError as error:
        raise UsageError(f"{path}: there is no such file", "check the path given with --sheet") from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise BadSheetError(f"{path}: not a CSV in UTF-8 ({error})", "export the sheet as CSV") from error


def _row(cells: dict[str, str | None], id_column: str, path: Path, line: int) -> SheetRow | None:
    def cell(name: str) -> str | None:
        return (cells.get(name) or "").strip() or None

    def base_name(name: str) -> str | None:
        text = cell(name)
        return PurePosixPath(text.replace("\\", "/")).name if text else None

    def month(name: str) -> str | None:
        text = cell(name)
        if text and not MONTH.fullmatch(text):
            raise BadSheetError(f"{path}:{line}: {name} is {text!r}, which is no month", "write it as 1921-10")
        return text[:7] if text else None

    if cell(id_column) is None:
        return None
    try:
        scenario_id = names.check_scenario_id(cell(id_column) or "")
    except UsageError as error:
        raise BadSheetError(f"{path}:{line}: {error.message}", "correct the cell") from error
    return SheetRow(
        scenario_id=scenario_id,
        dv=cell("DV_Path"),
        sv=cell("SV_Path"),
        first_month=month("First_Month"),
        last_month=month("Last_Month"),
        pinned_zip=base_name("pinned_model_run_zip"),
        pinned_trend=base_name("pinned_trend_csv"),
        folder=cell("GoogleDriveFolderName"),
        url=cell("ModelFilesLink"),
        file=path.name,
        row_sha256=sha256(json.dumps(cells, sort_keys=True).encode()).hexdigest(),
    )
