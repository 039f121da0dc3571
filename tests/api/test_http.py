"""HTTP itself: compression, CORS, validation of caches, the schema, the SQL files."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx
import openapi_spec_validator
import pytest
import yaml

from api.middleware import HeadAsGet
from api.queries import QUERIES, statement

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
        "/api/scenarios",
        headers={
            "Origin": origin,
            "Access-Control-Request-Method": "GET",
            "Access-Control-Request-Headers": "if-none-match, if-modified-since",
        },
    )
    assert preflight.status_code == (200 if allowed else 400)
    if allowed:
        exposed = plain.headers["access-control-expose-headers"].split(", ")
        assert {"ETag", "Link", "X-Total-Count"} <= set(exposed)
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


@pytest.mark.parametrize("path", ["/api/scenarios", "/scenario", "/download"])
@pytest.mark.parametrize(
    ("wanted", "status"),
    [
        ("If-None-Match", 200), ("if-modified-since,if-none-match", 200), ("range, if-range", 200),
        ("X-Anything", 400), ("Authorization", 400),
    ],
)  # fmt: skip
async def test_conditions_may_be_sent_by_scripts_and_nothing_else(
    client: httpx.AsyncClient, path: str, wanted: str, status: int
) -> None:
    headers = {"Origin": "https://coeqwal.org", "Access-Control-Request-Headers": wanted}
    for method in ("GET", "HEAD"):
        preflight = await client.options(path, headers={**headers, "Access-Control-Request-Method": method})
        assert preflight.status_code == status


UNLIKE = ("x-request-id", "x-process-time", "date")


def comparable(response: httpx.Response) -> dict[str, str]:
    """The headers that are the same for equal answers."""
    return {name: value for name, value in response.headers.items() if name not in UNLIKE}


def examples(schema: dict[str, Any]) -> list[str]:
    """An address of every route, with values for what it must have; most are found, some are not."""
    values = {
        "scenario_id": "s0001", "other_id": "s0002", "scenario": "s0001", "scenarios": "s0001,s0002", "type": "zip",
        "reference_scenario": "s0002", "bbox": "-123,37,-120,41", "q": "sac", "codes": "ENV_FLOWS", "topic": "ag",
        "tier_code": "ENV_FLOWS", "reservoir_id": "SHSTA", "aggregate_id": "mwd", "du_id": "02_PU", "entity": "x",
        "table": "fct_reservoir_storage_monthly", "path": "/api/scenarios", "node_id": "SHSTA", "arc_id": "C_SHSTA",
    }  # fmt: skip
    found = []
    for path, methods in schema["paths"].items():
        needed = {
            each["name"]: values.get(each["name"], "x")
            for each in methods["get"].get("parameters", [])
            if each["required"]
        }
        query = urlencode({name: value for name, value in needed.items() if f"{{{name}}}" not in path})
        found.append(path.format(**values) + (f"?{query}" if query else ""))
    return found


async def test_head_is_answered_wherever_get_is(client: httpx.AsyncClient, schema: dict[str, Any]) -> None:
    """The same status and headers, and no body; the length is that of the body that GET gives."""
    others = [
        "/docs", "/openapi.json", "/explore", "/explore/static/explore.js", "/nosuch", "/api/scenarios/x",
        "/api/scenarios/s9999", f"{SUMMARY}?nosuch=1", "/dbt-docs", "/api/files/s0001/zip?expires=1&signature=x",
    ]  # fmt: skip
    answered = 0
    for path in [*examples(schema), *others]:
        for encoding in ("identity", "gzip"):
            got = await client.get(path, headers={"Accept-Encoding": encoding})
            head = await client.head(path, headers={"Accept-Encoding": encoding})
            assert (head.status_code, head.content) == (got.status_code, b""), path
            lengths = ("content-length",) if path in ("/api/download?scenario=s0001&type=zip", "/api/health") else ()
            varying = (*lengths, "location")
            expected, found = comparable(got), comparable(head)
            for name in varying:
                assert (name in expected) == (name in found), path
                expected.pop(name, None), found.pop(name, None)
            if got.status_code >= 400:
                # the id of the request is in the body
                assert len(got.content) == int(head.headers["content-length"]), path
            assert found == expected, path
            answered += got.status_code == 200
    assert answered > 150


async def test_head_of_an_unchanged_result_is_304(client: httpx.AsyncClient) -> None:
    tag = (await client.head(SUMMARY)).headers["ETag"]
    assert tag == (await client.get(SUMMARY)).headers["ETag"]
    assert (await client.head(SUMMARY, headers={"If-None-Match": tag})).status_code == 304


async def test_head_does_not_read_a_file_to_its_end() -> None:
    """What streams in parts is stopped after the first one."""
    read: list[int] = []

    async def parts(scope: Any, receive: Any, send: Any) -> None:
        assert scope["method"] == "GET"
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"5000")]})
        for number in range(5):
            read.append(number)
            await send({"type": "http.response.body", "body": b"x" * 1000, "more_body": number < 4})

    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    await HeadAsGet(parts)({"type": "http", "method": "HEAD"}, None, send)  # type: ignore[arg-type]
    assert read == [0]
    assert [each.get("body") for each in sent] == [None, b""]
    assert sent[0]["headers"] == [(b"content-length", b"5000")]


async def test_browsers_are_told_everywhere_to_believe_the_type(
    client: httpx.AsyncClient, schema: dict[str, Any]
) -> None:
    origin = {"Origin": "https://coeqwal.org"}
    preflight = {**origin, "Access-Control-Request-Method": "GET"}
    tag = (await client.get(SUMMARY)).headers["ETag"]
    answers = [await client.get(path) for path in examples(schema)]
    answers += [
        await client.get(SUMMARY, headers={"If-None-Match": tag}),
        await client.options(SUMMARY, headers=preflight),
        await client.options("/download", headers=preflight),
        await client.options(SUMMARY, headers={**preflight, "Origin": "https://evil.example"}),
        *[
            await client.get(path)
            for path in ("/nosuch", "/docs", "/openapi.json", "/explore", "/explore/static/nosuch")
        ],
        await client.get("/explore/static/explore.js"),
        await client.post("/api/scenarios"),
        await client.head(SUMMARY),
    ]
    assert {200, 302, 304, 400, 404, 405} <= {each.status_code for each in answers}
    assert {each.headers.get("x-content-type-options") for each in answers} == {"nosniff"}
    assert all(len(each.headers.get_list("x-content-type-options")) == 1 for each in answers)


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
    texts = [file.read_text() for file in SQL] + [statement(name) for name in named_in_code(contract)]
    read = {view for view in contract for text in texts if re.search(rf"\b{view}\b", text)}
    assert read == exposed


CODE = "".join(each.read_text() for each in SQL[0].parents[1].rglob("*.py"))


def named_in_code(contract: dict[str, Any]) -> set[str]:
    """The queries that are no files: those of the list, and tables of statistics, which are asked for by their name."""
    tables = {view.removeprefix("api_") for view in contract}
    return {*QUERIES, *(table for table in tables if re.search(rf': "{table}"|="{table}"|fetch\("{table}"', CODE))} - {
        file.stem for file in SQL
    }


def test_queries_of_tables_are_used_and_read_views_of_the_contract(contract: dict[str, Any]) -> None:
    for name in named_in_code(contract):
        assert CODE.count(f'"{name}"') >= 1 + (name in QUERIES), name
        assert set(re.findall(r"\bfrom ([a-z_]+)", statement(name))) <= set(contract)


@pytest.mark.parametrize("file", SQL, ids=lambda file: file.stem)
def test_sql_reads_api_views_only_and_is_used(file: Path, contract: dict[str, Any]) -> None:
    text = file.read_text()
    assert text.startswith("-- ")
    text = re.sub("--.*", "", text)
    assert ";" not in text
    sources = re.findall(r"\b(?:from|join)\s+(?!lateral\b|unnest\()([a-z_.]+)", text)
    steps = re.findall(r"^(?:with )?([a-z_]+)(?: \([a-z_, ]+\))? as \($", text, re.MULTILINE)
    assert set(sources) <= set(contract) | set(steps)
    assert sources or file.stem in ("data_version", "ping", "unreadable_views")
    assert f'"{file.stem}"' in CODE


async def test_the_page_of_the_endpoints_needs_no_other_server(client: httpx.AsyncClient) -> None:
    page = (await client.get("/docs")).text
    assets = re.findall(r'(?:src|href)="([^"]+)"', page)
    assert [each for each in assets if each.endswith(".js")]
    for asset in assets:
        assert asset.startswith("/")
        assert (await client.get(asset)).status_code == 200


def test_client_can_be_made_of_the_document(schema: dict[str, Any]) -> None:
    openapi_spec_validator.validate(schema)
    operations = [operation for methods in schema["paths"].values() for operation in methods.values()]
    names = [operation["operationId"] for operation in operations]
    assert len(names) == len(set(names)) >= 150
    assert all(re.fullmatch(r"[A-Za-z_]\w*", name) for name in names)
    for operation in operations:
        for parameter in operation.get("parameters", []):
            assert parameter["schema"].get("type") or parameter["schema"]["anyOf"], operation["operationId"]
