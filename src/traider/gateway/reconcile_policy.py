"""What is done about each kind of difference, and what that changes of the run's part. Pure.

| difference | by default | what adopting it does |
| --- | --- | --- |
| OrphanOrder, DoubleOrder | cancel | it is left where it is |
| GoneOrder | adopt | its end is told, after its fills |
| ForeignOrder | adopt | it is a person's: it is left where it is |
| MissedFill | adopt | it is told |
| ForeignFill | adopt | it counts for the account; it closes what the run holds against it |
| LostFill, ChangedFill | halt | the run's part is put right by what was taken back or corrected |
| QuantityDiffers, AverageDiffers | halt | nothing: the fills that would explain it are not there |
| BalanceDiffers | adopt | it counts for the account |
| Uncovered | halt | the run's part becomes what the account holds |

The venue wins: to halt is to adopt, and to send nothing more but what reduces until a person
re-arms. To cancel is for orders that are at the venue.

A trade by hand never makes the run hold more: as far as it lies against the run's position it
closes that, and the rest was done with what the account holds beside the run. So nobody sells again
what a person sold, and nobody is surprised by what a person bought.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Final

from traider.domain.errors import ConfigError
from traider.domain.units import EXACT, Rounding
from traider.gateway.account_books import AccountBooks, Holding, cash_of
from traider.gateway.account_entries import Adjusted, CapitalMoved
from traider.gateway.executor import VenueFill
from traider.gateway.reconciling import (
    AverageDiffers,
    BalanceDiffers,
    ChangedFill,
    Difference,
    DoubleOrder,
    ForeignFill,
    ForeignOrder,
    GoneOrder,
    LostFill,
    MissedFill,
    OrphanOrder,
    QuantityDiffers,
    Uncovered,
)


class Action(StrEnum):
    """What is done about a difference."""

    ADOPT = "adopt"
    CANCEL = "cancel"
    HALT = "halt"


DEFAULTS: Final[Mapping[type[Difference], Action]] = {
    OrphanOrder: Action.CANCEL,
    DoubleOrder: Action.CANCEL,
    GoneOrder: Action.ADOPT,
    ForeignOrder: Action.ADOPT,
    MissedFill: Action.ADOPT,
    ForeignFill: Action.ADOPT,
    LostFill: Action.HALT,
    ChangedFill: Action.HALT,
    QuantityDiffers: Action.HALT,
    AverageDiffers: Action.HALT,
    BalanceDiffers: Action.ADOPT,
    Uncovered: Action.HALT,
}
_ZERO: Final = Decimal(0)
_AT_VENUE: Final = frozenset({OrphanOrder, DoubleOrder, ForeignOrder})


@dataclass(frozen=True, slots=True)
class ReconcilePolicy:
    """The actions that differ from the defaults.

    Raises:
        ConfigError: something is to be cancelled that is no order at the venue.
    """

    actions: Mapping[type[Difference], Action]

    def __post_init__(self) -> None:
        """Refuse to cancel what cannot be."""
        for kind, action in self.actions.items():
            if action is Action.CANCEL and kind not in _AT_VENUE:
                raise ConfigError(
                    f"{kind.__name__} cannot be cancelled", fix="adopt it, or halt on it"
                )

    def of(self, difference: Difference) -> Action:
        """Return what is done about a difference."""
        kind = type(difference)
        return self.actions.get(kind, DEFAULTS[kind])


def closed_by(fill: VenueFill, holding: Holding) -> Adjusted | None:
    """Return what a person's trade closes of the run's position, with its share of the cash."""
    if fill.instrument < 0 or fill.side * holding.size >= 0:
        return None
    size = min(fill.size, abs(holding.size))
    cash = cash_of(fill) if size == fill.size else cash_of(fill) * size / fill.size
    return Adjusted(fill.instrument, fill.side * size, cash, fill.price)


def undone(fill: VenueFill) -> Adjusted | None:
    """Return what taking a fill of ours back changes of the run's part."""
    if not fill.order_id:
        return None
    return Adjusted(fill.instrument, -fill.side * fill.size, EXACT.minus(cash_of(fill)), fill.price)


def shrunk(uncovered: Uncovered, books: AccountBooks) -> tuple[Adjusted | CapitalMoved, ...]:
    """Return how the run's part becomes what there is: its coins first, then its capital.

    Coins are taken off the largest holding first, in whole lots.
    """
    changes: list[Adjusted | CapitalMoved] = []
    shortage = uncovered.shortage
    holdings = [
        (books.holding(number).size, number)
        for number, each in enumerate(books.instruments)
        if each.base == uncovered.currency and books.holding(number).size > 0
    ]
    for held, number in sorted(holdings, key=lambda each: (-each[0], each[1])):
        instrument = books.instruments[number]
        whole = instrument.size(instrument.lots(max(shortage, _ZERO), Rounding.CEILING))
        if size := min(held, whole):
            changes.append(Adjusted(number, -size, _ZERO, _ZERO))
            shortage -= size
    if shortage > 0 and not holdings:
        changes.append(CapitalMoved(uncovered.currency, -shortage))
    return tuple(changes)
