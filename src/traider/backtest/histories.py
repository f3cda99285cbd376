"""Whole bar histories in memory: what batch features and look-ahead checks work on."""

import numpy as np

from traider.backtest.bar_files import BarFile, Batch, read_batches
from traider.backtest.sources import Source
from traider.domain.events import EventArray, Kind
from traider.domain.timeframes import SECOND_NS
from traider.features.batch import BarHistory, Floats


def read_history(
    file: BarFile, start_ns: int | None = None, end_ns: int | None = None
) -> BarHistory:
    """Read every bar of ``file`` that opens in [start_ns, end_ns).

    Raises:
        DataError: the file cannot be read any more.
    """
    batches = list(read_batches(file.path, start_ns, end_ns))

    def joined(name: str) -> Floats:
        return np.concatenate([np.zeros(0), *(getattr(batch, name) for batch in batches)])

    return BarHistory(
        instrument=file.instrument,
        length_ns=file.length_ns,
        ts_ns=np.concatenate([np.zeros(0, np.int64), *(batch.ts_ns for batch in batches)]),
        open=joined("open"),
        high=joined("high"),
        low=joined("low"),
        close=joined("close"),
        volume=joined("volume"),
    )


def batch_of(history: BarHistory) -> Batch:
    """Return the bars as one batch, the form that becomes events."""
    return Batch(
        history.ts_ns, history.open, history.high, history.low, history.close, history.volume
    )


def bars_of_trades(
    events: EventArray, instrument: int, source: Source, length_ns: int = SECOND_NS
) -> BarHistory:
    """Return the bars that an instrument's trades make; a bar without a trade is left out."""
    trades = events[
        (events["instrument"] == instrument)
        & (events["kind"] == Kind.TRADE)
        & (events["price"] > 0)
        & (events["size"] > 0)
    ]
    starts, first = np.unique(trades["ts_recv"] // length_ns, return_index=True)
    price = trades["price"] * float(source.tick_size)
    size = trades["size"] * float(source.lot_size)
    last = np.append(first[1:], len(trades)) - 1
    return BarHistory(
        instrument=source.instrument,
        length_ns=length_ns,
        ts_ns=starts * length_ns,
        open=price[first],
        high=np.maximum.reduceat(price, first) if len(first) else price,
        low=np.minimum.reduceat(price, first) if len(first) else price,
        close=price[last] if len(first) else price,
        volume=np.add.reduceat(size, first) if len(first) else size,
    )
