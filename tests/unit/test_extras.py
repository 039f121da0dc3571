"""Each purpose with the packages of its extra only, taken from this environment by what they say they need."""

import ast
import os
import re
import socket
import subprocess
import sys
import tomllib
import zipfile
from importlib.metadata import Distribution, distribution, packages_distributions
from pathlib import Path

import psycopg
import pytest
from packaging.requirements import Requirement

from extract.demo.synthetic import make_model_run
from extract.extras import EXTRAS
from extract.ports import free_port
from tests.api.conftest import running

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
AWAY = "postgresql://nobody@127.0.0.1:1/nowhere"


def told_by(extra):
    """The requirements that an extra writes down itself."""
    return [Requirement(text) for text in PROJECT["optional-dependencies"][extra]]


def requirements(extras):
    """The requirements of the core and of extras, with those of the extras that these include."""
    found, waiting, seen = [Requirement(text) for text in PROJECT["dependencies"]], list(extras), set()
    while waiting:
        if (extra := waiting.pop()) in seen:
            continue
        seen.add(extra)
        for each in told_by(extra):
            if each.name == PROJECT["name"]:
                waiting.extend(each.extras)
            else:
                found.append(each)
    return found


def distributions(*extras):
    """Every distribution that an installation of the extras has."""
    found: dict[str, Distribution] = {}
    waiting = [(each, {""}) for each in requirements(extras)]
    seen = set()
    while waiting:
        each, wanted = waiting.pop()
        if each.marker and not any(each.marker.evaluate({"extra": extra}) for extra in wanted):
            continue
        if (key := (each.name, frozenset(each.extras))) in seen:
            continue
        seen.add(key)
        found[each.name] = distribution(each.name)
        waiting.extend((Requirement(text), {"", *each.extras}) for text in found[each.name].requires or [])
    return list(found.values())


def files(package):
    return [file for file in package.files or [] if ".." not in file.parts and "__pycache__" not in file.parts]


@pytest.fixture
def installed(tmp_path):
    """Call it with extras for a function that runs Python with their packages and the project, and nothing else."""

    def install(*extras):
        folder = tmp_path / "packages"
        folder.mkdir()
        for package in distributions(*extras):
            for name in {file.parts[0] for file in files(package)}:
                if not (folder / name).exists():
                    (folder / name).symlink_to(str(package.locate_file(name)))
        environment = {"PYTHONPATH": f"{ROOT}:{folder}", "PATH": "/usr/bin:/bin", "PYTHONDONTWRITEBYTECODE": "1"}
        environment |= {"COEQWAL_DATA_DIR": str(tmp_path / "data"), "HOME": str(tmp_path)}
        # -S, and not the program of the environment: neither its packages nor its commands are found
        return [os.path.realpath(sys.executable), "-S"], environment

    return install


@pytest.fixture
def coeqwal(installed):
    """Call it with extras and arguments of `coeqwal` for the ended command."""

    def run(extras, *arguments, **settings):
        python, environment = installed(*extras)
        command = [*python, "-m", "extract", *map(str, arguments)]
        return subprocess.run(command, env=environment | settings, capture_output=True, text=True, check=False)

    return run


@pytest.mark.parametrize(("extras", "most"), [(["extract"], 250), (["dbt"], 450), (["api"], 80), (["api", "s3"], 80)])
def test_a_purpose_installs_no_more_than_it_may(extras, most):
    size = sum(file.locate().stat().st_size for package in distributions(*extras) for file in files(package))
    assert 10 < size / 2**20 <= most


def test_the_table_names_every_extra_and_what_it_brings():
    assert EXTRAS.keys() == PROJECT["optional-dependencies"].keys() - {"dev"}
    known = packages_distributions()
    for extra, packages in EXTRAS.items():
        brought = {package.metadata["Name"].lower() for package in distributions(extra)}
        for top in packages:
            assert brought & {name.lower() for name in known[top]}, f"[{extra}] does not bring {top}"


