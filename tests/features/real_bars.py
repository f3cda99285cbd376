"""Real bars as the tape sees them, in ticks and lots, and a strict comparison of two series."""

from pathlib import Path

import numpy as np
import numpy.typing as npt

from traider.backtest.bar_files import BarFile, scan_bar_file
from traider.backtest.event_source import event_chunks
from traider.domain.events import EventArray, Kind, join_events

Series = npt.NDArray[np.float64]


def read_bars(path: Path, start_ns: int | None = None, bars: int | None = None) -> EventArray:
    """Return up to ``bars`` BAR records of ``path`` from ``start_ns`` on."""
    file: BarFile = scan_bar_file(path, start_ns)
    end_ns = None if bars is None else file.first_ns + bars * file.length_ns
    events = join_events(list(event_chunks([file], start_ns, end_ns)))
    chosen: EventArray = events[events["kind"] == Kind.BAR]
    return chosen


def column(bars: EventArray, name: str) -> Series:
    """Return one word of every bar as floats."""
    values: Series = bars[name].astype(np.float64)
    return values


def assert_close(
    found: Series, wanted: Series, *, relative: float = 1e-9, absolute: float = 0.0
) -> None:
    """Assert that both series start on the same bar and agree from there on."""
    np.testing.assert_array_equal(np.isnan(found), np.isnan(wanted))
    assert np.isfinite(wanted).any()
    np.testing.assert_allclose(found, wanted, rtol=relative, atol=absolute)
