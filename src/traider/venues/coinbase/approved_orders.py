"""Orders that the gate approved, as Coinbase takes them.

    request = request_of(orders, instruments, terms)     # orders: one, a pair, or a bracket

| intents | configuration |
| --- | --- |
| MARKET; with QUOTE_SIZED | ``market_market_ioc`` with a base size; with a quote size |
| LIMIT, good till canceled or till a time | ``limit_limit_gtc``, ``limit_limit_gtd`` |
| LIMIT, immediate or canceled; filled or killed | ``sor_limit_ioc``, ``limit_limit_fok`` |
| STOP_LIMIT | ``stop_limit_stop_limit_gtc``, ``stop_limit_stop_limit_gtd`` |
| STOP | the same: a limit lies ``stop_collar`` beyond the trigger, on the next tick outward |
| a pair: STOP and LIMIT over the same lots | one ``trigger_bracket_gtc`` or ``_gtd`` |
| an entry with the CHILD legs STOP and LIMIT | the entry, with a bracket attached to it |

The venue has no stop that takes any price; the collar is what a stop may lose beyond its trigger,
and its default is what the venue's own brackets take once their stop is met. An order is placed
under the id of its first leg; the others of a pair or a bracket have none of their own there.

Prices and sizes are exact multiples of the instrument's steps. An amount to spend is cut to the
cent, for dollars and euros and the coins that stand for them, or to a tick that is coarser, since
the venue takes no finer one.
On spot REDUCE_ONLY says nothing that a sale does not: nobody sells there what he has not.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from typing import Final

from traider.domain.approvals import ApprovedOrder
from traider.domain.errors import DataError
from traider.domain.events import OrderFlag
from traider.domain.instruments import Instrument
from traider.domain.intent_words import IntentWords
from traider.domain.orders import OrderType, TimeInForce
from traider.domain.units import MONEY_STEP, Rounding, amount_from_units, steps_of, value_of_steps
from traider.venues.coinbase.order_configurations import (
    AttachedBracket,
    Bracket,
    LimitFok,
    LimitGtc,
    LimitGtd,
    LimitIoc,
    MarketIoc,
    OrderConfiguration,
    StopDirection,
    StopLimit,
)
from traider.venues.coinbase.place_request import PlaceRequest
from traider.venues.rfc3339 import format_ns

_CENT: Final = Decimal("0.01")
_CENT_CURRENCIES: Final = frozenset({"DAI", "EUR", "EURC", "GBP", "PYUSD", "USD", "USDC", "USDT"})
_TIME_IN_FORCE_SHIFT: Final = 4
# As plain numbers: of a flag, ``&`` takes a microsecond.
_TYPE_MASK: Final = int(OrderFlag.TYPE_MASK)
_TIME_IN_FORCE_MASK: Final = int(OrderFlag.TIME_IN_FORCE_MASK)
_POST_ONLY: Final = int(OrderFlag.POST_ONLY)
_QUOTE_SIZED: Final = int(OrderFlag.QUOTE_SIZED)
_CHILD: Final = int(OrderFlag.CHILD)
_PAIR: Final = int(OrderFlag.ONE_CANCELS_OTHER)
_PAIR_LEGS: Final = 2
_BRACKET_LEGS: Final = 3


@dataclass(frozen=True, slots=True)
class ApprovedOrderTerms:
    """What an intent leaves open."""

    stop_collar: Decimal = Decimal("0.05")
    """How far beyond its trigger a stop may trade, a fraction of the trigger."""

    def __post_init__(self) -> None:
        """Refuse a collar that is none."""
        if not 0 < self.stop_collar < 1:
            raise DataError(
                f"a stop's collar of {self.stop_collar}", fix="give a fraction between 0 and 1"
            )


class Shape(Enum):
    """What the orders of one request make together."""

    SINGLE = "one order, or what the gate left of a pair"
    PAIR = "a stop and a target over the same lots: one fills, the other ends"
    BRACKET = "an entry, and a stop and a target that wake with its fills"


def shape_of(orders: Sequence[ApprovedOrder]) -> Shape:
    """Return what ``orders`` make together.

    Raises:
        DataError: they make nothing that is sent as one.
    """
    flags = [order.words.flags for order in orders]
    if len(orders) == 1 and not flags[0] & _CHILD:
        return Shape.SINGLE
    pairs = [bool(each & _PAIR) for each in flags]
    children = [bool(each & _CHILD) for each in flags]
    first = orders[0].order_id if orders else 0
    follow = [order.order_id - first for order in orders] == list(range(len(orders)))
    if len(orders) == _PAIR_LEGS and all(pairs) and follow and first % _PAIR_LEGS == 0:
        return Shape.PAIR
    if len(orders) == _BRACKET_LEGS and children == [False, True, True] and follow:
        return Shape.BRACKET
    raise DataError(
        f"{len(orders)} orders make neither one order nor a pair nor a bracket",
        where=orders[0].client_order_id if orders else "",
        fix="send the legs of one decision together, in the order of their ids",
    )


def request_of(
    orders: Sequence[ApprovedOrder],
    instruments: Sequence[Instrument],
    terms: ApprovedOrderTerms,
) -> PlaceRequest:
    """Return the request that places ``orders``.

    Args:
        orders: one order, the two legs of a pair, or an entry with its stop and its target.
        instruments: by the number that intents name them with.
        terms: what intents leave open.

    Raises:
        DataError: they make no order that the venue takes.
    """
    shape = shape_of(orders)
    legs = [order.words for order in orders]
    number, side = legs[0].instrument, legs[0].side
    where = orders[0].client_order_id
    if not 0 <= number < len(instruments) or side not in (1, -1):
        raise _refusal(where, f"instrument {number} and side {side} name no order")
    instrument = instruments[number]
    if shape is Shape.PAIR:
        pair = _pair(legs, instrument, where)
        return PlaceRequest(where, instrument.symbol, side > 0, pair)
    attached = _attached(legs, instrument, where) if shape is Shape.BRACKET else None
    configuration = _single(legs[0], instrument, terms, where)
    return PlaceRequest(where, instrument.symbol, side > 0, configuration, attached)


def _single(
    leg: IntentWords, instrument: Instrument, terms: ApprovedOrderTerms, where: str
) -> OrderConfiguration:
    kind = _order_type(leg, where)
    if kind is OrderType.MARKET:
        return _market(leg, instrument, where)
    if kind is OrderType.LIMIT:
        return _limit(leg, instrument, where)
    side = leg.side
    trigger = _price(leg, "trigger", instrument, where)
    if kind is OrderType.STOP:
        limit = _collared(trigger, side, instrument, terms)
    else:
        limit = _price(leg, "price", instrument, where)
    return StopLimit(
        base_size=_size(leg, instrument, where),
        limit_price=limit,
        stop_price=trigger,
        direction=StopDirection.UP if side > 0 else StopDirection.DOWN,
        end_time=_end_of_resting(leg, where),
    )


def _market(leg: IntentWords, instrument: Instrument, where: str) -> MarketIoc:
    if not leg.flags & _QUOTE_SIZED:
        return MarketIoc(base_size=_size(leg, instrument, where))
    step = max(_CENT if instrument.quote in _CENT_CURRENCIES else MONEY_STEP, instrument.tick_size)
    spent = amount_from_units(leg.size)
    amount = value_of_steps(steps_of(spent, step, Rounding.FLOOR), step)
    if amount <= 0 or leg.side < 0:
        raise _refusal(where, f"an order to spend {spent} {instrument.quote}")
    return MarketIoc(quote_size=amount)


def _limit(leg: IntentWords, instrument: Instrument, where: str) -> OrderConfiguration:
    size, price = _size(leg, instrument, where), _price(leg, "price", instrument, where)
    post_only = bool(leg.flags & _POST_ONLY)
    match _time_in_force(leg):
        case TimeInForce.GTC:
            return LimitGtc(size, price, post_only)
        case TimeInForce.GTD:
            return LimitGtd(size, price, _end_time(leg, where), post_only)
        case taking if post_only:
            raise _refusal(where, f"an order that is post-only and {taking.name}")
        case TimeInForce.IOC:
            return LimitIoc(size, price)
        case _:
            return LimitFok(size, price)


def _pair(legs: Sequence[IntentWords], instrument: Instrument, where: str) -> Bracket:
    """Return the bracket of a stop and a target over the same lots."""
    stop, target = _exits(legs, instrument, where)
    ends = {_end_of_resting(leg, where) for leg in legs}
    if len(ends) != 1:
        raise _refusal(where, "two exits that end at different times")
    return Bracket(_size(legs[0], instrument, where), target, stop, ends.pop())


def _attached(legs: Sequence[IntentWords], instrument: Instrument, where: str) -> AttachedBracket:
    """Return the bracket of an entry's children."""
    entry, *children = legs
    is_alike = all(leg.side == -entry.side for leg in children)
    if not is_alike or entry.size != children[0].size:
        raise _refusal(where, "exits that are not for the entry's size, or not against it")
    if any(_time_in_force(leg) is not TimeInForce.GTC for leg in children):
        raise _refusal(where, "exits of an entry that end at a time")
    stop, target = _exits(children, instrument, where)
    return AttachedBracket(limit_price=target, stop_trigger_price=stop)


