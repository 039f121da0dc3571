"""Files for the stand-in: short texts, so that a test can put them where the service looks for them."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

CONTENTS = {
    ("s0001", "zip"): ("run/s0001 “first”.zip", b"PK model run"),
    ("s0001", "output_csv"): ("csv/s0001_coeqwal_calsim_output.csv", b"a,CALSIM\nb,S_SHSTA\n" * 200),
    ("s0001", "sv_csv"): ("csv/s0001_coeqwal_sv_input.csv", b"a,CALSIM\n"),
    ("s0002", "zip"): ("run/s0002_run.zip", b"PK another model run"),
}
"""Scenario and kind → key below the scenario, content."""


def rows() -> list[dict[str, Any]]:
    """The files that everybody may have."""
    return [
        {
            "scenario_id": scenario, "load_id": f"{scenario}-0123456789ab", "file_kind": kind,
            "archive_key": f"scenario/{scenario}/{path}", "file_name": path.rpartition("/")[2],
            "size_bytes": len(content), "sha256": sha256(content).hexdigest(),
            "modified_at": "2026-11-20 08:00:00+00",
        }
        for (scenario, kind), (path, content) in CONTENTS.items()
    ]  # fmt: skip
