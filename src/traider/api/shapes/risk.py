"""Shapes of risk: limits, value at risk, exposure, correlation, breakers, stress."""

from typing import Annotated, Literal

from pydantic import Field

from traider.api.shapes.amounts import InstrumentText, MoneyText, TimeNs
from traider.api.shapes.shape import Shape
from traider.api.shapes.standing import AsOf

_LIMIT = "max_gross_exposure"


class LimitChange(Shape):
    """Who changed a limit, and why."""

    who: Annotated[str, Field(examples=["ana"])]
    """Whoever asked for it."""
    why: Annotated[str, Field(examples=["smaller over the weekend"])]
    """Their reason; empty where none was given."""
    at_ns: TimeNs
    """When, ns UTC of the trader's clock."""
    before: Annotated[float | None, Field(examples=[1.5])]
    """What it was, in its unit; null where it was off."""


class LimitRow(Shape):
    """One limit of the gate."""

    name: Annotated[str, Field(examples=[_LIMIT])]
    """Its name in ``[limits]``."""
    meaning: Annotated[str, Field(examples=["Largest sum of exposures after the order."])]
    """What it bounds."""
    unit: Annotated[str, Field(examples=["of equity"])]
    """Unit of all its numbers."""
    scope: Literal["account", "instrument", "order"]
    """What it is compared with: the account, each instrument, or each order for itself."""
    value: Annotated[float | None, Field(examples=[1.05])]
    """As it is in force; null where it is off."""
    used: Annotated[float | None, Field(examples=[0.42])]
    """What is used of it now; null of a limit on orders, and where it is not known."""
    share: Annotated[float | None, Field(examples=[0.4])]
    """Part of it that is used: at 1 it refuses. Of a least distance the limit over the distance."""
    instrument: Annotated[str, Field(examples=["BINANCE:BTC-USDT-PERP"])]
    """Which instrument uses most, of a limit on each; empty of others."""
    source: Literal["default", "settings", "changed"]
    """Where its value is from: nobody set it, the run was begun with it, or somebody changed it."""
    default: Annotated[float | None, Field(examples=[1.05])]
    """What it is where nobody sets it; null for off."""
    begun_with: Annotated[float | None, Field(examples=[1.05])]
    """What the run was begun with; null for off."""
    changed: LimitChange | None
    """The last change; null where there was none."""


class Limits(Shape):
    """Every limit of the gate."""

    items: list[LimitRow]
    """In the order of the configuration."""
    currency: Annotated[str, Field(examples=["USDT"])]
    """Currency of the account."""
    as_of: AsOf
    """How current the use is."""


class GateRisk(Shape):
    """What the gate measures of what is held, as parts of equity; losses are positive."""

    var: Annotated[float | None, Field(examples=[0.012])]
    """Value at risk; null while an instrument that is held has too few samples."""
    es: Annotated[float | None, Field(examples=[0.015])]
    """Expected shortfall."""
    confidence: Annotated[float, Field(examples=[0.99])]
    """Share of outcomes that lose no more."""
    horizon: Annotated[str, Field(examples=["1d"])]
    """Time over which they are meant."""
    max_var: Annotated[float, Field(examples=[0.05])]
    """Its limit; 0 where it is off."""
    max_es: Annotated[float, Field(examples=[0.07])]
    """Its limit; 0 where it is off."""
    samples: Annotated[int, Field(examples=[240])]
    """Fewest of any instrument that is held."""
    samples_min: Annotated[int, Field(examples=[60])]
    """How many are needed."""
    gross: Annotated[float, Field(examples=[0.48])]
    """Sum of the positions' absolute values, of equity."""
    net: Annotated[float, Field(examples=[0.12])]
    """Sum of the positions' values, of equity."""


class VarMeasurement(Shape):
    """One model's number, in the account's currency."""

    model: Annotated[str, Field(examples=["historical"])]
    """Which model."""
    horizon: Annotated[str, Field(examples=["1d"])]
    """Length of the period to come."""
    level: Annotated[float, Field(examples=[0.99])]
    """Share of outcomes that lose no more."""
    var: Annotated[float | None, Field(examples=[212.4])]
    """Value at risk; null where too little is known."""
    es: Annotated[float | None, Field(examples=[280.1])]
    """Expected shortfall."""
    periods: Annotated[int, Field(examples=[500])]
    """Past periods it stands on."""


class VarPart(Shape):
    """What a position brings to the value at risk and the shortfall."""

    instrument: InstrumentText
    """Which position."""
    horizon: Annotated[str, Field(examples=["1d"])]
    """Length of the period to come."""
    level: Annotated[float, Field(examples=[0.95])]
    """Share of outcomes that lose no more."""
    marginal_var: Annotated[float, Field(examples=[0.021])]
    """Change of the value at risk with each unit of money more of it."""
    component_var: Annotated[float, Field(examples=[120.5])]
    """Its part of the value at risk: the parts add up."""
    component_es: Annotated[float, Field(examples=[150.2])]
    """Its part of the shortfall: the parts add up."""
    incremental_var: Annotated[float, Field(examples=[98.0])]
    """What the value at risk would fall by without it."""


