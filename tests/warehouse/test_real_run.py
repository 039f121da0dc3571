"""The real run s9001 from its ZIP to the API's JSON, with the values that are known of it."""

import os
import subprocess
import sys

import httpx
import psycopg
import pytest

from api.main import create_app
from api.settings import ApiSettings

pytestmark = [pytest.mark.real_data, pytest.mark.postgres_15]
IN_THE_FILE = {"SHSTA", "OROVL", "FOLSM", "TRNTY", "SLUIS_SWP", "SLUIS_CVP"}


@pytest.fixture(scope="module")
def url(new_database, deployed_template, real_data, tmp_path_factory, parsed_for):
    """A warehouse with the real run, loaded by the command line."""
    url = new_database(deployed_template)
    run = real_data / "runs" / "s9001_general_recon_baseline"
    result = subprocess.run(
        [sys.executable, "-m", "extract.cli.main", "run", "s9001", "--zip", f"{run}.zip", "--trend", f"{run}.csv"],
        env={
            **os.environ,
            **parsed_for(url),
            "DATABASE_URL": url,
            "COEQWAL_DATA_DIR": str(tmp_path_factory.mktemp("data")),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stdout + result.stderr
    assert "354 DV series, 202 SV series" in result.stdout
    assert "trend report: PASSED" in result.stdout
    return url


@pytest.fixture
async def client(url):
    app = create_app(ApiSettings(database_url=url))
    async with app.router.lifespan_context(app):
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            yield client


async def storage(client):
    response = await client.get("/api/statistics/scenarios/s9001/storage-monthly")
    assert response.status_code == 200, response.text
    return response.json()["reservoirs"]


async def test_shasta_has_its_known_storage(client):
    shasta = (await storage(client))["SHSTA"]["monthly_taf"]
    april, september = shasta["7"], shasta["12"]
    assert april["mean"] == pytest.approx(4029.5024, abs=0.001)
    assert [april[name] for name in ("q10", "q50", "q90")] == pytest.approx([2942.957, 4242.923, 4552.1], abs=0.001)
    assert september["mean"] == pytest.approx(2881.4383, abs=0.001)


async def test_shasta_has_its_known_variation(client):
    response = await client.get("/api/statistics/scenarios/s9001/period-summary", params={"reservoirs": "SHSTA"})
    cv = response.json()["reservoirs"]["SHSTA"]["cv"]
    assert (cv["storage_cv_april"], cv["storage_cv_september"]) == (0.166005, 0.237619)


async def test_reservoirs_that_are_not_in_the_file_are_absent_not_zero(client):
    assert set(await storage(client)) == IN_THE_FILE
    response = await client.get("/api/statistics/scenarios/s9001/spill-monthly", params={"reservoirs": "SHSTA,MELON"})
    text = response.text
    assert '"MELON":{' not in text.replace(" ", "")


async def test_the_scenario_is_listed(client):
    scenarios = (await client.get("/api/scenarios")).json()
    codes = sorted(scenario["short_code"] for scenario in scenarios)
    assert codes == ["s9001"]


@pytest.mark.parametrize("family", ["agricultural", "ag_aggregate", "refuge", "refuge_aggregate"])
def test_families_that_are_not_in_the_file_have_no_rows(url, family):
    with psycopg.connect(url) as link:
        rows = link.execute(f"select count(*) from marts.fct_{family}_period_summary").fetchone()
        named = link.execute(
            "select count(*), max(series_count) from verification.fct_verification_variable_coverage"
            " where entity_kind in (%s, %s)",
            [family, f"{family}_demand_unit"],
        ).fetchone()
    assert rows == (0,)
    assert named[0] > 0
    assert named[1] == 0
