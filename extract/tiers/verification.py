"""Does the database hold what the science teams delivered, and nothing else? Compared in both directions."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

import psycopg

from extract.archive import Archive
from extract.tiers.delivery import LEVELS, Delivery, read_delivery
from extract.tiers.places import Known

Result = tuple[str, str, str, int | None, float | None]
"""Scenario, tier, location (empty = all locations together), level, score."""
Counts = tuple[int, ...] | int | None
"""Number of locations at each level, or the one level of a tier that has no counts."""

STORED = {
    "staging.tier_value": "select scenario_id, tier_code, coalesce(location_code, ''), tier_level, tier_score"
    " from staging.tier_value",
    "marts.fct_tier_location_result": "select distinct scenario_id, tier_code,"
    " case when is_tier_wide then '' else location_code end, tier_level, tier_score"
    " from marts.fct_tier_location_result",
}
SUMMARY = """
select scenario_id, tier_code, tier_level, level_1_count, level_2_count, level_3_count, level_4_count
from marts.fct_tier_result
"""


@dataclass
class Comparison:
    """What was compared, and every difference in words."""

    results: int = 0
    scenarios: set[str] = field(default_factory=set)
    differences: list[str] = field(default_factory=list)


LOADED_FILES = """
select archive_key, source_file, source_sha256, tier_code, array_agg(scenario_id order by scenario_id)
from staging.tier_load
where %(scenario)s::text is null or scenario_id = %(scenario)s
group by archive_key, source_file, source_sha256, tier_code
order by archive_key, tier_code
"""


def archived(
    link: psycopg.Connection, archive: Archive, known: Known, scenario_id: str | None = None
) -> tuple[set[Result], list[str]]:
    """The results of the loaded deliveries, read again from the archive; and what is wrong with the files there.

    Args:
        scenario_id: the only scenario wanted.
    """
    expected: set[Result] = set()
    problems: list[str] = []
    for key, name, sha256, tier, scenarios in link.execute(LOADED_FILES, {"scenario": scenario_id}).fetchall():
        if not archive.exists(key):
            problems.append(f"{archive.uri(key)}: the delivered file is not in the archive any more")
            continue
        delivery = read_delivery(name, archive.local_copy(key).read_bytes(), known, tier, leave_out_unknown=True)
        if delivery.sha256 != sha256:
            problems.append(f"{archive.uri(key)}: the file was changed after it had been loaded")
            continue
        problems += [f"{name}: {problem}" for problem in delivery.problems]
        expected |= {result for result in results_of(delivery) if result[0] in scenarios}
    return expected, problems


def results_of(delivery: Delivery) -> set[Result]:
    """The results of a delivery, as they are compared."""
    tier = delivery.tier or ""
    return {(v.scenario_id, tier, v.location_code or "", v.tier_level, v.tier_score) for v in delivery.values}


def compare(link: psycopg.Connection, expected: set[Result], everything: bool) -> Comparison:
    """Compare delivered results with the tables.

    Args:
        everything: the expected results are all there may be; otherwise only their scenarios and tiers are looked at.
    """
    outcome = Comparison(len(expected), {result[0] for result in expected})
    about = {result[:2] for result in expected}
    for table, query in STORED.items():
        stored = {row for row in link.execute(query.encode()).fetchall() if everything or row[:2] in about}
        outcome.differences += [f"{table}: {text}" for text in _differences(expected, stored)]
    summary = stored_summaries(link)
    delivered = summaries(expected)
    for key in sorted(delivered.keys() | (summary.keys() if everything else set())):
        if delivered.get(key) != summary.get(key) or (key in delivered) != (key in summary):
            ours, theirs = delivered.get(key), summary.get(key)
            outcome.differences.append(f"marts.fct_tier_result: {' '.join(key)}: delivered {ours}, database {theirs}")
    return outcome


def stored_summaries(link: psycopg.Connection) -> dict[tuple[str, str], Counts]:
    """The same of the table of results by scenario and tier."""
    rows = link.execute(SUMMARY).fetchall()
    return {(s, t): level if c[0] is None else tuple(c) for s, t, level, *c in rows}


def _differences(expected: set[Result], stored: set[Result]) -> Iterable[str]:
    missing = {result[:3]: result[3:] for result in expected - stored}
    surplus = {result[:3]: result[3:] for result in stored - expected}
    for key in sorted(missing.keys() | surplus.keys()):
        name = " ".join(filter(None, key))
        if key not in surplus:
            yield f"{name}: delivered {_words(missing[key])}, not in the database"
        elif key not in missing:
            yield f"{name}: {_words(surplus[key])} in the database, not delivered"
        else:
            yield f"{name}: delivered {_words(missing[key])}, database {_words(surplus[key])}"


def _words(value: tuple[int | None, float | None]) -> str:
    level, score = value
    return f"level {level}" + (f" (score {score})" if score is not None else "")


def summaries(results: Iterable[Result]) -> dict[tuple[str, str], Counts]:
    """Per scenario and tier the number of locations at each level, or the one level of a tier without locations."""
    counted: dict[tuple[str, str], Counter[int | None]] = {}
    whole: dict[tuple[str, str], Counts] = {}
    for scenario, tier, location, level, _ in results:
        if location:
            counted.setdefault((scenario, tier), Counter())[level] += 1
        else:
            whole[scenario, tier] = level
    return {key: tuple(counts[level] for level in LEVELS) for key, counts in counted.items()} | whole


def compare_counts(link: psycopg.Connection, text: str) -> Comparison:
    """Compare counts that somebody published without locations with the counts of the locations.

    Args:
        text: CSV with scenario_short_code, tier_short_code, tier_1_value … tier_4_value and single_tier_level.
    """
    ours = stored_summaries(link)
    outcome = Comparison()
    for row in csv.DictReader(io.StringIO(text)):
        key = (row["scenario_short_code"], row["tier_short_code"])
        values = [row[f"tier_{level}_value"] for level in LEVELS]
        single = row["single_tier_level"]
        theirs: Counts = int(float(single)) if single else tuple(int(float(value or 0)) for value in values)
        if key not in ours:
            continue
        outcome.results += 1
        outcome.scenarios.add(key[0])
        if theirs != ours[key]:
            outcome.differences.append(f"{' '.join(key)}: published {theirs}, delivered {ours[key]}")
    return outcome
