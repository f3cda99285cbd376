"""What the scripts share: the arrays they read and the line they print. NumPy and Python only."""

import json
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Bars:
    """Bars with prices in whole ticks and volume in base units; ``ts_ns`` is when a bar opens."""

    ts_ns: npt.NDArray[np.int64]
    open: FloatArray
    high: FloatArray
    low: FloatArray
    close: FloatArray
    volume: FloatArray

    def first(self, count: int) -> "Bars":
        """Return the first ``count`` bars."""
        return Bars(**{name: values[:count] for name, values in vars(self).items()})


@dataclass(frozen=True)
class Finding:
    """What one run of an engine came to; ``seconds`` is the engine's run call alone."""

    engine: str
    version: str
    seconds: float
    rows: int
    trades: int = 0
    equity: float = 0.0
    note: str = ""
    parts: dict[str, float] = field(default_factory=dict)
    """Seconds of the parts of the work, where it has parts."""
    values: dict[str, float] = field(default_factory=dict)
    """Last values of what was computed, for comparison."""


def read_bars(folder: Path) -> Bars:
    """Return the bars that were written to ``folder``, one file a column."""
    return Bars(**{name: np.load(folder / f"{name}.npy") for name in Bars.__dataclass_fields__})


def write_bars(folder: Path, bars: Bars) -> None:
    """Write ``bars`` to ``folder``, one file a column."""
    for name, values in vars(bars).items():
        np.save(folder / f"{name}.npy", values)


def peak_mib() -> float:
    """Return the peak resident memory of this process, in MiB."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    line = next(line for line in status.splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) / 1024


def run_script(measure: Callable[[Path, int], Finding]) -> None:
    """Measure on the folder and the number of rows given as arguments; print one JSON line.

    0 rows means all of them.
    """
    found = measure(Path(sys.argv[1]), int(sys.argv[2]))
    print(json.dumps({**asdict(found), "peak_mib": peak_mib()}))
