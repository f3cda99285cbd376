"""Rows of a level-2 capture as plain arrays, without any engine's own types."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

UPDATE, CLEAR, TRADE = 21, 22, 23
"""Kinds of a row: one level has a new size, the book is empty, a trade."""


@dataclass(frozen=True)
class BookRows:
    """Level updates and trades in the order they were received.

    ``side`` is +1 for bids and buying takers; prices are in ticks and sizes in lots; ``last`` is 1
    on the last row of a message.
    """

    ts_ns: npt.NDArray[np.int64]
    kind: npt.NDArray[np.int64]
    side: npt.NDArray[np.int64]
    price: npt.NDArray[np.int64]
    size: npt.NDArray[np.int64]
    last: npt.NDArray[np.int64]

    def first(self, count: int) -> "BookRows":
        """Return the first ``count`` rows."""
        return BookRows(**{name: values[:count] for name, values in vars(self).items()})


def read_rows(folder: Path) -> BookRows:
    """Return the rows that were written to ``folder``, one file a column."""
    fields = BookRows.__dataclass_fields__
    return BookRows(**{name: np.load(folder / f"{name}.npy") for name in fields})


def write_rows(folder: Path, rows: BookRows) -> None:
    """Write ``rows`` to ``folder``, one file a column."""
    for name, values in vars(rows).items():
        np.save(folder / f"{name}.npy", values)