def _exits(
    legs: Sequence[IntentWords], instrument: Instrument, where: str
) -> tuple[Decimal, Decimal]:
    """Return the stop's trigger and the target's price of two legs over the same lots."""
    stop, target = legs
    kinds = _order_type(stop, where), _order_type(target, where)
    same = all(
        getattr(stop, name) == getattr(target, name) for name in ("instrument", "side", "size")
    )
    if kinds != (OrderType.STOP, OrderType.LIMIT) or not same:
        raise _refusal(where, "two legs that are no stop and target over the same lots")
    return _price(stop, "trigger", instrument, where), _price(target, "price", instrument, where)


def _collared(
    trigger: Decimal, side: int, instrument: Instrument, terms: ApprovedOrderTerms
) -> Decimal:
    """Return the limit of a stop: the collar beyond its trigger, one tick at least."""
    factor = 1 + side * terms.stop_collar
    rounding = Rounding.CEILING if side > 0 else Rounding.FLOOR
    return instrument.price(max(instrument.ticks(trigger * factor, rounding), 1))


def _size(leg: IntentWords, instrument: Instrument, where: str) -> Decimal:
    lots = leg.size
    if lots <= 0 or leg.flags & _QUOTE_SIZED:
        raise _refusal(where, f"an order for {lots} lots, or sized in quote")
    return instrument.size(lots)


