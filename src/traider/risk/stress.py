"""What a book of positions loses when markets do what they rarely do: exact arithmetic of shocks.

A scenario moves each price, then closes everything there. A loss is positive and comes in four
parts: the price, half the spread and the fees of closing, and funding. What cannot be closed costs
neither spread nor fees. Liquidation is judged before closing, on the whole account (cross margin).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

from traider.domain.errors import DataError
from traider.domain.margin import MarginSchedule

ZERO: Final = Decimal(0)
ONE: Final = Decimal(1)
_BPS: Final = Decimal(10_000)
STABLECOINS: Final = frozenset({"BUSD", "DAI", "FDUSD", "TUSD", "USDC", "USDT"})
"""Quote currencies that can lose their peg."""


@dataclass(frozen=True, slots=True)
class RestingStop:
    """A stop that waits at the venue to close a position."""

    trigger: Decimal
    quantity: Decimal
    """In base units, positive."""


@dataclass(frozen=True, slots=True)
class StressPosition:
    """What is held of an instrument, at the price it is valued at."""

    instrument: str
    quantity: Decimal
    price: Decimal
    """One unit's worth in the currency of the book."""
    stops: tuple[RestingStop, ...] = ()
    margin: MarginSchedule | None = None
    """Of a derivative; None for what is paid in full."""

    @property
    def value(self) -> Decimal:
        """Quantity times price, negative when short."""
        return self.quantity * self.price

    @property
    def is_derivative(self) -> bool:
        """Whether it is held on margin."""
        return self.margin is not None


@dataclass(frozen=True, slots=True)
class ClosingCosts:
    """What closing a position costs in a calm market, as fractions of what is traded."""

    half_spread: Decimal
    taker_fee: Decimal
    liquidation_fee: Decimal = ZERO
    """On top of the taker's fee where the venue closes derivatives by force."""

    @classmethod
    def of_spread(
        cls, spread_bps: Decimal, taker_fee: Decimal, liquidation_fee: Decimal
    ) -> "ClosingCosts":
        """Return the costs of a full spread in basis points, and fees as fractions."""
        return cls(spread_bps / 2 / _BPS, taker_fee, liquidation_fee)


@dataclass(frozen=True)
class StressBook:
    """An account: its worth and everything it holds."""

    currency: str
    equity: Decimal
    positions: tuple[StressPosition, ...]
    costs: ClosingCosts

    @property
    def gross(self) -> Decimal:
        """Worth of all positions, shorts counted positive."""
        return sum((abs(each.value) for each in self.positions), ZERO)

    @property
    def net(self) -> Decimal:
        """Worth of all positions, shorts counted negative."""
        return sum((each.value for each in self.positions), ZERO)

    @property
    def cash(self) -> Decimal:
        """What is held in the currency itself; negative where it is owed."""
        return self.equity - sum((p.value for p in self.positions if not p.is_derivative), ZERO)


@dataclass(frozen=True, slots=True)
class Shock:
    """What happens to one instrument; fractions of its price."""

    move: Decimal = ZERO
    spread_times: Decimal = ONE
    """Multiple of the calm spread that closing pays."""
    funding: Decimal = ZERO
    """Paid by the position, whichever side it is on; derivatives alone pay it."""
    can_close: bool = True
    stopped: tuple[tuple[Decimal, Decimal], ...] = ()
    """Parts that stops closed on the way: their quantity, and the move they were closed at."""
    fastest: Decimal | None = None
    """The largest move of its path within the window of the price breakers; None has no path."""


CALM: Final = Shock()


@dataclass(frozen=True)
class Scenario:
    """A named event, with what it does to each instrument; others stay calm."""

    name: str
    title: str
    meaning: str
    """What is assumed, and where its numbers come from."""
    shocks: Mapping[str, Shock] = field(default_factory=dict)
    currency_fall: Decimal = ZERO
    """Fraction of its worth that the currency of the book loses."""
    blind_s: int = 0
    """How long nothing can be seen or sent."""
    latency_s: int = 0
    """How long an order takes then, where everything but that is seen."""
    moves_within_s: int = 0
    """In what time prices move; 0 is at once."""
    volatility_times: Decimal = ONE
    """What standard deviations are multiplied by while it lasts."""
    is_one_bet: bool = False
    """Whether everything moves as one while it lasts."""


@dataclass(frozen=True, slots=True)
class PositionLoss:
    """What one position loses; positive is a loss."""

    instrument: str
    value: Decimal
    move: Decimal
    price: Decimal
    spread: Decimal
    fees: Decimal
    funding: Decimal

    @property
    def total(self) -> Decimal:
        """All four parts."""
        return self.price + self.spread + self.fees + self.funding


