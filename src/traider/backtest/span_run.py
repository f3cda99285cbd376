"""One machine over one span of a stream that is held in memory, warmed by the history before it.

The history enters as the kernel's own warm-up: decisions are off between WARMUP_BEGIN and
WARMUP_END, so bars are built and features are warm at the span's first decision while the account
is untouched. The ensemble keeps the direction it holds at the end of the warm-up, so a position
that the strategy wants there is opened at the first decision. Nothing after the span is fed.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final

import numpy as np
import numpy.typing as npt

from traider.backtest.closing import closing_fills, fee_balance_units
from traider.backtest.collecting import Fingerprint
from traider.backtest.order_lives import OrderJournal
from traider.backtest.outcome import fills_of, funding_of
from traider.backtest.stream import Span, Stream
from traider.domain.events import EventArray, Kind, empty_events, join_events
from traider.domain.fills import Fill
from traider.domain.timeframes import DAY_NS
from traider.domain.units import amount_from_units, units_from_amount
from traider.kernel.arithmetic import MONEY
from traider.kernel.machine import Machine
from traider.kernel.records import NAV, Records
from traider.kernel.specification import FeeCurrencySpec, KernelSpec
from traider.portfolio.funding import charge_funding
from traider.portfolio.trades import Trade, trades_from_fills

FloatArray = npt.NDArray[np.float64]
TimeArray = npt.NDArray[np.int64]
Stop = Callable[[], bool]

_BUFFER: Final = 16_384
_CHUNK: Final = 262_144
"""Events between two looks at a person's wish to stop."""
_LENGTH_NS: Final = DAY_NS // 3
"""What stands for the length of a frame without one: funding slots, bars of volume."""
_WARM_UP_FACTOR: Final = 2
"""How often over the windows of a tape are fed, so that recursive averages forget their start."""


