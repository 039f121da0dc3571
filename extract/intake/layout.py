"""Which files of a source are a scenario's model run and its trend report. Pure functions.

Three layouts are known: a folder for each scenario with `Model_Files/*.zip` and
`Data_Extraction/Variables_From_trend_report…/*.csv`; a folder that is named after the scenario and holds both; and
ZIP files named after the scenario side by side, each with a CSV of the same name.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from extract.intake.classification import APPLE_DOUBLE
from extract.intake.sheet import SheetRow
from extract.records import names
from extract.records.ingest_record import TrendStatus
from extract.storage import FileInfo

MODEL_FOLDER = "model_files"
TREND_FOLDER, TREND_SUBFOLDER = "data_extraction", "variables_from_trend_report"


@dataclass(frozen=True)
class Offer:
    """What a source has for a scenario.

    Attributes:
        scenario_id: none if neither the folder nor its only ZIP says whose it is.
        folder: where it lies in the source.
        zips: the ZIP files that could be the model run.
        trends: the CSV files that could be the trend report's reference.
    """

    scenario_id: str | None
    folder: str
    zips: tuple[FileInfo, ...]
    trends: tuple[FileInfo, ...]


def offers(files: Iterable[FileInfo], sheet: Mapping[str, SheetRow]) -> list[Offer]:
    """The model runs of a source, sorted by scenario and folder.

    Args:
        files: everything in the source.
        sheet: rows by scenario id; a row may say which folder is the scenario's.
    """
    folders = {row.folder.lower(): row.scenario_id for row in sheet.values() if row.folder}
    found: dict[tuple[str | None, str], tuple[list[FileInfo], list[FileInfo]]] = {}
    for file in files:
        folder, role = _place(PurePosixPath(file.path))
        if role is None:
            continue
        scenario_id = folders.get(PurePosixPath(folder).name.lower()) or names.scenario_id_in(
            PurePosixPath(folder).name
        )
        if scenario_id is None and not PurePosixPath(folder).name:
            scenario_id = names.scenario_id_in(PurePosixPath(file.path).name)
        # Folders of one scenario are one offer; those of nobody stay apart.
        key = (scenario_id, "" if scenario_id else folder)
        zips, trends = found.setdefault(key, ([], []))
        (zips if role == "zip" else trends).append(file)
    made = [_offer(scenario_id, folder, *lists) for (scenario_id, folder), lists in found.items()]
    return sorted((o for o in made if o.zips or o.scenario_id), key=lambda o: (o.scenario_id or "~", o.folder))


def chosen_zip(offer: Offer, row: SheetRow | None) -> tuple[FileInfo | None, str, str]:
    """The ZIP that counts, or the reason code and a sentence why there is none."""
    listed = ", ".join(file.path for file in offer.zips)
    if row and row.pinned_zip:
        for file in offer.zips:
            if PurePosixPath(file.path).name == row.pinned_zip:
                return file, "", ""
        return None, "PINNED_ZIP_NOT_FOUND", f"the sheet pins {row.pinned_zip}; there is {listed or 'no ZIP'}"
    if not offer.zips:
        return None, "MISSING_ZIP", f"no ZIP in {offer.folder or 'the source'}"
    if len(offer.zips) > 1:
        return None, "MULTIPLE_ZIPS_NO_PIN", f"{len(offer.zips)} ZIPs and none is pinned: {listed}"
    return offer.zips[0], "", ""


def chosen_trend(offer: Offer, row: SheetRow | None) -> tuple[FileInfo | None, TrendStatus]:
    """The trend report that counts, or why there is none."""
    if row and row.pinned_trend:
        for file in offer.trends:
            if PurePosixPath(file.path).name == row.pinned_trend:
                return file, "verified"
        return None, "unverified_pin_missing"
    if len(offer.trends) > 1:
        return None, "unverified_multi_trend"
    return (offer.trends[0], "verified") if offer.trends else (None, "unverified_no_trend")


def _place(path: PurePosixPath) -> tuple[str, str | None]:
    """The scenario's folder, and whether the file is a `zip` or a `csv` that counts there."""
    parts, suffix = [part.lower() for part in path.parts], path.suffix.lower()
    if path.name.startswith(APPLE_DOUBLE):
        return "", None
    if suffix == ".zip" and len(parts) >= 3 and parts[-2] == MODEL_FOLDER:
        return str(path.parents[1]), "zip"
    in_trends = len(parts) >= 4 and parts[-3] == TREND_FOLDER and parts[-2].startswith(TREND_SUBFOLDER)
    if suffix == ".csv" and in_trends:
        return str(path.parents[2]), "csv"
    if len(parts) == 1 or names.scenario_id_in(path.parent.name):
        folder = "" if len(parts) == 1 else str(path.parent)
        return folder, {".zip": "zip", ".csv": "csv"}.get(suffix)
    return "", None


def _offer(scenario_id: str | None, folder: str, zips: list[FileInfo], trends: list[FileInfo]) -> Offer:
    flat = [file for file in zips if "/" not in file.path]
    stems = {PurePosixPath(file.path).stem for file in flat}
    # Side by side with others, only a CSV with the name of the ZIP belongs to it.
    trends = [file for file in trends if "/" in file.path or PurePosixPath(file.path).stem in stems]
    places = sorted({_place(PurePosixPath(file.path))[0] for file in (*zips, *trends)})
    return Offer(scenario_id, ", ".join(places) or folder, tuple(zips), tuple(trends))
