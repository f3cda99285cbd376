"""Deal with differences that are believed: tell, adopt, cancel or halt, and say what was done.

Every change of the account's books is an entry that the owner keeps, and what it changes for the
trader an event beside it, so a restart finds both.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import assert_never

from traider.domain.events import EventArray, join_events
from traider.domain.fault_points import reach
from traider.domain.ports import Clock
from traider.gateway.account_books import Booked
from traider.gateway.account_entries import (
    Adjusted,
    CapitalMoved,
    Changed,
    FillTaken,
    FillUndone,
)
from traider.gateway.executor import (
    OTHER_LEG,
    Executor,
    VenueBalance,
    VenueFill,
    VenueState,
)
from traider.gateway.reconcile_events import adjustment_event, balance_event, capital_event
from traider.gateway.reconcile_policy import Action, ReconcilePolicy, closed_by, shrunk, undone
from traider.gateway.reconcile_port import ReconcileOwner
from traider.gateway.reconciling import (
    AverageDiffers,
    BalanceDiffers,
    ChangedFill,
    Difference,
    DoubleOrder,
    FillDifference,
    ForeignFill,
    ForeignOrder,
    GoneOrder,
    LostFill,
    MissedFill,
    NumberDifference,
    OrderDifference,
    OrphanOrder,
    QuantityDiffers,
    Uncovered,
)


@dataclass(frozen=True, slots=True)
class Settled:
    """A difference that was believed, and what was done about it."""

    difference: Difference
    action: Action

    @property
    def kind(self) -> str:
        """The difference's name."""
        return type(self.difference).__name__


class Settling:
    """Carry out a policy."""

    def __init__(
        self,
        owner: ReconcileOwner,
        executor: Executor,
        policy: ReconcilePolicy,
        clock: Clock,
    ) -> None:
        self._owner, self._executor = owner, executor
        self._policy, self._clock = policy, clock

    async def settle(
        self, found: Sequence[Difference], balances: Sequence[VenueBalance]
    ) -> tuple[Settled, ...]:
        """Deal with differences, in their order.

        Raises:
            VenueError: an order could not be cancelled; what follows is left for the next time.
        """
        done = []
        for difference in found:
            action = self._policy.of(difference)
            if action is Action.CANCEL:
                await self._cancel(difference)
            else:
                self._adopt(difference, balances)
            if action is Action.HALT:
                self._owner.halt(f"the books differ from the venue's: {describe(difference)}")
            done.append(Settled(difference, action))
        return tuple(done)

    async def _cancel(self, difference: Difference) -> None:
        match difference:
            case OrphanOrder(order) | DoubleOrder(order) | ForeignOrder(order):
                reach("reconcile-cancel")
                await self._executor.cancel_found([order.venue_id])
                reach("reconcile-cancelled")
            case _:
                raise AssertionError("the policy cancels orders at the venue alone")

    def _adopt(self, difference: Difference, balances: Sequence[VenueBalance]) -> None:
        match difference:
            case OrphanOrder() | DoubleOrder() | ForeignOrder():
                return
            case QuantityDiffers() | AverageDiffers():
                return
            case GoneOrder():
                self._tell_end(difference)
            case MissedFill(fill):
                self._owner.filled(fill.order_id, fill)
            case ForeignFill() | LostFill() | ChangedFill():
                self._adopt_fill(difference)
            case BalanceDiffers():
                self._owner.keep(Changed(difference.currency, difference.change))
                self._report(
                    [
                        balance_event(each, self._clock.now_ns())
                        for each in balances
                        if each.currency == difference.currency
                    ]
                )
            case Uncovered():
                self._shrink(difference)
            case _:
                assert_never(difference)

    def _adopt_fill(self, difference: ForeignFill | LostFill | ChangedFill) -> None:
        """Count a fill for the account, and for the run as far as it concerns it."""
        owner, account = self._owner, self._owner.account
        match difference:
            case ForeignFill(fill):
                number = fill.instrument
                closed = closed_by(fill, account.holding(number))
                owner.keep(FillTaken(fill))
                booked = [owner.keep(closed)] if closed else []
            case LostFill(fill):
                number, back = fill.instrument, undone(fill)
                owner.keep(FillUndone(fill))
                booked = [owner.keep(back)] if back else []
            case ChangedFill(ours, theirs):
                number, back = theirs.instrument, undone(ours)
                owner.keep(FillUndone(ours))
                booked = [owner.keep(back)] if back else []
                taken = owner.keep(FillTaken(theirs))
                if back is not None:
                    lots = theirs.side * taken.size_lots
                    booked.append(Booked(taken.price_ticks, lots, 0, taken.cash_units))
            case _:
                assert_never(difference)
        self._report_change(number, booked)

    def _shrink(self, uncovered: Uncovered) -> None:
        """Let the run's part become what there is."""
        now_ns = self._clock.now_ns()
        for change in shrunk(uncovered, self._owner.account):
            booked = self._owner.keep(change)
            match change:
                case Adjusted():
                    self._report_change(change.instrument, [booked])
                case CapitalMoved():
                    self._report([capital_event(change, now_ns)])
                case _:
                    assert_never(change)

    def _tell_end(self, gone: GoneOrder) -> None:
        """Tell how an order of ours ended; of a pair the leg that did not trade ended with it."""
        order = gone.found
        if order is None:
            for order_id in gone.own.order_ids:
                self._owner.unknown(order_id, "the venue has it no more")
            return
        traded = {fill.order_id for fill in self._owner.account.fills.values()}
        for order_id in order.order_ids:
            if order.state is VenueState.FILLED and len(order.order_ids) > 1:
                if order_id not in traded or traded.issuperset(order.order_ids):
                    self._owner.ended(order_id, VenueState.CANCELLED, OTHER_LEG)
            else:
                self._owner.ended(order_id, order.state, order.reason)

    def _report_change(self, number: int, booked: Sequence[Booked]) -> None:
        """Report the sum of changes of the run's part of one instrument."""
        lots = sum(each.size_lots for each in booked)
        cash = sum(each.cash_units for each in booked)
        if lots or cash:
            whole = Booked(booked[-1].price_ticks, lots, 0, cash)
            self._report([adjustment_event(number, whole, self._clock.now_ns())])

    def _report(self, events: Sequence[EventArray]) -> None:
        if events:
            self._owner.report(join_events(events))


