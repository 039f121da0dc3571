"""The routes of the files, with an archive in a folder and one on S3."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import AsyncIterator
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import psycopg
import pytest

from api.settings import ApiSettings
from extract.archive import Archive
from extract.records.names import object_key
from extract.storage.s3 import S3Folder
from tests.api.conftest import Serve
from tests.support.stand_in_files import CONTENTS

TYPES = {"zip": "zip", "output": "output_csv", "sv": "sv_csv"}
KEY = "k" * 32


def content(kind: str, scenario: str = "s0001") -> bytes:
    return CONTENTS[scenario, kind][1]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An archive in a folder that has the files."""
    store = Archive(str(tmp_path)).store
    for _, each in CONTENTS.values():
        store.write(object_key(sha256(each).hexdigest()), each)
    return tmp_path


@pytest.fixture
async def files(serve: Serve, stand_in_url: str, folder: Path) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the service with that archive."""
    async with serve(stand_in_url, archive=str(folder)) as each:
        yield each


async def link_of(client: httpx.AsyncClient, kind: str = "zip", scenario: str = "s0001") -> str:
    answer = await client.get("/api/download", params={"scenario": scenario, "type": kind})
    assert answer.status_code == 200, answer.text
    return str(answer.json()["download_url"])


async def test_list_has_size_hash_and_time(files: httpx.AsyncClient) -> None:
    listed = (await files.get("/scenario")).json()
    assert listed == (await files.get("/api/scenario")).json()
    assert [each["scenario_id"] for each in listed["scenarios"]] == ["s0001", "s0002"]
    first, second = (each["files"] for each in listed["scenarios"])
    assert first["output_csv"] == {
        "key": "scenario/s0001/csv/s0001_coeqwal_calsim_output.csv",
        "filename": "s0001_coeqwal_calsim_output.csv",
        "size": len(content("output_csv")),
        "sha256": sha256(content("output_csv")).hexdigest(),
        "modified": "2026-11-20T08:00:00Z",
    }
    assert (second["output_csv"], second["sv_csv"]) == (None, None)


@pytest.mark.parametrize("kind", TYPES)
async def test_redirect_and_address_lead_to_the_very_bytes(files: httpx.AsyncClient, kind: str) -> None:
    expected = content(TYPES[kind])
    redirect = await files.get("/download", params={"scenario": "s0001", "type": kind})
    assert (redirect.status_code, redirect.headers["cache-control"]) == (302, "no-store")
    answer = (await files.get("/api/download", params={"scenario": "s0001", "type": kind})).json()
    assert (answer["size"], answer["sha256"]) == (len(expected), sha256(expected).hexdigest())
    for address in (redirect.headers["location"], answer["download_url"]):
        # a client that takes compressed answers may resume this one
        got = await files.get(address, headers={"Accept-Encoding": "gzip"})
        assert (got.status_code, got.content) == (200, expected)
        assert got.headers["content-length"] == str(len(expected))
        assert got.headers["content-disposition"].startswith("attachment; filename")


async def test_a_file_keeps_its_name_whatever_it_is(files: httpx.AsyncClient) -> None:
    got = await files.get(await link_of(files))
    assert got.headers["content-disposition"] == "attachment; filename*=utf-8''s0001%20%E2%80%9Cfirst%E2%80%9D.zip"


async def test_a_file_can_be_fetched_in_parts(files: httpx.AsyncClient) -> None:
    address, expected = await link_of(files, "output"), content("output_csv")
    part = await files.get(address, headers={"Range": "bytes=5-9"})
    assert (part.status_code, part.content) == (206, expected[5:10])
    assert part.headers["content-range"] == f"bytes 5-9/{len(expected)}"
    rest = await files.get(address, headers={"Range": "bytes=10-", "If-Range": part.headers["etag"]})
    assert (rest.status_code, expected[:10] + rest.content) == (206, expected)
    changed = await files.get(address, headers={"Range": "bytes=10-", "If-Range": '"another"'})
    assert (changed.status_code, changed.content) == (200, expected)
    beyond = await files.get(address, headers={"Range": f"bytes={len(expected)}-"})
    assert beyond.status_code == 416


@pytest.mark.parametrize("route", ["/download", "/api/download"])
@pytest.mark.parametrize(
    ("scenario", "kind", "status", "code"),
    [
        ("s0001", "exe", 400, "bad_parameter"),
        ("s0001", "", 400, "bad_parameter"),
        ("x0001", "zip", 400, "bad_parameter"),
        ("s0001/../s0003", "zip", 400, "bad_parameter"),
        ("s0001\n", "zip", 400, "bad_parameter"),
        ("s00011", "zip", 400, "bad_parameter"),
        ("s9999", "zip", 404, "unknown_scenario"),
        ("s0003", "zip", 404, "inactive_scenario"),
        ("s0002", "output", 404, "no_file"),
        ("s" * 33, "zip", 422, "malformed_parameter"),
    ],
)
async def test_what_is_not_there_and_what_makes_no_sense(
    files: httpx.AsyncClient, route: str, scenario: str, kind: str, status: int, code: str
) -> None:
    response = await files.get(route, params={"scenario": scenario, "type": kind})
    assert (response.status_code, response.json().get("code")) == (status, code)


@pytest.mark.parametrize(("scenario", "kind"), [("S0001", "zip"), ("s0001", "ZIP")])
async def test_case_does_not_matter(files: httpx.AsyncClient, scenario: str, kind: str) -> None:
    assert (await files.get("/download", params={"scenario": scenario, "type": kind})).status_code == 302


async def test_an_address_is_good_for_one_file_only(files: httpx.AsyncClient) -> None:
    address = await link_of(files)
    query = parse_qs(urlsplit(address).query)
    (expires,), (signature,) = query["expires"], query["signature"]
    wrong = signature[:-1] + ("0" if signature[-1] != "0" else "1")
    for changed in (
        address.replace("/zip?", "/sv_csv?"),
        address.replace("/s0001/", "/s0002/"),
        address.replace(expires, str(int(expires) + 1)),
        address.replace(signature, wrong),
        address.replace(signature, "0" * 64),
    ):
        refused = await files.get(changed)
        assert (refused.status_code, refused.json()["code"]) == (403, "link_refused")
    for broken in (
        address.replace("/s0001/", "/s0003/"),
        address.replace("/zip?", "/load_csv?"),
        address.replace("/zip?", "/..%2Fzip?"),
    ):
        assert (await files.get(broken)).status_code == 404
    for malformed in (address.replace(signature, "é" * 64), address.replace(expires, "NaN"), address.split("&")[0]):
        assert (await files.get(malformed)).status_code == 422


async def test_an_address_is_good_for_one_content_only(serve: Serve, own_stand_in_url: str, folder: Path) -> None:
    """A file that was replaced is not what the address was given out for."""
    async with serve(own_stand_in_url, archive=str(folder), cache_version_seconds=0) as client:
        address = await link_of(client)
        assert (await client.get(address)).status_code == 200
        other = content("sv_csv")
        with psycopg.connect(own_stand_in_url) as link:
            link.execute(
                "update stand_in.api_scenario_file set sha256 = %s where scenario_id = 's0001' and file_kind = 'zip'",
                [sha256(other).hexdigest()],
            )
        refused = await client.get(address)
        assert (refused.status_code, refused.json()["code"]) == (403, "link_refused")
        assert (await client.get(await link_of(client))).content == other


PUBLIC = "https://api.coeqwal.org/"


@pytest.mark.parametrize(
    ("settings", "host", "begin"),
    [
        ({"public_url": PUBLIC}, "test", PUBLIC),
        ({"public_url": PUBLIC}, "evil.example", PUBLIC),
        ({"public_url": "https://coeqwal.org/data", "allowed_hosts": ["test"]}, "test", "https://coeqwal.org/data/"),
        ({"allowed_hosts": ["a.org", "Test"]}, "test", "http://test/"),
        ({"allowed_hosts": ["a.org"]}, "A.org:8080", "http://a.org:8080/"),
        ({"allowed_hosts": ["a.org:8080"]}, "a.org:8080", "http://a.org:8080/"),
        ({"allowed_hosts": ["[::1]"]}, "[::1]:8000", "http://[::1]:8000/"),
        ({"allowed_hosts": ["a.org:8080"]}, "a.org:9090", "/"),
        ({"allowed_hosts": ["a.org"]}, "evil.example", "/"),
        ({"allowed_hosts": ["a.org"]}, "a.org.evil.example", "/"),
        ({"allowed_hosts": ["a.org"]}, "a.org@evil.example", "/"),
        ({"allowed_hosts": ["a.org"]}, "a.org:80@evil.example", "/"),
        ({"allowed_hosts": ["a.org"]}, "evil.example/a.org", "/"),
        ({"allowed_hosts": ["a.org"]}, "a.org/evil", "/"),
        ({"allowed_hosts": ["a.org"]}, "evil.example#a.org", "/"),
        ({"allowed_hosts": ["a.org"]}, "a.org,evil.example", "/"),
        ({"allowed_hosts": ["a.org"]}, "", "/"),
        ({"allowed_hosts": []}, "localhost", "/"),
    ],
)
async def test_addresses_begin_with_what_the_operator_said_and_never_with_a_foreign_host(
    serve: Serve, stand_in_url: str, folder: Path, settings: dict[str, Any], host: str, begin: str
) -> None:
    async with serve(stand_in_url, archive=str(folder), **settings) as client:
        headers = {"Host": host, "X-Forwarded-Host": "evil.example", "Forwarded": "host=evil.example"}
        parameters = {"scenario": "s0001", "type": "zip"}
        answer = await client.get("/api/download", params=parameters, headers=headers)
        redirect = await client.get("/download", params=parameters, headers=headers)
        index = await client.get("/api", headers=headers)
        for address in (answer.json()["download_url"], redirect.headers["location"]):
            assert address.startswith(f"{begin}api/files/s0001/zip?")
        assert index.json()["base_url"] == f"{begin}api"
        # wherever it leads, the address is that of the file
        path = "/" + answer.json()["download_url"].removeprefix(begin)
        assert (await client.get(path)).content == content("zip")


@pytest.mark.parametrize("url", ["coeqwal.org", "ftp://coeqwal.org", "", "//coeqwal.org"])
def test_a_public_address_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="public_url"):
        ApiSettings(public_url=url)  # type: ignore[arg-type]


async def test_an_address_ends(files: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch) -> None:
    address = await link_of(files)
    answer = (await files.get("/api/download", params={"scenario": "s0001", "type": "zip"})).json()
    expires = int(parse_qs(urlsplit(address).query)["expires"][0])
    assert answer["expires_at"].endswith("Z")
    monkeypatch.setattr("api.downloads.time.time", lambda: expires - 0.5)
    assert (await files.get(address)).status_code == 200
    monkeypatch.setattr("api.downloads.time.time", lambda: expires + 0.5)
    over = await files.get(address)
    assert (over.status_code, over.json()["code"]) == (403, "link_expired")


async def test_the_key_of_the_settings_signs(serve: Serve, stand_in_url: str, folder: Path) -> None:
    """Processes with one key take each other's addresses; without a key each takes its own only."""
    async with (
        serve(stand_in_url, archive=str(folder), download_key=KEY) as one,
        serve(stand_in_url, archive=str(folder), download_key=KEY) as other,
        serve(stand_in_url, archive=str(folder)) as stranger,
    ):
        address = await link_of(one)
        assert KEY not in address
        assert (await other.get(address)).status_code == 200
        assert (await stranger.get(address)).status_code == 403


