"""Tier results from a folder of files to the tables: twice the same, replaced exactly, read without a gap, verified."""

import json
import os
import subprocess
import sys
from collections import Counter

import psycopg
import pytest

from extract.records import names
from tests.support.tier_results import STATIONS, delivery, env_flows, load, storage

TABLES = ("staging.tier_load", "staging.tier_value", "marts.fct_tier_location_result", "marts.fct_tier_result")
SERVED = "api.api_tier_location_result"


class Cli:
    """The command with a database and a data folder of its own."""

    def __init__(self, url, data_dir, parsed=None):
        self.url = url
        self.parsed = parsed or {}
        self.data_dir = data_dir

    def __call__(self, *arguments):
        return subprocess.run(
            [sys.executable, "-m", "extract.cli.main", *map(str, arguments)],
            env={**os.environ, **self.parsed, "DATABASE_URL": self.url, "COEQWAL_DATA_DIR": str(self.data_dir)},
            capture_output=True,
            text=True,
            check=False,
        )

    def query(self, statement, *values):
        with psycopg.connect(self.url) as link:
            cursor = link.execute(statement, values or None)
            return cursor.fetchall() if cursor.description else []

    def rows(self):
        """Rows with their physical place and age: equal only if nobody wrote them again."""
        return {t: self.query(f"select xmin::text, ctid::text, r::text from {t} as r order by r::text") for t in TABLES}

    def counts(self, scenario, tier):
        columns = "level_1_count, level_2_count, level_3_count, level_4_count"
        where = "scenario_id = %s and tier_code = %s"
        return self.query(f"select {columns} from marts.fct_tier_result where {where}", scenario, tier)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Three good files and one that has to be refused."""
    path = tmp_path_factory.mktemp("delivered")
    (path / "flows.csv").write_text(env_flows({"s0011": "33433433333333323"[:17], "s0020": "3" * 17}))
    (path / "storage.csv").write_text(storage({"s0011": "12341234"}))
    (path / "salinity.csv").write_text("ScenarioID,Salinity_InDelta_Tier\ns0020,2.86\ns0020-R,2.86\ns0021,2.67\n")
    (path / "wrong.csv").write_text(env_flows({"s0021": "3" * 17, "s0023": "9" + "3" * 16}))
    return path


@pytest.fixture(scope="module")
def loaded(new_database, deployed_template, tmp_path_factory, folder, parsed_for):
    """A warehouse with the folder's results, and what the command said. Not to be changed by a test."""
    url = new_database(deployed_template)
    cli = Cli(url, tmp_path_factory.mktemp("data"), parsed_for(url))
    cli.result = cli("tiers", "load", folder, "--json")
    return cli


@pytest.fixture
def own(loaded, new_database, parsed_for):
    """A copy of that warehouse."""
    url = new_database(loaded.url)
    return Cli(url, loaded.data_dir, parsed_for(url))


def test_good_files_are_loaded_and_the_wrong_one_is_not(loaded):
    assert loaded.result.returncode == 4, loaded.result.stderr
    said = {line["file"]: line for line in map(json.loads, loaded.result.stdout.splitlines())}
    assert {name: line["status"] for name, line in said.items()} == {
        "flows.csv": "loaded", "storage.csv": "loaded", "salinity.csv": "loaded", "wrong.csv": "refused",
    }  # fmt: skip
    (problem,) = said["wrong.csv"]["problems"]
    assert (problem["row"], problem["column"], problem["code"]) == (3, "AMR004", "LEVEL_OUT_OF_RANGE")
    assert loaded.query("select count(*) from staging.tier_value where scenario_id = 's0023'") == [(0,)]
    assert loaded.query("select count(*) from staging.tier_value where tier_code = 'ENV_FLOWS'") == [(34,)]
    stages = loaded.query("select state, reason_code from ops.ingest_run where stage = 'tiers' order by message")
    assert Counter(stages) == {("LOADED", None): 3, ("FAILED", "LEVEL_OUT_OF_RANGE"): 1}


def test_every_file_is_in_the_archive_with_its_receipt(loaded, folder):
    for file in folder.iterdir():
        digest = delivery(file.read_text()).sha256 if file.name != "wrong.csv" else None
        found = [p for p in (loaded.data_dir / "archive" / "tiers").glob(f"*/{file.name}")]
        assert [p.read_bytes() for p in found] == [file.read_bytes()]
        receipt = json.loads((found[0].parent / "receipt.json").read_text())
        assert receipt["status"] == ("REFUSED" if digest is None else "ACCEPTED")
        assert receipt["file_key"] == names.tier_file_key(receipt["file_sha256"], file.name)
        assert digest in (None, receipt["file_sha256"])
        assert bool(receipt["problems"]) == (digest is None)