class VarTest(Shape):
    """How the forecasts of one model held on the past."""

    model: Annotated[str, Field(examples=["historical"])]
    """Which model."""
    horizon: Annotated[str, Field(examples=["1d"])]
    """Length of a period."""
    level: Annotated[float, Field(examples=[0.99])]
    """Share of outcomes that should lose no more."""
    window: Annotated[int, Field(examples=[500])]
    """Past periods that each forecast sees."""
    periods: Annotated[int, Field(examples=[740])]
    """Forecasts that were tried."""
    exceedances: Annotated[int, Field(examples=[9])]
    """How many losses were larger."""
    expected: Annotated[float, Field(examples=[7.4])]
    """How many there should have been."""
    kupiec_p: Annotated[float, Field(examples=[0.56])]
    """Chance of so wrong a number if the model were right (Kupiec)."""
    independence_p: Annotated[float, Field(examples=[0.31])]
    """Chance of such clusters if the model were right (Christoffersen)."""
    conditional_p: Annotated[float, Field(examples=[0.48])]
    """Chance of both."""
    accepted: bool
    """Whether neither speaks against it at 5 %."""


class VarCone(Shape):
    """Forecasts of value at risk of one model, and what was lost, period by period."""

    model: Annotated[str, Field(examples=["historical"])]
    """Which model."""
    horizon: Annotated[str, Field(examples=["1d"])]
    """Length of a period."""
    level: Annotated[float, Field(examples=[0.95])]
    """Share of outcomes that should lose no more."""
    instants: Annotated[list[int], Field(examples=[[1_721_347_200_000_000_000]])]
    """Ends of the periods, ns UTC; the last ones."""
    returns: Annotated[list[float], Field(examples=[[-0.012]])]
    """What the book of now would have made, as parts of its gross."""
    forecasts: Annotated[list[float], Field(examples=[[0.018]])]
    """Value at risk forecast before each period, as parts of the gross; losses are positive."""
    breaches: Annotated[list[int], Field(examples=[[3]])]
    """Places of the periods that lost more than forecast."""


class VarBacktest(Shape):
    """Models of value at risk tried on the past with the book that is held."""

    tests: list[VarTest]
    """Each model, horizon and level."""
    cones: list[VarCone]
    """Series of the model and level asked for, one a horizon."""
    source: Annotated[str, Field(examples=["the positions held then"])]
    """Which book was tried."""
    made_ns: TimeNs
    """When, ns UTC of the machine's clock; it is tried anew as what is held changes."""
    notes: Annotated[list[str], Field(examples=[["1d: 180 periods are too few"]])]
    """What was taken for granted, and what is not known."""


class RiskNow(Shape):
    """What the account can lose, as it was measured last."""

    now_ns: TimeNs
    """When, ns UTC of the trader's clock."""
    currency: Annotated[str, Field(examples=["USDT"])]
    """Of all money here."""
    equity: Annotated[float, Field(examples=[10_012.3])]
    """Worth of the account."""
    gate: GateRisk
    """What the gate measures."""
    measurements: list[VarMeasurement]
    """By the models; none where ``observability.risk_history`` names no bars."""
    parts: list[VarPart]
    """Who brings what."""
    notes: Annotated[list[str], Field(examples=[[]])]
    """What stands for what."""
    took_us: Annotated[float, Field(examples=[912.0])]
    """How long measuring took, microseconds."""


class ValueAtRisk(Shape):
    """Value at risk now."""

    measured: RiskNow | None
    """As a running trader measured it last; null where none did."""


class ExposureRow(Shape):
    """What is held of one instrument or group."""

    name: InstrumentText
    """Instrument, or the group's instruments."""
    value: MoneyText
    """Signed, at the mark."""
    exposure: Annotated[float | None, Field(examples=[0.42])]
    """Signed, as a fraction of equity; null where equity is not above 0."""
    worst: Annotated[float | None, Field(examples=[0.5])]
    """Largest it can become by orders that are open, without a sign."""
    limit: Annotated[float | None, Field(examples=[1.05])]
    """Its cap; null where there is none."""


class Exposure(Shape):
    """What is held, by instrument and in sum."""

    instruments: list[ExposureRow]
    """One an instrument."""
    groups: list[ExposureRow]
    """One a group of ``limits.groups``."""
    gross: Annotated[float | None, Field(examples=[0.42])]
    """Sum without signs, of equity."""
    net: Annotated[float | None, Field(examples=[0.42])]
    """Sum with signs, of equity."""
    leverage: Annotated[float | None, Field(examples=[0.5])]
    """Gross with every open order filled, of equity: what the gate's limit bounds."""
    equity: MoneyText
    """Worth of the account, as the gate sees it."""
    currency: Annotated[str, Field(examples=["USDT"])]
    """Of all money here."""
    as_of: AsOf
    """How current it is."""


