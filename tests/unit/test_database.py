"""The reading of database URLs: as PostgreSQL's own library reads them, the same for all three drivers, and silent."""

import asyncio
import os
import pickle
import traceback
from urllib.parse import quote

import asyncpg
import psycopg
import pytest
from asyncpg.connect_utils import _parse_connect_dsn_and_args
from hypothesis import given
from hypothesis import strategies as st
from psycopg.conninfo import conninfo_to_dict

from extract.cli.main import main
from extract.database import SESSION, DatabaseUrl
from extract.errors import DatabaseAwayError, LostRaceError, UsageError
from extract.settings import Settings, settings
from extract.warehouse import load

FORMS = {
    "plain": "postgresql://ann:se.cr-et@db.example.org:6432/w",
    "short scheme, no port": "postgres://ann:123@db/w",
    "no password": "postgresql://ann@db:6432/w?sslmode=require",
    "percent-encoding": "postgresql://an%40n:p%3Aa%2Fs%40s%3F%25%20%C3%A9@db/w%2Fh%20x",
    "characters that need no encoding": "postgresql://ann:a?b&c=d+e!$'()*,;\"\\@db/w",
    "IPv6": "postgresql://ann:x@[2001:db8::1]:6543/w",
    "IPv6 without port": "postgresql://ann:x@[::1]/w?connect_timeout=3",
    "socket in the host": "postgresql://ann:x@%2Fvar%2Frun%2Fpostgresql:5433/w",
    "socket in the query": "postgresql:///w?host=/var/run/postgresql&port=5433&user=ann&password=x%26y",
    "socket and user": "postgresql://ann:x@/w?host=%2Ftmp",
    "TLS": "postgresql://ann:x@db/w?sslmode=verify-full&sslrootcert=%2Fetc%2Fssl%2Fmy%20ca.pem",
    "the query counts": "postgresql://ann:x@db:1/w?host=other&port=2&dbname=v&user=ben&password=y&sslmode=allow",
    "JDBC's way to ask for TLS": "postgresql://ann:x@db/w?ssl=true",
    "of a hosted service": "postgresql://ann:x@ep.example.org/w?sslmode=require&channel_binding=require&options=endpoint%3Dep",
}
BAD = [
    "SECRET",
    "host=db password=SECRET",
    "mysql://ann:SECRET@db/w",
    "postgresql+psycopg2://ann:SECRET@db/w",
    "postgresql:ann:SECRET@db/w",
    "postgresql://ann:SECRET@db:port/w",
    "postgresql://ann:SECRET@db:0/w",
    "postgresql://ann:SECRET@db:99999/w",
    "postgresql://ann:SECRET@db:5432:5433/w",
    "postgresql://ann:x/SECRET@db/w",
    "postgresql://ann:12/SECRET@db/w",
    "postgresql://ann:x@SECRET@db/w",
    "postgresql://ann:SECRET%zz@db/w",
    "postgresql://ann:SECRET%@db/w",
    "postgresql://ann:SECRET%00@db/w",
    "postgresql://ann:SECRET%ff@db/w",
    "postgresql://ann:SECRET@[::1/w",
    "postgresql://ann:SECRET@[]/w",
    "postgresql://ann:SECRET@::1/w",
    "postgresql://ann:SECRET@db/w?SECRET",
    "postgresql://ann:SECRET@db/w?SECRET=1",
    "postgresql://ann:SECRET@db/w?sslmode=SECRET",
    "postgresql://ann:SECRET@db/w?sslmode=require=1",
    "postgresql://ann:SECRET@db,SECRET/w",
    "postgresql://ann:SECRET@d b/w",
]
LIBRARY = {"user": "user", "password": "password", "host": "host", "port": "port", "dbname": "dbname"}


@pytest.fixture(autouse=True)
def no_environment(monkeypatch):
    for name in [name for name in os.environ if name.startswith("PG")]:
        monkeypatch.delenv(name)


def as_the_library_reads_it(text):
    """Parts of a URL by PostgreSQL's client library, with its defaults."""
    found = {"port": "5432", "password": None, **conninfo_to_dict(text)}
    return {**found, "port": int(str(found["port"]))}


def all_parts(url):
    own = {"user": url.user, "password": url.password, "host": url.host, "port": url.port, "dbname": url.dbname}
    return {**own, **url.parameters}


@pytest.mark.parametrize("form", FORMS)
def test_every_form_is_read_as_the_library_reads_it(form):
    assert all_parts(DatabaseUrl.parse(FORMS[form])) == as_the_library_reads_it(FORMS[form])


