"""What fees taken in a currency of their own were worth, so that everything sums in one currency.

A fee is worth what the value of the fee balance falls by when it is taken. With one price for a
whole run the values of all fees then sum exactly to the fall of the balance's value, although each
is rounded to 1e-8.
"""

import numpy as np
import numpy.typing as npt

from traider.domain.events import EventArray, FillFlag
from traider.kernel.arithmetic import other_fee_units
from traider.kernel.specification import FeeCurrencySpec

_FEE_IN_OTHER = int(FillFlag.FEE_IN_OTHER)


class FeeBalance:
    """The balance of the fee currency while fees are taken from it, one after the other."""

    def __init__(self, fees: FeeCurrencySpec, units: int) -> None:
        """Begin with ``units`` (1e-8) of the currency."""
        self.fees = fees
        self.units = units

    def take(self, units: int) -> int:
        """Take a fee of ``units`` (1e-8 of the currency) and return its value in money units."""
        before = self.fees.value_units(self.units)
        self.units -= units
        return before - self.fees.value_units(self.units)

    def units_for(self, fee_units: int) -> int:
        """Return what a fee in money units takes from the balance; 0 when it must be paid in cash.

        The venue's own rule: see ``kernel.venue.fees``.
        """
        if fee_units <= 0:
            return 0
        units = int(other_fee_units(fee_units, self.fees.share_e8, self.fees.price_e8))
        return units if 0 < units <= self.units else 0


def is_fee_in_other(fills: EventArray) -> npt.NDArray[np.bool_]:
    """Return which fills had their fee taken in the fee currency."""
    return np.asarray(fills["flags"] & _FEE_IN_OTHER != 0)


def fee_values(fills: EventArray, fees: FeeCurrencySpec | None) -> npt.NDArray[np.int64]:
    """Return each fill's fee in money units; ``fills`` are all of a run, in order."""
    values = fills["fee"].astype(np.int64)
    if fees is not None:
        balance = FeeBalance(fees, fees.balance_units)
        for place in np.flatnonzero(is_fee_in_other(fills)).tolist():
            values[place] = balance.take(int(values[place]))
    return values
