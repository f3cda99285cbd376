"""How soon a standby leads: its leader killed, frozen, or cut off from the lease's server.

The processes are those of the tests, which count in a journal: what is measured is lease, end of
the old leader and the rest of its journal, without a venue. A second process that only starts when
the first one is gone is the baseline.
"""

import signal
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from typing import Final

from benchmarks.tables import print_table
from tests.runtime.leadership.places import Place
from tests.runtime.leadership.traders import Trader, counting, two_traders
from tests.servers.postgres import NoServerError, PostgresServer, running_postgres
from tests.servers.wire import CutWire
from traider.store.tables import open_engine, upgrade

TTL_S: Final = 2.0
TIMES: Final = 3
GOAL_S: Final = 5.0

Ways = tuple[Place, Place, CutWire | None]
Way = Callable[[Path], AbstractContextManager[Ways]]
Fault = Callable[[Trader, CutWire | None], None]


def measure() -> None:
    """Print the table."""
    killed, frozen = _signals(signal.SIGKILL), _signals(signal.SIGSTOP)
    with running_postgres() as server:
        rows: list[tuple[str, Way, Fault]] = [
            ("file, leader killed", _file, killed),
            ("file, leader frozen", _file, frozen),
            ("PostgreSQL, leader killed", _row_of(server), killed),
            ("PostgreSQL, leader frozen", _row_of(server), frozen),
            ("PostgreSQL, leader cut off", _row_of(server), _cut),
        ]
        table = [
            _row(name, [_taken_s(way, fault) for _ in range(TIMES)]) for name, way, fault in rows
        ]
    table.append(_row("no standby: killed, then started", [_started_s() for _ in range(TIMES)]))
    table.append(["goal", "", f"{GOAL_S:.1f}"])
    print_table(
        f"Fail-over to a standby, s (lease of {TTL_S:g} s, {TIMES} times each)",
        ("fault", "median", "worst"),
        table,
    )


def _row(name: str, seconds: list[float]) -> list[str]:
    return [name, f"{statistics.median(seconds):.2f}", f"{max(seconds):.2f}"]


@contextmanager
def _file(folder: Path) -> Iterator[Ways]:
    place = Place("file", str(folder))
    yield place, place, None


def _row_of(server: PostgresServer) -> Way:
    """Return the way to a lease in a database of its own, the leader's behind a wire."""

    @contextmanager
    def way(_folder: Path) -> Iterator[Ways]:
        url = server.url(server.create())
        engine = open_engine(url)
        upgrade(engine)
        engine.dispose()
        with CutWire.to(server.port) as wire:
            cut = url.replace(f":{server.port}/", f":{wire.port}/")
            yield Place("postgresql", cut), Place("postgresql", url), wire

    return way


def _signals(number: signal.Signals) -> Fault:
    return lambda leader, _wire: leader.signal(number)


def _cut(_leader: Trader, wire: CutWire | None) -> None:
    assert wire is not None  # noqa: S101 - of the server's places
    wire.is_cut = True


def _taken_s(way: Way, fault: Fault) -> float:
    """Return the seconds from a fault of the leader to the standby's first word as leader."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        first, second, wire = stack.enter_context(way(folder))
        pair = two_traders(folder / "journal", first, second, TTL_S)
        leader, standby = stack.enter_context(pair)
        time.sleep(TTL_S)
        begun = time.perf_counter()
        fault(leader, wire)
        standby.until("leads 2")
        return time.perf_counter() - begun


def _started_s() -> float:
    """Return the seconds from the end of a leader to that of its successor's start."""
    with tempfile.TemporaryDirectory() as folder:
        place = Place("file", folder)
        leader = counting(Path(folder) / "journal", place, TTL_S)
        leader.until("leads 1")
        begun = time.perf_counter()
        leader.end()
        following = counting(Path(folder) / "journal", place, TTL_S)
        following.until("leads 2")
        taken_s = time.perf_counter() - begun
        following.end()
        return taken_s


if __name__ == "__main__":
    try:
        measure()
    except NoServerError as fault:
        raise SystemExit(str(fault)) from None