class Correlation(Shape):
    """How the prices of the instruments move together, as the gate measures it."""

    instruments: Annotated[list[str], Field(examples=[["COINBASE:BTC-USD", "COINBASE:ETH-USD"]])]
    """Rows and columns."""
    matrix: Annotated[list[list[float | None]], Field(examples=[[[1.0, 0.7], [0.7, 1.0]]])]
    """Correlations of returns over an interval, drawn towards their mean; null while too few
    samples are there."""
    volatilities: Annotated[list[float | None], Field(examples=[[0.45, 0.6]])]
    """Of each instrument, a year."""
    samples: Annotated[list[int], Field(examples=[[240, 240]])]
    """Of each instrument."""
    samples_min: Annotated[int, Field(examples=[60])]
    """How many are needed before limits go by them."""
    interval_s: Annotated[float, Field(examples=[300.0])]
    """Seconds between two samples."""
    threshold: Annotated[float, Field(examples=[0.7])]
    """From here on instruments count as one bet."""
    as_of: AsOf
    """How current it is."""


class BreakerRow(Shape):
    """One circuit breaker that is configured."""

    name: Annotated[str, Field(examples=["drawdown-close"])]
    """Its name."""
    instrument: Annotated[str, Field(examples=[""])]
    """Whose opening it stops; empty for the whole account."""
    state: Literal["closed", "open"]
    """Open stops what its action says."""
    action: Annotated[str, Field(examples=["close-only"])]
    """What it does when it is open."""
    bound: Annotated[float, Field(examples=[0.05])]
    """What may not be passed, in the breaker's unit."""
    number: Annotated[float | None, Field(examples=[0.051])]
    """What tripped it; null while it is closed and was never measured."""
    words: Annotated[str, Field(examples=["fall from the peak 5.1 %, bound 5 %"])]
    """The same for people; of a closed one its bound."""
    since_ns: TimeNs | None
    """When it tripped, ns UTC of the trader's clock; null while it is closed."""
    cooldown_s: Annotated[float, Field(examples=[900.0])]
    """Seconds after which it closes by itself; 0 waits for a person."""
    left_s: Annotated[float | None, Field(examples=[312.5])]
    """Seconds of that which remain, as long as it is not beyond its bound again; null otherwise."""
    closes_by: Annotated[str, Field(examples=["itself"])]
    """Who closes it: itself after its cool-down, or a person."""
    may_close: Annotated[list[str], Field(examples=[["ana"]])]
    """Who may close it by hand; empty for everyone with the right."""


class Breakers(Shape):
    """Every circuit breaker that is configured."""

    items: list[BreakerRow]
    """Those of the account first."""
    as_of: AsOf
    """How current they are."""


class StressLoss(Shape):
    """What one position loses in a scenario."""

    instrument: InstrumentText
    """Which."""
    move: Annotated[float, Field(examples=[-0.3])]
    """Of its price, a fraction."""
    loss: MoneyText
    """In all."""
    price_loss: MoneyText
    """By the price."""
    spread: MoneyText
    """By the spread at which it is closed."""
    costs: MoneyText
    """In fees."""
    funding: MoneyText
    """In funding."""


class StressRow(Shape):
    """What the present book loses in one scenario."""

    scenario: Annotated[str, Field(examples=["crash-30"])]
    """Its name."""
    title: Annotated[str, Field(examples=["Crash of 30 %"])]
    """In words."""
    meaning: Annotated[str, Field(examples=["Everything falls by 30 % at once."])]
    """What happens in it."""
    loss: MoneyText
    """What closing everything at its worst costs."""
    of_equity: Annotated[float | None, Field(examples=[0.12])]
    """The same as a fraction of equity."""
    is_liquidated: bool
    """Whether the venue would close it first."""
    leverage_after: Annotated[float | None, Field(examples=[1.4])]
    """Leverage at the worst; null where nothing is left."""
    limits: Annotated[list[str], Field(examples=[["max_drawdown stops new positions"]])]
    """What the limits would do."""
    positions: list[StressLoss]
    """Who loses what."""


class Stress(Shape):
    """Every scenario on the present book."""

    items: list[StressRow]
    """In the order in which they are tried."""
    worst: Annotated[str | None, Field(examples=["crash-30"])]
    """Name of the one that costs most; null where nothing is held."""
    currency: Annotated[str, Field(examples=["USDT"])]
    """Of all money here."""
    equity: MoneyText
    """Worth of the account."""
    gross: MoneyText
    """Of the positions, without signs."""
    made_ns: TimeNs
    """When it was made, ns UTC of the machine's clock."""
    notes: Annotated[list[str], Field(examples=[["no data: volatilities are assumed"]])]
    """What was taken for granted."""
