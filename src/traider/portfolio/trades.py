"""Fills to trades: a trade runs from flat to flat, or to a flip, which splits the fill in two.

Money is counted in units of 1e-8. A fill that crosses flat shares its notional and its fee between
the two trades by quantity, rounded half to even for the closing part; the rest goes to the trade it
opens, so sums over trades equal sums over fills.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from traider.domain.fills import Fill
from traider.domain.money import notional_units
from traider.domain.positions import share_units
from traider.domain.units import EXACT, amount_from_units, units_from_amount

_ZERO = Decimal(0)

Shares = Mapping[int, Mapping[str, float]]
"""By order id: how much of the order each alpha asked for, summing to about 1."""


@dataclass(frozen=True)
class Trade:
    """A round trip in one instrument, or the open rest of one.

    ``quantity`` is the largest size held, ``entry_price`` and ``exit_price`` are averages over the
    fills that increased and decreased it (while open, ``exit_price`` is the last mark). ``pnl`` is
    net of ``fees`` and ``funding``; an open trade is marked. ``alpha_shares`` weighs each alpha by
    the quantity its orders opened.
    """

    instrument: str
    side: int
    opened_ns: int
    closed_ns: int
    """0 while open."""
    quantity: Decimal
    entry_price: Decimal
    exit_price: Decimal
    fees: Decimal
    pnl: Decimal
    fills: int
    alpha_shares: dict[str, float] = field(default_factory=dict)
    multiplier: Decimal = Decimal(1)
    """Base units a contract stands for."""
    opened_by: tuple[int, ...] = ()
    """Ids of the orders that increased it, each once, in order."""
    closed_by: tuple[int, ...] = ()
    """Ids of the orders that decreased it, each once, in order."""
    funding: Decimal = Decimal(0)
    """Funding paid while it was held, inside ``pnl``; negative where it was received."""
    is_liquidated: bool = False
    """The venue closed it, or a part of it, by force."""

    @property
    def is_open(self) -> bool:
        """Whether the position is still held."""
        return self.closed_ns == 0

    @property
    def return_fraction(self) -> float:
        """Net profit as a fraction of the money the largest size cost; NaN without a price."""
        stake = self.entry_price * self.quantity * self.multiplier
        return float(self.pnl / stake) if stake else float("nan")

    @property
    def holding_ns(self) -> int:
        """How long it was held; 0 while open."""
        return 0 if self.is_open else self.closed_ns - self.opened_ns


@dataclass(frozen=True)
class TradeSummary:
    """Statistics of closed trades, in the account's currency; NaN where undefined.

    ``average_loss`` is negative. A trade without profit or loss is neither a win nor a loss.
    ``profit_factor`` is infinite when nothing was lost.
    """

    closed: int
    open: int
    win_rate: float
    profit_factor: float
    average_win: float
    average_loss: float
    expectancy: float
    average_holding_ns: int
    longest_losing_streak: int


def trades_from_fills(
    fills: Iterable[Fill],
    marks: Mapping[str, Decimal] | None = None,
    shares: Shares | None = None,
) -> tuple[Trade, ...]:
    """Return the trades that ``fills`` (in time order) make, ordered by opening.

    ``marks`` gives the last price of instruments still held; the last fill's price stands in for a
    missing one.
    """
    running: dict[str, _RunningTrade] = {}
    built: list[_RunningTrade] = []
    for fill in fills:
        fee = units_from_amount(fill.fee)
        paid = fill.notional_units
        trade = running.get(fill.instrument)
        if trade is not None and trade.side != fill.side and fill.quantity > trade.held:
            held = trade.held
            closing_paid = share_units(paid, held, fill.quantity)
            closing_fee = share_units(fee, held, fill.quantity)
            trade.reduce(fill, held, closing_paid, closing_fee)
            trade = _RunningTrade(fill)
            built.append(trade)
            rest = EXACT.subtract(fill.quantity, held)
            trade.grow(fill, rest, paid - closing_paid, fee - closing_fee)
        elif trade is not None and trade.side != fill.side:
            trade.reduce(fill, fill.quantity, paid, fee)
        else:
            if trade is None:
                trade = _RunningTrade(fill)
                built.append(trade)
            trade.grow(fill, fill.quantity, paid, fee)
        if trade.held:
            running[fill.instrument] = trade
        else:
            del running[fill.instrument]
    return tuple(trade.finish(marks or {}, shares or {}) for trade in built)


class _RunningTrade:
    """A trade while its fills come in; money in units of 1e-8."""

    def __init__(self, first: Fill) -> None:
        self.first = first
        self.last = first
        self.side = first.side
        self.held = self.largest = self.entered = self.left = _ZERO
        self.entry_units = self.exit_units = self.fee_units = 0
        self.fills = 0
        self.openings: list[tuple[int, Decimal]] = []
        self.closings: list[int] = []
        self.is_liquidated = False

    def grow(self, fill: Fill, quantity: Decimal, paid_units: int, fee_units: int) -> None:
        """Take a fill, or the opening part of one, that increases the position."""
        self.held = EXACT.add(self.held, quantity)
        self.largest = max(self.largest, self.held)
        self.entered = EXACT.add(self.entered, quantity)
        self.entry_units += paid_units
        self.openings.append((fill.order_id, quantity))
        self._count(fill, fee_units)

    def reduce(self, fill: Fill, quantity: Decimal, paid_units: int, fee_units: int) -> None:
        """Take a fill, or the closing part of one, that decreases the position."""
        self.held = EXACT.subtract(self.held, quantity)
        self.left = EXACT.add(self.left, quantity)
        self.exit_units += paid_units
        if fill.is_liquidation:
            self.is_liquidated = True
        else:
            self.closings.append(fill.order_id)
        self._count(fill, fee_units)

    def _count(self, fill: Fill, fee_units: int) -> None:
        self.fee_units += fee_units
        self.fills += 1
        self.last = fill

    def finish(self, marks: Mapping[str, Decimal], shares: Shares) -> Trade:
        """Return the trade, marked when it is still open."""
        first = self.first
        is_open = bool(self.held)
        mark = marks.get(first.instrument, self.last.price)
        open_units = notional_units(mark, self.held, first.multiplier) if is_open else 0
        gained = self.side * (self.exit_units + open_units - self.entry_units)
        exit_price = mark if is_open else _average(self.exit_units, self.left, first.multiplier)
        return Trade(
            instrument=first.instrument,
            side=self.side,
            opened_ns=first.ts_ns,
            closed_ns=0 if is_open else self.last.ts_ns,
            quantity=self.largest,
            entry_price=_average(self.entry_units, self.entered, first.multiplier),
            exit_price=exit_price,
            fees=amount_from_units(self.fee_units),
            pnl=amount_from_units(gained - self.fee_units),
            fills=self.fills,
            alpha_shares=self._alpha_shares(shares),
            multiplier=first.multiplier,
            opened_by=tuple(dict.fromkeys(order_id for order_id, _ in self.openings)),
            closed_by=tuple(dict.fromkeys(self.closings)),
            is_liquidated=self.is_liquidated,
        )

    def _alpha_shares(self, shares: Shares) -> dict[str, float]:
        total: dict[str, float] = {}
        for order_id, quantity in self.openings:
            for alpha, share in shares.get(order_id, {}).items():
                total[alpha] = total.get(alpha, 0.0) + share * float(quantity)
        return {alpha: weight / float(self.entered) for alpha, weight in total.items()}


def _average(units: int, quantity: Decimal, multiplier: Decimal) -> Decimal:
    """Return the average price, to the precision of the decimal context (28 digits)."""
    return amount_from_units(units) / (quantity * multiplier)


def summarize_trades(trades: Sequence[Trade]) -> TradeSummary:
    """Return the statistics of ``trades``; only closed ones count but for ``open``.

    Win rate = wins / closed; profit factor = sum of wins / |sum of losses|; expectancy = mean
    profit a closed trade. The streak follows the order of closing.
    """
    closed = sorted((trade for trade in trades if not trade.is_open), key=lambda t: t.closed_ns)
    profits = [float(trade.pnl) for trade in closed]
    wins = [profit for profit in profits if profit > 0]
    losses = [profit for profit in profits if profit < 0]
    count = len(closed)
    return TradeSummary(
        closed=count,
        open=len(trades) - count,
        win_rate=_ratio(len(wins), count),
        profit_factor=_profit_factor(sum(wins), -sum(losses)),
        average_win=_ratio(sum(wins), len(wins)),
        average_loss=_ratio(sum(losses), len(losses)),
        expectancy=_ratio(sum(profits), count),
        average_holding_ns=sum(t.holding_ns for t in closed) // count if count else 0,
        longest_losing_streak=_longest_losing_streak(profits),
    )


def _ratio(total: float, count: int) -> float:
    return total / count if count else float("nan")


def _profit_factor(won: float, lost: float) -> float:
    if lost:
        return won / lost
    return float("inf") if won else float("nan")


def _longest_losing_streak(profits: Sequence[float]) -> int:
    longest = streak = 0
    for profit in profits:
        streak = streak + 1 if profit < 0 else 0
        longest = max(longest, streak)
    return longest
