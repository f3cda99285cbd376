"""What the gate costs an order: every limit on, fifty perpetuals, a hundred open orders.

The gate is asked from Python, as a gateway asks it (``GateMachine.ask``); nothing is kept of the
order, so each question is the same work. The baselines are the cheapest question there is, an order
of no size, which the first look at it refuses, and the same order with the limits on VaR, ES,
correlation and margin off. Half the instruments are held, all have open orders, and the returns of
all are sampled. Beside them, what one sample of all prices costs at a timer.
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
from traider.kernel.codes import Limit, Verdict
from traider.kernel.construction import build_gate
from traider.kernel.machine import GateMachine
from traider.runtime.config import load_config
from traider.runtime.kernel_spec import kernel_spec

GOAL_US: Final = 20.0
INSTRUMENTS: Final = 50
OPEN_ORDERS: Final = 100
QUESTIONS: Final = 50_000
SAMPLINGS: Final = 2_000
_NOW_NS: Final = 1_800_000_000 * 10**9
_PRICE: Final = 100_00
_MINUTE_NS: Final = 60 * 10**9
_SAMPLES: Final = 80
_NAMES: Final = tuple(f"COINBASE:C{number}-USD-PERP" for number in range(INSTRUMENTS))
_GROUPS: Final = f"limits.groups={list(map(list, (_NAMES[:25], _NAMES[25:])))}".replace("'", '"')
_RISK: Final = (
    Limit.MAX_CORRELATED_EXPOSURE,
    Limit.MAX_VAR,
    Limit.MAX_ES,
    Limit.MAX_MARGIN_USE,
    Limit.MIN_LIQUIDATION_DISTANCE,
)
_LIMITS: Final = (
    "limits.max_order_notional=100000",
    "limits.max_order_size=1000",
    "limits.max_net_exposure=1",
    "limits.max_group_exposure=0.9",
    _GROUPS,
    "limits.max_position_notional=100000",
    "limits.max_positions=50",
    "limits.max_daily_loss_amount=100000",
    "limits.max_daily_loss_sigmas=5",
    "limits.max_correlated_exposure=0.9",
    "limits.max_var=0.5",
    "limits.max_es=0.5",
    "limits.max_margin_use=0.9",
    "limits.min_liquidation_distance=0.05",
    "risk.interval=1m",
    "risk.samples_min=60",
)


def measure(questions: int = QUESTIONS) -> None:
    """Print median and p99 of one question, and of one sample."""
    rows = []
    machine = _filled_gate()
    limits = machine.gate.limits.copy()
    for name, size, has_risk in (
        ("refused at first sight: no size", 0, True),
        ("approved: without VaR, ES, correlation and margin", 1, False),
        ("approved: every check made", 1, True),
    ):
        machine.gate.limits[:] = limits
        if not has_risk:
            machine.gate.limits[list(_RISK)] = 0.0
        order = _order(place=OPEN_ORDERS, size=size)
        answer = machine.ask(order, 0)
        expected = Verdict.APPROVED if size else Verdict.MALFORMED
        if (answer[0] == Verdict.APPROVED) != (expected == Verdict.APPROVED):
            raise SystemExit(f"the gate said {Verdict(answer[0]).name}")
        rows.append(_row(name, _spent_ns(machine, order, questions)))
    rows.append(_row("a sample of all prices, once an interval", _sampling_ns(machine)))
    print_table(
        f"The gate, asked from Python (all limits on, {INSTRUMENTS} instruments, "
        f"{OPEN_ORDERS} open orders; goal {GOAL_US:g} us)",
        ("order", "median us", "p99 us"),
        rows,
    )


def _row(name: str, spent_ns: "np.ndarray[tuple[int], np.dtype[np.int64]]") -> tuple[str, str, str]:
    spent = spent_ns / 1e3
    return name, f"{np.median(spent):.2f}", f"{np.percentile(spent, 99):.2f}"


def _filled_gate() -> GateMachine:
    """Return a gate that knows prices and how they move, and holds positions and open orders."""
    sources = [StreamSource(name, Decimal("0.01"), Decimal("0.001")) for name in _NAMES]
    config = load_config(REPOSITORY / "benchmarks" / "live" / "live.toml", _LIMITS)
    machine = GateMachine(build_gate(kernel_spec(config, sources, config.data.bars)))
    random = np.random.default_rng(1)
    moves = random.normal(0.0, 20.0, (_SAMPLES, INSTRUMENTS)) + random.normal(0, 20, (_SAMPLES, 1))
    moves[-1] = 0.0
    for place in range(_SAMPLES):
        now_ns = _NOW_NS - (_SAMPLES - 1 - place) * _MINUTE_NS
        for number in range(INSTRUMENTS):
            price = _PRICE + int(moves[place, number])
            mark = _event(Kind.TRADE, instrument=number, price=price, size=1_000, side=1)
            mark["ts_recv"] = now_ns
            machine.step(mark, 0)
        timer = _event(Kind.TIMER)
        timer["ts_recv"] = now_ns
        machine.step(timer, 0)
    machine.gate.daily[:] = random.normal(0.0, 5_000.0, len(machine.gate.daily))
    machine.gate.risk["days"] = len(machine.gate.daily)
    for number in range(0, INSTRUMENTS, 2):
        held = _event(Kind.FILL, instrument=number, price=_PRICE, size=100, side=1)
        machine.step(held, 0)
    for place in range(OPEN_ORDERS):
        code, *_ = machine.step(_order(place, size=1), 0)
        if code != Verdict.APPROVED:
            raise SystemExit(f"open order {place} is refused: {Verdict(code).name}")
    return machine


def _sampling_ns(machine: GateMachine) -> "np.ndarray[tuple[int], np.dtype[np.int64]]":
    """Return what timers cost that each end an interval, all prices being news."""
    spent = np.zeros(SAMPLINGS, np.int64)
    for place in range(SAMPLINGS):
        timer = _event(Kind.TIMER)
        timer["ts_recv"] = _NOW_NS + (place + 1) * _MINUTE_NS
        machine.gate.markets["mark_ts"] = timer["ts_recv"][0]
        started = time.perf_counter_ns()
        machine.step(timer, 0)
        spent[place] = time.perf_counter_ns() - started
    return spent


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
