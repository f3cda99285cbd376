"""Whether an instrument's data may be traded on."""

from numba import types

from traider.kernel.codes import BookState
from traider.kernel.compiled import compiled
from traider.kernel.numba_types import MARKET_TYPE
from traider.kernel.records import Record

_LOCKED = int(BookState.LOCKED)


@compiled(types.boolean(MARKET_TYPE), inline=True)
def is_unsound(market: Record) -> bool:
    """Return whether the instrument's data are not to be traded on: a gap, or a crossed book."""
    return bool(market["unhealthy"] != 0 or market["book_state"] >= _LOCKED)
