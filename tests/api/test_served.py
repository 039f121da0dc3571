"""The service as it is run: a process of its own, found by its factory, reached through the network."""

from __future__ import annotations

import httpx


def test_a_real_server_answers(served_url: str) -> None:
    with httpx.Client(base_url=served_url, timeout=120, headers={"Origin": "http://localhost:5173"}) as client:
        summary = client.get("/api/statistics/scenarios/s0001/period-summary")
        assert summary.status_code == 200
        assert list(summary.json()["reservoirs"]) == ["SHSTA", "OROVL"]
        assert summary.headers["content-encoding"] == "gzip"
        assert summary.headers["cache-control"] == "public, max-age=7"
        assert summary.headers["access-control-allow-origin"] == "http://localhost:5173"
        again = client.get(str(summary.url), headers={"If-None-Match": summary.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")
        assert client.get("/api/health").json()["status"] == "healthy"
        assert client.get("/api").json()["base_url"] == f"{served_url}/api"
        assert client.get("/docs").status_code == 200
        assert [each["short_code"] for each in client.get("/api/scenarios").json()] == ["s0001", "s0002"]
        assert client.get("/api/statistics/scenarios/s9999/storage-aggregates").status_code == 404
