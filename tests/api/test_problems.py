"""Answers that are no results, the limit on requests, and what the log says about both."""

from __future__ import annotations

import json
import logging
import re
from pathlib import Path
from typing import Any

import httpx
import pytest
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from api.main import create_app
from api.settings import ApiSettings

S1 = "/api/statistics/scenarios/s0001"
SECRET = "client-7d1f"


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/nosuch", 404, "not_found"),
        ("GET", "/api/nosuch", 404, "not_found"),
        ("GET", f"{S1}/nosuch", 404, "not_found"),
        ("POST", "/api/scenarios", 405, "method_not_allowed"),
        ("GET", "/api/scenarios/x", 422, "malformed_parameter"),
        ("GET", "/api/v1/tables/tier?limit=x", 422, "malformed_parameter"),
        ("GET", "/api/v1/tables/tier?columns=x", 400, "bad_parameter"),
        ("GET", "/api/v1/tables/x", 404, "unknown_table"),
    ],
)
async def test_every_problem_has_the_same_form_and_an_id(
    client: httpx.AsyncClient, method: str, path: str, status: int, code: str
) -> None:
    response = await client.request(method, path, headers={"Origin": "https://coeqwal.org"})
    body = response.json()
    assert (response.status_code, body["code"]) == (status, code)
    assert body["detail"]
    assert re.fullmatch("[0-9a-f]{32}", body["error_id"])
    assert body["error_id"] == response.headers["X-Request-ID"]
    assert response.headers["access-control-allow-origin"] == "https://coeqwal.org"
    if status == 405:
        assert response.headers["Allow"] == "GET, HEAD"


async def test_malformed_parameters_are_named_and_not_repeated(client: httpx.AsyncClient) -> None:
    response = await client.get(f"/api/v1/tables/tier?limit={SECRET}&offset=-1")
    assert re.fullmatch(r"limit: .+; offset: .+\.", response.json()["detail"])
    assert SECRET not in response.text


@pytest.mark.parametrize("query", ["", f"q={SECRET}"])
@pytest.mark.parametrize("path", ["/nosuch", "/api/scenarios", "/api/scenarios/s9999", "/api/scenarios/x"])
async def test_log_has_a_line_per_request_and_no_data_of_clients(
    client: httpx.AsyncClient, caplog: pytest.LogCaptureFixture, path: str, query: str
) -> None:
    with caplog.at_level(logging.INFO, "api"):
        response = await client.get(f"{path}?{query}", headers={"X-Forwarded-For": "203.0.113.9", "X-It": SECRET})
    (record,) = (each for each in caplog.records if each.name == "api.middleware")
    known = vars(record)
    assert known["request_id"] == response.headers["X-Request-ID"]
    assert known["status"] == response.status_code
    assert known["route"] == {"/nosuch": None, "/api/scenarios": "/api/scenarios"}.get(
        path, "/api/scenarios/{scenario_id}"
    )
    assert not [each for each in (SECRET, "203.0.113.9", "127.0.0.1") if each in str(known)]


def test_log_of_the_server_is_json_without_addresses(served_url: str, served_log: Path) -> None:
    for path in ("/api/scenarios", "/api/scenarios", f"/nosuch/{SECRET}", f"/api/scenarios/s9999?q={SECRET}"):
        httpx.get(served_url + path, headers={"X-Forwarded-For": "203.0.113.9"})
    upgrade = {"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Key": "x", "Sec-WebSocket-Version": "13"}
    httpx.get(f"{served_url}/api/scenarios?q={SECRET}", headers=upgrade)
    text = served_log.read_text()
    lines = [json.loads(line) for line in text.splitlines()]
    answers = [line for line in lines if line["message"] == "answer"]
    assert [line["route"] for line in answers if line["route"] != "/api/health/live"] == [
        "/api/scenarios", "/api/scenarios", None, "/api/scenarios/{scenario_id}", "/api/scenarios",
    ]  # fmt: skip
    assert all({"time", "level", "request_id", "method", "status", "seconds"} <= set(line) for line in answers)
    assert not [each for each in (SECRET, "203.0.113.9", "127.0.0.1:") if each in text.replace(served_url, "")]


