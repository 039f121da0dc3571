"""Identities and places: scenario ids, receipt ids and the keys of the archive. Pure functions."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from hashlib import sha256

from extract.errors import DataRefusedError, UsageError

SCENARIO_ID = re.compile(r"s[0-9]{4}")
ANY_SCENARIO_ID = re.compile(r"(?<![a-z0-9])(?:s|scenario[ _-]?s?)([0-9]{4})(?![0-9])")
MAX_NAME_BYTES = 200
EXTRACT_VERSION = "2"
"""Changes when the same ZIP would give other rows: part of every receipt id."""


def check_scenario_id(text: str) -> str:
    """A scenario id in its one spelling.

    Args:
        text: what somebody typed.

    Returns:
        The id, lower case.

    Raises:
        UsageError: it is not the letter s and four digits.
    """
    candidate = text.strip().lower()
    if not SCENARIO_ID.fullmatch(candidate):
        raise UsageError(f"'{text}' is not a scenario id", "give the letter s and four digits, as in s0105")
    return candidate


class BadFileNameError(DataRefusedError):
    """A file name that cannot be a name in the archive."""

    code = "BAD_FILE_NAME"


def check_file_name(name: str) -> str:
    """A file name that is safe as the last part of a key, on every system and in every receipt.

    Raises:
        BadFileNameError: it is empty, hidden, too long, not UTF-8, or has control characters or path separators.
    """
    plain = name.isprintable() and not name.startswith(".") and not set(name) & set("/\\")
    if not name or not plain or len(name.encode()) > MAX_NAME_BYTES:
        raise BadFileNameError(f"{name!r} is not a file name for the archive", "rename the file and try again")
    return name


def scenario_id_in(file_name: str) -> str | None:
    """The scenario id with which a file name begins: `s0105_anything.zip` is of s0105."""
    match = re.match(r"(s[0-9]{4})(?![0-9])", file_name.lower())
    return match.group(1) if match else None


def scenario_ids_in(text: str) -> set[str]:
    """Every scenario id that a name carries: `Run_S0105-v2` has that of s0105; a date or a longer word has none."""
    return {f"s{number}" for number in ANY_SCENARIO_ID.findall(unicodedata.normalize("NFKC", text).lower())}


def receipt_id(scenario_id: str, zip_sha256: str, declared: Sequence[str | None] = ()) -> str:
    """The identity of a load: the same ZIP, read by the same version of the extractor, has the same one.

    Args:
        scenario_id: the scenario.
        zip_sha256: content of the ZIP.
        declared: paths of the DV and SV file, where a person and not the content said which they are.
    """
    choice = "".join(f"/{path}" for path in declared)
    digest = sha256(f"{zip_sha256}/{EXTRACT_VERSION}{choice}".encode()).hexdigest()
    return f"{scenario_id}-{digest[:12]}"


def scenario_prefix(scenario_id: str) -> str:
    """What the well-known keys of a scenario begin with."""
    return f"scenario/{scenario_id}/"


def run_key(scenario_id: str, zip_name: str) -> str:
    """Archive key of the model-run ZIP as it came."""
    return f"scenario/{scenario_id}/run/{zip_name}"


def trend_key(scenario_id: str, csv_name: str) -> str:
    """Archive key of the trend-report reference."""
    return f"scenario/{scenario_id}/verify/{csv_name}"


def wide_csv_key(scenario_id: str, dss_kind: str) -> str:
    """Archive key of the public wide CSV of the DV output or the SV input."""
    name = {"dv": "coeqwal_calsim_output", "sv": "coeqwal_sv_input"}[dss_kind]
    return f"scenario/{scenario_id}/csv/{scenario_id}_{name}.csv"


def load_csv_key(scenario_id: str) -> str:
    """Archive key of the CSV that the database loads: one row per series."""
    return f"scenario/{scenario_id}/csv/{scenario_id}_dss_series.csv"


def mismatches_key(scenario_id: str) -> str:
    """Archive key of the cells that differ from the trend report."""
    return f"scenario/{scenario_id}/validation/{scenario_id}_validation_mismatches.csv"


def validation_summary_key(scenario_id: str) -> str:
    """Archive key of the comparison with the trend report."""
    return f"scenario/{scenario_id}/validation/{scenario_id}_validation_summary.json"


def override_key(scenario_id: str) -> str:
    """Archive key of the decision to load a run that the trend report disproves."""
    return f"scenario/{scenario_id}/validation/{scenario_id}_validation_override.json"


def verification_key(scenario_id: str, question: str) -> str:
    """Archive key of the receipt of a question's verification."""
    return f"scenario/{scenario_id}/verification/{question}.json"


def extract_record_key(scenario_id: str) -> str:
    """Archive key of the receipt of the extraction."""
    return f"scenario/{scenario_id}/extract_record.json"


def ingest_record_key(scenario_id: str) -> str:
    """Archive key of the receipt of the run's way into the archive."""
    return f"scenario/{scenario_id}/ingest_record.json"


def identity_acceptance_key(scenario_id: str) -> str:
    """Archive key of the decision that a doubtful run is the scenario's all the same."""
    return f"scenario/{scenario_id}/identity_acceptance.json"


def release_prefix(scenario_id: str, load_id: str) -> str:
    """What the archive keys of the frozen copy of a load's statistics begin with."""
    return f"scenario/{scenario_id}/release/{load_id}/"


def release_record_key(scenario_id: str, load_id: str) -> str:
    """Archive key of the record of a frozen copy, which is written last."""
    return f"{release_prefix(scenario_id, load_id)}release_record.json"


def scenarios_in(snapshot_keys: Iterable[str]) -> set[str]:
    """The scenarios that keys of snapshot manifests are of."""
    return {key.split("/")[1] for key in snapshot_keys if key.count("/") == 2}


def object_key(content_sha256: str) -> str:
    """Archive key of a content."""
    return f"objects/{content_sha256[:2]}/{content_sha256}"


def snapshots_prefix(scenario_id: str) -> str:
    """What the keys of a scenario's snapshot manifests begin with."""
    return f"snapshots/{scenario_id}/"


def snapshot_key(scenario_id: str, number: int) -> str:
    """Archive key of the manifest of a snapshot."""
    return f"{snapshots_prefix(scenario_id)}{number:06d}.json"


def latest_snapshot_key(scenario_id: str) -> str:
    """Archive key of a copy of the newest manifest that is shown in full under the well-known keys."""
    return f"{snapshots_prefix(scenario_id)}latest.json"


def rejected_key(zip_name: str, zip_sha256: str) -> str:
    """Archive key of the receipt of a refused file."""
    plain = re.sub(r"[^A-Za-z0-9._-]", "_", zip_name)[:MAX_NAME_BYTES]
    return f"rejected/{plain}-{zip_sha256[:12] or 'unreadable'}.json"


def tier_file_key(sha256: str, file_name: str) -> str:
    """Archive key of a delivered tier file as it came."""
    return f"tiers/{sha256[:12]}/{file_name}"


def tier_receipt_key(sha256: str) -> str:
    """Archive key of the receipt of a delivered tier file, accepted or refused."""
    return f"tiers/{sha256[:12]}/receipt.json"
