"""The guide to PostgreSQL, run word for word on a server of its own, but for the addresses."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Final

import pytest

from tests.e2e.command import environment
from tests.servers.postgres import NoServerError, PostgresServer, running_postgres
from tests.store.contract.rows import key_of, minutes, rows_at
from traider.store.kinds import Content, DataKind
from traider.store.parquet_lake import ParquetLake
from traider.store.tables import JobTable, open_engine, upgrade

BLOCK: Final = re.compile(r"```(console|sql)\n(.*?)```", re.DOTALL)


def script_of(lines: list[str], tmp_path: Path) -> str:
    """Return the guide's commands with ``traider`` as a function; the packages are installed."""
    said = [line for line in lines if not line.startswith("pip install")]
    return "\n".join(
        [
            "set -eu",
            f'cd "{tmp_path}"',
            f'traider() {{ "{sys.executable}" -m traider "$@"; }}',
            *said,
        ]
    )


@pytest.fixture
def server() -> Iterator[PostgresServer]:
    """A server of this test alone, since the guide makes users."""
    with ExitStack() as stack:
        try:
            yield stack.enter_context(running_postgres())
        except NoServerError as error:
            pytest.skip(str(error))


@pytest.mark.slow
def test_the_guide_leads_from_the_file_to_a_server(
    repo_root: Path, tmp_path: Path, server: PostgresServer
) -> None:
    page = (repo_root / "docs" / "how-to" / "use-postgresql.md").read_text(encoding="utf-8")
    blocks = BLOCK.findall(page)
    *made, query = (text for kind, text in blocks if kind == "sql")
    lines = [line for kind, text in blocks if kind == "console" for line in text.splitlines()]
    embedded = open_engine(f"sqlite:///{tmp_path}/data/traider.db")
    upgrade(embedded)
    JobTable(embedded).add("download", {})
    embedded.dispose()
    trades = DataKind(Content.TRADES)
    ParquetLake(tmp_path / "lake").write(key_of(trades), rows_at(trades, minutes(0, 40)))
    for statement in "".join(made).strip().rstrip(";").split(";"):
        server.run(statement)
    place = f"127.0.0.1:{server.port}"
    script = script_of(lines, tmp_path).replace("127.0.0.1:5432", place)
    done = subprocess.run(
        ["/bin/sh", "-c", script.replace("replica:5432", place)],
        env={**environment(), "PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    assert "1 rows copied" in done.stdout
    assert "COINBASE:BTC-USD trades: 40 new, 0 known" in done.stdout
    assert "0 rows of depth dropped" in done.stdout
    assert server.run(query.strip().rstrip(";"), "traider") == "1"
