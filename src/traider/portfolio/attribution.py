"""Where the profit came from: one total taken apart in several ways, each of which sums exactly.

Money is counted in units of 1e-8. What is shared out by weights (a trade among the alphas behind
it) is split by largest remainders, so that no unit is lost and none is made.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Context, Decimal
from typing import Final

import numpy as np
import numpy.typing as npt

from traider.domain.units import MONEY_STEP, amount_from_units, units_from_amount
from traider.portfolio.trades import Trade

Parts = dict[str, Decimal]
"""Profit by name, in the account's currency, in the order it is to be read."""

MANUAL: Final = "manual"
"""Who asked for what no alpha asked for."""
UNEXPLAINED: Final = "unexplained"
"""What the parts leave of the total: a fault in the books, shown rather than hidden."""

_WEIGHT_SCALE: Final = 2**60
"""Weights are counted in fractions of 1 over this."""
_WEIGHT_NOISE: Final = 2**30
_ROUNDED: Final = Context(prec=60)
_ZERO: Final = Decimal(0)


@dataclass(frozen=True)
class Attribution:
    """The profit of a run, open positions marked; the values of each mapping sum to ``total``.

    ``by_alpha`` shares a trade's profit by what part of the combined score each alpha gave when
    it was opened. ``by_state`` tells closed trades from open positions. ``by_month`` is the change
    of equity in each UTC month (``2024-01``). ``by_cost`` starts with ``gross``, what the same
    fills would have made at mid prices without costs, which are negative there. Funding that fell
    to no trade stands beside the trades by alpha, side and state.
    """

    total: Decimal = _ZERO
    by_alpha: Parts = field(default_factory=dict)
    by_instrument: Parts = field(default_factory=dict)
    by_side: Parts = field(default_factory=dict)
    by_state: Parts = field(default_factory=dict)
    by_month: Parts = field(default_factory=dict)
    by_cost: Parts = field(default_factory=dict)

    def views(self) -> dict[str, Parts]:
        """Return every way it is taken apart, by name."""
        return {name: parts for name, parts in vars(self).items() if name != "total"}


@dataclass(frozen=True)
class Charges:
    """What was paid (positive) or received, in the account's currency.

    ``costs`` is by kind and holds everything; ``unassigned`` is by instrument, names every one,
    and is the part of the funding that fell to no trade.
    """

    costs: Parts
    unassigned: Parts

    def beside(self) -> Parts:
        """Return what the trades do not hold, as profit, where there is any."""
        paid = sum(self.unassigned.values(), _ZERO)
        return {"funding": -paid} if paid else {}


def attribute(
    total: Decimal,
    trades: Sequence[Trade],
    alphas: Sequence[str],
    charges: Charges,
    by_month: Parts,
) -> Attribution:
    """Take the profit ``total`` apart: final equity less capital.

    Args:
        total: the profit.
        trades: every trade, open ones marked, net of their fees and funding.
        alphas: the alphas that stand in the list even where they earned nothing.
        charges: all instruments, and what was paid.
        by_month: see ``attribute_by_month``.
    """
    beside = charges.beside()
    by_instrument = _sums(((trade.instrument, trade.pnl) for trade in trades), charges.unassigned)
    for name, paid in charges.unassigned.items():
        by_instrument[name] -= paid
    sides = (("long" if trade.side > 0 else "short", trade.pnl) for trade in trades)
    states = (("open_positions" if t.is_open else "closed_trades", t.pnl) for t in trades)
    costs = {name: -value for name, value in charges.costs.items()}
    return Attribution(
        total=total,
        by_alpha=_explained(total, attribute_by_alpha(trades, alphas) | beside),
        by_instrument=_explained(total, by_instrument),
        by_side=_explained(total, _sums(sides, ("long", "short")) | beside),
        by_state=_explained(total, _sums(states, ("closed_trades", "open_positions")) | beside),
        by_month=_explained(total, by_month),
        by_cost={"gross": total - sum(costs.values(), _ZERO)} | costs,
    )


def attribute_by_alpha(trades: Iterable[Trade], alphas: Sequence[str]) -> Parts:
    """Return the trades' net profit by alpha; what no alpha asked for is ``MANUAL``."""
    totals = dict.fromkeys(alphas, 0)
    for trade in trades:
        for name, units in split_units(units_from_amount(trade.pnl), trade.alpha_shares).items():
            totals[name] = totals.get(name, 0) + units
    return {name: amount_from_units(units) for name, units in totals.items()}


def split_units(units: int, weights: Mapping[str, float]) -> dict[str, int]:
    """Share ``units`` out in proportion to ``weights``, by largest remainders; the sum is exact.

    Weights may be negative; what they leave of 1 goes to ``MANUAL``. Of equal remainders the
    earlier name is served first.
    """
    scaled = {name: round(weight * _WEIGHT_SCALE) for name, weight in weights.items()}
    rest = _WEIGHT_SCALE - sum(scaled.values())
    if abs(rest) > max(_WEIGHT_NOISE, sum(map(abs, scaled.values())) >> 40):
        scaled[MANUAL] = scaled.get(MANUAL, 0) + rest
    whole = sum(scaled.values())
    parts = {name: divmod(units * weight, whole) for name, weight in scaled.items()}
    found = {name: part for name, (part, _) in parts.items()}
    left = units - sum(found.values())
    for name in sorted(parts, key=lambda name: -parts[name][1])[:left]:
        found[name] += 1
    return found


def attribute_by_month(
    days_ns: npt.NDArray[np.int64],
    closes: npt.NDArray[np.float64],
    capital: Decimal,
    final: Decimal,
) -> Parts:
    """Return the change of equity in each UTC month that has a daily close.

    Args:
        days_ns: start of each UTC day with a close, rising.
        closes: equity at the end of those days, rounded to 1e-8 here.
        capital: equity at the start.
        final: exact equity at the end, which stands for the last close.
    """
    months = days_ns.astype("datetime64[ns]").astype("datetime64[M]").astype(str).tolist()
    found: Parts = {}
    before = capital
    # Later closes of a month replace earlier ones.
    for month, close in dict(zip(months, closes.tolist(), strict=True)).items():
        after = final if month == months[-1] else money_of(close)
        found[month] = after - before
        before = after
    return found


def money_of(value: float) -> Decimal:
    """Return a float as money, rounded half to even to 1e-8."""
    return Decimal(repr(float(value))).quantize(MONEY_STEP, context=_ROUNDED)


def _sums(pairs: Iterable[tuple[str, Decimal]], names: Iterable[str]) -> Parts:
    """Return the sum of the values by name; ``names`` come first, with zero where none came."""
    found = dict.fromkeys(names, _ZERO)
    for name, value in pairs:
        found[name] = found.get(name, _ZERO) + value
    return found


def _explained(total: Decimal, parts: Parts) -> Parts:
    """Return ``parts`` with what they leave of ``total``, where they leave anything."""
    left = total - sum(parts.values(), _ZERO)
    return parts | {UNEXPLAINED: left} if left else parts