def limited(url: str, rate: str, trusted: str, peer: str) -> httpx.AsyncClient:
    """A client at an address, of the application behind the proxies that uvicorn would trust."""
    app: Any = create_app(ApiSettings(database_url=url, rate_limit=rate))
    behind = ProxyHeadersMiddleware(app, trusted_hosts=trusted)
    return httpx.AsyncClient(transport=httpx.ASGITransport(behind, client=(peer, 1)), base_url="http://test")  # type: ignore[arg-type]


async def statuses(client: httpx.AsyncClient, *forwarded: str) -> list[int]:
    return [
        (await client.get("/", headers={"X-Forwarded-For": each} if each else {})).status_code for each in forwarded
    ]


async def test_limit_counts_by_client_behind_a_trusted_proxy(stand_in_url: str) -> None:
    async with limited(stand_in_url, "2/hour", "10.0.0.0/8", "10.1.2.3") as client:
        assert await statuses(client, *["203.0.113.9"] * 3) == [200, 200, 429]
        # what a client puts before the proxy's own entry changes nothing
        assert await statuses(client, "1.1.1.1, 203.0.113.9", "10.0.0.9, 203.0.113.9") == [429, 429]
        assert await statuses(client, "203.0.113.10") == [200]
        refused = await client.get("/", headers={"X-Forwarded-For": "203.0.113.9", "Origin": "https://coeqwal.org"})
        assert refused.json()["code"] == "too_many_requests"
        assert 1 <= int(refused.headers["Retry-After"]) <= 3600
        assert refused.headers["access-control-allow-origin"] == "https://coeqwal.org"
        assert (await client.get("/api/health/live", headers={"X-Forwarded-For": "203.0.113.9"})).status_code == 200


async def test_header_of_anybody_else_is_not_believed(stand_in_url: str) -> None:
    async with limited(stand_in_url, "2/hour", "10.0.0.0/8", "203.0.113.9") as client:
        assert await statuses(client, "1.1.1.1", "2.2.2.2", "3.3.3.3") == [200, 200, 429]


async def test_customer_with_many_addresses_of_version_6_is_one_client(stand_in_url: str) -> None:
    async with limited(stand_in_url, "2/hour", "10.0.0.0/8", "10.1.2.3") as client:
        assert await statuses(client, "2001:db8::1", "2001:db8::2", "2001:db8::ffff:3") == [200, 200, 429]
        assert await statuses(client, "2001:db8:0:1::1") == [200]


async def test_several_limits_hold_together(stand_in_url: str) -> None:
    async with limited(stand_in_url, "3/hour; 5/day", "10.0.0.0/8", "203.0.113.9") as client:
        assert await statuses(client, *[""] * 4) == [200, 200, 200, 429]


@pytest.mark.parametrize("rate", ["9/hour; 2/day", "2/day; 9/hour", "9/minute; 8/hour; 2/day"])
async def test_the_narrowest_of_several_limits_holds_wherever_it_stands(stand_in_url: str, rate: str) -> None:
    async with limited(stand_in_url, rate, "10.0.0.0/8", "203.0.113.9") as client:
        assert await statuses(client, *[""] * 4) == [200, 200, 429, 429]
        assert int((await client.get("/")).headers["Retry-After"]) <= 24 * 3600


async def test_without_a_limit_nobody_is_refused(client: httpx.AsyncClient) -> None:
    assert set(await statuses(client, *[""] * 50)) == {200}


def test_limit_that_cannot_be_read_is_refused() -> None:
    with pytest.raises(ValueError, match="rate_limit"):
        ApiSettings(rate_limit="often")