def test_results_are_served(loaded):
    ((levels,),) = loaded.query(
        f"select count(*) from {SERVED} where scenario_id = 's0011' and tier_code = 'ENV_FLOWS'"
    )
    assert levels == 17
    assert loaded.query(
        f"select location_code, tier_level, tier_score from {SERVED} where scenario_id = 's0020'"
        " and tier_code = 'FW_DELTA_USES' order by 1"
    ) == [("EM", 2, 2.86), ("JP", 2, 2.86)]


def test_the_same_folder_again_changes_nothing(own, folder):
    before = own.rows()
    again = own("tiers", "load", folder, "--json")
    assert {json.loads(line)["status"] for line in again.stdout.splitlines()} == {"unchanged", "refused"}
    assert own.rows() == before


def test_a_changed_delivery_replaces_exactly_its_results_while_somebody_reads(own, tmp_path):
    before = own.rows()
    changed = tmp_path / "flows_v2.csv"
    changed.write_text(env_flows({"s0011": "1" * 17, "s0020": "3" * 17}))
    with psycopg.connect(own.url) as reader:
        reader.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        where = "scenario_id = 's0011' and tier_code = 'ENV_FLOWS'"
        count = f"select tier_level, count(*) from {SERVED} where {where} group by 1"
        first = sorted(reader.execute(count).fetchall())
        assert sum(n for _, n in first) == 17
        result = own("tiers", "load", changed)
        assert result.returncode == 0, result.stderr
        # the load went through beside the reader, whose rows are all there; a new reader sees the new ones
        assert sorted(reader.execute(count).fetchall()) == first
    assert own.query(count) == [(1, 17)]
    after = own.rows()
    for table in ("staging.tier_load", "staging.tier_value"):
        kept = [row for row in before[table] if not ("s0011" in row[2] and "ENV_FLOWS" in row[2])]
        assert set(kept) <= set(after[table])
        assert len(after[table]) == len(before[table])
    for table in ("marts.fct_tier_location_result", "marts.fct_tier_result"):
        kept = [row for row in before[table] if "s0011" not in row[2]]
        assert set(kept) <= set(after[table])
    assert len(list((own.data_dir / "archive" / "tiers").glob("*/flows*.csv"))) == 2
    assert own("verify", "tiers").returncode == 0


def test_a_location_that_vanished_leaves_no_row(own, run_dbt):
    units = [f"26N_NU{i}" for i in (1, 2, 3)]
    base = [
        row[0] for row in own.query("select location_code from reference.tier_location where tier_code = 'CWS_DEL'")
    ]
    for listed in ([*base, "ACFC"], base):
        head = ",".join(["scenario", *listed])
        load(own.url, f"{head}\ns0011{',2' * len(listed)}\n")
        run_dbt(own.url, "run", "--select", "scenario:s0011,tag:tier", check=True)
        where = "scenario_id = 's0011' and tier_code = 'CWS_DEL'"
        ((found,),) = own.query(f"select array_agg(location_code) from marts.fct_tier_location_result where {where}")
        assert set(found) == set(listed)
        assert own.counts("s0011", "CWS_DEL") == [(0, len(listed), 0, 0)]
    assert set(units) <= set(base)


CHANGED = "update {0} set tier_level = 1 where scenario_id = 's0011' and location_code = 'SAC000'"
MISSING = "delete from {0} where scenario_id = 's0011' and location_code = 'SAC000'"
EXTRA = "create temp table r as select * from {0} where scenario_id = 's0011' and location_code = 'SAC000';"
EXTRA += " update r set location_code = 'SAC999'; insert into {0} select * from r"


@pytest.mark.parametrize("table", ["staging.tier_value", "marts.fct_tier_location_result"])
@pytest.mark.parametrize("statement", [CHANGED, MISSING, EXTRA], ids=["changed", "missing", "extra"])
def test_verification_finds_what_is_not_as_delivered(own, table, statement):
    own.query(statement.format(table))
    result = own("verify", "tiers")
    assert result.returncode == 1
    place = "SAC999" if statement is EXTRA else "SAC000"
    assert f"{table}: s0011 ENV_FLOWS {place}" in result.stdout
    assert len(result.stdout.splitlines()) == 1


def test_verification_against_archive_and_files(own, folder, tmp_path):
    assert own("verify", "tiers").returncode == 0
    assert own("verify", "tiers", folder / "flows.csv").returncode == 0
    assert own("verify", "tiers", folder).returncode == 4
    (tmp_path / "other.csv").write_text(env_flows({"s0020": "1" + "3" * 16}))
    result = own("verify", "tiers", tmp_path)
    assert (result.returncode, "s0020 ENV_FLOWS AMR004: delivered level 1, database level 3" in result.stdout) == (
        1,
        True,
    )
    own.query(
        "update marts.fct_tier_result set level_3_count = 0 where tier_code = 'ENV_FLOWS' and scenario_id = 's0020'"
    )
    assert "marts.fct_tier_result: s0020 ENV_FLOWS" in own("verify", "tiers").stdout
    own.query("update staging.tier_load set archive_key = 'tiers/gone'")
    assert "not in the archive" in own("verify", "tiers").stdout


