"""Rates between currencies: what one of a currency is worth, from prices of pairs."""

from collections import deque
from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Protocol

from traider.domain.errors import DataError
from traider.domain.units import Rounding, round_ratio

Rate = Decimal | Fraction
"""What one of a currency is worth in another, exactly."""


class RateSource(Protocol):
    """Where the worth of a currency comes from."""

    def rate(self, currency: str) -> Rate:
        """Return what one of ``currency`` is worth in the valuation currency.

        Raises:
            DataError: it is not known.
        """


class PairRates:
    """Rates from prices of pairs, over as few pairs as it takes.

    ``prices`` is what one of the first currency costs in the second, by pair. Of several ways of
    the same length the one over the pairs that come first counts, so the same prices give the same
    rate.
    """

    def __init__(self, valuation: str, prices: Mapping[tuple[str, str], Decimal]) -> None:
        self.valuation = valuation
        self._worth: dict[str, Fraction] = {valuation: Fraction(1)}
        self._spread(prices)

    def rate(self, currency: str) -> Rate:
        """Return what one of ``currency`` is worth.

        Raises:
            DataError: no way of pairs leads there.
        """
        try:
            return self._worth[currency]
        except KeyError:
            raise DataError(
                f"no rate for {currency} in {self.valuation}",
                fix="give the price of a pair that leads there",
            ) from None

    def _spread(self, prices: Mapping[tuple[str, str], Decimal]) -> None:
        waiting = deque([self.valuation])
        while waiting:
            known = waiting.popleft()
            for (base, quote), price in prices.items():
                if price <= 0:
                    raise DataError(f"{base}-{quote} costs {price}", fix="give a positive price")
                if quote == known and base not in self._worth:
                    self._worth[base] = self._worth[known] * Fraction(price)
                    waiting.append(base)
                elif base == known and quote not in self._worth:
                    self._worth[quote] = self._worth[known] / Fraction(price)
                    waiting.append(quote)


def valued_units(units: int, rate: Rate) -> int:
    """Return ``units`` of money at ``rate``, rounded half to even."""
    top, bottom = rate.as_integer_ratio()
    return round_ratio(units * top, bottom, Rounding.HALF_EVEN)