@pytest.mark.parametrize("form", FORMS)
def test_written_out_it_is_the_same_database(form):
    url = DatabaseUrl.parse(FORMS[form])
    assert DatabaseUrl.parse(url.uri) == url
    assert as_the_library_reads_it(url.uri) == as_the_library_reads_it(FORMS[form])


@pytest.mark.parametrize("form", FORMS)
def test_asyncpg_gets_the_same(form, monkeypatch, tmp_path):
    url = DatabaseUrl.parse(FORMS[form].replace("verify-full&sslrootcert=%2Fetc%2Fssl%2Fmy%20ca.pem", "allow"))
    given_to = dict.fromkeys(
        ("dsn", "passfile", "ssl", "service", "servicefile", "direct_tls", "server_settings", "target_session_attrs",
         "krbsrvname", "gsslib")
    )  # fmt: skip
    (address,), found = _parse_connect_dsn_and_args(**{**given_to, **url.for_asyncpg()})
    if url.host.startswith("/"):
        assert address == f"{url.host}/.s.PGSQL.{url.port}"
    else:
        assert address == (url.host, url.port)
    assert (found.user, found.password, found.database) == (url.user, url.password, url.dbname)
    assert found.server_settings is None
    assert found.sslmode.name.replace("_", "-") == url.parameters.get(
        "sslmode", "disable" if url.host.startswith("/") else "prefer"
    )


TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=12)


@given(user=TEXT, password=st.none() | TEXT, dbname=TEXT, port=st.integers(1, 65535), ca=TEXT)
def test_whatever_user_password_and_database_are(user, password, dbname, port, ca):
    login = quote(user, safe="") + ("" if password is None else f":{quote(password, safe='')}")
    text = f"postgresql://{login}@db:{port}/{quote(dbname, safe='')}?sslrootcert={quote(ca, safe='')}"
    url = DatabaseUrl.parse(text)
    expected = {
        "user": user, "password": password, "host": "db", "port": port, "dbname": dbname, "sslrootcert": ca
    }  # fmt: skip
    assert all_parts(url) == expected == as_the_library_reads_it(text) == as_the_library_reads_it(url.uri)


def test_what_the_url_lacks_comes_from_the_environment(monkeypatch):
    for name, value in {"PGHOST": "db", "PGPORT": "6000", "PGUSER": "ann", "PGDATABASE": "w"}.items():
        monkeypatch.setenv(name, value)
    assert DatabaseUrl.parse("postgresql://").uri == "postgresql://ann@db:6000/w"
    assert DatabaseUrl.parse("postgresql://ben@/v?port=1").uri == "postgresql://ben@db:1/v"
    monkeypatch.delenv("PGDATABASE")
    assert DatabaseUrl.parse("postgresql://ben@[::1]").uri == "postgresql://ben@[::1]:6000/ben"
    monkeypatch.delenv("PGHOST")
    monkeypatch.setattr("extract.database.SOCKET_FOLDERS", ("/nowhere",))
    assert DatabaseUrl.parse("postgresql://ben@/w").host == "localhost"


@pytest.mark.parametrize("text", BAD)
def test_a_bad_url_is_exit_2_and_says_nothing_of_itself(text, monkeypatch, capsys, tmp_path):
    with pytest.raises(UsageError) as caught:
        DatabaseUrl.parse(text)
    shown = "".join(traceback.format_exception(caught.value))
    assert "SECRET" not in shown
    assert b"SECRET" not in pickle.dumps(str(caught.value))
    monkeypatch.setenv("DATABASE_URL", text)
    monkeypatch.setenv("COEQWAL_DATA_DIR", str(tmp_path))
    settings.cache_clear()
    for command in (["db", "status"], ["db", "init"], ["build", "s0105"], ["status"], ["serve"]):
        monkeypatch.setattr("sys.argv", ["coeqwal", *command])
        with pytest.raises(SystemExit) as ended:
            main()
        assert ended.value.code == 2, command
        output = "".join(capsys.readouterr())
        assert "DATABASE_URL is not the URL of a PostgreSQL database" in output
        assert "SECRET" not in output
    settings.cache_clear()


def test_no_setting_shows_a_password():
    url = "postgresql://ann:SECRET@db/w"
    shown = [repr(Settings(database_url=url, api_database_url=url)), repr(DatabaseUrl.parse(url)), str(Settings())]
    assert "SECRET" not in "".join(shown)
    assert DatabaseUrl.parse(url).place == "db:5432/w"


def test_a_database_that_is_away_is_named_without_the_password():
    with (
        pytest.raises(DatabaseAwayError) as caught,
        load.connection("postgresql://ann:SECRET@127.0.0.1:1/w?connect_timeout=2"),
    ):
        pass
    assert "127.0.0.1:1/w" in str(caught.value)
    assert "SECRET" not in "".join(traceback.format_exception(caught.value))


