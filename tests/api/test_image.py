"""The container of the service, as far as that can be seen without building it."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import tomllib
from importlib.metadata import distribution
from pathlib import Path

import httpx
import pytest
from packaging.requirements import Requirement

from extract.ports import free_port
from tests.api.conftest import running

ROOT = Path(__file__).resolve().parents[2]
PINNED = ROOT / "api" / "requirements.txt"


def instructions() -> list[tuple[str, str]]:
    """The lines of the Dockerfile as (word, rest), continued ones joined, comments left out."""
    text = re.sub(r"^#.*\n", "", (ROOT / "api" / "Dockerfile").read_text(), flags=re.MULTILINE)
    lines = re.sub(r"\\\n\s*", " ", text).splitlines()
    return [(word, rest) for word, _, rest in (line.strip().partition(" ") for line in lines) if word]


def pinned(file: Path) -> list[Requirement]:
    """The packages of a requirements file."""
    lines = re.findall(r"^([\w.-]+(?:\[\w+\])?==[^\\\n]+)", file.read_text(), flags=re.MULTILINE)
    return [Requirement(line) for line in lines]


def final_stage() -> list[tuple[str, str]]:
    found = instructions()
    last = max(number for number, (word, _) in enumerate(found) if word == "FROM")
    return found[last:]


def test_the_base_is_pinned_and_the_process_has_no_rights() -> None:
    bases = [rest.split()[0] for word, rest in instructions() if word == "FROM"]
    assert all(re.fullmatch(r"python:3\.11\.\d+-slim-\w+", base) for base in bases), bases
    assert len(set(bases)) == 1
    users = [rest for word, rest in final_stage() if word == "USER"]
    assert users[-1].isdigit()
    assert int(users[-1]) > 0


def test_no_secret_and_nothing_but_the_service_goes_in() -> None:
    for word, rest in instructions():
        assert word in {"FROM", "COPY", "RUN", "ENV", "WORKDIR", "USER", "EXPOSE", "HEALTHCHECK", "CMD"}
        assert not (word == "ENV" and re.search(r"(?i)url|secret|password|token|key", rest))
    ignored = (ROOT / ".dockerignore").read_text().splitlines()
    rules = [line for line in ignored if not line.startswith("#")]
    assert rules[0] == "*"
    assert {rule[1:] for rule in rules if rule.startswith("!")} == {"api", "extract"}


def test_its_packages_are_those_of_the_project_with_hashes() -> None:
    locked = pinned(ROOT / "requirements.txt")
    project = {each.name: each.specifier for each in locked if each.marker is None or each.marker.evaluate()}
    service = pinned(PINNED)
    assert len(service) > 20
    for each in service:
        if each.marker is None or each.marker.evaluate():
            assert each.specifier == project.get(each.name), f"{each}: compile api/requirements.txt again"
    blocks = re.split(r"^(?=[\w.-]+==)", PINNED.read_text(), flags=re.MULTILINE)[1:]
    assert len(blocks) == len(service)
    assert all("--hash=sha256:" in block for block in blocks)
    told = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = told["optional-dependencies"]
    wanted = [Requirement(text) for text in (*told["dependencies"], *extras["api"], *extras["s3"])]
    pins = {each.name: each.specifier for each in service}
    for each in wanted:
        assert each.name in pins, f"{each}: compile api/requirements.txt again"
        (pin,) = pins[each.name]
        assert pin.version in each.specifier, f"{each}: compile api/requirements.txt again"


@pytest.fixture
def image(tmp_path: Path) -> Path:
    """A folder with what the image has: the copied files below `service`, the packages below `packages`."""
    copied = [rest.split() for word, rest in final_stage() if word == "COPY" and not rest.startswith("--from")]
    for source, target in copied:
        shutil.copytree(ROOT / source, tmp_path / "service" / target, ignore=shutil.ignore_patterns("__pycache__"))
    packages = tmp_path / "packages"
    packages.mkdir()
    for each in pinned(PINNED):
        if each.marker is None or each.marker.evaluate():
            found = distribution(each.name)
            for name in {file.parts[0] for file in found.files or () if ".." not in file.parts}:
                if name != "__pycache__":
                    (packages / name).symlink_to(str(found.locate_file(name)))
    return tmp_path


def test_the_service_runs_from_what_the_image_has(image: Path, stand_in_url: str) -> None:
    words = dict(final_stage())
    port = free_port()
    program, *arguments = json.loads(words["CMD"])
    assert (program, *arguments[:2]) == ("python", "-m", "api.server")
    assert arguments[arguments.index("--host") + 1] == "0.0.0.0"
    listened = arguments[arguments.index("--port") + 1]
    arguments[arguments.index("--port") + 1] = str(port)
    arguments[arguments.index("--host") + 1] = "127.0.0.1"
    # -S: neither the packages of this environment nor the repository's root can be imported
    python = [sys.executable, "-S"]
    environment = {
        "PYTHONPATH": f"{image / 'service'}:{image / 'packages'}",
        "PYTHONDONTWRITEBYTECODE": "1",
        "DATABASE_URL": stand_in_url,
        "COEQWAL_API_ALLOWED_HOSTS": '["api.coeqwal.org"]',
    }
    probe = json.loads(words["HEALTHCHECK"].partition("CMD ")[2])
    assert f":{listened}/" in probe[-1]
    check = [*python, *probe[1:-1], probe[-1].replace(f":{listened}/", f":{port}/")]
    with running([*python, *arguments], port, cwd=image / "service", env=environment) as url:
        with httpx.Client(base_url=url, timeout=120) as client:
            assert client.get("/api/health/ready").json()["status"] == "ready"
            assert client.get("/openapi.json").status_code == 200
            assert client.get("/docs").status_code == 200
            told = {"X-Forwarded-Proto": "https", "Host": "api.coeqwal.org"}
            link = client.get("/api/download?scenario=s0001&type=zip", headers=told).json()["download_url"]
            assert link.startswith("https://api.coeqwal.org/api/files/")
            foreign = client.get("/api/download?scenario=s0001&type=zip", headers={"Host": "evil.example"})
            assert foreign.json()["download_url"].startswith("/api/files/")
        assert probe[0] == "python"
        assert subprocess.run(check, check=False).returncode == 0
    assert subprocess.run(check, check=False, stderr=subprocess.DEVNULL).returncode == 1
