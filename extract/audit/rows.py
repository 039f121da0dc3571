"""Does each place hold what the place before it holds: archive, staging, statistics? Counted in both directions."""

from __future__ import annotations

from collections.abc import Iterable

import psycopg
from psycopg import sql

from extract.archive import Archive
from extract.audit.findings import Section
from extract.pipeline import status
from extract.reference.manifest import Relation

STAGED = """
select
    coalesce(record.scenario_id, series.scenario_id) as scenario_id,
    record.receipt_id,
    record.dv_series,
    record.sv_series,
    coalesce(series.dv, 0) as dv,
    coalesce(series.sv, 0) as sv,
    coalesce(series.other_loads, 0) as other_loads
from staging.scenario_load as record
full join (
    select
        s.scenario_id,
        count(*) filter (where s.dss_kind = 'dv') as dv,
        count(*) filter (where s.dss_kind = 'sv') as sv,
        count(*) filter (where s.receipt_id is distinct from l.receipt_id) as other_loads
    from staging.dss_series as s
    left join staging.scenario_load as l on s.scenario_id = l.scenario_id
    group by s.scenario_id
) as series on record.scenario_id = series.scenario_id
order by 1
"""
TIERS = """
select l.scenario_id, l.tier_code, l.result_count, count(v.tier_code), l.archive_key
from staging.tier_load as l
left join staging.tier_value as v on l.scenario_id = v.scenario_id and l.tier_code = v.tier_code
group by l.scenario_id, l.tier_code, l.result_count, l.archive_key
order by 1, 2
"""
EXPECTED = "select scenario_id, table_name, expected_rows from intermediate.int_calsim__expected_rows"


def archive_and_staging(link: psycopg.Connection, archive: Archive, url: str) -> Section:
    """Receipts of the archive against loaded series."""
    section = Section("Archive and receipts against staging")
    receipts = {
        facts.scenario_id: facts.extracted
        for facts in status.facts_of(archive, url, status.known_scenarios(archive, url))
    }
    loaded = set()
    for scenario_id, receipt_id, dv, sv, dv_rows, sv_rows, other in link.execute(STAGED.encode()):
        section.looked_at += 1
        loaded.add(scenario_id)
        remedy = f"run `coeqwal load {scenario_id}`"
        if receipt_id is None:
            section.add(f"{dv_rows + sv_rows} series without a record of their load", scenario_id, remedy)
            continue
        if (dv, sv) != (dv_rows, sv_rows):
            section.add(f"{dv_rows} DV and {sv_rows} SV series, loaded were {dv} and {sv}", scenario_id, remedy)
        if other:
            section.add(f"{other} series of another load than {receipt_id}", scenario_id, remedy)
        record = receipts.get(scenario_id)
        if record is None:
            section.add(f"the archive has no receipt of {receipt_id}", scenario_id, "see `coeqwal archive verify`")
        elif record.receipt_id == receipt_id:
            announced = (record.dv.series, record.sv.series if record.sv else 0)
            if announced != (dv, sv):
                section.add(f"the receipt announces {announced} series, recorded are {(dv, sv)}", scenario_id, remedy)
    for scenario_id, record in receipts.items():
        if record is not None and scenario_id not in loaded:
            what = f"{record.receipt_id} was extracted and is not loaded"
            section.add(what, scenario_id, f"run `coeqwal run {scenario_id}`", is_blocking=False)
    return section


def deliveries_and_staging(link: psycopg.Connection, archive: Archive) -> Section:
    """Delivered tier files against loaded results."""
    section = Section("Tier deliveries against staging")
    for scenario_id, tier, announced_results, results, key in link.execute(TIERS.encode()):
        section.looked_at += 1
        if announced_results != results:
            what = f"{results} results, delivered were {announced_results}"
            section.add(what, f"{scenario_id} {tier}", "run `coeqwal tiers load` with the delivered file")
        if not archive.exists(key):
            section.add(f"the delivered file {key} is not in the archive", f"{scenario_id} {tier}", "deliver it again")
    return section


def staging_and_statistics(link: psycopg.Connection, relations: Iterable[Relation]) -> Section:
    """Rows that follow from the loaded series against rows that the tables have now, and the load they are of."""
    section = Section("Staging against statistics")
    expected = {(scenario, table): rows for scenario, table, rows in link.execute(EXPECTED.encode())}
    ruled = {table for _, table in expected}
    loaded = {row[0]: row[1] for row in link.execute("select scenario_id, receipt_id from staging.scenario_load")}
    known = {row[0] for row in link.execute("select scenario_id from staging.scenario_version")}
    for relation in relations:
        if relation.schema not in ("marts", "verification") or "scenario_id" not in relation.columns:
            continue
        where = f"{relation.schema}.{relation.name}"
        load = sql.Identifier("load_id") if "load_id" in relation.columns else sql.SQL("null::text")
        counted = link.execute(
            sql.SQL("select scenario_id, count(*), array_agg(distinct {}) from {} group by 1 order by 1").format(
                load, sql.Identifier(relation.schema, relation.name)
            )
        ).fetchall()
        rows = {scenario: count for scenario, count, _ in counted}
        for scenario_id, count, load_ids in counted:
            section.looked_at += 1
            if scenario_id not in known:
                what = f"{count} rows of {scenario_id}, of which nothing is loaded"
                section.add(what, where, "run `dbt build`, which removes what is not loaded any more")
            stale = sorted({one for one in load_ids if one is not None} - {loaded.get(scenario_id)})
            if stale and scenario_id in known:
                what = f"rows of {scenario_id} are of {', '.join(stale)}, loaded is {loaded.get(scenario_id)}"
                section.add(what, where, f"run `coeqwal build {scenario_id}`", is_blocking=False)
        for scenario_id in sorted({scenario for scenario, table in expected if table == relation.name} | rows.keys()):
            wanted = expected.get((scenario_id, relation.name))
            if relation.name in ruled and scenario_id in loaded and rows.get(scenario_id, 0) != wanted:
                what = f"{rows.get(scenario_id, 0)} rows of {scenario_id}, from its series follow {wanted}"
                section.add(what, where, f"run `coeqwal build {scenario_id}`; then the test row_counts says more")
    return section


def stages_are_current(archive: Archive, url: str) -> Section:
    """What is older than what it was made from."""
    section = Section("Stale stages")
    for facts in status.facts_of(archive, url, status.known_scenarios(archive, url)):
        judged = status.judge(facts)
        for stage in judged.stages:
            section.looked_at += 1
            if stage.condition == "stale":
                remedy = f"run `{judged.next_command}`"
                section.add(f"{stage.stage} is stale: {stage.detail}", facts.scenario_id, remedy, is_blocking=False)
    return section
