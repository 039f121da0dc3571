"""Rules of the real project that the selector relies on, and the profile that everybody copies."""

from __future__ import annotations

import copy
import json
import os
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from dbt.config.renderer import ProfileRenderer
from dbt_common.context import set_invocation_context

from extract.database import DatabaseUrl
from tests.plugin.scenario_dbt import DBT, ROOT
from tests.unit.test_database import FORMS

Manifest = dict[str, Any]


def dbt(folder: Path, url: str, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run dbt in the repository's root, with the example profile."""
    (folder / "profiles.yml").write_text((ROOT / "profiles.yml.example").read_text())
    return subprocess.run(
        [str(DBT), "--no-use-colors", *arguments, "--profiles-dir", str(folder)],
        cwd=ROOT,
        env={
            **os.environ,
            "DATABASE_URL": url,
            "DBT_LOG_PATH": str(folder),
            "DBT_TARGET_PATH": str(folder / "target"),
            **environment,
        },
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module")
def parsed(parsed_project: Path) -> tuple[str, Manifest]:
    """What `dbt parse` prints, and the manifest."""
    return (parsed_project / "stdout.txt").read_text(), json.loads((parsed_project / "manifest.json").read_text())


def grained(manifest: Manifest, uid: str) -> bool:
    node = manifest["nodes"].get(uid) or manifest["sources"].get(uid) or {}
    return node.get("resource_type") in ("model", "source") and "scenario_id" in node["columns"]


def out_of_scope(manifest: Manifest) -> list[str]:
    """Facts and singular tests that read more scenario-grained relations than they filter by in_scope().

    A relation that a loop reads has its filter in the loop, once for all.
    """
    found = []
    for node in manifest["nodes"].values():
        fact = node["resource_type"] == "model" and node["config"]["materialized"] == "incremental"
        singular = node["resource_type"] == "test" and not node.get("test_metadata")
        if fact or singular:
            code = re.sub(r"--[^\n]*|/\*.*?\*/|\{#.*?#\}", "", node["raw_code"], flags=re.DOTALL)
            parents = [uid for uid in node["depends_on"]["nodes"] if grained(manifest, uid)]
            looped = len(re.findall(r"\bref\(\s*[a-z_.]+\s*\)", code))
            named = [uid for uid in parents if re.search(rf"\b(ref|source)\([^)]*'{uid.rpartition('.')[2]}'\)", code)]
            if len(re.findall(r"\bin_scope\(", code)) < len(named) + looped:
                found.append(node["name"])
    return sorted(found)


def test_facts_and_singular_tests_keep_to_the_scope(parsed: tuple[str, Manifest]) -> None:
    assert out_of_scope(parsed[1]) == []


@pytest.mark.parametrize("kind", ["model", "test"])
def test_a_missing_or_commented_scope_is_found(parsed: tuple[str, Manifest], kind: str) -> None:
    for new in ("true", "true -- in_scope()"):
        manifest = copy.deepcopy(parsed[1])
        node = next(
            node
            for node in manifest["nodes"].values()
            if node["resource_type"] == kind and "in_scope()" in node.get("raw_code", "")
        )
        node["raw_code"] = node["raw_code"].replace("{{ in_scope() }}", new)
        assert out_of_scope(manifest) == [node["name"]]


def test_every_incremental_model_is_scenario_grained(parsed: tuple[str, Manifest]) -> None:
    """And every grained model is incremental or a view, so that one scenario of it can be built."""
    manifest = parsed[1]
    for uid, node in manifest["nodes"].items():
        if node["resource_type"] == "model":
            kind = node["config"]["materialized"]
            assert kind != "incremental" or (grained(manifest, uid) and node["contract"]["enforced"]), uid
            assert not grained(manifest, uid) or kind in ("incremental", "view"), uid


def test_parse_prints_no_warning(parsed: tuple[str, Manifest]) -> None:
    assert not re.search(r"warn|deprecat", parsed[0], re.IGNORECASE), parsed[0]


def test_macros_are_described(parsed: tuple[str, Manifest]) -> None:
    macros = [macro for macro in parsed[1]["macros"].values() if macro["package_name"] == "coeqwal"]
    assert len(macros) > 20
    assert [macro["name"] for macro in macros if len(macro["description"]) < 25 and "test_" not in macro["name"]] == []


def test_schemas_are_the_configured_names(parsed: tuple[str, Manifest]) -> None:
    layers = {
        node["schema"] for node in parsed[1]["nodes"].values() if node["resource_type"] in ("model", "seed", "snapshot")
    }
    assert layers == {"staging", "intermediate", "marts", "reference", "verification", "api"}


def render(url: str | None, monkeypatch: pytest.MonkeyPatch, **environment: str) -> dict[str, Any]:
    for name in [name for name in os.environ if name == "DATABASE_URL" or name.startswith("PG")]:
        monkeypatch.delenv(name, raising=False)
    for name, value in ({"DATABASE_URL": url} if url else {} | environment).items():
        monkeypatch.setenv(name, value)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    set_invocation_context(dict(os.environ))
    profile = yaml.safe_load((ROOT / "profiles.yml.example").read_text())["coeqwal"]["outputs"]["warehouse"]
    rendered = ProfileRenderer({}).render_data(profile)
    return {key: rendered[key] for key in PARTS}


PARTS = ("user", "password", "host", "port", "dbname", "sslmode", "sslrootcert", "sslcert", "sslkey")


@pytest.mark.parametrize("form", [*FORMS, "written out"])
def test_the_profile_takes_a_url_apart_as_the_project_does(form: str, monkeypatch: pytest.MonkeyPatch) -> None:
    text = FORMS.get(form) or DatabaseUrl.parse(FORMS["percent-encoding"]).uri
    url = DatabaseUrl.parse(text)
    tls = {name: url.parameters.get(name) for name in ("sslrootcert", "sslcert", "sslkey")}
    assert render(text, monkeypatch) == {
        "user": url.user, "password": url.password or "", "host": url.host, "port": url.port, "dbname": url.dbname,
        "sslmode": url.parameters.get("sslmode", "prefer"), **tls,
    }  # fmt: skip


def test_the_profile_without_a_url_is_the_embedded_server(monkeypatch: pytest.MonkeyPatch) -> None:
    expected = ("coeqwal", "coeqwal", "127.0.0.1", 54329, "coeqwal", "prefer", None, None, None)
    assert tuple(render(None, monkeypatch).values()) == expected


def test_what_the_url_lacks_comes_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    given = {"PGHOST": "db", "PGPORT": "6000", "PGUSER": "ann", "PGDATABASE": "w", "PGSSLMODE": "require"}
    found = render("postgresql://", monkeypatch, **given)
    names = ("host", "port", "user", "dbname", "sslmode")
    assert [found[name] for name in names] == ["db", 6000, "ann", "w", "require"]


@pytest.mark.parametrize("text", ["mysql://ann:SECRET@db/w", "postgresql://ann:x@db/w?SECRET=1"])
def test_plain_dbt_refuses_a_bad_url_and_does_not_print_it(tmp_path: Path, text: str) -> None:
    result = dbt(tmp_path, text, "ls")
    assert result.returncode == 2
    assert "PostgreSQL" in result.stdout
    assert "SECRET" not in result.stdout + result.stderr + (tmp_path / "dbt.log").read_text()


def test_a_password_may_come_from_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    url = "postgresql://ann@db/w"
    assert render(url, monkeypatch, PGPASSWORD="p:a/s@s?")["password"] == "p:a/s@s?"
    assert render(url, monkeypatch)["password"] == ""


def test_dbt_connects_without_a_password_in_the_url(tmp_path: Path, server_url: str) -> None:
    """With PGPASSWORD, and with a password file."""
    head, _, tail = server_url.partition("@")
    scheme, _, login = head.partition("://")
    user, _, password = login.partition(":")
    url = f"{scheme}://{user}@{tail}"
    passfile = tmp_path / "pgpass"
    passfile.write_text(f"*:*:*:{user}:{password}\n")
    passfile.chmod(0o600)
    for environment in ({"PGPASSWORD": password}, {"PGPASSFILE": str(passfile)}):
        result = dbt(tmp_path, url, "debug", "--connection", **environment)
        assert result.returncode == 0, result.stdout
