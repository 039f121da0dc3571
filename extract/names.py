"""Identities and places: scenario ids, receipt ids and the keys of the archive. Pure functions."""

from __future__ import annotations

import re
from hashlib import sha256

from extract.errors import UsageError

SCENARIO_ID = re.compile(r"s[0-9]{4}")
EXTRACT_VERSION = "1"
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


def scenario_id_in(file_name: str) -> str | None:
    """The scenario id with which a file name begins: `s0105_anything.zip` is of s0105."""
    match = re.match(r"(s[0-9]{4})(?![0-9])", file_name.lower())
    return match.group(1) if match else None


def receipt_id(scenario_id: str, zip_sha256: str) -> str:
    """The identity of a load: the same ZIP, read by the same version of the extractor, has the same one."""
    digest = sha256(f"{zip_sha256}/{EXTRACT_VERSION}".encode()).hexdigest()
    return f"{scenario_id}-{digest[:12]}"


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


def extract_record_key(scenario_id: str) -> str:
    """Archive key of the receipt of the extraction."""
    return f"scenario/{scenario_id}/extract_record.json"


def rejected_key(zip_name: str, zip_sha256: str) -> str:
    """Archive key of the receipt of a refused file."""
    return f"rejected/{zip_name}-{zip_sha256[:12] or 'unreadable'}.json"


def tier_file_key(sha256: str, file_name: str) -> str:
    """Archive key of a delivered tier file as it came."""
    return f"tiers/{sha256[:12]}/{file_name}"


def tier_receipt_key(sha256: str) -> str:
    """Archive key of the receipt of a delivered tier file, accepted or refused."""
    return f"tiers/{sha256[:12]}/receipt.json"
