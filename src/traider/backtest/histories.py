"""Whole bar histories in memory: what batch features and look-ahead checks work on."""

from collections.abc import Sequence

import numpy as np

from traider.backtest.bar_files import COLUMNS, BarFile, Batch, read_batches
from traider.features.batch import BarHistory

_NAMES = tuple("ts_ns" if name == "ts" else name for name in COLUMNS)


def read_history(
    file: BarFile, start_ns: int | None = None, end_ns: int | None = None
) -> BarHistory:
    """Read every bar of ``file`` that opens in [start_ns, end_ns).

    Raises:
        DataError: the file cannot be read any more.
    """
    batches = list(read_batches(file.path, start_ns, end_ns))
    return BarHistory(
        file.instrument, file.length_ns, **{name: _joined(batches, name) for name in _NAMES}
    )


def _joined(batches: Sequence[Batch], name: str) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    parts = [getattr(batch, name) for batch in batches]
    return np.concatenate(parts) if parts else np.zeros(0)


def batch_of(history: BarHistory) -> Batch:
    """Return the bars as one batch, the form that becomes events."""
    return Batch(*(getattr(history, name) for name in _NAMES))
