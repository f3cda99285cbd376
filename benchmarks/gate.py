"""What the gate costs an order: every limit on, ten instruments, a hundred open orders.

The gate is asked from Python, as a gateway asks it (``GateMachine.ask``); nothing is kept of the
order, so each question is the same work. The baseline is the cheapest question there is: an order
of no size, which the first look at it refuses.
"""

import time
from decimal import Decimal
from typing import Final

import numpy as np

from benchmarks.tables import print_table
from benchmarks.workloads import REPOSITORY
from traider.backtest.stream_source import StreamSource
from traider.domain.events import EventArray, Kind, empty_events
from traider.domain.orders import OrderId, OrderType
from traider.kernel.codes import Verdict
from traider.kernel.construction import build_gate
from traider.kernel.machine import GateMachine
from traider.runtime.config import load_config
from traider.runtime.kernel_spec import kernel_spec

GOAL_US: Final = 20.0
INSTRUMENTS: Final = 10
OPEN_ORDERS: Final = 100
QUESTIONS: Final = 50_000
_NOW_NS: Final = 1_800_000_000 * 10**9
_PRICE: Final = 100_00
_NAMES: Final = tuple(f"COINBASE:C{number}-USD" for number in range(INSTRUMENTS))
_GROUPS: Final = f"limits.groups={list(map(list, (_NAMES[:5], _NAMES[5:])))}".replace("'", '"')
_LIMITS: Final = (
    "limits.max_order_notional=100000",
    "limits.max_order_size=1000",
    "limits.max_net_exposure=1",
    "limits.max_group_exposure=0.9",
    _GROUPS,
)


def measure(questions: int = QUESTIONS) -> None:
    """Print median and p99 of one question."""
    rows = []
    machine = _filled_gate()
    for name, size in (("refused at first sight: no size", 0), ("approved: every check made", 1)):
        order = _order(place=OPEN_ORDERS, size=size)
        answer = machine.ask(order, 0)
        expected = Verdict.APPROVED if size else Verdict.MALFORMED
        if (answer[0] == Verdict.APPROVED) != (expected == Verdict.APPROVED):
            raise SystemExit(f"the gate said {Verdict(answer[0]).name}")
        spent = _spent_ns(machine, order, questions) / 1e3
        rows.append((name, f"{np.median(spent):.2f}", f"{np.percentile(spent, 99):.2f}"))
    print_table(
        f"The gate, asked from Python (all limits on, {INSTRUMENTS} instruments, "
        f"{OPEN_ORDERS} open orders; goal {GOAL_US:g} us)",
        ("order", "median us", "p99 us"),
        rows,
    )


def _filled_gate() -> GateMachine:
    """Return a gate that knows prices and holds open orders."""
    sources = [StreamSource(name, Decimal("0.01"), Decimal("0.001")) for name in _NAMES]
    config = load_config(REPOSITORY / "benchmarks" / "live" / "live.toml", _LIMITS)
    machine = GateMachine(build_gate(kernel_spec(config, sources, config.data.bars)))
    for number in range(INSTRUMENTS):
        mark = _event(Kind.TRADE, instrument=number, price=_PRICE, size=1_000, side=1)
        machine.step(mark, 0)
    for place in range(OPEN_ORDERS):
        code, *_ = machine.step(_order(place, size=1), 0)
        if code != Verdict.APPROVED:
            raise SystemExit(f"open order {place} is refused: {Verdict(code).name}")
    return machine


def _order(place: int, size: int) -> EventArray:
    return _event(
        Kind.ORDER_INTENT,
        instrument=place % INSTRUMENTS,
        side=1,
        size=size,
        price=_PRICE - 10,
        flags=int(OrderType.LIMIT),
        order_id=OrderId(1, place + 1).pack(),
    )


def _event(kind: Kind, **words: int) -> EventArray:
    event = empty_events(1)
    event["kind"], event["version"] = kind, 1
    event["ts_event"] = event["ts_recv"] = _NOW_NS
    for name, value in words.items():
        event[name] = value
    return event


def _spent_ns(
    machine: GateMachine, order: EventArray, questions: int
) -> "np.ndarray[tuple[int], np.dtype[np.int64]]":
    spent = np.zeros(questions, np.int64)
    for place in range(questions):
        started = time.perf_counter_ns()
        machine.ask(order, 0)
        spent[place] = time.perf_counter_ns() - started
    return spent


if __name__ == "__main__":
    measure()
