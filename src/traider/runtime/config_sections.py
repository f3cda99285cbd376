"""The tables of the configuration, but for the strategy's: one frozen model each.

The text under a field is its description: ``traider config show`` prints it, and an error about
the field quotes it.
"""

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    model_validator,
)

from traider.domain.timeframes import TIMEFRAMES

NS_PER_S = 1_000_000_000

FillTier = Literal["pessimistic", "base", "optimistic"]


def _instant(value: object) -> object:
    """Return a date or time as ISO text; TOML has types of its own for them."""
    return value.isoformat() if isinstance(value, date) else value


def _checked_instant(text: str) -> str:
    if text:
        instant_ns(text)
    return text


def listed(value: object) -> object:
    """Split ``a.parquet,b.parquet``, the form that environment and command line can carry."""
    if isinstance(value, str):
        return [part.strip() for part in value.split(",") if part.strip()]
    return value


def _timeframe(text: str) -> str:
    if text not in TIMEFRAMES:
        raise ValueError(f"must be one of {', '.join(TIMEFRAMES)}")
    return text


def _optional_timeframe(text: str) -> str:
    return _timeframe(text) if text else text


def _decision(text: str) -> str:
    return text if text == "bar" else _timeframe(text)


def _number(value: object) -> object:
    """Refuse true where a number is meant; the library would take it for 1."""
    if isinstance(value, bool):
        raise ValueError("must be a number")  # noqa: TRY004 - the library turns ValueError into a fault
    return value


def _optional_path(value: object) -> object:
    return None if value == "" else value


def instant_ns(text: str) -> int:
    """Return the ISO date or time ``text`` in nanoseconds since the epoch; UTC unless it says.

    Raises:
        ValueError: the text is not an ISO date or time.
    """
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError("must be an ISO date like 2024-01-31, or date and time") from None
    if instant.tzinfo is None:
        instant = instant.replace(tzinfo=UTC)
    elapsed = instant - datetime(1970, 1, 1, tzinfo=UTC)
    return (elapsed.days * 86_400 + elapsed.seconds) * NS_PER_S + elapsed.microseconds * 1_000


Real = Annotated[float, BeforeValidator(_number)]
Whole = Annotated[int, BeforeValidator(_number)]
Exact = Annotated[Decimal, BeforeValidator(_number)]
Instant = Annotated[str, BeforeValidator(_instant), AfterValidator(_checked_instant)]
Timeframe = Annotated[str, AfterValidator(_timeframe)]
OptionalTimeframe = Annotated[str, AfterValidator(_optional_timeframe)]
OptionalPath = Annotated[Path | None, BeforeValidator(_optional_path)]


class Section(BaseModel):
    """A table of the configuration: frozen, without unknown keys, without NaN."""

    model_config = ConfigDict(
        allow_inf_nan=False,
        extra="forbid",
        frozen=True,
        str_strip_whitespace=True,
        use_attribute_docstrings=True,
        validate_default=True,
    )


class DataConfig(Section):
    """Which bars or captures are read, and which part of them."""

    files: Annotated[tuple[Path, ...], BeforeValidator(listed)] = ()
    """Parquet files of bars, one an instrument, or raw captures of Level-2 data (.txt.zst);
    relative to the config file they stand in."""
    bars: Timeframe = "15s"
    """Shortest bars that trades build, where the files are captures."""
    funding: Annotated[tuple[Path, ...], BeforeValidator(listed)] = ()
    """Parquet files of settled funding rates, named like BINANCE-BTCUSDT.parquet."""
    start: Instant = ""
    """First instant used, an ISO date or time in UTC; empty for the first bar."""
    end: Instant = ""
    """End of the part used, itself left out; empty for the last bar."""

    rules: Literal["minimums", "file", "registry"] = "minimums"
    """Ticks and lots of bar files: from the files themselves, or from the registry where it knows
    the instrument (registry). Smallest orders: from the registry, but with file none is known."""

    @property
    def start_ns(self) -> int | None:
        """First instant used, in nanoseconds UTC; None for the first bar."""
        return instant_ns(self.start) if self.start else None

    @property
    def end_ns(self) -> int | None:
        """First instant not used any more, in nanoseconds UTC; None for after the last bar."""
        return instant_ns(self.end) if self.end else None

    @model_validator(mode="after")
    def _in_order(self) -> "DataConfig":
        if self.start_ns is not None and self.end_ns is not None and self.start_ns >= self.end_ns:
            raise ValueError(f"start {self.start} must be before end {self.end}")
        return self


class InstrumentConfig(Section):
    """Trading rules of one instrument; what is left out comes from the registry or the file."""

    name: Annotated[str, Field(min_length=1)]
    """Instrument as the report names it, such as BINANCE:BTC-USDT."""
    tick_size: Annotated[Exact, Field(gt=0)] | None = None
    """Step of prices, in the quote currency."""
    lot_size: Annotated[Exact, Field(gt=0)] | None = None
    """Step of sizes, in base units."""
    min_size: Annotated[Exact, Field(ge=0)] | None = None
    """Smallest order, in base units."""
    min_notional: Annotated[Exact, Field(ge=0)] | None = None
    """Smallest order, in the quote currency."""


class ClockConfig(Section):
    """When the decider decides."""

    decision: Annotated[str, AfterValidator(_decision)] = "bar"
    """A decision at each close of the finest bars (bar), or at each end of a timeframe (1h)."""


