"""From bar files to one stream of events in the total order, chunk by chunk.

Each bar becomes two events: its first price, known when it opens (a trade of unknown size), and
the bar itself, known when it closes. Memory does not grow with the number of bars.
"""

from collections.abc import Iterator, Sequence

import numpy as np

from traider.backtest.bar_files import BarFile, Batch, read_batches
from traider.backtest.merging import merge_streams
from traider.domain.errors import DataError
from traider.domain.events import EventArray, Kind, MarketFlag, empty_events
from traider.domain.timeframes import timeframe_code

_LOTS_MAX = 2.0**62


def bar_events(batch: Batch, file: BarFile, instrument: int, previous_ns: int) -> EventArray:
    """Return the two events of each bar; ``previous_ns`` is the opening time before the first.

    A bar that does not follow its predecessor at once carries ``GAP_BEFORE``.

    Raises:
        DataError: a volume is too large to be counted in lots.
    """
    scale = float(1 / file.tick_size)
    events = empty_events(2 * len(batch.ts_ns))
    opens, bars = events[0::2], events[1::2]
    for part in (opens, bars):
        part["ts_event"] = batch.ts_ns
        part["instrument"] = instrument
        part["version"] = 1
    opens["ts_recv"] = batch.ts_ns + 1
    opens["kind"] = Kind.TRADE
    opens["flags"] = MarketFlag.BAR_OPEN
    opens["price"] = np.rint(batch.open * scale)
    bars["ts_recv"] = batch.ts_ns + file.length_ns
    bars["kind"] = Kind.BAR
    steps = np.diff(batch.ts_ns, prepend=previous_ns)
    gap = np.where((steps != file.length_ns) & (steps != batch.ts_ns), MarketFlag.GAP_BEFORE, 0)
    bars["flags"] = timeframe_code(file.timeframe) | gap
    for name in ("open", "high", "low", "close"):
        bars[name] = np.rint(getattr(batch, name) * scale)
    lots = np.rint(batch.volume / float(file.lot_size))
    if len(lots) and lots.max() >= _LOTS_MAX:
        raise DataError(
            f"a volume of {batch.volume.max():g} is more than 64 bits of lots hold",
            where=str(file.path),
            fix="give volume in base units",
        )
    bars["volume"] = lots
    return events


def event_chunks(
    files: Sequence[BarFile], start_ns: int | None, end_ns: int | None
) -> Iterator[EventArray]:
    """Yield the events of all files, sorted; no chunk holds an event of an earlier instant."""
    yield from merge_streams(
        [bar_stream(file, k, start_ns, end_ns) for k, file in enumerate(files)]
    )


def bar_stream(
    file: BarFile, instrument: int, start_ns: int | None, end_ns: int | None
) -> Iterator[EventArray]:
    """Yield the events of one file, sorted."""
    previous = 0
    for batch in read_batches(file.path, start_ns, end_ns):
        yield bar_events(batch, file, instrument, previous)
        previous = int(batch.ts_ns[-1])
