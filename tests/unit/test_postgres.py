import os
import stat

import psycopg
import pytest

from extract.errors import DatabaseAwayError
from extract.ports import free_port
from extract.warehouse.embedded import EmbeddedServer, bundled_binaries

pytestmark = pytest.mark.database


@pytest.fixture
def server(tmp_path):
    server = EmbeddedServer(tmp_path / "data" / "pg", bundled_binaries())
    yield server
    server.stop()


def test_data_survive_a_restart_and_the_url_stays(server):
    url = server.start()
    with psycopg.connect(url) as link:
        link.execute("create table kept as select 42 as answer")
    assert server.stop()
    assert not server.is_running()
    assert not server.stop()
    assert server.start() == url
    assert server.start() == url  # a second start of a running server changes nothing
    with psycopg.connect(url) as link:
        assert link.execute("select answer from kept").fetchone() == (42,)


def test_strangers_are_kept_out(server):
    url = server.start()
    info = psycopg.conninfo.conninfo_to_dict(url)
    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(url, password="wrong")
    with psycopg.connect(url) as link:
        assert link.execute("show listen_addresses").fetchone() == ("127.0.0.1",)
    mode = stat.S_IMODE(os.stat(server.cluster.parent / "database.url").st_mode)
    assert mode == 0o600
    assert len(str(info["password"])) >= 20


def test_a_taken_port_is_left_to_its_owner(server):
    url = server.start()
    server.stop()
    port = int(str(psycopg.conninfo.conninfo_to_dict(url)["port"]))
    import socket

    with socket.create_server(("127.0.0.1", port)):
        other = server.start()
        assert other != url
        with psycopg.connect(other) as link:
            assert link.execute("select 1").fetchone() == (1,)


def test_an_interrupted_initdb_is_begun_again(server):
    server.cluster.mkdir(parents=True)
    (server.cluster / "half").write_text("written")
    with psycopg.connect(server.start()) as link:
        assert link.execute("select 1").fetchone() == (1,)


def test_a_server_that_does_not_start_says_why(server):
    server.start()
    server.stop()
    with (server.cluster / "postgresql.conf").open("a") as file:
        file.write("shared_buffers = nonsense\n")
    with pytest.raises(DatabaseAwayError, match="shared_buffers"):
        server.start()


def test_free_port_prefers_what_it_is_told():
    port = free_port()
    assert free_port(prefer=port) == port
