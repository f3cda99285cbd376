"""What reconciling found, as events for the trader."""

from enum import IntEnum

from traider.domain.events import EventArray, Kind, empty_events
from traider.domain.money import pack_currency
from traider.domain.payload_table import PAYLOADS
from traider.domain.units import Rounding, units_from_amount
from traider.gateway.account_books import Booked
from traider.gateway.account_entries import CapitalMoved
from traider.gateway.executor import VenueBalance


class AdjustmentCode(IntEnum):
    """What a RECONCILE_ADJUSTMENT adjusts."""

    POSITION = 1
    CASH = 2
    ORDER = 3


class TransferReason(IntEnum):
    """Why a TRANSFER came."""

    DEPOSIT = 1
    WITHDRAWAL = 2


def adjustment_event(number: int, booked: Booked, now_ns: int) -> EventArray:
    """Return the event that makes the trader's position and cash what they are.

    The size is signed; no price means that nothing was paid for what came or went.
    """
    event = _event(Kind.RECONCILE_ADJUSTMENT, now_ns)
    event["instrument"] = number
    event["side"] = 1 if booked.size_lots >= 0 else -1
    event["w0"] = AdjustmentCode.POSITION if booked.size_lots else AdjustmentCode.CASH
    event["w1"], event["w2"] = booked.size_lots, booked.cash_units
    event["w4"] = booked.price_ticks
    return event


def capital_event(moved: CapitalMoved, now_ns: int) -> EventArray:
    """Return the event of capital that came or went."""
    event = _event(Kind.TRANSFER, now_ns)
    is_gain = moved.amount > 0
    event["w0"] = pack_currency(moved.currency)
    event["w1"] = units_from_amount(moved.amount, Rounding.FLOOR)
    event["w3"] = TransferReason.DEPOSIT if is_gain else TransferReason.WITHDRAWAL
    return event


def balance_event(balance: VenueBalance, now_ns: int) -> EventArray:
    """Return the event of what the account holds; parts of a unit are cut off."""
    event = _event(Kind.BALANCE, now_ns)
    event["w0"] = pack_currency(balance.currency)
    for word, amount in zip(
        ("w1", "w2", "w3"), (balance.total, balance.available, balance.held), strict=True
    ):
        event[word] = units_from_amount(amount, Rounding.FLOOR)
    return event


def _event(kind: Kind, now_ns: int) -> EventArray:
    event = empty_events(1)
    event["kind"], event["version"] = kind, PAYLOADS[kind].version
    event["ts_event"] = event["ts_recv"] = now_ns
    return event
