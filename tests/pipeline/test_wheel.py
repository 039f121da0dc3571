"""An installed package does without the checkout: models, macros, seeds and verifiers come with it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import sysconfig
import venv
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import psycopg
import pytest

from extract.settings import PROJECT
from tests.support.model_runs import make_model_run

SCENARIO = "s9107"
Run = Callable[..., CompletedProcess[str]]


@pytest.fixture(scope="module")
def installed(
    tmp_path_factory: pytest.TempPathFactory, new_database: Callable[..., str], deployed_template: str
) -> Run:
    """A program of a bare environment outside of the checkout, which has the wheel and what it depends on."""
    place = tmp_path_factory.mktemp("elsewhere")
    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, "wheel", "--no-deps", "--no-build-isolation", "-w", place, PROJECT], check=True)
    (wheel,) = place.glob("*.whl")
    venv.create(place / "venv", with_pip=False)
    python = place / "venv" / "bin" / "python"
    (site,) = (place / "venv" / "lib").glob("python*/site-packages")
    # packages only: the file that puts the checkout on the path is not read from a folder that is added like this
    (site / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n")
    subprocess.run([*pip, "--python", python, "install", "--no-deps", "--ignore-installed", wheel], check=True)
    dbt = python.with_name("dbt")
    dbt.write_text(f"#!{python}\nfrom dbt.cli.main import cli\n\ncli()\n")
    dbt.chmod(0o755)
    url = new_database(deployed_template)

    def run(*arguments: str) -> CompletedProcess[str]:
        environment = {name: text for name, text in os.environ.items() if not name.startswith("PYTHON")}
        environment |= {"DATABASE_URL": url, "PATH": f"{python.parent}{os.pathsep}{os.environ['PATH']}"}
        return subprocess.run(
            [str(python), *arguments],
            cwd=place,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=600,
        )

    run.url = url  # type: ignore[attr-defined]
    return run


def test_the_package_is_not_the_checkout(installed: Run) -> None:
    where = installed(
        "-c", "import extract, api, dbt_project; print(extract.__file__, api.__file__, dbt_project.__file__)"
    )
    assert where.returncode == 0, where.stderr
    assert all("elsewhere" in path for path in where.stdout.split())


def test_it_has_the_project_as_it_is_here(installed: Run) -> None:
    """The same fingerprint: what this package builds is what a checkout builds."""
    mine = installed("-c", "from extract.warehouse.dbt import project_fingerprint; print(project_fingerprint())")
    from extract.warehouse.dbt import project_fingerprint

    assert mine.stdout.strip() == project_fingerprint(), mine.stderr


def test_it_sets_up_runs_verifies_activates_and_explains(installed: Run, tmp_path: Path) -> None:
    before = files_of(installed)
    init = installed("-m", "extract", "db", "init")
    assert init.returncode == 0, init.stdout + init.stderr
    made = make_model_run(tmp_path / f"{SCENARIO}.zip", SCENARIO, series=300, seed=1, reference=True)
    files = ["--zip", str(made.zip_path), "--trend", str(made.reference_path)]
    run = installed("-m", "extract", "run", SCENARIO, *files)
    assert run.returncode == 0, run.stdout + run.stderr
    assert f"{SCENARIO} is in the warehouse" in run.stdout
    with psycopg.connect(installed.url) as link:  # type: ignore[attr-defined]
        active = link.execute("select is_active from api.api_scenario where scenario_id = %s", [SCENARIO]).fetchone()
        stored = link.execute(
            "select q50_taf from marts.fct_reservoir_storage_monthly"
            " where scenario_id = %s and reservoir_code = 'SHSTA' and water_month = 4",
            [SCENARIO],
        ).fetchone()
    assert active == (True,)
    key = [f"scenario_id={SCENARIO}", "reservoir_code=SHSTA", "water_month=4"]
    told = installed("-m", "extract", "explain", "fct_reservoir_storage_monthly", *key, "q50_taf", "--json")
    assert told.returncode == 0, told.stderr
    (row,) = json.loads(told.stdout)["scenarios"][0]["tables"][0]["rows"]
    assert row["q50_taf"] > 0
    assert stored == (row["q50_taf"],)
    assert files_of(installed) == before  # what it makes is below the current folder


def files_of(installed: Run) -> list[str]:
    """The files of the package, but for byte code."""
    package = Path(installed("-c", "import extract; print(extract.__file__)").stdout.strip()).parent
    return sorted(str(path) for path in package.rglob("*") if "__pycache__" not in path.parts)