def _price(leg: IntentWords, word: str, instrument: Instrument, where: str) -> Decimal:
    ticks = leg.trigger if word == "trigger" else leg.price
    if ticks <= 0:
        raise _refusal(where, f"an order whose {word} is {ticks} ticks")
    return instrument.price(ticks)


def _order_type(leg: IntentWords, where: str) -> OrderType:
    number = leg.flags & _TYPE_MASK
    try:
        return OrderType(number)
    except ValueError:
        raise _refusal(where, f"an order of type {number}") from None


def _time_in_force(leg: IntentWords) -> TimeInForce:
    masked = leg.flags & _TIME_IN_FORCE_MASK
    return TimeInForce(masked >> _TIME_IN_FORCE_SHIFT)


def _end_of_resting(leg: IntentWords, where: str) -> str:
    """Return until when a sleeping order rests; empty for one that does until canceled."""
    match _time_in_force(leg):
        case TimeInForce.GTC:
            return ""
        case TimeInForce.GTD:
            return _end_time(leg, where)
        case taking:
            raise _refusal(where, f"a stop that is {taking.name}")


def _end_time(leg: IntentWords, where: str) -> str:
    expire_ns = leg.expire
    if expire_ns <= 0:
        raise _refusal(where, "an order until a time without the time")
    return format_ns(expire_ns)


def _refusal(where: str, what: str) -> DataError:
    return DataError(f"{what}: Coinbase takes none", where=where, fix="ask for another order")
