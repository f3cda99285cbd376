"""Alphas whose answers a test writes into its bars: volume carries the score, high the volatility.

A bar of volume 1,300 scores +0.3, one of 700 scores -0.3; a high of 2 is a volatility of 2 a year.
The kernel takes bars as they come, so a test can say in each bar what the alpha shall answer.
"""

import math
from dataclasses import replace
from typing import Any, Final

from tests.kernel.scenario import HOUR, PERPETUAL, Ohlcv, spec_of
from traider.kernel.codes import Sizing
from traider.kernel.specification import (
    AlphaSpec,
    FrameSpec,
    KernelSpec,
    MarketSpec,
    StrategySpec,
    TapeSpec,
)
from traider.signals.alpha import Score, alpha

HIGH: Final = 1
VOLUME: Final = 4
NEVER_WARM: Final = 7


@alpha(features=("volume",))
def scripted(x: Any, p: Any) -> Score:  # noqa: ARG001 - an alpha takes both
    """Answer what the volume says, with full confidence."""
    return (x[0] - 1000.0) / 1000.0, 1.0


@alpha(features=("volume",), params={"confidence": 0.5})
def doubtful(x: Any, p: Any) -> Score:
    """Answer what the volume says, with the confidence given."""
    return (x[0] - 1000.0) / 1000.0, p[0]


@alpha(features=("volume",))
def undefined(x: Any, p: Any) -> Score:  # noqa: ARG001 - an alpha takes both
    """Answer no number while the volume is above 2,000."""
    return math.nan if x[0] > 2000.0 else 0.5, 1.0


@alpha(features=("volume",))
def unsure(x: Any, p: Any) -> Score:  # noqa: ARG001 - an alpha takes both
    """Answer with a confidence above 1 while the volume is above 2,000."""
    return 0.5, 2.0 if x[0] > 2000.0 else 1.0


@alpha(features=("volume",))
def failing(x: Any, p: Any) -> Score:  # noqa: ARG001 - an alpha takes both
    """Fail while the volume is above 2,000."""
    if x[0] > 2000.0:
        raise ValueError("no opinion")
    return 0.5, 1.0


def voice(declared: Any = scripted, weight: float = 1.0, **params: float) -> AlphaSpec:
    """Return an alpha that reads the volume."""
    values = declared.with_params(params)
    return AlphaSpec(declared.name, declared.compiled(), (VOLUME,), tuple(values.values()), weight)


def deciding(
    *markets: MarketSpec,
    alphas: tuple[AlphaSpec, ...] = (),
    cash: int = 10_000,
    epoch: int = 1,
    **strategy: Any,
) -> KernelSpec:
    """Return a kernel that puts a fixed half of equity at full score where no more is said."""
    plan: dict[str, Any] = {
        "decision_ns": HOUR,
        "sizing": Sizing.FIXED,
        "fraction": 0.5,
        "dead_band": 0.0,
        "volatility_slot": HIGH,
        "allow_short": True,
    }
    return replace(
        spec_of(*(markets or (PERPETUAL,)), cash=cash),
        tape=TapeSpec(frames=(FrameSpec(HOUR, 60, 0, 0, 0),), slots=8),
        alphas=alphas or (voice(),),
        strategy=StrategySpec(**{**plan, **strategy}),
        epoch=epoch,
    )


def says(score: float, price: int = 100, volatility: int = 1) -> Ohlcv:
    """Return a bar at ``price`` on which ``scripted`` answers ``score``."""
    return (price, volatility, price, price, round(1000 * (1 + score)))