def describe(difference: Difference) -> str:
    """Return a difference in a few words, with its numbers."""
    match difference:
        case OrphanOrder() | DoubleOrder() | GoneOrder() | ForeignOrder():
            return _order_words(difference)
        case MissedFill() | ForeignFill() | LostFill() | ChangedFill():
            return _fill_words(difference)
        case QuantityDiffers() | AverageDiffers() | BalanceDiffers() | Uncovered():
            return _number_words(difference)
        case _:
            assert_never(difference)


def _order_words(difference: OrderDifference) -> str:
    match difference:
        case OrphanOrder(order):
            return f"order {order.client_order_id} is open at the venue alone"
        case DoubleOrder(order):
            return f"order {order.client_order_id} is open at the venue twice"
        case ForeignOrder(order):
            side = "buy" if order.side > 0 else "sell"
            return f"someone placed an order to {side} {order.size:f} of {order.symbol}"
        case GoneOrder(own, found):
            how = "is not at the venue" if found is None else f"is {found.state} at the venue"
            return f"order {own.order_ids[0]:016x} {how}"
        case _:
            assert_never(difference)


def _fill_words(difference: FillDifference) -> str:
    match difference:
        case MissedFill(fill):
            return f"fill {fill.fill_id} of order {fill.order_id:016x} was not heard"
        case ForeignFill(fill):
            did = "bought" if fill.side > 0 else "sold"
            return f"someone {did} {fill.size:f} of {fill.symbol} at {fill.price:f}"
        case LostFill(fill):
            return f"fill {fill.fill_id} is gone from the venue"
        case ChangedFill(ours, theirs):
            return f"fill {ours.fill_id} was {_fill_text(ours)} and is {_fill_text(theirs)}"
        case _:
            assert_never(difference)


def _number_words(difference: NumberDifference) -> str:
    match difference:
        case QuantityDiffers(own, filled):
            name = f"order {own.order_ids[0]:016x}"
            return f"{name} has {own.filled_size:f} filled, at the venue {filled:f}"
        case AverageDiffers(own, ours, told):
            return f"order {own.order_ids[0]:016x} averages {ours:f}, at the venue {told:f}"
        case BalanceDiffers():
            return f"{difference.change:+f} {difference.currency} is not explained"
        case Uncovered(currency, part, found):
            return f"the run's part is {part:f} {currency}, the account has {found:f}"
        case _:
            assert_never(difference)


def _fill_text(fill: VenueFill) -> str:
    return f"{fill.side * fill.size:+f} at {fill.price:f}, fee {fill.fee:f}"