async def test_a_file_that_was_made_private_is_gone_at_once(serve: Serve, own_stand_in_url: str, folder: Path) -> None:
    async with serve(own_stand_in_url, archive=str(folder)) as client:
        address = await link_of(client)
        with psycopg.connect(own_stand_in_url) as link:
            link.execute("delete from stand_in.api_scenario_file where scenario_id = 's0001'")
        for path in (address, "/download?scenario=s0001&type=zip", "/api/download?scenario=s0001&type=zip"):
            gone = await client.get(path)
            assert (gone.status_code, gone.json()["code"]) == (404, "no_file")
        assert [each["scenario_id"] for each in (await client.get("/scenario")).json()["scenarios"]] == ["s0002"]


async def test_a_file_that_the_archive_has_lost(files: httpx.AsyncClient, folder: Path) -> None:
    address = await link_of(files)
    os.unlink(folder / object_key(sha256(content("zip")).hexdigest()))
    lost = await files.get(address)
    assert (lost.status_code, lost.json()["code"]) == (404, "no_file")


@pytest.mark.parametrize("path", ["/scenario", "/download?scenario=s0001&type=zip", "/download?scenario=s0001&type=x"])
@pytest.mark.parametrize("origin", ["https://coeqwal.org", "https://anybody.example", "null"])
async def test_browsers_of_every_origin_may_ask(files: httpx.AsyncClient, path: str, origin: str) -> None:
    answer = await files.get(path, headers={"Origin": origin})
    assert answer.headers["access-control-allow-origin"] == "*"
    preflight = await files.options(path, headers={"Origin": origin, "Access-Control-Request-Method": "GET"})
    assert (preflight.status_code, preflight.headers["access-control-allow-origin"]) == (200, "*")
    assert (await files.options(path)).status_code == 200
    assert "access-control-allow-credentials" not in answer.headers


