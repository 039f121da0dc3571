"""The list of active scenarios in the README, from a real API and from the database."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path

import httpx
import psycopg
import pytest

from extract.cli import registry
from extract.errors import CheckFailedError, DataRefusedError, RetryableError, UsageError
from extract.ports import free_port
from extract.settings import PROJECT, Settings

README = (PROJECT / "README.md").read_text()
EMPTY = f"before\n{registry.BEGIN}\nold\n{registry.END}\nafter\n"


@pytest.fixture
def readme(tmp_path: Path) -> Path:
    """A file with the markers."""
    path = tmp_path / "README.md"
    path.write_text(EMPTY)
    return path


def test_refresh_from_the_api(served_url: str, readme: Path, capsys: pytest.CaptureFixture[str]) -> None:
    registry.refresh(served_url, readme)
    written = readme.read_text()
    assert written == (
        f"before\n{registry.BEGIN}\nActive scenarios (2 active): s0001, s0002.\n\n"
        f"Last refreshed {date.today()} from {served_url}/api/scenarios.\n{registry.END}\nafter\n"
    )
    stamp = readme.stat().st_mtime_ns
    registry.refresh(f"{served_url}/api/", readme)
    assert (readme.read_text(), readme.stat().st_mtime_ns) == (written, stamp)
    assert capsys.readouterr().out == "README.md: 2 active\nREADME.md is up to date: 2 active\n"


def test_refresh_from_the_database(
    stand_in_url: str, readme: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DATABASE_URL", stand_in_url)
    monkeypatch.setattr(registry, "settings", Settings)
    registry.refresh(None, readme, dry_run=True)
    assert readme.read_text() == EMPTY
    assert "(2 active): s0001, s0002." in capsys.readouterr().out
    registry.refresh(None, readme)
    assert "from the warehouse's database." in readme.read_text()
    password = stand_in_url.split(":")[2].split("@")[0]
    assert password not in readme.read_text()


def test_no_scenario_is_active(new_database: Callable[..., str], stand_in_template: str) -> None:
    url = new_database(stand_in_template)
    with psycopg.connect(url) as link:
        link.execute("update stand_in.api_scenario set is_active = false")
    scenarios = registry.active_from_database(url)
    assert scenarios == []
    assert "\nActive scenarios (0 active).\n" in registry.block(scenarios, "x", date(2026, 5, 22))


def test_an_unprepared_database(new_database: Callable[..., str]) -> None:
    with pytest.raises(CheckFailedError, match="coeqwal db init"):
        registry.active_from_database(new_database())


def test_long_lists_are_wrapped() -> None:
    text = registry.block([f"s{n:04d}" for n in range(72)], "http://host/api/scenarios", date(2026, 5, 22))
    assert max(map(len, text.splitlines())) <= registry.WIDTH
    assert re.findall(r"s\d{4}", text) == [f"s{n:04d}" for n in range(72)]


@pytest.mark.parametrize(
    "text",
    [
        "nothing",
        registry.BEGIN,
        f"{registry.BEGIN} {registry.BEGIN} {registry.END}",
        f"{registry.END}\n{registry.BEGIN}",
    ],
)
def test_missing_markers(text: str) -> None:
    with pytest.raises(registry.MarkersMissingError, match=re.escape(registry.END)):
        registry.with_block(text, "new", "README.md")


@pytest.mark.parametrize(
    ("base", "address"),
    [
        ("http://host:80", "http://host:80/api/scenarios"),
        ("https://host/api/", "https://host/api/scenarios"),
        ("https://host/v1/api/scenarios", "https://host/v1/api/scenarios"),
    ],
)
def test_base_addresses(base: str, address: str) -> None:
    assert registry.scenarios_address(base) == address


@pytest.mark.parametrize("base", ["file:///etc/passwd", "host", "http://"])
def test_addresses_that_are_none(base: str) -> None:
    with pytest.raises(UsageError, match="--from"):
        registry.scenarios_address(base)


def test_user_and_password_are_not_written() -> None:
    assert registry.without_password("http://me:secret@host:1/api") == "http://host:1/api"


def test_an_api_that_is_away(readme: Path) -> None:
    with pytest.raises(RetryableError, match="does not answer"):
        registry.refresh(f"http://127.0.0.1:{free_port()}", readme)
    assert readme.read_text() == EMPTY


def test_another_service(served_url: str) -> None:
    with pytest.raises(DataRefusedError, match="list of scenarios"):
        registry.active_from_api(f"{served_url}/api/health/live")


def test_the_file_is_not_there(served_url: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="--readme"):
        registry.refresh(served_url, tmp_path / "absent.md")


def test_the_readme_holds_the_markers() -> None:
    assert registry.with_block(README, "", "README.md") != README


def test_the_one_liner_of_the_readme(served_url: str) -> None:
    """Count, lowest and highest code, as the line in the README prints them."""
    found = re.search(r"curl -s http://127\.0\.0\.1:8000/api/scenarios \\\n\| python3 -c (\".*\")\n", README)
    assert found
    expected = "2 active scenarios on the public API, range s0001 to s0002.\n"
    body = httpx.get(f"{served_url}/api/scenarios").content
    program = found[1][1:-1]
    said = subprocess.run([sys.executable, "-c", program], input=body, capture_output=True, check=True)
    assert said.stdout.decode() == expected
    if shutil.which("curl"):
        line = found[0].replace("http://127.0.0.1:8000", served_url)
        assert subprocess.run(["bash", "-c", line], capture_output=True, text=True, check=True).stdout == expected