@pytest.fixture
def odd_url(new_database):
    """A database whose defaults are what nobody should rely on."""
    url = new_database()
    with psycopg.connect(url, autocommit=True) as link:
        for name, value in {
            "datestyle": "SQL, DMY", "timezone": "Asia/Kathmandu", "intervalstyle": "sql_standard",
            "extra_float_digits": "-10", "bytea_output": "escape", "search_path": "elsewhere",
            "default_transaction_isolation": "serializable", "client_encoding": "LATIN1",
        }.items():  # fmt: skip
            link.execute(f"alter database {link.info.dbname} set {name} = '{value}'")
    return url


def test_a_session_says_itself_what_times_and_texts_mean(odd_url):
    load.prepare(odd_url)
    with load.connection(odd_url) as link:
        for name, value in SESSION.items():
            assert link.execute(f"show {name}").fetchone() == (value,)
        assert link.execute("show transaction_isolation").fetchone() == ("read committed",)
        now, text, number, word = link.execute(
            "select now(), '2001-02-03'::date::text, (0.1::float8 + 0.2)::text, '≈ ¬ –'"
        ).fetchone()
        assert (now.utcoffset().total_seconds(), text, number, word) == (
            0,
            "2001-02-03",
            "0.30000000000000004",
            "≈ ¬ –",
        )
    with load.connection(odd_url, psycopg.IsolationLevel.REPEATABLE_READ) as link:
        assert link.execute("show transaction_isolation").fetchone() == ("repeatable read",)


def test_a_session_is_left_as_it_was(odd_url):
    """A pooler gives the same server connection to somebody else."""
    with load.connection(odd_url) as link:
        link.commit()
        assert link.execute("show datestyle").fetchone() == ("SQL, DMY",)


RACE = [
    ("create schema twice", "create schema twice"),
    ("insert into ops.numbered values (1)", "insert into ops.numbered values (1)"),
    ("alter role current_user set jit = on", "alter role current_user set jit = on"),
]


@pytest.mark.parametrize(("first", "second"), RACE)
def test_who_comes_second_may_try_again(new_database, first, second):
    url = new_database()
    with psycopg.connect(url) as link:
        link.execute("create schema ops; create table ops.numbered (number int primary key)")
    outcome = asyncio.run(_race(url, first, second))
    assert isinstance(outcome, LostRaceError), outcome
    assert outcome.exit_code == 3


async def _race(url, first, second):
    def run():
        try:
            with load.connection(url) as link:
                link.execute(second)
        except Exception as error:
            return error

    async with await psycopg.AsyncConnection.connect(url) as link:
        await link.execute(first)
        waiting = asyncio.create_task(asyncio.to_thread(run))
        while not await (
            await link.execute("select 1 from pg_locks where not granted and locktype = 'transactionid'")
        ).fetchone():
            assert not waiting.done(), waiting.result()
            await asyncio.sleep(0.02)
    return await waiting


def test_two_who_wait_for_each_other_may_try_again(new_database):
    url = new_database()
    with psycopg.connect(url) as link:
        link.execute("create table a (x int); create table b (x int)")
    with pytest.raises(LostRaceError, match="deadlock"):
        asyncio.run(_deadlock(url))


async def _deadlock(url):
    def run():
        with load.connection(url) as link:
            link.execute("set local deadlock_timeout = '50ms'")
            link.execute("lock table a")
            link.execute("lock table b")

    async with await psycopg.AsyncConnection.connect(url) as link:
        await link.execute("set deadlock_timeout = '60s'; lock table b")
        waiting = asyncio.create_task(asyncio.to_thread(run))
        while not await (await link.execute("select 1 from pg_locks where not granted")).fetchone():
            await asyncio.sleep(0.02)
        blocked = asyncio.create_task(link.execute("lock table a"))
        await asyncio.wait([waiting, blocked], return_when=asyncio.FIRST_COMPLETED)
    await waiting


async def test_the_api_driver_connects_by_every_form_that_reaches_a_server(server_url):
    url = DatabaseUrl.parse(server_url)
    for text in (
        server_url,
        f"postgres://{url.user}@/{url.dbname}?host={url.host}&port={url.port}&password={quote(url.password)}",
        f"{server_url}?sslmode=prefer&application_name=x&connect_timeout=3&channel_binding=prefer&keepalives=1",
    ):
        link = await asyncpg.connect(**DatabaseUrl.parse(text).for_asyncpg())
        assert await link.fetchval("select current_database()") == url.dbname
        await link.close()