async def test_a_redirect_can_be_followed_from_every_origin(files: httpx.AsyncClient) -> None:
    got = await files.get(await link_of(files), headers={"Origin": "https://anybody.example"})
    assert got.headers["access-control-allow-origin"] == "*"


@pytest.fixture
def on_s3(bucket: str, s3_environment: str) -> str:
    """Address of an archive on S3 that has the files."""
    address = f"s3://{bucket}/archive"
    store = S3Folder(address, s3_environment, "us-west-2")
    for _, each in CONTENTS.values():
        store.write(object_key(sha256(each).hexdigest()), each)
    return address


@pytest.mark.parametrize("kind", TYPES)
async def test_s3_itself_hands_out_the_file(serve: Serve, stand_in_url: str, on_s3: str, kind: str) -> None:
    async with serve(stand_in_url, archive=on_s3, download_seconds=60) as client:
        redirect = await client.get("/download", params={"scenario": "s0001", "type": kind})
        addresses = (redirect.headers["location"], await link_of(client, kind))
    for address in addresses:
        assert "X-Amz-Expires=60" in address
        got = await asyncio.to_thread(httpx.get, address)
        assert (got.status_code, got.content) == (200, content(TYPES[kind]))
        name = CONTENTS["s0001", TYPES[kind]][0].rpartition("/")[2]
        quoted = "filename*=utf-8''s0001%20%E2%80%9Cfirst%E2%80%9D.zip" if kind == "zip" else f'filename="{name}"'
        assert got.headers["content-disposition"] == f"attachment; {quoted}"


