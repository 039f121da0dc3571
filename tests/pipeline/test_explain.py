"""Can any number be walked back to its SQL, its variables and its files, now and in an earlier load?"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest

from api.contract import TABLES
from api.main import create_app
from api.settings import ApiSettings
from tests.pipeline.conftest import SCENARIO, Traced

ROOT = Path(__file__).resolve().parents[2]
PATH = f"/api/statistics/scenarios/{SCENARIO}/reservoir-percentiles?reservoirs=SHSTA"
KEY = (f"scenario_id={SCENARIO}", "reservoir_code=SHSTA", "water_month=4")


@pytest.fixture
async def client(traced: Traced) -> AsyncIterator[httpx.AsyncClient]:
    app = create_app(ApiSettings(database_url=traced.url))
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as each,
    ):
        yield each


async def ask(client: httpx.AsyncClient, path: str, status: int = 200) -> dict[str, Any]:
    answer = await client.get("/api/provenance", params={"path": path})
    assert answer.status_code == status, answer.text
    body: dict[str, Any] = answer.json()
    return body


def command(traced: Traced, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "DATABASE_URL": traced.url, "COEQWAL_DATA_DIR": str(traced.data_dir)}
    return subprocess.run(
        [sys.executable, "-m", "extract.cli.main", *arguments],
        cwd=ROOT, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip


async def test_a_path_leads_to_sql_pathname_file_and_checks(client: httpx.AsyncClient, traced: Traced) -> None:
    (origin,) = (await ask(client, PATH))["scenarios"]
    (table,) = origin["tables"]
    assert (table["table"], table["query"]) == ("api_reservoir_storage_monthly", "api/queries.py")
    assert table["method_pages"] == ["dbt_project/docs/method/reservoir.md"]
    assert (ROOT / table["method_pages"][0]).is_file()
    with psycopg.connect(traced.url) as link:
        stored = link.execute(
            "select water_month, q50_pct from marts.fct_reservoir_storage_monthly"
            " where scenario_id = %s and reservoir_code = 'SHSTA'",
            [SCENARIO],
        ).fetchall()
        build = link.execute(
            "select compiled_sql, invocation_id from ops.scenario_build where model = %s and scenario_id = %s",
            ["fct_reservoir_storage_monthly", SCENARIO],
        ).fetchone()
    assert sorted((row["water_month"], row["q50_pct"]) for row in table["rows"]) == sorted(stored)
    fact = next(model for model in table["models"] if model["model_name"] == "fct_reservoir_storage_monthly")
    assert build is not None
    assert (fact["compiled_sql"], fact["invocation_id"]) == build
    assert (ROOT / fact["path"]).is_file()
    described = {column["name"]: column["description"] for column in table["columns"]}
    assert described["q50_pct"].startswith("Median of storage in percent of capacity")
    (entity,) = table["entities"]
    variables = {variable["measure"]: variable for variable in entity["variables"]}
    storage = variables["storage"]
    assert storage["pathname"] == "/CALSIM/S_SHSTA/STORAGE//1MON/L2020A/"
    assert (storage["status"], storage["found_unit"], storage["sign"], storage["gives_rows"]) == (
        "found",
        "TAF",
        1,
        True,
    )
    assert (storage["source_file"], storage["source_row"], storage["source_sha256"]) == ("dv.dss", 1, "0" * 64)
    assert (variables["flood_release"]["status"], variables["flood_release"]["pathname"]) == ("absent", None)
    assert (origin["load"]["load_id"], origin["load"]["zip_name"]) == (traced.later, f"{SCENARIO}.zip")
    # rows that plain dbt built: nobody recorded of which code, and the oracle was never asked
    assert origin["load"]["code_version"] is None
    checks = {(check["question_code"], check["family_code"]): check["status"] for check in origin["checks"]}
    assert (checks["oracle", "reservoir"], checks["row_counts", "reservoir"]) == ("unknown", "passed")


async def test_a_name_of_a_query_is_traced_to_the_column(client: httpx.AsyncClient) -> None:
    table = await ask(client, f"/api/v1/tables/reservoir_storage_monthly?scenario={SCENARIO}&columns=q50_taf")
    (origin,) = table["scenarios"]
    (found,) = origin["tables"]
    assert [column["column_name"] for column in found["columns"]] == ["q50_taf"]
    assert found["query"] is None
    assert "from api_reservoir_storage_monthly" in found["query_sql"]


async def test_a_group_leads_to_the_variables_of_its_members(client: httpx.AsyncClient) -> None:
    (origin,) = (await ask(client, f"/api/statistics/scenarios/{SCENARIO}/storage-aggregates"))["scenarios"]
    parts = {
        (variable["part_kind"], variable["part_code"], variable["status"])
        for entity in origin["tables"][0]["entities"]
        for variable in entity["variables"]
        if variable["measure"] == "storage"
    }
    assert {("reservoir", "SHSTA", "found"), ("reservoir", "FOLSM", "absent")} <= parts


async def test_a_catalogue_leads_to_its_seed(client: httpx.AsyncClient) -> None:
    answer = await ask(client, "/api/statistics/reservoir-groups")
    assert answer["scenarios"] == []
    paths = {model["path"] for model in answer["catalogue"][0]["models"]}
    assert "seeds/04_calsim_data/reservoir_group_member.csv" in paths


@pytest.mark.parametrize(
    ("path", "status", "words"),
    [
        (f"/api/statistics/scenarios/{SCENARIO}/reservoir-percentiles?reservoirs=NOSUCH", 404, "NOSUCH"),
        ("/api/statistics/scenarios/s0000/reservoir-percentiles", 404, "s0000"),
        (f"/api/statistics/scenarios/{SCENARIO}/no-such-route", 400, "404"),
        ("/api/statistics/scenarios/nonsense/reservoir-percentiles", 400, "422"),
        ("/api/provenance?path=/api/scenarios", 400, "not itself"),
        ("https://example.org/api/scenarios", 400, "begins with /api/"),
        ("/docs", 400, "begins with /api/"),
    ],
)
async def test_what_cannot_be_explained(client: httpx.AsyncClient, path: str, status: int, words: str) -> None:
    assert words in (await ask(client, path, status))["detail"]


async def test_rows_by_key(client: httpx.AsyncClient) -> None:
    asked = {"scenario": SCENARIO, "key": ["reservoir_code=SHSTA", "water_month=4"], "column": "q50_taf"}
    answer = await client.get("/api/provenance/fct_reservoir_storage_monthly", params=asked)
    (origin,) = answer.json()["scenarios"]
    (row,) = origin["tables"][0]["rows"]
    assert (row["reservoir_code"], row["water_month"], row["q50_taf"]) == ("SHSTA", 4, 2403.0)
    for wrong, status in (
        (["reservoir_code"], 400),
        (["nothing=1"], 400),
        (["water_month=x"], 400),
        (["water_month=13"], 404),
    ):
        answer = await client.get("/api/provenance/fct_reservoir_storage_monthly", params={**asked, "key": wrong})
        assert answer.status_code == status, wrong
    assert (await client.get("/api/provenance/no_such", params={"scenario": SCENARIO})).status_code == 404


async def test_a_series_that_is_there_twice_is_shown_twice(client: httpx.AsyncClient, traced: Traced) -> None:
    with psycopg.connect(traced.url) as link:
        link.execute(
            "insert into staging.dss_series select scenario_id, dss_kind, part_a, part_b, part_c, part_e, 'OTHER',"
            " data_type,"
            " units, first_month, month_values, receipt_id, source_file, 99, source_sha256 from staging.dss_series"
            " where part_b = 'S_OROVL'"
        )
    try:
        (origin,) = (await ask(client, PATH.replace("SHSTA", "OROVL")))["scenarios"]
    finally:
        with psycopg.connect(traced.url) as link:
            link.execute("delete from staging.dss_series where part_f = 'OTHER'")
    found = [v for v in origin["tables"][0]["entities"][0]["variables"] if v["measure"] == "storage"]
    assert {(v["status"], v["pathname"]) for v in found} == {
        ("ambiguous", "/CALSIM/S_OROVL/STORAGE//1MON/L2020A/"),
        ("ambiguous", "/CALSIM/S_OROVL/STORAGE//1MON/OTHER/"),
    }


def test_the_command_says_the_same_and_an_earlier_load_answers_from_its_frozen_copy(traced: Traced) -> None:
    now = command(traced, "explain", "fct_reservoir_storage_monthly", *KEY, "q50_taf", "--json")
    before = command(
        traced, "explain", "fct_reservoir_storage_monthly", *KEY, "q50_taf", "--load", traced.earlier, "--json"
    )
    origins = [json.loads(result.stdout)["scenarios"][0] for result in (now, before)]
    assert [origin["tables"][0]["rows"][0]["q50_taf"] for origin in origins] == [2403.0, 2003.0]
    assert [origin["from_release"] for origin in origins] == [False, True]
    assert [origin["load"]["load_id"] for origin in origins] == [traced.later, traced.earlier]
    frozen = origins[1]["tables"][0]
    assert origins[1]["load"]["release_sha256"] == traced.frozen.sha256
    (storage,) = [v for v in frozen["entities"][0]["variables"] if v["measure"] == "storage"]
    assert (storage["pathname"], storage["source_file"]) == ("/CALSIM/S_SHSTA/STORAGE//1MON/L2020A/", "dv.dss")
    assert "create" not in frozen["models"][0]["compiled_sql"].split()[0]
    path = command(traced, "explain", PATH, "--load", traced.earlier)
    assert path.returncode == 0, path.stderr
    assert "Rows: 12" in path.stdout
    assert "from its frozen copy" in path.stdout
    gone = command(traced, "explain", PATH, "--load", f"{SCENARIO}-000000000000")
    assert gone.returncode == 2
    assert traced.earlier in gone.stderr


def test_every_stored_statistic_names_its_method(traced: Traced) -> None:
    pages = {path.stem for path in (ROOT / "dbt_project" / "docs" / "method").glob("*.md")}
    wrong = {}
    for path in sorted((ROOT / "dbt_project" / "models" / "marts").glob("*/fct_*.sql")):
        named = re.search(r"\(methods?: ([a-z_, ]+)\)", path.read_text(encoding="utf-8"))
        if not named or not set(named[1].split(", ")) <= pages:
            wrong[path.stem] = named and named[1]
    assert wrong == {}


def test_every_served_statistic_leads_to_a_stored_table_or_series(traced: Traced) -> None:
    """No list of routes is kept, so every served table has to be found by what the build wrote down."""
    with psycopg.connect(traced.url) as link:
        parents = dict(
            link.execute(
                "select model_name, parents from api.api_provenance_model where parents is not null"
            ).fetchall()
        )
        relations = {row[0] for row in link.execute("select relation_name from api.api_provenance_column")}
    for table in TABLES:
        found = {f"api_{table.name}"}
        assert found <= relations
        assert parents[f"api_{table.name}"], table.name
