"""Orders: what was asked, and how far it has come."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

from traider.venues.simulated.products import Product

JsonObject = dict[str, Any]


class OrderType(StrEnum):
    """What kind of order the venue says it is."""

    MARKET = "MARKET"
    LIMIT = "LIMIT"
    STOP_LIMIT = "STOP_LIMIT"
    BRACKET = "BRACKET"


class TimeInForce(StrEnum):
    """How long an order may work."""

    GTC = "GOOD_UNTIL_CANCELLED"
    GTD = "GOOD_UNTIL_DATE_TIME"
    IOC = "IMMEDIATE_OR_CANCEL"
    FOK = "FILL_OR_KILL"


class Status(StrEnum):
    """Where an order stands."""

    PENDING = "PENDING"
    OPEN = "OPEN"
    FILLED = "FILLED"
    CANCELLED = "CANCELLED"
    EXPIRED = "EXPIRED"
    FAILED = "FAILED"


class Trigger(StrEnum):
    """Where the stop of an order stands."""

    NONE = "INVALID_ORDER_TYPE"
    PENDING = "STOP_PENDING"
    TRIGGERED = "STOP_TRIGGERED"


STOP_UP: Final = "STOP_DIRECTION_STOP_UP"
STOP_DOWN: Final = "STOP_DIRECTION_STOP_DOWN"


@dataclass(frozen=True, slots=True)
class OrderTerms:
    """What an order configuration asks, counted on the product's grid.

    ``limit_ticks`` and ``stop_ticks`` are 0 where the configuration has none. A market order that
    spends an amount has ``quote_units`` and no lots.
    """

    key: str
    order_type: OrderType
    time_in_force: TimeInForce
    lots: int = 0
    quote_units: int = 0
    limit_ticks: int = 0
    stop_ticks: int = 0
    stop_direction: str = ""
    post_only: bool = False
    end_ns: int = 0


@dataclass(frozen=True, slots=True)
class Attached:
    """A bracket that opens for what its parent has filled, once the parent is over."""

    terms: OrderTerms
    configuration: JsonObject


@dataclass(frozen=True, slots=True)
class Fill:
    """One execution, as the account sees it; ``price_ticks`` × ``lots`` is its value."""

    fill_id: str
    trade_id: int
    order_id: str
    time_ns: int
    price_ticks: int
    lots: int
    value_units: int
    fee_units: int
    is_maker: bool


@dataclass(frozen=True, slots=True)
class Edit:
    """One accepted change of an order."""

    price: str
    size: str
    time_ns: int


@dataclass(slots=True, eq=False)
class Order:
    """An order of an account. Sizes are lots, money is units of the settlement currency."""

    order_id: str
    client_order_id: str
    owner: str
    product: Product
    side: int
    terms: OrderTerms
    configuration: JsonObject
    created_ns: int
    maker_rate_millionths: int
    taker_rate_millionths: int
    status: Status = Status.PENDING
    trigger: Trigger = Trigger.NONE
    lots: int = 0
    """Size now: as asked or as edited; for an amount to spend, what it has bought."""
    limit_ticks: int = 0
    stop_ticks: int = 0
    filled_lots: int = 0
    filled_units: int = 0
    fee_units: int = 0
    hold_units: int = 0
    fills: list[Fill] = field(default_factory=list)
    edits: list[Edit] = field(default_factory=list)
    changed_ns: int = 0
    reject_reason: str = ""
    cancel_reason: str = ""
    originating_order_id: str = ""
    attached_order_id: str = ""
    attached: Attached | None = None

    @property
    def leaves_lots(self) -> int:
        """What is still to be done; none once the order is over."""
        return self.lots - self.filled_lots if self.is_live else 0

    @property
    def is_live(self) -> bool:
        """Whether the order can still fill."""
        return self.status in (Status.PENDING, Status.OPEN)

    @property
    def hold_currency(self) -> str:
        """What an open order sets aside: money to buy with, coins to sell."""
        return self.product.quote if self.side > 0 else self.product.base

    @property
    def waits_for_stop(self) -> bool:
        """Whether the order is not in the book until its stop is met."""
        return self.trigger is Trigger.PENDING and self.terms.order_type is OrderType.STOP_LIMIT
