"""The kill switch of a busy trader, with every part in turn taken down.

    python -m benchmarks.kill_parts [--orders 100] [--down "trader killed"]

Gateway, trader and feed are processes of their own on the local exchange, under the venue's limits
of requests; the market comes over Kafka, the lease is kept in PostgreSQL. A hundred orders rest and
a position is held, then something is taken down and everything is stopped: by the command, the
file, a signal or the address. The time begins before the command is started, and ends when the
exchange has carried out the last cancel, by its own stamp of the clock that all processes share.
Then the exchange is asked what is open there, an order must be refused, and a person re-arms.
"""

import argparse
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Final

from benchmarks.live.address import PRODUCT, REPOSITORY
from benchmarks.live.run_in_parts import GATEWAY, TRADER, PartsTerms, RunInParts
from benchmarks.live.stamped_exchange import StampedTerms, Stamps, stamped_exchange
from benchmarks.live.stopping import Scene, Stopped, Stopping, Way, free_port
from benchmarks.live.taking_down import Down, World, taken_down
from benchmarks.tables import print_table
from tests.servers.kafka_process import running_kafka
from tests.servers.postgres import running_postgres
from tests.servers.wire import CutWire
from traider.runtime.control.kill_ways import TOKEN_NAME
from traider.store.tables import open_engine, upgrade

GOAL_MS: Final = 500.0
ORDERS: Final = 100
_TOPIC: Final = "traider.market:1"
_TOKEN: Final = "only-for-this-benchmark"  # noqa: S105 - of a run that ends with it
_CONFIG: Final = REPOSITORY / "benchmarks" / "live" / "live.toml"
_SETTINGS: Final = (
    "run.warm_up=0",
    "clock.decision=1s",
    "run.report=false",
    # A busy machine must not keep orders from resting.
    "feed.stale_s=20",
    "feed.late_s=20",
)
_LEASE: Final = ("leadership.lease=postgresql", "leadership.ttl_s=6")
_BUSY: Final = 60.0
"""Actions of the exchange's crowd in a second."""
_WITHOUT_TRADER: Final = (
    (Way.COMMAND, ""),
    (Way.FILE, ""),
    (Way.SIGNAL, GATEWAY),
    (Way.ADDRESS, GATEWAY),
)
_ALL: Final = (*_WITHOUT_TRADER, (Way.SIGNAL, TRADER), (Way.ADDRESS, TRADER))
SCENES: Final = (
    *(Scene(Down.NOTHING, way, part) for way, part in _ALL),
    *(Scene(each, Way.COMMAND) for each in (Down.FEED, Down.BUS, Down.TABLES, Down.DATABASE)),
    *(Scene(Down.TRADER, way, part) for way, part in _WITHOUT_TRADER),
    *(Scene(Down.FROZEN, way, part) for way, part in _WITHOUT_TRADER),
    Scene(Down.GATEWAY, Way.COMMAND),
)


def stop_in_each(scenes: Sequence[Scene], orders: int) -> tuple[list[Stopped], Stamps]:
    """Play scenes one after another on one run; return what came of each, and all stamps.

    Raises:
        AssertionError: something was left open, or an order was taken after the stop.
    """
    with tempfile.TemporaryDirectory() as folder:
        with ExitStack() as held:
            terms = StampedTerms(has_limits=True, actions_per_second=_BUSY)
            exchange = held.enter_context(stamped_exchange(terms))
            kafka = held.enter_context(running_kafka(_TOPIC))
            settings: tuple[str, ...] = _SETTINGS
            environment, wire = {TOKEN_NAME: _TOKEN}, None
            if Down.DATABASE in {scene.down for scene in scenes}:
                wire, url = held.enter_context(_database())
                settings = (*settings, *_LEASE)
                environment["TRAIDER_DATABASE__URL"] = url
            parts = PartsTerms(
                Path(folder) / "run", exchange.address.rest, (PRODUCT,), kafka.brokers, _CONFIG,
                settings, {part: free_port() for part in (TRADER, GATEWAY)}, environment,
            )  # fmt: skip
            run = held.enter_context(RunInParts(parts))
            run.until_trading()
            world, stopping = World(run, kafka, wire), Stopping(run, exchange.address)
            done = [_played(scene, stopping, world, orders) for scene in scenes]
        return done, exchange.stamps()


def _played(scene: Scene, stopping: Stopping, world: World, orders: int) -> Stopped:
    stopping.rest(orders)
    with taken_down(scene.down, world) as revive:
        found = stopping.stop(scene, revive)
    stopping.go_on()
    sys.stderr.write(f"{scene.down}, {scene.name}: nothing is open\n")
    return found


@contextmanager
def _database() -> Iterator[tuple[CutWire, str]]:
    """Run a server behind a wire; yield the wire, and the address through it.

    Raises:
        NoServerError: none can run here.
    """
    with running_postgres() as server:
        name = server.create()
        engine = open_engine(server.url(name))
        upgrade(engine)
        engine.dispose()
        with CutWire.to(server.port) as wire:
            yield wire, server.url(name).replace(f":{server.port}/", f":{wire.port}/")


def measure(orders: int = ORDERS, scenes: Sequence[Scene] = SCENES) -> None:
    """Print the table."""
    done, stamps = stop_in_each(scenes, orders)
    print_table(
        f"Kill switch with parts down: {orders} resting orders and a position, ms "
        f"(goal {GOAL_MS:g})",
        ("down", "way", "stop in the folder", "last cancel", "of it since the folder has it",
         "closing order", "requests"),
        [_row(each, stamps, orders) for each in done],
    )  # fmt: skip


def _row(stopped: Stopped, stamps: Stamps, orders: int) -> list[str]:
    def within(at_ns: int) -> bool:
        return stopped.started_ns < at_ns <= stopped.open_ns

    cancels = [(count, at_ns) for count, at_ns in stamps.cancelled if within(at_ns)]
    closing = [at_ns for _, at_ns in stamps.came if within(at_ns)]
    if sum(count for count, _ in cancels) < orders or not closing:
        raise SystemExit(f"{stopped.scene}: {cancels} of {orders} orders, {len(closing)} closing")
    last_ns = max(at_ns for _, at_ns in cancels)
    times = [
        stopped.found_ns - stopped.started_ns,
        last_ns - stopped.started_ns,
        last_ns - stopped.found_ns,
        max(closing) - stopped.started_ns,
    ]
    figures = [f"{each / 1e6:,.0f}" for each in times]
    return [str(stopped.scene.down), stopped.scene.name, *figures, str(len(cancels))]


if __name__ == "__main__":
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--orders", type=int, default=ORDERS)
    asked.add_argument("--down", action="append", choices=list(Down), help="All unless named.")
    chosen = asked.parse_args()
    measure(chosen.orders, [each for each in SCENES if each.down in (chosen.down or Down)])
