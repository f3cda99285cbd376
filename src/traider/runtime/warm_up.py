"""History before the first decision: bars of the venue or of files, as journaled events.

    WARMUP_BEGIN, BAR, BAR …, WARMUP_END, and then what the feed brings

A bar enters at the time it closed, so features have after it what they would have if its trades had
come. Decisions are off until the end, which is stamped with the time of the start. The bar under
way is no history: it holds what is traded from the start on, and so less than the venue's own.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Final, Protocol

import numpy as np
import numpy.typing as npt

from traider.backtest.bar_files import BarFile, read_batches, scan_bar_file
from traider.domain.events import EventArray, Kind, MarketFlag, empty_events, join_events
from traider.domain.instruments import InstrumentName
from traider.domain.payload_table import PAYLOADS
from traider.domain.timeframes import timeframe_code, timeframe_ns
from traider.runtime.event_stream import GriddedInstrument
from traider.venues.coinbase.market_reads import GRANULARITIES, MarketReads
from traider.venues.coinbase.rest_messages import Candle

IntArray = npt.NDArray[np.int64]
_SECOND_NS: Final = 1_000_000_000


class ListedInstrument(GriddedInstrument, Protocol):
    """An instrument with the name its venue has for it."""

    @property
    def symbol(self) -> str:
        """The venue's name."""


@dataclass(frozen=True)
class HistoryTerms:
    """Which history is wanted."""

    timeframe: str
    """Bars that the strategy's features are made of."""
    bars: int
    """How many there should be of each instrument, the last one whole before now."""
    now_ns: int
    since_ns: int = 0
    """What was known before: bars that opened earlier are left out."""

    @property
    def length_ns(self) -> int:
        """Length of a bar."""
        return timeframe_ns(self.timeframe)

    @property
    def end_ns(self) -> int:
        """When the last whole bar closed."""
        return self.now_ns // self.length_ns * self.length_ns

    @property
    def begin_ns(self) -> int:
        """When the first bar opens."""
        first_ns = -(-self.since_ns // self.length_ns) * self.length_ns
        return max(self.end_ns - self.bars * self.length_ns, first_ns)


@dataclass(frozen=True)
class HistoryBars:
    """Whole bars of one instrument, oldest first: prices in ticks, volume in lots."""

    starts_ns: IntArray
    open: IntArray
    high: IntArray
    low: IntArray
    close: IntArray
    volume: IntArray


def history_events(histories: Sequence[HistoryBars], terms: HistoryTerms) -> EventArray:
    """Return the events of a warm-up; instruments are numbered by their place.

    Bars that do not follow their predecessor at once carry GAP_BEFORE. Without any bar there is
    no event.
    """
    bars = join_events([
        _bar_events(history, number, terms) for number, history in enumerate(histories)
    ])  # fmt: skip
    if not len(bars):
        return bars
    order = np.lexsort((bars["instrument"], bars["ts_recv"]))
    begin, end = _mark(Kind.WARMUP_BEGIN), _mark(Kind.WARMUP_END)
    begin["ts_event"] = begin["ts_recv"] = bars["ts_event"].min()
    begin["w0"], begin["w1"] = bars["ts_event"].min(), bars["ts_recv"].max()
    end["ts_event"] = end["ts_recv"] = terms.now_ns
    end["w0"] = len(bars)
    return join_events([begin, bars[order], end])


async def coinbase_history(
    reads: MarketReads, instruments: Sequence[ListedInstrument], terms: HistoryTerms
) -> tuple[HistoryBars, ...]:
    """Return what Coinbase tells of the past of each instrument.

    Raises:
        VenueError: it cannot be asked.
    """
    length_s = terms.length_ns // _SECOND_NS
    found = []
    for instrument in instruments:
        candles = await reads.candles(
            instrument.symbol, terms.begin_ns // _SECOND_NS, terms.end_ns // _SECOND_NS, length_s
        )
        found.append(_of_candles(candles, instrument))
    return tuple(found)


def has_candles(timeframe: str) -> bool:
    """Whether Coinbase tells bars of this length."""
    return timeframe_ns(timeframe) // _SECOND_NS in GRANULARITIES and (
        timeframe_ns(timeframe) % _SECOND_NS == 0
    )


def file_history(
    paths: Sequence[Path], instruments: Sequence[GriddedInstrument], terms: HistoryTerms
) -> tuple[HistoryBars, ...]:
    """Return what bar files tell of the past; a file belongs to the instrument of its pair.

    Whose venue the file is of does not matter; bars of another length are left out.

    Raises:
        DataError: a file cannot be read.
    """
    files = [scan_bar_file(path) for path in paths]
    return tuple(_of_files(files, instrument, terms) for instrument in instruments)


def _of_candles(candles: Sequence[Candle], instrument: GriddedInstrument) -> HistoryBars:
    def counts(name: str, step: Decimal) -> IntArray:
        values = [round(Decimal(getattr(each, name)) / step) for each in candles]
        return np.array(values, np.int64)

    columns = [np.array([each.start_s for each in candles], np.int64) * _SECOND_NS]
    columns += [counts(name, instrument.tick_size) for name in ("open", "high", "low", "close")]
    columns.append(counts("volume", instrument.lot_size))
    return HistoryBars(*columns)


def _of_files(
    files: Sequence[BarFile], instrument: GriddedInstrument, terms: HistoryTerms
) -> HistoryBars:
    pair = _pair(instrument.name)
    tick, lot = float(instrument.tick_size), float(instrument.lot_size)
    rows: list[IntArray] = [np.empty((6, 0), np.int64)]
    for file in files:
        if _pair(file.instrument) != pair or file.length_ns != terms.length_ns:
            continue
        for batch in read_batches(file.path, terms.begin_ns, terms.end_ns):
            prices = (batch.open, batch.high, batch.low, batch.close)
            columns = [np.rint(column / tick) for column in prices]
            columns.append(np.rint(batch.volume / lot))
            rows.append(np.vstack([batch.ts_ns, *columns]).astype(np.int64))
    return HistoryBars(*np.hstack(rows))


def _pair(name: str) -> tuple[str, str]:
    """Return base and quote of an instrument, whatever its venue and kind."""
    parsed = InstrumentName.parse(name)
    return parsed.base, parsed.quote


def _bar_events(history: HistoryBars, number: int, terms: HistoryTerms) -> EventArray:
    events = empty_events(len(history.starts_ns))
    events["kind"], events["version"] = Kind.BAR, PAYLOADS[Kind.BAR].version
    events["instrument"] = number
    events["ts_event"] = history.starts_ns
    events["ts_recv"] = history.starts_ns + terms.length_ns
    steps = np.diff(history.starts_ns, prepend=history.starts_ns[:1] - terms.length_ns)
    gap = np.where(steps != terms.length_ns, MarketFlag.GAP_BEFORE, 0)
    events["flags"] = timeframe_code(terms.timeframe) | gap
    for name in ("open", "high", "low", "close", "volume"):
        events[name] = getattr(history, name)
    return events


def _mark(kind: Kind) -> EventArray:
    event = empty_events(1)
    event["kind"], event["version"] = kind, PAYLOADS[kind].version
    return event