async def test_private_files_on_s3_get_no_address(serve: Serve, stand_in_url: str, on_s3: str) -> None:
    async with serve(stand_in_url, archive=on_s3) as client:
        refused = await client.get("/download", params={"scenario": "s0003", "type": "zip"})
        assert (refused.status_code, "location" in refused.headers) == (404, False)
        forged = await client.get(f"/api/files/s0001/zip?expires={2**40}&signature={'0' * 64}")
        assert forged.status_code == 403


async def test_s3_without_credentials_is_a_plain_503(
    serve: Serve, stand_in_url: str, bucket: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", os.devnull)
    monkeypatch.setenv("AWS_CONFIG_FILE", os.devnull)
    async with serve(stand_in_url, archive=f"s3://{bucket}/secret-prefix") as client:
        answer = await client.get("/download", params={"scenario": "s0001", "type": "zip"})
    assert (answer.status_code, answer.json()["code"]) == (503, "archive_away")
    assert "secret-prefix" not in answer.text
    assert "credentials" not in answer.text


async def test_signing_does_not_hold_up_other_requests(
    files: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A signer that waits (for credentials, say) waits in a thread: the service answers meanwhile."""
    answered = threading.Event()
    client: Any = files
    monkeypatch.setattr(client.app.state.downloads, "_signed_by_the_archive", lambda file: answered.wait(60) and None)
    waiting = asyncio.create_task(link_of(files))
    assert (await files.get("/api/health/live")).status_code == 200
    answered.set()
    assert (await waiting).startswith("http://test/api/files/s0001/zip?")
