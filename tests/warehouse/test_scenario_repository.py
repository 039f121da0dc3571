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

from tests.warehouse.scenario_dbt import DBT, ROOT

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
    for name in ("DATABASE_URL", "PGPASSWORD"):
        monkeypatch.delenv(name, raising=False)
    for name, value in ({"DATABASE_URL": url} if url else {} | environment).items():
        monkeypatch.setenv(name, value)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    set_invocation_context(dict(os.environ))
    profile = yaml.safe_load((ROOT / "profiles.yml.example").read_text())["coeqwal"]["outputs"]["warehouse"]
    rendered = ProfileRenderer({}).render_data(profile)
    return {key: rendered[key] for key in ("user", "password", "host", "port", "dbname", "sslmode")}


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        (None, ("coeqwal", "coeqwal", "127.0.0.1", 54329, "coeqwal", "prefer")),
        ("postgresql://ann:se.cr-et@db.example.org:6432/w", ("ann", "se.cr-et", "db.example.org", 6432, "w", "prefer")),
        ("postgres://ann:123@db/w", ("ann", "123", "db", 5432, "w", "prefer")),
        ("postgresql://ann@db:6432/w?sslmode=require", ("ann", "", "db", 6432, "w", "require")),
        ("postgresql://ann:x@db/w?connect_timeout=3&sslmode=verify-full", ("ann", "x", "db", 5432, "w", "verify-full")),
    ],
)
def test_the_profile_takes_a_url_apart(
    url: str | None, expected: tuple[object, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert tuple(render(url, monkeypatch).values()) == expected


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
