"""The question `tier_files`: does the database hold every tier result as it was delivered, and no other?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pandas as pd
from great_expectations import expectations as gxe

from extract.tiers import verification
from extract.tiers.places import known
from extract.verification import CannotCheckError, Finding, Subject
from extract.verification.expectations.suite import Suite, Validator
from extract.verification.results import TIER
from extract.warehouse.load import connection

FILES = Suite(
    "tier_files",
    ("file",),
    {
        "delivered_files": gxe.ExpectColumnValuesToBeInSet(
            column="state",
            value_set=["as loaded"],
            description="Every loaded delivery is in the archive as it was, and can be read.",
        ),
    },
)
RESULTS = Suite(
    "tier_results",
    ("table", "tier", "location"),
    {
        "locations": gxe.ExpectColumnValuesToBeInSet(
            column="presence",
            value_set=["both"],
            description="A result is in the table exactly if it was delivered.",
        ),
        "levels": gxe.ExpectColumnValuesToBeInSet(
            column="result",
            value_set=["as delivered"],
            description="Level and score of every location are the delivered ones.",
        ),
    },
)
COUNTS = Suite(
    "tier_counts",
    ("tier",),
    {
        "counts": gxe.ExpectColumnValuesToBeInSet(
            column="counts",
            value_set=["as delivered"],
            description="Every tier has as many locations at each level as were delivered.",
        ),
    },
)
SUITES = (FILES, RESULTS, COUNTS)


def check(subject: Subject, docs: Path | None) -> Iterator[Finding]:
    """Read the loaded deliveries again and compare both tables of results with them."""
    with connection(subject.url) as link, Validator(docs) as validator:
        files = link.execute(verification.LOADED_FILES, {"scenario": subject.scenario_id}).fetchall()
        absent = [subject.archive.uri(key) for key, *_ in files if not subject.archive.exists(key)]
        if absent:
            raise CannotCheckError(f"not in the archive: {', '.join(absent)}")
        expected, problems = verification.archived(link, subject.archive, known(), subject.scenario_id)
        states = [(name, "as loaded") for _, name, *_ in files] + [(text, "not as loaded") for text in problems]
        yield from validator.findings(FILES, pd.DataFrame(states, columns=FILES.columns()), TIER)
        rows: list[tuple[str, str, str, str, str]] = []
        delivered = {(tier, location): value for _, tier, location, *value in expected}
        for table, query in verification.STORED.items():
            found = link.execute(query.encode()).fetchall()
            own = {(tier, location): value for id_, tier, location, *value in found if id_ == subject.scenario_id}
            rows += [(table, *key, *_agreement(key, delivered, own)) for key in sorted(delivered.keys() | own.keys())]
        yield from validator.findings(RESULTS, pd.DataFrame(rows, columns=RESULTS.columns()), TIER)
        stored = {
            t: counts for (s, t), counts in verification.stored_summaries(link).items() if s == subject.scenario_id
        }
        wanted = {t: counts for (_, t), counts in verification.summaries(expected).items()}
        counts = [
            (tier, "as delivered" if wanted.get(tier, ()) == stored.get(tier, ()) else "other")
            for tier in sorted(wanted.keys() | stored.keys())
        ]
        yield from validator.findings(COUNTS, pd.DataFrame(counts, columns=COUNTS.columns()), TIER)


def _agreement(
    key: tuple[str, str],
    delivered: Mapping[tuple[str, str], Sequence[object]],
    own: Mapping[tuple[str, str], Sequence[object]],
) -> tuple[str, str]:
    if key not in own:
        return "delivered only", "as delivered"
    if key not in delivered:
        return "database only", "as delivered"
    return "both", "as delivered" if own[key] == delivered[key] else f"{own[key]} for {delivered[key]}"
