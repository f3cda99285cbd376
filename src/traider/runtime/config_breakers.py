"""The tables [breakers]: what makes the gate act by itself, how, and for how long."""

from typing import Annotated, Literal

from pydantic import Field

from traider.runtime.config_sections import Real, Section, Whole

BreakerAction = Literal["preset", "off", "alert", "reduce", "close-only", "halt"]
Fraction = Annotated[Real, Field(gt=0, le=1)]
Seconds = Annotated[Real, Field(ge=0, le=31_536_000)]


class BreakerConfig(Section):
    """What every breaker has."""

    action: BreakerAction = "preset"
    """What it does once tripped: preset (as breakers.preset says), off, alert (tell a person),
    reduce (open only up to a share of the caps on exposure), close-only (open nothing), halt (as
    close-only, and take back resting orders that are no exits)."""
    cooldown_s: Seconds = 0.0
    """Seconds after which it closes by itself; 0 waits for a person to re-arm it."""
    share: Annotated[Real, Field(gt=0, lt=1)] = 0.5
    """What reduce leaves of the caps on exposure, and of what the strategy wants."""


class DailyLossBreaker(BreakerConfig):
    """The loss of a day."""

    loss: Fraction = 0.03
    """Loss since the start of the UTC day, a fraction of equity then."""


class DrawdownReduceBreaker(BreakerConfig):
    """The first tier of drawdown."""

    fall: Fraction = 0.03
    """Fall from the peak of equity, a fraction."""
    cooldown_s: Seconds = 86_400.0
    """Seconds after which it closes by itself, and takes equity then for its peak; 0 waits for a
    person to re-arm it."""


class DrawdownCloseBreaker(BreakerConfig):
    """The second tier of drawdown."""

    fall: Fraction = 0.05
    """Fall from the peak of equity, a fraction."""


class DrawdownHaltBreaker(BreakerConfig):
    """The third tier of drawdown."""

    fall: Fraction = 0.10
    """Fall from the peak of equity, a fraction."""


class LosingStreakBreaker(BreakerConfig):
    """Loss after loss."""

    trips: Annotated[Whole, Field(ge=1, le=1_000)] = 6
    """Closed round trips in a row that lost, fees included."""
    cooldown_s: Seconds = 14_400.0
    """Seconds after which it closes by itself and counts anew; 0 waits for a person."""


class ConfidenceBreaker(BreakerConfig):
    """Alphas that are not sure."""

    floor: Fraction = 0.1
    """Mean confidence that the last decisions may not fall below."""
    decisions: Annotated[Whole, Field(ge=1, le=256)] = 50
    """Decisions that are looked at together; alphas whose inputs are not warm do not count."""
    cooldown_s: Seconds = 3_600.0
    """Seconds after which it closes by itself and counts anew; 0 waits for a person."""


class RejectRateBreaker(BreakerConfig):
    """A venue that refuses."""

    rate: Annotated[Real, Field(ge=0, lt=1)] = 0.5
    """Share of the last orders that may be refused; more trips it."""
    orders: Annotated[Whole, Field(ge=1, le=256)] = 20
    """Orders that are looked at together."""
    cooldown_s: Seconds = 900.0
    """Seconds after which it closes by itself and counts anew; 0 waits for a person."""


class LatencyBreaker(BreakerConfig):
    """Orders that take long."""

    tail_ms: Annotated[Real, Field(gt=0, le=600_000)] = 2_000.0
    """99th percentile of the last minute from signal to order, in milliseconds."""
    cooldown_s: Seconds = 300.0
    """Seconds without such a minute after which it closes by itself; 0 waits for a person."""


class ReconcileBreaker(BreakerConfig):
    """Books that differ from the venue's."""

    difference: Annotated[Real, Field(ge=0, le=1)] = 0.01
    """What one difference may be worth, a fraction of equity; more trips it."""


class StaleFeedBreaker(BreakerConfig):
    """Prices that do not come."""

    instruments: Annotated[Real, Field(ge=0, lt=1)] = 0.5
    """Share of the instruments that may be without news; more trips it."""
    age_s: Annotated[Real, Field(gt=0, le=604_800)] = 120.0
    """Age of the last price from which an instrument is without news, in seconds."""
    cooldown_s: Seconds = 60.0
    """Seconds of prices after which it closes by itself; 0 waits for a person."""


class OutageBreaker(BreakerConfig):
    """A venue that is gone."""

    after_s: Annotated[Real, Field(gt=0, le=86_400)] = 60.0
    """Seconds for which no instrument can be traded, or the gateway sends nothing."""
    cooldown_s: Seconds = 120.0
    """Seconds of trading after which it closes by itself; 0 waits for a person."""


class PriceJumpBreaker(BreakerConfig):
    """A price that moved too far at once, an instrument for itself."""

    move: Annotated[Real, Field(ge=0, le=1)] = 0.1
    """Move of the last price within the window, a fraction; 0 does not look."""
    sigmas: Annotated[Real, Field(ge=0, le=1_000)] = 0.0
    """The same in standard deviations of such moves; 0 does not look."""
    window_s: Annotated[Real, Field(ge=0.01, le=604_800)] = 300.0
    """The window, in seconds."""
    cooldown_s: Seconds = 900.0
    """Seconds without such a move after which it closes by itself; 0 waits for a person."""


class SpreadBreaker(BreakerConfig):
    """Best prices far apart, an instrument for itself."""

    spread: Fraction = 0.02
    """Best ask less best bid over their middle."""
    cooldown_s: Seconds = 60.0
    """Seconds without such a spread after which it closes by itself; 0 waits for a person."""


class BreakersConfig(Section):
    """Circuit breakers of the gate; what only reduces a position passes each of them."""

    preset: Literal["off", "live"] = "off"
    """What breakers without an action of their own do: off nothing, live what the page on circuit
    breakers lists for real money."""
    daily_loss: DailyLossBreaker = DailyLossBreaker()
    """The loss of a day."""
    drawdown_reduce: DrawdownReduceBreaker = DrawdownReduceBreaker()
    """The first tier of drawdown."""
    drawdown_close: DrawdownCloseBreaker = DrawdownCloseBreaker()
    """The second tier of drawdown."""
    drawdown_halt: DrawdownHaltBreaker = DrawdownHaltBreaker()
    """The third tier of drawdown."""
    losing_streak: LosingStreakBreaker = LosingStreakBreaker()
    """Loss after loss."""
    confidence: ConfidenceBreaker = ConfidenceBreaker()
    """Alphas that are not sure."""
    reject_rate: RejectRateBreaker = RejectRateBreaker()
    """A venue that refuses."""
    latency: LatencyBreaker = LatencyBreaker()
    """Orders that take long."""
    reconcile: ReconcileBreaker = ReconcileBreaker()
    """Books that differ from the venue's."""
    stale_feed: StaleFeedBreaker = StaleFeedBreaker()
    """Prices that do not come."""
    outage: OutageBreaker = OutageBreaker()
    """A venue that is gone."""
    price_jump: PriceJumpBreaker = PriceJumpBreaker()
    """A price that moved too far at once."""
    spread: SpreadBreaker = SpreadBreaker()
    """Best prices far apart."""
