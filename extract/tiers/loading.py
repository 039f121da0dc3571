"""From files in the hand to rows of `staging.tier_value`: read all, archive each with its receipt, load what is new."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from hashlib import file_digest, sha256
from pathlib import Path
from typing import Literal

import psycopg

from extract.archive import Archive
from extract.errors import UsageError
from extract.records import names
from extract.records.receipts import TierReceipt, TierRemark
from extract.tiers.delivery import Delivery, TierValue, read_delivery
from extract.tiers.places import Known
from extract.tiers.table import Remark
from extract.warehouse import load

LARGEST = 32 << 20
"""Bytes; the largest delivery so far has 0.1 MB."""


@dataclass(frozen=True)
class Outcome:
    """What became of a file.

    Attributes:
        status: `checked` in a dry run, `unchanged` if every result is loaded already.
        changed: scenarios whose results are new or other than before.
    """

    delivery: Delivery
    status: Literal["loaded", "unchanged", "checked", "refused"]
    changed: tuple[str, ...] = ()

    def as_json(self) -> dict[str, object]:
        """The outcome for a script."""
        d = self.delivery
        return {
            "file": d.name,
            "status": self.status,
            "tier": d.tier,
            "layout": d.layout,
            "delivery_id": d.delivery_id,
            "results": len(d.values),
            "scenarios": sorted(d.by_scenario()),
            "changed_scenarios": list(self.changed),
            "problems": [p.__dict__ for p in d.problems],
            "notes": [n.__dict__ for n in d.notes],
        }


def files_of(path: Path) -> list[Path]:
    """The file, or all files below the folder but hidden ones.

    Raises:
        UsageError: there is none.
    """
    if path.is_file():
        return [path]
    found = sorted(p for p in path.rglob("*") if p.is_file() and not p.name.startswith("."))
    if not found:
        raise UsageError(f"{path}: no such file or folder, or nothing in it", "name a delivered CSV file or its folder")
    return found


def read_all(files: Iterable[Path], known: Known, tier: str | None, leave_out_unknown: bool) -> list[Delivery]:
    """Read and check files; two that say different things about a scenario and tier are both refused."""
    deliveries = []
    for file in files:
        if file.stat().st_size > LARGEST:
            problem = Remark(0, "", "TOO_LARGE", f"the file is larger than {LARGEST >> 20} MiB")
            with file.open("rb") as stream:
                digest = file_digest(stream, "sha256").hexdigest()
            deliveries.append(Delivery(file.name, digest, problems=[problem]))
        else:
            deliveries.append(read_delivery(file.name, file.read_bytes(), known, tier, leave_out_unknown))
    return _refuse_contradictions(deliveries)


def _refuse_contradictions(deliveries: list[Delivery]) -> list[Delivery]:
    said: dict[tuple[str | None, str], dict[str, list[str]]] = {}
    for d in deliveries:
        for scenario, values in d.by_scenario().items():
            said.setdefault((d.tier, scenario), {}).setdefault(content_digest(values), []).append(d.name)
    result = []
    for d in deliveries:
        problems = []
        for scenario, values in d.by_scenario().items():
            voices = said[d.tier, scenario]
            others = sorted(name for key, names_ in voices.items() if key != content_digest(values) for name in names_)
            if others:
                words = f"{scenario}: other {d.tier} results stand in {', '.join(others)}; load the one that counts"
                problems.append(Remark(values[0].row, "", "CONFLICTING_FILES", words))
        result.append(replace(d, problems=problems, values=[]) if problems else d)
    return result


def content_digest(values: Iterable[TierValue]) -> str:
    """Digest of what a scenario's results of a tier say, whatever file they stand in."""
    text = json.dumps(sorted((value.content for value in values), key=repr))
    return sha256(text.encode()).hexdigest()[:16]


def archive_delivery(archive: Archive, file: Path, delivery: Delivery) -> None:
    """Store the file as it came, and its receipt."""
    key = names.tier_file_key(delivery.sha256, delivery.name)
    if not archive.exists(key):
        archive.put_file(key, file)
    receipt = TierReceipt(
        status="REFUSED" if delivery.problems else "ACCEPTED",
        file_key=key,
        file_sha256=delivery.sha256,
        tier_code=delivery.tier,
        layout=delivery.layout,
        scenarios=sorted(delivery.by_scenario()),
        results=len(delivery.values),
        problems=[TierRemark(**p.__dict__) for p in delivery.problems],
        notes=[TierRemark(**n.__dict__) for n in delivery.notes],
    )
    archive.put_text(names.tier_receipt_key(delivery.sha256), receipt.model_dump_json(indent=2) + "\n")


def load_delivery(url: str, delivery: Delivery) -> Outcome:
    """Replace the results of each (scenario, tier) that the file says something new about, in one transaction.

    Raises:
        DatabaseAwayError, DiskFullError, CheckFailedError: as `load.connection`; nothing was changed.
    """
    by_scenario = delivery.by_scenario()
    with load.connection(url) as link:
        link.execute("select pg_advisory_xact_lock(hashtextextended('staging/tier_value', 0))")
        rows = link.execute(
            "select scenario_id, content_digest from staging.tier_load where tier_code = %s", [delivery.tier]
        ).fetchall()
        before = dict(rows)
        changed = [s for s, values in sorted(by_scenario.items()) if before.get(s) != content_digest(values)]
        for scenario in changed:
            _replace(link, delivery, scenario, by_scenario[scenario])
    return Outcome(delivery, "loaded" if changed else "unchanged", tuple(changed))


def _replace(link: psycopg.Connection, delivery: Delivery, scenario: str, values: list[TierValue]) -> None:
    link.execute("delete from staging.tier_load where scenario_id = %s and tier_code = %s", [scenario, delivery.tier])
    link.execute(
        "insert into staging.tier_load (scenario_id, tier_code, delivery_id, content_digest, source_file,"
        " source_sha256, archive_key, result_count) values (%s, %s, %s, %s, %s, %s, %s, %s)",
        [
            scenario,
            delivery.tier,
            delivery.delivery_id,
            content_digest(values),
            delivery.name,
            delivery.sha256,
            names.tier_file_key(delivery.sha256, delivery.name),
            len(values),
        ],
    )
    columns = "scenario_id, tier_code, location_code, tier_level, tier_score, inputs, source_row, source_column"
    with link.cursor().copy(f"copy staging.tier_value ({columns}) from stdin") as copy:
        for v in values:
            inputs = json.dumps(v.inputs)
            copy.write_row(
                (scenario, delivery.tier, v.location_code, v.tier_level, v.tier_score, inputs, v.row, v.column)
            )


def stale_scenarios(url: str) -> list[str]:
    """Scenarios whose tables do not hold the results that are loaded now."""
    loaded = "select distinct scenario_id from staging.tier_load"
    with load.connection(url) as link:
        built = link.execute("select to_regclass('marts.fct_tier_result') is not null").fetchone()
        if built and built[0]:
            loaded += (
                " left join marts.fct_tier_result as result using (scenario_id, tier_code, delivery_id, content_digest)"
                " where result.tier_type is null"
            )
        return [scenario for (scenario,) in link.execute(f"{loaded} order by 1".encode()).fetchall()]
