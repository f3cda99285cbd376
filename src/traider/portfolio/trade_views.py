"""The profit of a run by more of what its trades have in common; each view sums to it exactly.

What the trades do not hold stands beside them in every view: funding that fell to no trade, and
what corrections of the books added.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Final

from traider.domain.timeframes import SECOND_NS
from traider.domain.units import amount_from_units, units_from_amount
from traider.portfolio.attribution import MANUAL, Parts, attribute_by_alpha, split_units
from traider.portfolio.trades import Trade

CORRECTIONS: Final = "corrections"
FUNDING: Final = "funding"
NO_MODEL: Final = "no model"
_HOUR_NS: Final = 3_600 * SECOND_NS
_ZERO: Final = Decimal(0)


def by_key(trades: Iterable[Trade], key: Callable[[Trade], str]) -> Parts:
    """Return the trades' net profit by what ``key`` says of them, in alphabetical order."""
    found: Parts = {}
    for trade in trades:
        name = key(trade)
        found[name] = found.get(name, _ZERO) + trade.pnl
    return dict(sorted(found.items()))


def side_of(trade: Trade) -> str:
    """Return long or short."""
    return "long" if trade.side > 0 else "short"


def hour_of(trade: Trade) -> str:
    """Return the hour of the day, UTC, in which a trade was opened: 00 to 23."""
    return f"{trade.opened_ns // _HOUR_NS % 24:02}"


def state_of(trade: Trade) -> str:
    """Return whether a trade is over."""
    return "open_positions" if trade.is_open else "closed_trades"


def by_alpha(trades: Iterable[Trade], alphas: Sequence[str]) -> Parts:
    """Return the trades' net profit by the alphas behind their orders."""
    return attribute_by_alpha(trades, alphas)


def by_model(trades: Iterable[Trade], models: Mapping[str, str]) -> Parts:
    """Return the trades' net profit by the models that the alphas behind them read.

    ``models`` names the model of each alpha that reads one. What alphas without one earned is
    ``NO_MODEL``; what no alpha asked for stays manual.
    """
    totals: dict[str, int] = {}
    for trade in trades:
        for alpha, units in split_units(units_from_amount(trade.pnl), trade.alpha_shares).items():
            name = MANUAL if alpha == MANUAL else models.get(alpha, NO_MODEL)
            totals[name] = totals.get(name, 0) + units
    return {name: amount_from_units(units) for name, units in sorted(totals.items())}


def completed(view: Parts, beside: Parts) -> Parts:
    """Return a view with what stands beside the trades, where there is any."""
    return view | {name: value for name, value in beside.items() if value}


def by_cost(total: Decimal, costs: Parts) -> Parts:
    """Return what fills made before costs, and each kind of cost, negative where it was paid."""
    taken = {name: -value for name, value in costs.items()}
    return {"gross": total - sum(taken.values(), _ZERO)} | taken
