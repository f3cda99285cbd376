"""Fills as values: what traded, at which price, for which fee."""

from dataclasses import dataclass
from decimal import Decimal

from traider.domain.errors import DataError
from traider.domain.events import EventArray, FillFlag, Kind
from traider.domain.instruments import Instrument
from traider.domain.money import notional_units
from traider.domain.units import amount_from_units, price_from_ticks, size_from_lots

_ONE = Decimal(1)
_ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Fill:
    """A part of an order that traded.

    ``side`` is +1 for a purchase and -1 for a sale; ``quantity`` is positive; ``fee`` is in the
    currency of the price, on the grid of 1e-8, and negative where the venue pays a rebate. Where
    the fee was taken in another currency, ``fee`` is what that was worth then.
    """

    instrument: str
    side: int
    price: Decimal
    quantity: Decimal
    fee: Decimal
    ts_ns: int
    order_id: int = 0
    is_maker: bool = False
    multiplier: Decimal = _ONE
    is_liquidation: bool = False
    """The venue closed the position by force; no order of ours."""
    fee_currency: str = ""
    """The currency the fee was taken in where it was not the account's,"""
    fee_taken: Decimal = _ZERO
    """and how much of it, on the grid of 1e-8."""
    currency: str = ""
    """The currency of price and fee where it is not the account's own."""

    def __post_init__(self) -> None:
        """Refuse what no venue can report."""
        if self.side not in (1, -1):
            raise DataError(f"a fill's side is {self.side}", fix="use +1 to buy, -1 to sell")
        if not self.quantity > 0:
            raise DataError(f"a fill of {self.quantity} trades nothing", fix="mend the input")

    @property
    def notional_units(self) -> int:
        """Price * quantity * multiplier in money units, rounded half to even."""
        return notional_units(self.price, self.quantity, self.multiplier)

    @property
    def notional(self) -> Decimal:
        """Price * quantity * multiplier, rounded half to even to 1e-8."""
        return amount_from_units(self.notional_units)

    @property
    def signed_quantity(self) -> Decimal:
        """What the fill adds to the position."""
        return self.quantity if self.side > 0 else -self.quantity


def fill_from_event(
    event: EventArray, instrument: Instrument, fee_currency: str = "", fee_price: Decimal = _ZERO
) -> Fill:
    """Return the fill that one FILL record of ``instrument`` tells of.

    ``fee_currency`` is the currency that the account pays fees in and ``fee_price`` what one of it
    is worth; a fee taken in it is valued at that, rounded half to even to 1e-8.

    Raises:
        DataError: the record is of another kind, or its fee was taken in a currency not given.
    """
    record = event.reshape(-1)[0]
    if record["kind"] != Kind.FILL:
        raise DataError(f"kind {record['kind']} is not FILL", fix="select the fills first")
    fee = amount_from_units(int(record["fee"]))
    is_other = bool(record["flags"] & FillFlag.FEE_IN_OTHER)
    if is_other and not fee_currency:
        raise DataError(
            "a fill's fee was taken in another currency", fix="name that currency and its price"
        )
    return Fill(
        instrument=str(instrument.name),
        side=int(record["side"]),
        price=price_from_ticks(int(record["price"]), instrument.tick_size),
        quantity=size_from_lots(int(record["size"]), instrument.lot_size),
        fee=amount_from_units(notional_units(fee_price, fee)) if is_other else fee,
        ts_ns=int(record["ts_event"]),
        order_id=int(record["order_id"]),
        is_maker=bool(record["flags"] & FillFlag.MAKER),
        multiplier=instrument.multiplier,
        is_liquidation=bool(record["flags"] & FillFlag.LIQUIDATION),
        fee_currency=fee_currency if is_other else "",
        fee_taken=fee if is_other else _ZERO,
    )