class CostsConfig(Section):
    """What trading costs."""

    maker_fee: Annotated[Exact, Field(gt=Decimal("-0.01"), lt=Decimal("0.1"))] = Decimal("0.0004")
    """Fee of a resting order as a fraction of notional; negative for a rebate."""
    taker_fee: Annotated[Exact, Field(ge=0, lt=Decimal("0.1"))] = Decimal("0.0006")
    """Fee of an order that takes liquidity, as a fraction of notional."""
    spread_bps: Annotated[Real, Field(ge=0, le=1_000)] = 2.0
    """Full bid-ask spread in basis points; a taker pays half of it."""
    impact: Annotated[Real, Field(ge=0, le=10)] = 0.5
    """Coefficient of the square-root price impact; 0 turns it off."""
    fee_currency: Annotated[str, Field(pattern=r"^([A-Z0-9]{2,8})?$")] = ""
    """Currency that fees are paid in while a balance of it lasts, such as BNB; empty for none."""
    fee_balance: Annotated[Exact, Field(ge=0, le=10**9, decimal_places=8)] = Decimal(0)
    """Balance of the fee currency at the start, in that currency; a part of the capital."""
    fee_price: Annotated[Exact, Field(ge=0, le=500_000, decimal_places=8)] = Decimal(0)
    """What one of the fee currency is worth in the account's currency, through the whole run."""
    fee_discount: Annotated[Exact, Field(ge=0, lt=1, decimal_places=8)] = Decimal(0)
    """Part of a fee that paying it in the fee currency saves, such as 0.25."""

    @model_validator(mode="after")
    def _fee_currency_is_whole(self) -> "CostsConfig":
        if not self.fee_currency and (self.fee_balance or self.fee_price or self.fee_discount):
            raise ValueError("fee_balance, fee_price and fee_discount need a fee_currency")
        if self.fee_currency and not (self.fee_balance and self.fee_price):
            raise ValueError("fee_currency needs a fee_balance and a fee_price above 0")
        return self


class MarginConfig(Section):
    """What derivatives must hold, and what it costs when they cannot."""

    tiers: Literal["flat", "registry"] = "flat"
    """One tier of the rates below for any size, or the registry's tiers where it has them."""
    max_leverage: Annotated[Exact, Field(ge=1, le=200)] = Decimal(20)
    """Highest leverage the venue allows, on every tier."""
    maintenance_rate: Annotated[Exact, Field(gt=0, lt=1)] = Decimal("0.01")
    """Maintenance margin as a fraction of notional; below it positions are closed."""
    liquidation_fee: Annotated[Exact, Field(ge=0, lt=Decimal("0.2"))] = Decimal("0.012")
    """Fee of a forced close on top of the taker's, as a fraction of notional."""

    @model_validator(mode="after")
    def _can_be_opened(self) -> "MarginConfig":
        if self.maintenance_rate * self.max_leverage >= 1:
            raise ValueError(
                f"a leverage of {self.max_leverage} leaves no more than the maintenance margin"
            )
        return self


class SizingConfig(Section):
    """How large a position is."""

    kind: Literal["volatility-target", "fixed", "all-in", "atr", "fixed-risk"] = "volatility-target"
    """Rule of the size: volatility-target, fixed (a fraction of equity), all-in (all cash), atr
    (risk on a move of so many average true ranges) or fixed-risk (risk on the way to the stop)."""
    risk: Annotated[Real, Field(gt=0, le=1)] = 0.01
    """Share of equity that atr and fixed-risk stake on one position."""
    atr_multiple: Annotated[Real, Field(gt=0, le=100)] = 3.0
    """Average true ranges of the move that costs the risk of atr."""
    atr_window: Annotated[Whole, Field(ge=1, le=100_000)] = 14
    """Bars of the average true range."""
    stop_fraction: Annotated[Real, Field(gt=0, lt=1)] = 0.02
    """Distance to the stop that fixed-risk reckons with, as a fraction of the price."""
    target_volatility: Annotated[Real, Field(gt=0, le=10)] = 0.20
    """Volatility a year that volatility-target aims at, as a fraction."""
    fraction: Annotated[Real, Field(gt=0, le=10)] = 1.0
    """Share of equity that fixed puts in, however high the score."""
    volatility_window: Annotated[Whole, Field(ge=2, le=100_000)] = 48
    """Bars over which volatility is measured."""
    max_leverage: Annotated[Real, Field(gt=0, le=100)] = 1.0
    """Largest position of one instrument, as a multiple of equity."""
    gross_leverage: Annotated[Real, Field(gt=0, le=100)] = 1.0
    """Largest sum of all positions, as a multiple of equity."""
    net_leverage: Annotated[Real, Field(ge=0, le=100)] = 0.0
    """Largest difference of long and short positions, as a multiple of equity; 0 for no cap."""
    dead_band: Annotated[Real, Field(ge=0, lt=1)] = 0.05
    """Smallest change of a position that is traded, as a fraction of equity."""
    confidence_scaling: bool = False
    """Whether fixed, atr and fixed-risk sizes follow the strength of the combined score, which is
    scores times confidences; volatility-target always does."""


class LogConfig(Section):
    """Where the log goes."""

    level: Literal["debug", "info", "warning", "error"] = "info"
    """Least serious lines written to the file; the console shows warnings and errors."""
    file: OptionalPath = Path("runs/traider.log.jsonl")
    """File of JSON lines, relative to the working folder; empty for none."""


class ReportConfig(Section):
    """What the report shows."""

    trades_shown: Annotated[Whole, Field(ge=0, le=5_000)] = 400
    """Most trades in the page, newest and largest first; the Parquet file has all."""


class FeatureStoreConfig(Section):
    """What is kept in a feature store beside what the strategy reads."""

    expressions: tuple[Annotated[str, Field(min_length=1)], ...] = ()
    """Further features, such as "rsi(close, 14)@4h"; see the list of features."""
