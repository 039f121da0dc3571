"""HTTP itself: compression, CORS, validation of caches, the schema, the SQL files."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

SUMMARY = "/api/statistics/scenarios/s0001/period-summary"
SQL = sorted((Path(__file__).resolve().parents[2] / "api" / "sql").glob("*.sql"))
UNIT = re.compile(
    r"\b(TAF|CFS|cm|acres|count|fraction|score|degrees|miles|metres|unit (beside it|of the (row|series)))\b|%|°C|Unit: "
)


async def test_large_answers_are_compressed_and_small_ones_not(client: httpx.AsyncClient) -> None:
    large = await client.get(SUMMARY, headers={"Accept-Encoding": "gzip"})
    assert large.headers["content-encoding"] == "gzip"
    assert len(large.content) >= 1000
    small = await client.get("/api/health/live", headers={"Accept-Encoding": "gzip"})
    assert "content-encoding" not in small.headers


async def test_every_answer_says_how_long_it_took(client: httpx.AsyncClient) -> None:
    for path in ("/", SUMMARY, "/nosuch", "/api/scenarios/s9999", "/api/scenarios/x"):
        assert 0 <= float((await client.get(path)).headers["X-Process-Time"]) < 10


@pytest.mark.parametrize(
    ("origin", "allowed"),
    [
        ("https://coeqwal.org", True),
        ("https://dev.coeqwal.org", True),
        ("http://localhost:3000", True),
        ("http://localhost", True),
        ("http://coeqwal.org", False),
        ("https://evil-coeqwal.org", False),
        ("https://coeqwal.org.evil.com", False),
        ("http://localhost.evil.com", False),
        ("http://localhost:3000.evil.com", False),
        ("https://anything.vercel.app", False),
        ("null", False),
    ],
)
async def test_cors(client: httpx.AsyncClient, origin: str, allowed: bool) -> None:
    plain = await client.get("/api/scenarios", headers={"Origin": origin})
    preflight = await client.options(
        "/api/scenarios", headers={"Origin": origin, "Access-Control-Request-Method": "GET"}
    )
    for response in (plain, preflight):
        assert response.headers.get("access-control-allow-origin") == (origin if allowed else None)
        assert "access-control-allow-credentials" not in response.headers


async def test_cors_is_configurable(serve: Any, stand_in_url: str) -> None:
    async with serve(stand_in_url, cors_origins=("https://a.org",), cors_origin_regex=None) as client:
        for origin, allowed in (("https://a.org", "https://a.org"), ("http://localhost:3000", None)):
            response = await client.get("/api/scenarios", headers={"Origin": origin})
            assert response.headers.get("access-control-allow-origin") == allowed


async def test_unchanged_results_are_not_sent_again(client: httpx.AsyncClient) -> None:
    first = await client.get(SUMMARY)
    tag = first.headers["ETag"]
    assert first.headers["Cache-Control"] == "public, max-age=300"
    for sent in (tag, tag.removeprefix("W/"), f'"other", {tag}', "*"):
        again = await client.get(SUMMARY, headers={"If-None-Match": sent, "Origin": "https://coeqwal.org"})
        assert (again.status_code, again.content, again.headers["ETag"]) == (304, b"", tag)
        assert again.headers["access-control-allow-origin"] == "https://coeqwal.org"
    changed = await client.get(SUMMARY, headers={"If-None-Match": 'W/"0123456789abcdef01234567"'})
    assert changed.status_code == 200
    other = await client.get(SUMMARY + "?group=swp")
    assert other.headers["ETag"] != tag


async def test_what_may_change_any_moment_is_not_cached(client: httpx.AsyncClient) -> None:
    for path in ("/api/health", "/api/scenarios/s9999", "/api/statistics/scenarios/s0003/period-summary"):
        response = await client.get(path)
        assert "ETag" not in response.headers
        assert "Cache-Control" not in response.headers


async def test_documentation_of_the_models(serve: Any, stand_in_url: str, tmp_path: Path) -> None:
    async with serve(stand_in_url, docs_dir=tmp_path) as client:
        assert (await client.get("/dbt-docs")).json()["code"] == "no_documentation"
        (tmp_path / "static_index.html").write_text("<title>lineage</title>")
        page = await client.get("/dbt-docs")
        assert (page.status_code, page.text) == (200, "<title>lineage</title>")
        assert page.headers["content-type"].startswith("text/html")


def resolve(schema: dict[str, Any], everything: dict[str, Any]) -> dict[str, Any]:
    """The schema that a reference stands for."""
    while "$ref" in schema:
        schema = everything["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return schema


def test_every_route_has_a_typed_answer_and_words(schema: dict[str, Any]) -> None:
    everything = schema
    assert len(everything["paths"]) >= 15
    for path, methods in everything["paths"].items():
        operation = methods["get"]
        assert operation["summary"], path
        assert operation["description"], path
        if "302" in operation["responses"]:
            continue
        content = resolve(operation["responses"]["200"]["content"]["application/json"]["schema"], everything)
        if content.get("type") == "array":
            content = resolve(content["items"], everything)
        assert content.get("properties") or content["additionalProperties"], path
        if "{" in path:
            assert {"404", "503"} <= set(operation["responses"]), path


def test_every_number_says_its_unit(schema: dict[str, Any]) -> None:
    schemas = schema["components"]["schemas"]
    numbers = 0
    for model, described in schemas.items():
        for name, field in described.get("properties", {}).items():
            kinds = {each.get("type") for each in field.get("anyOf", [field])}
            if "number" in kinds:
                numbers += 1
                assert UNIT.search(field.get("description", "")), f"{model}.{name}"
    assert numbers > 90


def test_units_in_names_agree_with_the_descriptions(schema: dict[str, Any]) -> None:
    words = {"_taf": "TAF", "_cfs": "CFS", "_pct": "%"}
    for model, described in schema["components"]["schemas"].items():
        for name, field in described.get("properties", {}).items():
            for suffix, word in words.items():
                if name.endswith(suffix) and "description" in field:
                    assert word in field["description"], f"{model}.{name}"


def test_exposures_name_existing_routes_and_all_views_that_are_read(
    contract: dict[str, Any], schema: dict[str, Any]
) -> None:
    folder = SQL[0].parents[2] / "dbt_project" / "models" / "api"
    exposures = [
        each for file in folder.rglob("*.yml") for each in yaml.safe_load(file.read_text()).get("exposures", [])
    ]
    (tables,) = (each for each in exposures if each["name"] == "table_routes")
    exposures.remove(tables)
    assert {f"ref('{view}')" for view in contract} == set(tables["depends_on"])
    routes = {route for each in exposures for route in each["meta"]["routes"]}
    served = {route for route in schema["paths"] if not route.startswith("/api/v1/")}
    assert routes == {route for route in served if not re.fullmatch(r"/|/api|/api/health.*", route)}
    exposed = {view for view in contract if any(f"ref('{view}')" in each["depends_on"] for each in exposures)}
    read = {view for view in contract for file in SQL if re.search(rf"\b{view}\b", file.read_text())}
    assert read == exposed


@pytest.mark.parametrize("file", SQL, ids=lambda file: file.stem)
def test_sql_reads_api_views_only_and_is_used(file: Path, contract: dict[str, Any]) -> None:
    text = file.read_text()
    assert text.startswith("-- ")
    text = re.sub("--.*", "", text)
    assert ";" not in text
    sources = re.findall(r"\b(?:from|join)\s+(?!lateral\b|unnest\()([a-z_.]+)", text)
    steps = re.findall(r"^(?:with )?([a-z_]+)(?: \([a-z_, ]+\))? as \($", text, re.MULTILINE)
    assert set(sources) <= set(contract) | set(steps)
    assert sources or file.stem in ("data_version", "ping")
    code = "".join(each.read_text() for each in SQL[0].parents[1].rglob("*.py"))
    assert f'"{file.stem}"' in code


async def test_the_page_of_the_endpoints_needs_no_other_server(client: httpx.AsyncClient) -> None:
    page = (await client.get("/docs")).text
    assets = re.findall(r'(?:src|href)="([^"]+)"', page)
    assert [each for each in assets if each.endswith(".js")]
    for asset in assets:
        assert asset.startswith("/")
        assert (await client.get(asset)).status_code == 200
