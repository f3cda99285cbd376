"""Shapes of orders and fills. Money is in the account's currency, sizes are in base units."""

from typing import Annotated, Any

from pydantic import Field

from traider.api.shapes.shape import Shape

OrderId = Annotated[str, Field(examples=["00100000000eac00"])]
Instrument = Annotated[str, Field(examples=["COINBASE:BTC-USDT"])]
Size = Annotated[str, Field(examples=["0.01295371"])]
Price = Annotated[str, Field(examples=["93821.3"])]
Money = Annotated[str, Field(examples=["1215.3454868"])]
Instant = Annotated[int, Field(examples=[1746459375000000000])]


class OrderShape(Shape):
    """An order from its decision to its end."""

    order_id: OrderId
    """16 hexadecimal digits."""
    client_order_id: Annotated[str, Field(examples=["83215443-00100000000eac00"])]
    """The id that the venue knows it by."""
    instrument: Instrument
    """Name of the instrument."""
    side: Annotated[str, Field(examples=["buy"])]
    """Buy or sell, in small letters like every word here."""
    kind: Annotated[str, Field(examples=["limit"])]
    """Market, limit, stop or stop-limit."""
    time_in_force: Annotated[str, Field(examples=["gtd"])]
    """How long it stands: gtc, ioc, fok or gtd."""
    properties: list[str]
    """Such as post-only, reduce-only, one-cancels-other."""
    size: Size | None
    """Asked for; null where it was sized in money."""
    amount: Money | None
    """Money to spend with fees, where it was sized so."""
    price: Price | None
    """Limit price; null for none."""
    trigger: Price | None
    """Price that sets it off; null for none."""
    expires_ns: Instant | None
    """When it ends by itself; null where it does not."""
    state: Annotated[str, Field(examples=["filled"])]
    """Waiting, refused, open, filled, partly-filled (the rest never will), cancelled, rejected or
    expired."""
    is_open: bool
    """Whether it may still trade."""
    filled: Size
    """What traded."""
    average_price: Price | None
    """What it traded at on average; null where nothing did."""
    notional: Money
    """What the fills cost or brought before fees."""
    fees: Annotated[str, Field(examples=["0.60766656"])]
    """Fees of the fills, valued in the account's currency; negative for rebates."""
    asked_by: Annotated[str, Field(examples=["strategy mean-reversion, momentum"])]
    """The strategy, the gateway, or a person's name."""
    reason: Annotated[str, Field(examples=["momentum +0.62, order-flow +0.18 → buy 0.021 BTC"])]
    """Why it was wanted, in a few words: score times confidence of the alphas that weighed most."""
    check: Annotated[str | None, Field(examples=["approved"])]
    """The gate's verdict: approved, or the check that refused it; null before the verdict."""
    number: float | None
    """What the refusing check measured,"""
    limit: float | None
    """and what it allows."""
    end_reason: Annotated[str | None, Field(examples=["by-request"])]
    """Why it ended; null while it has not."""
    decided_ns: Instant
    """When it was wanted."""
    sent_ns: Instant | None
    """When it left; null of one that never did."""
    acknowledged_ns: Instant | None
    """When the venue's acknowledgement was heard of."""
    ended_ns: Instant | None
    """When its end was heard of; null while it may still trade."""
    position: Annotated[int, Field(examples=[3757])]
    """Place in the journal."""


class FillShape(Shape):
    """Something that traded."""

    fill_id: Annotated[str, Field(examples=["5154"])]
    """Place in the journal, which ``traider explain`` takes too."""
    kind: Annotated[str, Field(examples=["fill"])]
    """Fill, liquidation (the venue closed the position), or correction (of our books)."""
    order_id: OrderId | None
    """Null where no order of ours is behind it."""
    instrument: Instrument
    """Name of the instrument."""
    side: Annotated[str, Field(examples=["buy"])]
    """Buy or sell."""
    size: Size
    """What traded."""
    price: Price
    """What it traded at."""
    notional: Money
    """What it cost or brought before fees."""
    fee: Annotated[str, Field(examples=["0.60766656"])]
    """As it was taken; negative for a rebate."""
    fee_currency: Annotated[str, Field(examples=["USDT"])]
    """Currency that the fee was taken in."""
    fee_value: Annotated[str, Field(examples=["0.60766656"])]
    """The fee in the account's currency."""
    is_maker: bool
    """Whether our order rested."""
    leaves: Size
    """What of its order was still open."""
    reason: Annotated[str, Field(examples=["momentum +0.62, order-flow +0.18 → buy 0.021 BTC"])]
    """Why its order was wanted, in a few words."""
    traded_ns: Instant
    """When it traded, as the venue says."""
    heard_ns: Instant
    """When it was heard of."""


class CheckShape(Shape):
    """A check of the gate, as it stood for one order."""

    check: Annotated[str, Field(examples=["exposure"])]
    """Name of the check."""
    passed: bool
    """Its verdict."""
    number: Annotated[float | None, Field(examples=[0.1215])]
    """What it measured; null where it measures nothing."""
    limit: Annotated[float | None, Field(examples=[0.25])]
    """What it allows; null where it is off, or measures nothing."""
    used: Annotated[float | None, Field(examples=[0.486])]
    """Number over limit: 1 is all of it; null where that says nothing."""


class ScoreShape(Shape):
    """What an alpha thought at the decision."""

    alpha: Annotated[str, Field(examples=["momentum"])]
    """Name of the alpha."""
    score: Annotated[float | None, Field(examples=[0.62])]
    """In [-1, 1], positive to buy; null while it was not warm."""
    confidence: Annotated[float | None, Field(examples=[1.0])]
    """In [0, 1]."""
    weight: Annotated[float | None, Field(examples=[0.5])]
    """Its part of the ensemble."""


class StageShape(Shape):
    """A stage of the latency waterfall."""

    stage: Annotated[str, Field(examples=["decide"])]
    """Wire, decide, send, ack or fill."""
    begin_us: Annotated[float, Field(examples=[0.0])]
    """Microseconds after the event was received that it was decided on."""
    length_us: Annotated[float, Field(examples=[88.6])]
    """Microseconds it took."""


class OrderStory(Shape):
    """Why an order happened and what became of it."""

    order_id: OrderId
    """16 hexadecimal digits."""
    headline: Annotated[str, Field(examples=["momentum +0.62, order-flow +0.18 → buy 0.021 BTC"])]
    """Why it was wanted, in one line."""
    sentences: Annotated[list[str], Field(examples=[["It passed all 27 checks."]])]
    """The story, a sentence a step."""
    scores: list[ScoreShape]
    """What each alpha thought of the instrument."""
    features: dict[str, float | None]
    """What the alphas saw, by feature; prices and volumes in currency and base units."""
    checks: list[CheckShape]
    """Every check of the gate, in its order."""
    waterfall: list[StageShape]
    """Where the time went."""
    fills: list[FillShape]
    """What traded of it."""
    command: Annotated[str, Field(examples=["traider explain 00100000000eac00 --state runs/demo"])]
    """Explains the same order at a terminal."""
    explanation: dict[str, Any]
    """All of it, exactly as ``traider explain ID --json`` prints it."""
