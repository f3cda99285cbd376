"""TimescaleDB's statements: what they are, and that PostgreSQL's own parser takes them.

No server here has the extension, so that they do what they say is not shown here.
"""

from pathlib import Path

import psycopg
import pytest

from tests.servers.postgres import PostgresServer
from tests.store.contract.rows import KINDS
from traider.domain.timeframes import DAY_NS
from traider.store.kinds import Content
from traider.store.postgres.layouts import layout_of
from traider.store.postgres.timescale import (
    aggregate_statements,
    compress_statement,
    drop_statement,
    hypertable_statements,
    size_statement,
    timescale_version,
)

GOLDEN = Path(__file__).with_name("timescale.sql.txt")
NAMES = ("ts", "fast", "slow")


def statements() -> list[str]:
    """Return every statement that a store of every kind would run."""
    made: list[str] = []
    for kind in KINDS:
        layout = layout_of(kind, NAMES if kind.content.is_derived else ())
        made += [layout.create(), *hypertable_statements(layout)]
        if kind.content is Content.TRADES:
            made += aggregate_statements()
    trades = layout_of(next(kind for kind in KINDS if kind.content is Content.TRADES))
    made += [drop_statement(trades, DAY_NS), compress_statement(trades, DAY_NS)]
    return [*made, size_statement(trades)]


def test_the_statements_are_those_that_were_reviewed() -> None:
    assert "\n".join(f"{statement};" for statement in statements()) + "\n" == GOLDEN.read_text(
        encoding="utf-8"
    )


def test_the_parser_of_postgresql_takes_every_statement(postgres_url: str) -> None:
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        for statement in statements():
            # What stands in a block is parsed when the block is, and not run.
            block = f"DO $check$ BEGIN IF false THEN {statement}; END IF; END $check$"
            connection.execute(block.replace("SELECT create", "PERFORM create").encode())
        with pytest.raises(psycopg.errors.SyntaxError):
            connection.execute("DO $$ BEGIN IF false THEN SELECT FROM WHERE; END IF; END $$")


def test_a_server_without_the_extension_is_found_out(postgres_server: PostgresServer) -> None:
    with psycopg.connect(postgres_server.url()) as connection:
        assert timescale_version(connection) == ""
