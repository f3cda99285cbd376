"""Whether an instrument's data may be traded on."""

from numba import types

from traider.kernel.codes import BookState
from traider.kernel.compiled import compiled
from traider.kernel.numba_types import MARKET_TYPE
from traider.kernel.records import Record

_LOCKED = int(BookState.LOCKED)


@compiled(types.boolean(MARKET_TYPE), inline=True)
def is_unsound(market: Record) -> bool:
    """Return whether the data are not to be traded on: a gap, bad health, or a crossed book."""
    is_told = market["unhealthy"] != 0 or market["health"] != 0
    return bool(is_told or market["book_state"] >= _LOCKED)
