"""What a run must know of captures before it trusts them: extent, counts and notes."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np

from traider.backtest.captures import (
    NO_RULES,
    CaptureReader,
    CaptureSource,
    Rules,
    capture_sources,
)
from traider.domain.errors import DataError
from traider.domain.events import EventArray, Kind

_SECOND_NS = 1_000_000_000
_CLOCK_NS_MIN = 1_000_000


@dataclass(frozen=True, kw_only=True)
class Capture(CaptureSource):
    """The captures of one instrument, scanned."""

    first_ns: int
    last_ns: int
    """Receive times of the first and the last event."""
    messages: int
    events: int
    snapshots: int
    """Books that were started; without one there is no depth."""
    gaps: int
    """Times the book broke."""
    trades: int
    quotes: int
    lowest: float
    """Lowest price that was traded or bid."""
    notes: tuple[str, ...]
    """What a reader should know about the data."""

    @property
    def end_ns(self) -> int:
        """Receive time of the last event."""
        return self.last_ns

    @property
    def records(self) -> int:
        """Events it brings."""
        return self.events


def scan_captures(paths: Sequence[Path], rules: Rules = NO_RULES) -> tuple[Capture, ...]:
    """Read all files once and return what a run needs to know, an instrument each.

    Raises:
        DataError: a file cannot be read or mapped, or an instrument has no event at all.
    """
    return tuple(_scan(source) for source in capture_sources(paths, rules))


class _Extent:
    """What one pass over the events adds up."""

    def __init__(self) -> None:
        self.events = 0
        self.first_ns = self.last_ns = 0
        self.ahead_ns = -(2**62)
        self.lowest_ticks = 2**62

    def add(self, events: EventArray) -> None:
        """Take in the next events."""
        self.first_ns = self.first_ns or int(events["ts_recv"][0])
        self.last_ns = int(events["ts_recv"][-1])
        self.events += len(events)
        self.ahead_ns = max(self.ahead_ns, int((events["ts_event"] - events["ts_recv"]).max()))
        priced = np.isin(events["kind"], (Kind.TRADE, Kind.QUOTE)) & (events["price"] > 0)
        if priced.any():
            self.lowest_ticks = min(self.lowest_ticks, int(events["price"][priced].min()))


def _scan(source: CaptureSource) -> Capture:
    reader, extent = CaptureReader(source, 0), _Extent()
    for events in reader.chunks():
        extent.add(events)
    if not extent.events:
        raise DataError(
            f"holds {reader.messages} messages and no event",
            where=", ".join(map(str, source.paths)),
            fix="record depth, trade or bookTicker streams",
        )
    counts = reader.counts
    has_price = extent.lowest_ticks < 2**62
    return Capture(
        **{field.name: getattr(source, field.name) for field in fields(source)},
        first_ns=extent.first_ns,
        last_ns=extent.last_ns,
        messages=reader.messages,
        events=extent.events,
        snapshots=counts.snapshots,
        gaps=counts.gaps,
        trades=counts.trades,
        quotes=counts.quotes,
        lowest=extent.lowest_ticks * float(source.tick_size) if has_price else 0.0,
        notes=tuple(f"{source.instrument}: {note}" for note in _notes(reader, extent)),
    )


def _notes(reader: CaptureReader, extent: _Extent) -> list[str]:
    """Say what is missing, left out or changed."""
    counts, source = reader.counts, reader.source
    end = "" if reader.has_book else ", and no snapshot follows the last gap"
    said = {
        f"there is no depth snapshot, so {_times(counts.depth, 'depth message')} are not used; "
        "trades are, and of quotes only the gate takes its price": counts.depth
        and not counts.snapshots,
        f"the depth stream broke {_times(counts.gaps, 'time')}{end}": counts.gaps,
        f"trades are missing in {_times(counts.trade_gaps, 'place')}": counts.trade_gaps,
        f"{_times(counts.trades_off_book, 'trade')} left out: the insurance fund and the like meet "
        "no order of the book": counts.trades_off_book,
        f"{_times(counts.trades_below_lot, 'trade')} left out: less than a lot": (
            counts.trades_below_lot
        ),
        f"{_times(counts.off_lot, 'size')} rounded toward zero: {counts.off_lot_first} is finer "
        f"than the lot {source.lot_size:f}": counts.off_lot,
    }
    return [note for note, is_so in said.items() if is_so] + _notes_on_time(reader, extent)


def _notes_on_time(reader: CaptureReader, extent: _Extent) -> list[str]:
    """Say what was told late, twice or by a wrong clock."""
    counts, moved = reader.counts, reader.order.moved
    again = counts.quotes_old + counts.trades_old
    said = {
        f"{_times(moved, 'message')} set 1 ns after the one before: received no later": moved,
        f"the recorder's clock was up to {extent.ahead_ns / _SECOND_NS:.3f} s behind the venue's: "
        "no latency can be read from it": extent.ahead_ns > _CLOCK_NS_MIN,
        f"{_times(again, 'quote or trade', 'quotes and trades')} left out: told before": again,
        f"{_times(counts.trades_doubled, 'trade')} left out: single trades and aggregates tell the "
        "same": counts.trades_doubled,
        f"{_times(counts.snapshots_refused, 'snapshot')} left out: older than the stream": (
            counts.snapshots_refused
        ),
    }
    notes = [note for note, is_so in said.items() if is_so]
    return notes + [
        f"{_times(count, 'message')} of {name} left out: no event is made of them"
        for name, count in counts.others.items()
    ]


def _times(count: int, one: str, several: str = "") -> str:
    return f"{count} {one}" if count == 1 else f"{count} {several or one + 's'}"