def test_every_package_that_is_imported_is_in_the_table():
    known = {top for packages in EXTRAS.values() for top in packages} | {"pydantic", "pydantic_settings"}
    for file in [*(ROOT / "extract").rglob("*.py"), *(ROOT / "api").rglob("*.py")]:
        for node in ast.walk(ast.parse(file.read_text())):
            names = [each.name for each in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and node.level == 0:
                names = [node.module or ""]
            for top in {name.partition(".")[0] for name in names} - sys.stdlib_module_names:
                assert top in known | {"extract", "api", "dbt_project", "tests", "_typeshed"}, f"{file}: {top}"


@pytest.mark.parametrize(
    ("extras", "arguments", "wanted"),
    [
        ([], ["extract", "s0001"], "extract"),
        (["api"], ["status"], "extract"),
        ([], ["serve"], "api"),
        (["extract"], ["synthesize", "s0001"], "heclib"),
        (["extract"], ["serve"], "api"),
        (["extract"], ["db", "start"], "embedded"),
        (["dbt"], ["demo"], "embedded"),
    ],
)
def test_a_missing_extra_is_named(coeqwal, extras, arguments, wanted):
    done = coeqwal(extras, *arguments)
    assert done.returncode == 2, done.stderr
    assert done.stderr.startswith("error MISSING_EXTRA: the package ")
    assert f"pip install '.[{wanted}]'" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("extras", "code", "wanted"),
    [
        (["api"], "from extract.archive import Archive; Archive('s3://bucket')", "s3"),
        (["dbt"], "from extract.verification import runner; runner._module('oracle')", "verify"),
    ],
)
def test_what_is_imported_late_names_its_extra(installed, extras, code, wanted):
    python, environment = installed(*extras)
    done = subprocess.run([*python, "-c", code], env=environment, capture_output=True, text=True, check=False)
    assert re.search(rf"MissingExtraError: the package \w+ is not installed: .* \[{wanted}\]", done.stderr)


def test_extraction_runs_with_its_extra_and_the_next_stages_name_theirs(
    coeqwal, new_database, prepared_template, tmp_path
):
    url = new_database(prepared_template)
    made = make_model_run(tmp_path / "s0001_run.zip", "s0001", series=200)
    with psycopg.connect(url) as link:
        link.execute("create schema api; create view api.nothing as select 1 as number")  # so that nothing is deployed
    done = coeqwal(["extract"], "run", "s0001", "--zip", made.zip_path, DATABASE_URL=url)
    assert (tmp_path / "data" / "archive" / "scenario" / "s0001" / "csv").is_dir(), done.stderr
    assert [line.split()[0] for line in done.stdout.splitlines()] == [
        "promote",
        "classify",
        "extract",
        "validate",
        "load",
    ]
    assert done.returncode == 2
    assert "[dbt]" in done.stderr


def test_a_file_for_heclib_is_not_refused_where_heclib_is_missing(coeqwal, new_database, prepared_template, tmp_path):
    made = make_model_run(tmp_path / "made.zip", "s0001", series=200, dss_version=7)
    old = tmp_path / "s0001_old.zip"
    with zipfile.ZipFile(made.zip_path) as source, zipfile.ZipFile(old, "w") as target:
        for name in source.namelist():
            content = source.read(name)
            target.writestr(name, content.replace(b"7-IV", b"7-GS", 1))  # older than what the project's reader knows
    done = coeqwal(["extract"], "extract", "s0001", "--zip", old, DATABASE_URL=new_database(prepared_template))
    assert done.returncode == 2, done.stderr
    assert "[heclib]" in done.stderr
    assert not (tmp_path / "data" / "archive" / "rejected").exists()


@pytest.mark.parametrize("program", [("api.server",), ("extract", "serve")])
def test_the_service_answers_with_the_packages_of_its_extra(installed, program):
    python, environment = installed("api")
    port = free_port()
    command = [*python, "-m", *program, "--port", str(port)]
    with running(command, port, env={**environment, "DATABASE_URL": AWAY}) as url:
        code = "import sys, urllib.request as r; print(r.urlopen(sys.argv[1]).read().decode())"
        told = subprocess.run([sys.executable, "-c", code, f"{url}/api/health/live"], capture_output=True, check=True)
    assert b"alive" in told.stdout


def test_the_command_of_the_service_refuses_as_elsewhere(coeqwal):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        done = coeqwal(["api"], "serve", "--port", other.getsockname()[1], DATABASE_URL=AWAY)
    assert done.returncode == 3, done.stderr
    assert done.stderr.startswith("error PORT_TAKEN: ")
