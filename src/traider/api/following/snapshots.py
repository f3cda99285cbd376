"""What a view shows of itself and of every market at one instant, for whoever looks each second."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from traider.domain.market_health import MarketHealth


class ViewState(StrEnum):
    """What a view is doing."""

    WAITING = "waiting"
    """No run has begun in the folder."""
    CATCHING_UP = "catching up"
    LIVE = "live"
    """It has everything that the journal had a moment ago."""
    FAULT = "fault"
    """The journal cannot be read now; it is tried again."""


@dataclass(frozen=True)
class Standing:
    """How a view stands."""

    state: ViewState
    fault: str
    """Why it reads nothing, in one line; empty while it does."""
    kernel_fault: str
    """Why books, features and scores are not known, in one line; empty while they are."""
    run_id: str
    position: int
    """The next event that it will take."""
    lag_s: float
    """Seconds since it had nothing left to take; 0 while it is live."""
    known_from_ns: int
    """Bars, trades and quality are known from here on; 0 while nothing is."""
    now_ns: int
    """When the journal said something last, ns UTC of the trader's clock."""


@dataclass(frozen=True)
class AlphaScore:
    """What one alpha says of one instrument; None for what is no number."""

    alpha: str
    score: float | None
    confidence: float | None
    weight: float
    is_filter: bool
    is_on: bool


@dataclass(frozen=True)
class Decision:
    """What the strategy thinks of an instrument."""

    decided_ns: int
    """When it was scored last; 0 never."""
    combined: float | None
    direction: int
    exposure: float | None
    scores: tuple[AlphaScore, ...]


@dataclass(frozen=True)
class MarketNow:
    """One instrument at an instant; prices in quote currency, sizes in base units."""

    name: str
    last: Decimal | None
    """Price of the last trade, or of the last bar's end."""
    last_ns: int
    """When the market said something last, as received; 0 never."""
    bid: Decimal | None
    bid_size: Decimal | None
    ask: Decimal | None
    ask_size: Decimal | None
    mark: Decimal | None
    """Price that positions are valued at."""
    health: MarketHealth
    gaps: int
    resyncs: int
    decision: Decision | None
    """None where the strategy is not known."""


@dataclass(frozen=True)
class ViewSnapshot:
    """Everything that is looked at each second."""

    version: int
    standing: Standing
    markets: tuple[MarketNow, ...]
    enter: float | None
    """Thresholds of the ensemble's score; None where they are not known."""
    exit: float | None
