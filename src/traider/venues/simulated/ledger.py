"""Who owns what: balances and holds in exact units, booked twice.

Whatever comes to one owner leaves another, so the totals of a currency over all owners are zero at
any time. Three owners are no person: ``OUTSIDE`` (banks and chains, where deposits come from),
``CROWD`` (everyone else in the market) and ``FEES`` (the venue itself).
"""

from collections import defaultdict
from collections.abc import Iterator
from typing import Final

OUTSIDE: Final = "outside"
CROWD: Final = "crowd"
FEES: Final = "fees"


class Balance:
    """What an owner has of a currency, and how much of it open orders hold."""

    __slots__ = ("hold", "total")

    def __init__(self) -> None:
        self.total = 0
        self.hold = 0

    @property
    def available(self) -> int:
        """What is free to be spent."""
        return self.total - self.hold


class Ledger:
    """The balances of every owner."""

    def __init__(self) -> None:
        self._owners: defaultdict[str, dict[str, Balance]] = defaultdict(dict)

    def balance(self, owner: str, currency: str) -> Balance:
        """Return a balance, opened at zero when there is none."""
        balances = self._owners[owner]
        found = balances.get(currency)
        if found is None:
            found = balances[currency] = Balance()
        return found

    def balances(self, owner: str) -> Iterator[tuple[str, Balance]]:
        """Yield the currencies of an owner, in the order they came."""
        yield from self._owners[owner].items()

    def owners(self) -> tuple[str, ...]:
        """Return everyone who has a balance."""
        return tuple(self._owners)

    def move(self, source: str, target: str, currency: str, units: int) -> None:
        """Move ``units`` from one owner to another; negative units go the other way."""
        self.balance(source, currency).total -= units
        self.balance(target, currency).total += units

    def hold(self, owner: str, currency: str, units: int) -> None:
        """Set ``units`` aside for an order; negative units give them free."""
        self.balance(owner, currency).hold += units

    def total(self, currency: str) -> int:
        """Return the sum over all owners, which is zero."""
        return sum(
            balances[currency].total for balances in self._owners.values() if currency in balances
        )

    def currencies(self) -> set[str]:
        """Return every currency that anyone has."""
        return {currency for balances in self._owners.values() for currency in balances}
