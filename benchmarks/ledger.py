"""The ledger's speed: fills booked a second, beside the goal and a plain ledger in decimals.

    python -m benchmarks.ledger [--fills N]

All three book the same fills of five instruments to the same cash, fees and positions, which is
checked. The plain one is what a ledger in Decimal looks like at its simplest: a dictionary of
positions, no entries, average cost. Lots are matched from fills as values, first in first out.
"""

import argparse
import time
from collections.abc import Callable
from decimal import Decimal
from typing import Final

import numpy as np

from benchmarks.tables import print_table
from traider.domain.events import EventArray, Kind, empty_events
from traider.domain.fills import Fill
from traider.domain.units import amount_from_units, price_from_ticks, size_from_lots
from traider.portfolio.executions import booked, executions_of
from traider.portfolio.fill_columns import FillGrid, fill_columns
from traider.portfolio.ledger import Ledger
from traider.portfolio.lot_matching import match_lots

GOAL: Final = 100_000
FILLS: Final = 200_000
_INSTRUMENTS: Final = 5
_CAPITAL: Final = Decimal(1_000_000)
_STEP: Final = Decimal("1e-8")


def fills(count: int) -> EventArray:
    """Return fills of five instruments; positions grow, shrink, close and flip."""
    random = np.random.default_rng(7)
    events = empty_events(count)
    events["kind"], events["version"] = Kind.FILL, 1
    events["ts_event"] = events["ts_recv"] = np.arange(count) * 1_000_000
    events["instrument"] = random.integers(0, _INSTRUMENTS, count)
    events["side"] = random.choice([1, -1], count)
    events["price"] = 6_000_000 + random.integers(-100_000, 100_000, count)
    events["size"] = random.integers(1, 50_000_000, count)
    events["fee"] = random.integers(-1_000, 100_000, count)
    return events


def grids() -> tuple[FillGrid, ...]:
    """Return the grids of the instruments: cents, and sizes of 1e-8."""
    return tuple(FillGrid(f"I{k}", Decimal("0.01"), _STEP) for k in range(_INSTRUMENTS))


def as_values(events: EventArray) -> list[Fill]:
    """Return the fills as values."""
    columns = ("instrument", "side", "price", "size", "fee", "ts_recv")
    rows = zip(*(events[name].tolist() for name in columns), strict=True)
    tick = Decimal("0.01")
    return [
        Fill(
            f"I{number}",
            side,
            price_from_ticks(price, tick),
            size_from_lots(size, _STEP),
            amount_from_units(fee),
            ts_ns,
        )
        for number, side, price, size, fee, ts_ns in rows
    ]


def plain_ledger(values: list[Fill]) -> Decimal:
    """Book fills as simply as can be; return the cash."""
    cash = _CAPITAL
    held: dict[str, tuple[Decimal, Decimal]] = {}
    realized = Decimal(0)
    for fill in values:
        paid = (fill.price * fill.quantity).quantize(_STEP) * fill.side
        cash -= paid + fill.fee
        size, cost = held.get(fill.instrument, (Decimal(0), Decimal(0)))
        moved = fill.quantity * fill.side
        if size * moved >= 0:
            held[fill.instrument] = size + moved, cost + paid
        elif abs(moved) <= abs(size):
            released = (cost * abs(moved) / abs(size)).quantize(_STEP)
            realized -= released + paid
            held[fill.instrument] = size + moved, cost - released
        else:
            closing = (paid * abs(size) / abs(moved)).quantize(_STEP)
            realized -= cost + closing
            held[fill.instrument] = size + moved, paid - closing
    return cash


def timed(work: Callable[[], object]) -> float:
    """Return the seconds that ``work`` takes, the best of three."""
    found = []
    for _ in range(3):
        started = time.perf_counter()
        work()
        found.append(time.perf_counter() - started)
    return min(found)


def measure(count: int) -> None:
    """Measure, check and print."""
    events, names = fills(count), grids()
    few = events[: count // 10]
    values = as_values(few)

    def columns(of: EventArray) -> Ledger:
        ledger = Ledger("USD", _CAPITAL)
        ledger.apply_columns(fill_columns(of, names))
        return ledger

    def one_by_one() -> Ledger:
        ledger = Ledger("USD", _CAPITAL)
        ledger.replay(values)
        return ledger

    quick, slow = columns(few), one_by_one()
    if (quick.cash, quick.positions, quick.entries) != (slow.cash, slow.positions, slow.entries):
        raise SystemExit("the two ways of booking do not agree")
    if quick.cash != plain_ledger(values):
        raise SystemExit("the plain ledger does not agree")
    found = [
        ("Traider, fills of the journal together", count, timed(lambda: columns(events))),
        ("Traider, one value after the other", len(few), timed(one_by_one)),
        (
            "a plain ledger in Decimal, no entries, from the same records",
            len(few),
            timed(lambda: plain_ledger(as_values(few))),
        ),
        (
            "the same, its decimals made before",
            len(few),
            timed(lambda: plain_ledger(values)),
        ),
        (
            "lots, first in first out",
            len(few),
            timed(lambda: match_lots(executions_of(booked(values)))),
        ),
    ]
    rows = [
        (name, f"{many:,}", f"{many / seconds:,.0f}", f"{many / seconds / GOAL:.1f}x")
        for name, many, seconds in found
    ]
    print_table(
        "Ledger: fills booked a second",
        ("way", "fills", "a second", f"of the goal, {GOAL:,}"),
        rows,
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--fills", type=int, default=FILLS)
    measure(parser.parse_args().fills)
