"""Whether, and how far, positions may be opened in an instrument."""

from numba import float64, types

from traider.kernel.breaker_records import Action
from traider.kernel.codes import BookState
from traider.kernel.compiled import compiled
from traider.kernel.numba_types import ACCOUNT_TYPE, MARKET_TYPE
from traider.kernel.records import Record

_LOCKED = int(BookState.LOCKED)
_CLOSE_ONLY = int(Action.CLOSE_ONLY)


@compiled(types.boolean(MARKET_TYPE), inline=True)
def is_unsound(market: Record) -> bool:
    """Return whether nothing is opened: a gap, bad health, a crossed book, a tripped breaker."""
    is_told = market["unhealthy"] != 0 or market["health"] != 0
    is_tripped = market["tripped"] >= _CLOSE_ONLY
    return bool(is_told or is_tripped or market["book_state"] >= _LOCKED)


@compiled(float64(ACCOUNT_TYPE, MARKET_TYPE))
def allowed_share(account: Record, market: Record) -> float:
    """Return the share of what is wanted that breakers let be opened; 0 where none cuts it."""
    if account["share"] > 0.0 and market["share"] > 0.0:
        return float(min(account["share"], market["share"]))
    return float(max(account["share"], market["share"]))
