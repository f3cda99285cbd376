"""The words of the house: instruments, orders, fills, positions, money, units and the event record.

This room never does I/O, never reads a clock and never imports another room of ours; it stands on
NumPy and the standard library. Every other room speaks in its types, and what enters Traider enters
as its 64-byte event.

Its public names, with the module each lives in, are loaded when first asked for, so that a command
which only needs the errors does not pay for NumPy. The ports (clock, log, metrics, trace, alert)
are in ``traider.domain.ports``.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from traider.domain.errors import (
        BusError,
        ConfigError,
        DatabaseError,
        DataError,
        Interrupted,
        KernelError,
        StrategyError,
        TraiderError,
        UsageError,
        VenueError,
    )
    from traider.domain.events import (
        EVENT,
        MONEY_UNITS_PER_CURRENCY_UNIT,
        EventArray,
        FillFlag,
        Kind,
        MarketFlag,
        OrderFlag,
        empty_events,
        sort_events,
    )
    from traider.domain.fees import FeeSchedule, FeeTier
    from traider.domain.fills import Fill, fill_from_event
    from traider.domain.funding import FundingPhase, FundingSchedule
    from traider.domain.instruments import (
        Instrument,
        InstrumentKind,
        InstrumentName,
        InstrumentStatus,
    )
    from traider.domain.margin import MarginSchedule, MarginTier
    from traider.domain.money import Money, fee_units, notional_units
    from traider.domain.order_intents import IntentHead, cancel_of, intents_of, order_from_intents
    from traider.domain.order_states import Illegal, OrderReport, OrderState, advance
    from traider.domain.orders import (
        BracketOrder,
        CancelRequest,
        LimitOrder,
        MarketOrder,
        Order,
        OrderId,
        OrderType,
        Side,
        StopLimitOrder,
        StopOrder,
        TimeInForce,
    )
    from traider.domain.payload_table import EVENT_TABLE_VERSION, PAYLOADS, Payload, Word
    from traider.domain.payloads import config_digest_event, decode_event, encode_event
    from traider.domain.positions import Position
    from traider.domain.registry import find_instrument, shipped_instruments
    from traider.domain.timeframes import TIMEFRAMES, timeframe_code, timeframe_ns, timeframe_of
    from traider.domain.units import Rounding

_NAMES = {
    "errors": "TraiderError ConfigError UsageError DataError StrategyError KernelError VenueError "
    "DatabaseError BusError Interrupted",
    "events": (
        "EVENT EventArray FillFlag Kind MarketFlag OrderFlag MONEY_UNITS_PER_CURRENCY_UNIT "
        "empty_events sort_events"
    ),
    "fees": "FeeSchedule FeeTier",
    "fills": "Fill fill_from_event",
    "funding": "FundingPhase FundingSchedule",
    "instruments": "Instrument InstrumentKind InstrumentName InstrumentStatus",
    "margin": "MarginSchedule MarginTier",
    "money": "Money fee_units notional_units",
    "order_intents": "IntentHead cancel_of intents_of order_from_intents",
    "order_states": "Illegal OrderReport OrderState advance",
    "orders": (
        "BracketOrder CancelRequest LimitOrder MarketOrder Order OrderId OrderType Side "
        "StopLimitOrder StopOrder TimeInForce"
    ),
    "payload_table": "EVENT_TABLE_VERSION PAYLOADS Payload Word",
    "payloads": "config_digest_event decode_event encode_event",
    "positions": "Position",
    "registry": "find_instrument shipped_instruments",
    "timeframes": "TIMEFRAMES timeframe_code timeframe_ns timeframe_of",
    "units": "Rounding",
}
_HOME = {name: module for module, names in _NAMES.items() for name in names.split()}

__all__ = [
    "EVENT",
    "EVENT_TABLE_VERSION",
    "MONEY_UNITS_PER_CURRENCY_UNIT",
    "PAYLOADS",
    "TIMEFRAMES",
    "BracketOrder",
    "BusError",
    "CancelRequest",
    "ConfigError",
    "DataError",
    "DatabaseError",
    "EventArray",
    "FeeSchedule",
    "FeeTier",
    "Fill",
    "FillFlag",
    "FundingPhase",
    "FundingSchedule",
    "Illegal",
    "Instrument",
    "InstrumentKind",
    "InstrumentName",
    "InstrumentStatus",
    "IntentHead",
    "Interrupted",
    "KernelError",
    "Kind",
    "LimitOrder",
    "MarginSchedule",
    "MarginTier",
    "MarketFlag",
    "MarketOrder",
    "Money",
    "Order",
    "OrderFlag",
    "OrderId",
    "OrderReport",
    "OrderState",
    "OrderType",
    "Payload",
    "Position",
    "Rounding",
    "Side",
    "StopLimitOrder",
    "StopOrder",
    "StrategyError",
    "TimeInForce",
    "TraiderError",
    "UsageError",
    "VenueError",
    "Word",
    "advance",
    "cancel_of",
    "config_digest_event",
    "decode_event",
    "empty_events",
    "encode_event",
    "fee_units",
    "fill_from_event",
    "find_instrument",
    "intents_of",
    "notional_units",
    "order_from_intents",
    "shipped_instruments",
    "sort_events",
    "timeframe_code",
    "timeframe_ns",
    "timeframe_of",
]


def __getattr__(name: str) -> object:
    """Load a public name from its module."""
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    """List the public names."""
    return sorted(__all__)
