"""The fee of a fill: from the balance of the fee currency while it lasts, else in cash.

A venue may take fees in a currency of its own (BNB at Binance), often at a discount. The fee at
the full rate less the discount is turned into that currency at its price, rounded up, and taken
from the balance held; a balance that does not cover the whole of it is left alone, and the fee is
paid in cash at the full rate. Rebates come in cash. Wrong where: the price of the fee currency
moves, as it is one number for the whole run.
"""

from numba import int64

from traider.domain.events import FillFlag
from traider.kernel.arithmetic import fee_units, other_fee_units
from traider.kernel.compiled import compiled
from traider.kernel.numba_types import VENUE, fixed_tuple
from traider.kernel.records import Venue

_FEE_IN_OTHER = int(FillFlag.FEE_IN_OTHER)


@compiled(int64(VENUE, int64))
def _other_units(venue: Venue, fee: int) -> int:
    """Return the units of the fee currency that settle a fee in cash; 0 when it stays in cash."""
    setting = venue.venue[0]
    if fee <= 0 or setting["fee_balance"] <= 0:
        return 0
    units = other_fee_units(fee, setting["fee_share_e8"], setting["fee_price_e8"])
    return int(units) if 0 < units <= setting["fee_balance"] else 0


@compiled(int64(VENUE, int64), inline=True)
def cash_fee(venue: Venue, fee: int) -> int:
    """Return what of a fee must be paid in cash: none of it, or all."""
    return 0 if _other_units(venue, fee) > 0 else int(fee)


@compiled(int64(VENUE, int64, int64), inline=True)
def cash_rate(venue: Venue, budget_units: int, rate_e8: int) -> int:
    """Return the fee rate that a purchase for up to ``budget_units`` must pay in cash."""
    if budget_units > 0 and _other_units(venue, fee_units(budget_units, rate_e8)) > 0:
        return 0
    return int(rate_e8)


@compiled(fixed_tuple(int64, int64)(VENUE, int64, int64, int64))
def charge_fee(venue: Venue, k: int, notional: int, maker: int) -> tuple[int, int]:
    """Take the fee of a fill; return it and the fill's flag that tells its currency."""
    setting = venue.venue[0]
    market = venue.markets[k]
    fee = fee_units(notional, market["maker_fee_e8"] if maker else market["taker_fee_e8"])
    other = _other_units(venue, fee)
    if other > 0:
        setting["fee_balance"] -= other
        if maker:
            market["maker_fees_other"] += other
        else:
            market["taker_fees_other"] += other
        return int(other), _FEE_IN_OTHER
    setting["cash_units"] -= fee
    if maker:
        market["maker_fees"] += fee
    else:
        market["taker_fees"] += fee
    return int(fee), 0