@dataclass(frozen=True)
class ScenarioLoss:
    """What a scenario does to the whole book."""

    scenario: Scenario
    equity: Decimal
    """Before it."""
    positions: tuple[PositionLoss, ...]
    cash: Decimal
    """Lost on the currency itself."""
    maintenance: Decimal
    """Margin that the venue demands of derivatives at the worst prices."""
    gross_after: Decimal
    is_liquidated: bool

    @property
    def price(self) -> Decimal:
        """Lost by prices, those of the currency among them."""
        return sum((each.price for each in self.positions), self.cash)

    @property
    def spread(self) -> Decimal:
        """Lost by closing across the spread."""
        return sum((each.spread for each in self.positions), ZERO)

    @property
    def fees(self) -> Decimal:
        """Fees of closing."""
        return sum((each.fees for each in self.positions), ZERO)

    @property
    def funding(self) -> Decimal:
        """Paid for holding."""
        return sum((each.funding for each in self.positions), ZERO)

    @property
    def total(self) -> Decimal:
        """Everything lost; positive is a loss."""
        return self.price + self.spread + self.fees + self.funding

    @property
    def share(self) -> Decimal | None:
        """Part of the equity that is lost; None where there is none to lose."""
        return self.total / self.equity if self.equity > 0 else None

    @property
    def marked(self) -> Decimal:
        """Equity at the worst prices, before anything is closed."""
        return self.equity - self.price - self.funding

    @property
    def leverage_after(self) -> Decimal | None:
        """Gross exposure over equity at the worst prices; None where no equity is left."""
        return self.gross_after / self.marked if self.marked > 0 else None


def lose(book: StressBook, scenario: Scenario) -> ScenarioLoss:
    """Return what ``scenario`` costs ``book``."""
    pairs = [(each, scenario.shocks.get(each.instrument, CALM)) for each in book.positions]
    cash = book.cash * scenario.currency_fall
    moved = [_price_loss(each, shock) for each, shock in pairs]
    funding = [abs(p.value) * shock.funding if p.is_derivative else ZERO for p, shock in pairs]
    left = [abs(_left(each, shock)) for each, shock in pairs]
    maintenance = sum(
        (_maintenance(each, value) for (each, _), value in zip(pairs, left, strict=True)), ZERO
    )
    marked = book.equity - cash - sum(moved) - sum(funding)
    has_debt = book.cash < 0 or any(each.is_derivative for each in book.positions)
    is_liquidated = has_debt and bool(book.gross) and marked <= maintenance
    rows = []
    for (each, shock), price, paid in zip(pairs, moved, funding, strict=True):
        traded = _traded(each, shock)
        by_force = is_liquidated and each.is_derivative
        fee = book.costs.taker_fee + (book.costs.liquidation_fee if by_force else ZERO)
        half = book.costs.half_spread * shock.spread_times
        rows.append(
            PositionLoss(
                each.instrument, each.value, shock.move, price, traded * half, traded * fee, paid
            )
        )
    return ScenarioLoss(
        scenario, book.equity, tuple(rows), cash, maintenance, sum(left, ZERO), is_liquidated
    )


def values_after(book: StressBook, scenario: Scenario) -> tuple[Decimal, ...]:
    """Return what each position is worth at the worst prices, negative when short."""
    return tuple(
        _left(each, scenario.shocks.get(each.instrument, CALM)) * (1 if each.quantity > 0 else -1)
        for each in book.positions
    )


def lose_all(book: StressBook, scenarios: Iterable[Scenario]) -> tuple[ScenarioLoss, ...]:
    """Return what each scenario costs, in their order."""
    return tuple(lose(book, scenario) for scenario in scenarios)


def triggered(position: StressPosition, move: Decimal) -> tuple[RestingStop, ...]:
    """Return the stops of a position that a move of its price sets off, the nearest first.

    No more is closed than is held.
    """
    price = position.price * (1 + move)
    is_long = position.quantity > 0
    hit = [s for s in position.stops if (price <= s.trigger if is_long else price >= s.trigger)]
    hit.sort(key=lambda stop: stop.trigger, reverse=is_long)
    found, left = [], abs(position.quantity)
    for stop in hit:
        quantity = min(stop.quantity, left)
        if quantity > 0:
            found.append(RestingStop(stop.trigger, quantity))
            left -= quantity
    return tuple(found)


def _open_quantity(position: StressPosition, shock: Shock) -> Decimal:
    """Return what the stops left, positive."""
    return abs(position.quantity) - sum((quantity for quantity, _ in shock.stopped), ZERO)


def _price_loss(position: StressPosition, shock: Shock) -> Decimal:
    side = 1 if position.quantity > 0 else -1
    moved = _open_quantity(position, shock) * shock.move
    moved += sum((quantity * move for quantity, move in shock.stopped), ZERO)
    return -side * position.price * moved


def _left(position: StressPosition, shock: Shock) -> Decimal:
    return _open_quantity(position, shock) * position.price * (1 + shock.move)


def _traded(position: StressPosition, shock: Shock) -> Decimal:
    """Return the money that changes hands when everything is closed."""
    stopped = sum((quantity * (1 + move) for quantity, move in shock.stopped), ZERO)
    return position.price * stopped + (_left(position, shock) if shock.can_close else ZERO)


def _maintenance(position: StressPosition, value: Decimal) -> Decimal:
    """Return the margin of what is left; above the last tier all of it, no venue allows more."""
    if position.margin is None or not value:
        return ZERO
    try:
        return position.margin.maintenance(value)
    except DataError:
        return value
