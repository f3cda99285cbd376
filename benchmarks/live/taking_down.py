"""What a run stands on, taken down one by one and put back."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from benchmarks.live.run_in_parts import FEED, GATEWAY, TRADER, RunInParts
from tests.servers.kafka_process import RunningKafka
from tests.servers.wire import CutWire
from traider.runtime.state_folder import RunPaths

Revive = Callable[[], None]
"""Brings back what nothing can be done without, once everything was told to stop."""


class Down(StrEnum):
    """What is down."""

    NOTHING = "nothing"
    FEED = "feed killed"
    BUS = "Kafka down"
    TABLES = "tables locked"
    DATABASE = "PostgreSQL cut off"
    TRADER = "trader killed"
    FROZEN = "trader frozen"
    GATEWAY = "gateway killed, then started"


@dataclass(frozen=True)
class World:
    """A run, and what it stands on beside the exchange."""

    run: RunInParts
    kafka: RunningKafka
    database: CutWire | None = None
    """The way to PostgreSQL, where its lease is there."""


@contextmanager
def taken_down(down: Down, world: World) -> Iterator[Revive]:
    """Take something down while the block runs."""
    run, revive = world.run, _nothing
    match down:
        case Down.FEED:
            run.kill(FEED)
        case Down.BUS:
            world.kafka.tell("down")
        case Down.TRADER:
            run.kill(TRADER)
        case Down.FROZEN:
            run.freeze(TRADER)
        case Down.GATEWAY:
            run.kill(GATEWAY)
            revive = _starter(run, GATEWAY)
        case Down.DATABASE if world.database is not None:
            world.database.is_cut = True
        case _:
            pass
    with closing(sqlite3.connect(_tables(run), isolation_level=None)) as tables:
        if down is Down.TABLES:
            tables.execute("BEGIN EXCLUSIVE")
        yield revive
    _put_back(down, world)


def _put_back(down: Down, world: World) -> None:
    run = world.run
    match down:
        case Down.FEED:
            run.start(FEED)
        case Down.BUS:
            world.kafka.tell("up")
        case Down.TRADER:
            run.start(TRADER)
        case Down.FROZEN:
            run.thaw(TRADER)
        case Down.DATABASE if world.database is not None:
            # A trader that cannot renew its lease ends by itself.
            run.until_ended(TRADER)
            world.database.is_cut = False
            run.start(TRADER)
        case _:
            pass


def _tables(run: RunInParts) -> Path:
    return RunPaths(run.state).tables


def _nothing() -> None:
    """Do nothing."""


def _starter(run: RunInParts, part: str) -> Revive:
    def start() -> None:
        run.start(part)

    return start
