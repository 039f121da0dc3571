"""A client that a generator makes of the OpenAPI document, used on a real server."""

from __future__ import annotations

import json
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import httpx
import pytest

CALLS: list[tuple[str, dict[str, Any], str]] = [
    ("scenarios.list_scenarios", {}, "/api/scenarios"),
    ("scenarios.get_scenario", {"scenario_id": "s0001"}, "/api/scenarios/s0001"),
    (
        "reservoir_statistics.storage_monthly",
        {"scenario_id": "s0001", "group": "cvp"},
        "/api/statistics/scenarios/s0001/storage-monthly?group=cvp",
    ),
    (
        "water_supply_statistics.urban_period",
        {"scenario_id": "s0001"},
        "/api/statistics/scenarios/s0001/demand-units/period-summary",
    ),
    ("batch.batch", {"scenarios": "s0001,s0002"}, "/api/statistics/batch?scenarios=s0001,s0002"),
    ("tiers.list_tiers", {}, "/api/tiers/list"),
    (
        "tables.tables_reservoir_storage_monthly",
        {"scenario": ["s0001"], "limit": 5},
        "/api/v1/tables/reservoir_storage_monthly?scenario=s0001&limit=5",
    ),
]


@pytest.fixture(scope="session")
def generated(tmp_path_factory: pytest.TempPathFactory, schema: dict[str, Any]) -> str:
    """Name of the package that was generated; a warning of the generator is an error."""
    folder = tmp_path_factory.mktemp("client")
    (folder / "openapi.json").write_text(json.dumps(schema))
    # the generator would format the code afterwards
    (folder / "config.yml").write_text("post_hooks: []\n")
    package = "generated_coeqwal_client"
    program = Path(sys.executable).parent / "openapi-python-client"
    places = ["--path", folder / "openapi.json", "--output-path", folder / package, "--config", folder / "config.yml"]
    made = subprocess.run(
        [program, "generate", *places, "--meta", "none", "--fail-on-warning"], capture_output=True, text=True
    )
    assert made.returncode == 0, made.stdout + made.stderr
    sys.path.insert(0, str(folder))
    return package


def in_one_way(text: str) -> Any:
    """What JSON says, with times written alike."""
    return json.loads(text.replace('+00:00"', 'Z"'))


def test_generated_client_reads_all_that_is_served(generated: str, served_url: str) -> None:
    client = import_module(f"{generated}.client").Client(base_url=served_url)
    for call, arguments, path in CALLS:
        parsed = import_module(f"{generated}.api.{call}").sync(client=client, **arguments)
        found = [each.to_dict() for each in parsed] if isinstance(parsed, list) else parsed.to_dict()
        assert found
        assert in_one_way(json.dumps(found)) == in_one_way(httpx.get(served_url + path).text), call
    answer = import_module(f"{generated}.api.scenarios.get_scenario").sync_detailed(client=client, scenario_id="s0999")
    assert (answer.status_code, answer.parsed.code, answer.parsed.unknown) == (404, "unknown_scenario", ["s0999"])
