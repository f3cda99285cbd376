"""The tables of how orders are made of decisions: the working style, and the plan of exits."""

from decimal import Decimal
from itertools import pairwise
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, model_validator

from traider.runtime.config_sections import OptionalPath, Real, Section, Whole, listed

TARGETS_MAX = 3
_WHOLE = 1.0 + 1e-9


def _numbers(value: object) -> object:
    """Take one number, or several as text with commas, for a list."""
    return [value] if isinstance(value, int | float | Decimal) else listed(value)


class ExecutionConfig(Section):
    """How an order is worked."""

    style: Literal["market", "limit", "post-only", "twap", "iceberg"] = "market"
    """How a size is traded: at market, by a limit until the next decision, by a post-only order
    that follows the best price, in equal parts over time (twap), or a part at a time (iceberg)."""
    limit_offset_bps: Annotated[Real, Field(ge=0, le=1_000)] = 2.0
    """Distance of a limit order from the last price, in basis points, on the passive side."""
    latency_moves: Annotated[Real, Field(ge=0, le=100)] = 0.0
    """Typical moves of the price that limit, post-only and iceberg orders stand further from the
    market: one is the volatility over the time an order takes, as measured; 0 for none."""
    offset_ticks: Annotated[Real, Field(ge=0, le=100_000)] = 0.0
    """Distance of post-only and iceberg orders from the best price of their side, in ticks."""
    offset_bps: Annotated[Real, Field(ge=0, le=1_000)] = 0.0
    """The same in basis points of the price; the two are added."""
    repeg_s: Annotated[Real, Field(ge=0, le=86_400)] = 5.0
    """Least time between two prices of such an order, in seconds."""
    repeg_ticks: Annotated[Whole, Field(ge=1, le=100_000)] = 1
    """Least move of the wanted price, in ticks, for which the order is replaced."""
    widen_s: Annotated[Real, Field(ge=0, le=86_400)] = 0.0
    """After each such time the order concedes a tick to the other side; 0 for never."""
    time_limit_s: Annotated[Real, Field(gt=0, le=31_536_000)] = 60.0
    """How long a size is worked, and the duration of a twap, in seconds."""
    slippage_bps: Annotated[Real, Field(ge=0, le=10_000)] = 0.0
    """Move of the price against a worked order (post-only, iceberg, twap) since its size was
    decided, after which the rest is taken at market or dropped (take_rest); 0 for none."""
    take_rest: bool = True
    """Whether the rest is taken at market when time or slippage is used up; else it is dropped
    until the next decision. A twap has no rest in time: it makes up for its last parts."""
    twap_slices: Annotated[Whole, Field(ge=1, le=10_000)] = 6
    """Parts of a twap."""
    iceberg_share: Annotated[Real, Field(gt=0, le=1)] = 0.2
    """Part of the size that an iceberg shows."""
    latency_ms: Annotated[Whole, Field(ge=0, le=60_000)] = 50
    """Time from decision to venue, in milliseconds."""
    latency_file: OptionalPath = None
    """Measured latencies to draw from instead: milliseconds, one a line, or a Parquet column."""


Distance = Literal["off", "atr", "fraction"]


class PlanConfig(Section):
    """The exits of a position: stop, targets, trailing stop, time."""

    stop: Distance = "off"
    """Whether positions get exits of their own, and what measures their stop: average true ranges
    (atr) or a fraction of the price."""
    stop_distance: Annotated[Real, Field(gt=0, le=1_000)] = 2.0
    """Distance from the entry to the stop, in that measure; targets count in it."""
    atr_window: Annotated[Whole, Field(ge=1, le=100_000)] = 14
    """Bars of the average true range."""
    targets: Annotated[tuple[Real, ...], BeforeValidator(_numbers)] = ()
    """Up to three targets, as multiples of the stop distance, rising."""
    fractions: Annotated[tuple[Real, ...], BeforeValidator(_numbers)] = ()
    """Part of the position that each target closes; what they leave runs until a stop."""
    trail: Distance = "off"
    """Whether the stop follows the best price once the first target is done, and its measure."""
    trail_distance: Annotated[Real, Field(gt=0, le=1_000)] = 2.0
    """Distance of the trailing stop from the best price, in that measure."""
    trail_step: Annotated[Real, Field(ge=0, le=1)] = 0.1
    """Part of that distance by which a stop must be better to be replaced at the venue."""
    break_even: bool = False
    """Whether the stop moves to the entry's price when the first target is done."""
    time_stop_s: Annotated[Real, Field(ge=0, le=315_360_000)] = 0.0
    """Longest life of a position, in seconds; 0 for any."""
    reenter: bool = False
    """Whether a position may be opened again at once in the direction its exits just ended."""

    @model_validator(mode="after")
    def _consistent(self) -> "PlanConfig":
        if len(self.targets) != len(self.fractions) or len(self.targets) > TARGETS_MAX:
            raise ValueError(
                f"{len(self.targets)} targets and {len(self.fractions)} fractions: "
                f"give each of up to {TARGETS_MAX} targets its fraction"
            )
        if any(near >= far for near, far in pairwise((0.0, *self.targets))):
            raise ValueError("targets must be above 0 and rise")
        if any(part <= 0.0 for part in self.fractions) or sum(self.fractions) > _WHOLE:
            raise ValueError("fractions must be above 0 and sum to at most 1")
        for kind, distance in ((self.stop, self.stop_distance), (self.trail, self.trail_distance)):
            if kind == "fraction" and distance >= 1.0:
                raise ValueError(f"a distance of {distance:g} times the price is no fraction")
        if self.stop == "off" and (self.targets or self.trail != "off" or self.time_stop_s):
            raise ValueError("targets, trailing and time need a stop: set stop to atr or fraction")
        return self