# Levels of STATIONS as delivered in February 2026; the counts published of four of the scenarios are others.
FEBRUARY = {
    "s0023": "33443333333333333",
    "s0024": "33443333333333333",
    "s0025": "33443333333333334",
    "s0027": "33443333333333334",
    "s0029": "21122111111121124",
}
PUBLISHED = {"s0023": (0, 1, 14, 2), "s0024": (0, 1, 14, 2), "s0025": (0, 1, 13, 3), "s0027": (0, 1, 13, 3)}
PUBLISHED |= {"s0029": (11, 5, 0, 1)}


def test_published_counts_that_are_not_those_of_the_locations_are_named(own, run_dbt, tmp_path):
    load(own.url, env_flows(FEBRUARY))
    run_dbt(own.url, "run", "--select", "tag:tier", check=True)
    assert {s: own.counts(s, "ENV_FLOWS") for s in ("s0023", "s0029")} == {
        "s0023": [(0, 0, 15, 2)], "s0029": [(11, 5, 0, 1)],
    }  # fmt: skip
    head = "scenario_short_code,tier_short_code,tier_1_value,tier_2_value,tier_3_value,tier_4_value,single_tier_level\n"
    rows = [f"{s},ENV_FLOWS,{','.join(map(str, counts))},\n" for s, counts in PUBLISHED.items()]
    (tmp_path / "counts.csv").write_text(head + "".join(rows) + "s0020,FW_DELTA_USES,,,,,2\n")
    result = own("verify", "tiers", "--counts", tmp_path / "counts.csv")
    assert result.returncode == 1
    assert [line.split()[0] for line in result.stdout.splitlines()] == ["s0023", "s0024", "s0025", "s0027"]


def test_a_build_takes_up_changed_deliveries_and_no_other_scenario(own, run_dbt):
    run_dbt(own.url, "run", check=True)
    version = "select scenario_id, version from staging.scenario_version where scenario_id in ('s0011', 's0020')"
    before, versions = own.rows(), dict(own.query(version))
    load(own.url, env_flows({"s0020": "2" * 17}))
    changed = dict(own.query(version))
    assert changed["s0011"] == versions["s0011"]
    assert changed["s0020"] != versions["s0020"]
    run_dbt(own.url, "run", check=True)
    assert own.counts("s0020", "ENV_FLOWS") == [(0, 17, 0, 0)]
    kept = [row for row in before["marts.fct_tier_location_result"] if "s0020" not in row[2]]
    assert kept == [row for row in own.rows()["marts.fct_tier_location_result"] if "s0020" not in row[2]]
    own.query("delete from staging.tier_load where scenario_id = 's0020'")
    run_dbt(own.url, "run", check=True)
    assert own.counts("s0020", "ENV_FLOWS") == []


def test_a_dry_run_needs_no_database(loaded, folder, tmp_path):
    away = Cli("postgresql://nobody:x@127.0.0.1:1/none", tmp_path / "data")
    result = away("tiers", "load", folder, "--dry-run")
    assert result.returncode == 4
    assert "row 3, column AMR004" in result.stdout
    assert not (tmp_path / "data").exists()
    assert away("tiers", "load", folder / "storage.csv", "--dry-run").returncode == 0


def test_a_template_can_be_filled_and_read(loaded):
    for tier in ("ENV_FLOWS", "FW_EXP", "WRC_SALMON_AB", "CWS_DEL", "DELTA_ECO"):
        text = loaded("tiers", "template", tier).stdout
        assert delivery(text, name=f"{tier}.csv").tier == tier
    assert loaded("tiers", "template", "NONE").returncode == 2


@pytest.mark.real_data
def test_delivered_and_published_results_agree(own, real_data, earlier_tiers, run_dbt):
    flows = (real_data / "tiers" / "Historical_Scenarios_Eflows_03182026.csv").read_text()
    load(own.url, flows)
    matrix = own("tiers", "load", earlier_tiers / "cws_del_tier_matrix.csv", "--leave-out-unknown-scenarios")
    assert matrix.returncode == 0, matrix.stderr
    assert own.counts("s0011", "ENV_FLOWS") == [(0, 1, 14, 2)]
    ((scenarios,),) = own.query("select count(*) from marts.fct_tier_result where tier_code = 'CWS_DEL'")
    assert scenarios == 15
    result = own("verify", "tiers", "--counts", earlier_tiers / "tier_result.csv")
    differing = [line.split(":")[0] for line in result.stdout.splitlines()]
    assert [name for name in differing if "CWS_DEL" in name] == []
    assert [name for name in differing if "ENV_FLOWS" in name] == ["s0046 ENV_FLOWS"]
    assert len(STATIONS) == 17
