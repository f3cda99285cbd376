"""A market that does what a script says: a price, ten levels a side, and signs of life between."""

from decimal import Decimal
from typing import Final

from traider.venues.simulated.amounts import units_of
from traider.venues.simulated.crowd import Crowd
from traider.venues.simulated.desk import Desk
from traider.venues.simulated.market import Market as ListedMarket

LEVELS: Final = 10
LIFE_NS: Final = 500_000_000
"""How often a level far away changes and a trade is told, so that nobody takes it for dead."""
_STEP: Final = Decimal(1)
_SIZE: Final = Decimal(2)
_MOVE: Final = Decimal(40)
"""What trades when the price moves: enough for every order on the way."""


class ScriptedMarket:
    """The crowd of one product."""

    def __init__(self, desk: Desk, crowd: Crowd, market: ListedMarket, price: Decimal) -> None:
        self.price = price
        self.is_quiet = False
        """Whether nothing is told of it."""
        self._desk, self._crowd, self._market = desk, crowd, market
        self._next_ns = desk.now_ns + LIFE_NS
        self._beats = 0
        self._levels: set[tuple[int, int]] = set()
        self._set_levels()
        market.last_ticks = self.ticks(price)

    def next_ns(self) -> int | None:
        """Return when the next sign of life is due."""
        return self._next_ns

    def step(self) -> None:
        """Give a sign of life, of which no order of an account is a part."""
        self._next_ns += LIFE_NS
        if self.is_quiet:
            return
        self._beats += 1
        side = 1 if self._beats % 2 else -1
        far = self.price - side * _STEP * (LEVELS + 5)
        self._crowd.set_level(side, self.ticks(far), self.lots(_SIZE) + self._beats % 4)
        best = self._market.book.best_ticks(side)
        if best is not None:
            self._desk.print_trade(self._market, best, 1_000, side)
            self._desk.settle(self._market)

    def move(self, price: Decimal) -> None:
        """Let the market trade at another price: whoever stands on the way trades."""
        side = 1 if price < self.price else -1
        self.price = price
        self._set_levels()
        self._crowd.print_trade(side, self.ticks(price), self.lots(_MOVE))

    def trade(self, price: Decimal, size: Decimal, maker_side: int) -> None:
        """Let somebody take from orders at a price or better."""
        self._crowd.print_trade(maker_side, self.ticks(price), self.lots(size))

    def ticks(self, price: Decimal) -> int:
        """Return a price in the product's ticks."""
        return self._units(price) // self._market.product.tick_units

    def lots(self, size: Decimal) -> int:
        """Return a size in the product's lots."""
        return self._units(size) // self._market.product.lot_units

    def _units(self, amount: Decimal) -> int:
        units = units_of(f"{amount:f}")
        assert units is not None
        return units

    def _set_levels(self) -> None:
        wanted = {
            (side, self.ticks(self.price - side * _STEP * (place + 1)))
            for side in (1, -1)
            for place in range(LEVELS)
        }
        for side, ticks in self._levels - wanted:
            self._crowd.set_level(side, ticks, 0)
        for side, ticks in sorted(wanted, key=lambda each: -each[0] * each[1]):
            self._crowd.set_level(side, ticks, self.lots(_SIZE))
        self._levels = wanted