def warm_up_ns(spec: KernelSpec) -> int:
    """Return how much history the tape of ``spec`` needs, in whole days.

    Twice the sum of all windows of all operations: no chain of features can look back further than
    the sum, and an exponential average has then forgotten all but e^-4 of where it started.
    """
    total = 0
    for frame in spec.tape.frames:
        windows = spec.tape.operations["window"][frame.op_start : frame.op_stop]
        total += (frame.length_ns or _LENGTH_NS) * (int(windows.sum()) + len(windows) + 1)
    return -(-_WARM_UP_FACTOR * total // DAY_NS) * DAY_NS


def marker(kind: Kind, ts_ns: int, first: int, second: int) -> EventArray:
    """Return one control record with its first two words."""
    event = empty_events(1)
    event["kind"] = kind
    event["version"] = 1
    event["ts_event"] = event["ts_recv"] = ts_ns
    event["w0"], event["w1"] = first, second
    return event


def span_events(stream: Stream, span: Span, history_ns: int) -> Iterator[EventArray]:
    """Yield history as warm-up, then the span, in chunks; history begins at a midnight."""
    start_ns = (span.start_ns - history_ns) // DAY_NS * DAY_NS
    history = stream.within(start_ns, span.start_ns)
    if len(history):
        first_ns = int(history["ts_recv"][0])
        yield marker(Kind.WARMUP_BEGIN, first_ns, first_ns, span.start_ns)
        # What arrives at the very start of the span sorts after the end of the warm-up.
        cut = int(np.searchsorted(history["ts_recv"], span.start_ns, "left"))
        yield from _chunks(history[:cut])
        end = marker(Kind.WARMUP_END, span.start_ns, len(history), 0)
        yield join_events([end, history[cut:]])
    yield from _chunks(stream.within(span.start_ns, span.end_ns))


def _chunks(events: EventArray) -> Iterator[EventArray]:
    for start in range(0, len(events), _CHUNK):
        yield events[start : start + _CHUNK]


class SpanRun:
    """A kernel that ran over one span; samples and fills of the span alone are kept."""

    def __init__(self, spec: KernelSpec, span: Span) -> None:
        self.span = span
        self.machine = Machine(spec, buffer=_BUFFER)
        self.capital = amount_from_units(spec.capital_units)
        self.fingerprint = Fingerprint()
        self.orders = OrderJournal(every_verdict=False)
        self._samples: list[Records] = []

    def run(self, stream: Stream, history_ns: int, stop: Stop) -> bool:
        """Run to the end of the span; return False when ``stop`` answered with yes before it."""
        for chunk in span_events(stream, self.span, history_ns):
            if stop():
                return False
            self._feed(chunk)
        self._feed(empty_events(0), final=True)
        return True

    def _feed(self, events: EventArray, *, final: bool = False) -> None:
        for drained in self.machine.feed(events, final=final):
            kept = drained.nav[drained.nav["ts"] >= self.span.start_ns]
            self.fingerprint.add(replace(drained, nav=kept))
            self.orders.add(drained.events)
            self._samples.append(kept)

    def fills(self) -> EventArray:
        """Return the fill events, in order."""
        return self.orders.of("fills")

    def samples(self) -> Records:
        """Return the equity samples of the span."""
        return np.concatenate([np.zeros(0, NAV), *self._samples])

    def closed_trades(self) -> int:
        """Return how many trades the run closed: a position ends at flat, or where it flips."""
        return closed_trades(self.fills(), len(self.machine.spec.markets))

    def closed_out(self) -> "ClosedOut":
        """Return what is left when the last positions are closed at their cost."""
        spec = self.machine.spec
        closing = closing_fills(self.machine, self.span.end_ns)
        fills = (*fills_of(self.fills(), spec), *closing)
        cash_units = int(self.machine.decider.account[0]["cash_units"])
        fee_balance = fee_balance_units(self.machine)
        for fill in closing:
            cash_units -= fill.side * fill.notional_units
            if fill.fee_currency:
                fee_balance -= units_from_amount(fill.fee_taken)
            else:
                cash_units -= units_from_amount(fill.fee)
        left = replace(spec, cash_units=cash_units, fees=with_balance(spec.fees, fee_balance))
        last = np.zeros(1, NAV)
        last["ts"], last["nav"] = self.span.end_ns, left.capital_units / MONEY
        samples = self.samples()
        return ClosedOut(
            samples=np.concatenate([samples[samples["ts"] < self.span.end_ns], last]),
            fills=fills,
            trades=charge_funding(
                trades_from_fills(fills), funding_of(self.orders.of("funding"), spec)
            ),
            left=left,
        )


@dataclass(frozen=True)
class ClosedOut:
    """A span's run with nothing held at its end; the last sample is its final equity.

    ``left`` is the same kernel with what is left of cash and fee balance.
    """

    samples: Records
    fills: tuple[Fill, ...]
    trades: tuple[Trade, ...]
    left: KernelSpec

    @property
    def final_equity(self) -> Decimal:
        """What is left: cash, and the fee balance at its price."""
        return amount_from_units(self.left.capital_units)


def with_balance(fees: FeeCurrencySpec | None, units: int) -> FeeCurrencySpec | None:
    """Return ``fees`` with another balance."""
    return replace(fees, balance_units=units) if fees else None


def closed_trades(fills: EventArray, instruments: int) -> int:
    """Return how many trades fill events close: a position ends at flat, or where it flips."""
    closed = 0
    for k in range(instruments):
        own = fills[fills["instrument"] == k]
        after = np.cumsum(own["side"].astype(np.int64) * own["size"])
        before = np.concatenate(([0], after[:-1]))
        closed += int(((before != 0) & (np.sign(before) != np.sign(after))).sum())
    return closed


def worst_fall(nav: FloatArray, capital: float) -> float:
    """Return the worst fall from a peak, the capital included, <= 0, a fraction."""
    curve = np.concatenate(([capital], nav))
    return float((curve / np.maximum.accumulate(curve)).min()) - 1.0
