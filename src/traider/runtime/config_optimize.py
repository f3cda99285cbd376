"""The table of ``traider optimize``: what is weighted, how, and under which terms."""

from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from traider.domain.timeframes import TIMEFRAMES
from traider.portfolio.weights.methods import Method
from traider.runtime.config_sections import Real, Section, Whole, listed


def _period(text: str) -> str:
    if text not in TIMEFRAMES:
        raise ValueError(f"must be one of {', '.join(TIMEFRAMES)}")
    return text


def _method(text: str) -> str:
    known = [method.value for method in Method]
    if text not in known:
        raise ValueError(f"must be one of {', '.join(known)}")
    return text


MethodName = Annotated[str, AfterValidator(_method)]


class ViewConfig(Section):
    """What is expected of one asset, for Black-Litterman."""

    asset: Annotated[str, Field(min_length=1)]
    """Instrument or strategy, as it stands in instruments or strategies."""
    yearly_return: Annotated[Real, Field(gt=-1, lt=10)]
    """Expected a year, as a fraction; with against: by how much more than that asset."""
    confidence: Annotated[Real, Field(gt=0, le=1)] = 0.5
    """From near 0, a guess, to 1, certain."""
    against: str = ""
    """Asset it is compared with; empty for the return itself."""


class OptimizeConfig(Section):
    """How the weights of a portfolio are found and tried."""

    instruments: Annotated[tuple[str, ...], BeforeValidator(listed)] = ()
    """Instruments to hold, such as BINANCE:BTC-USDT; their bars are in --data."""
    strategies: Annotated[tuple[Path, ...], BeforeValidator(listed)] = ()
    """Folders of finished back-tests; the equity of each is an asset like an instrument."""
    methods: Annotated[tuple[MethodName, ...], BeforeValidator(listed)] = tuple(
        method.value for method in Method
    )
    """Ways to choose weights; equal weight stands beside them in any case."""
    period: Annotated[str, AfterValidator(_period)] = "1d"
    """Length of a return."""
    window: Annotated[Whole, Field(ge=20, le=100_000)] = 180
    """Returns that each choice looks back on."""
    held: Annotated[Whole, Field(ge=1, le=100_000)] = 30
    """Periods that weights are held before they are chosen again."""
    weight_min: Annotated[Real, Field(ge=0, lt=1)] = 0.0
    """Least weight of an asset."""
    weight_max: Annotated[Real, Field(gt=0, le=1)] = 1.0
    """Largest weight of an asset."""
    turnover_max: Annotated[Real, Field(ge=0, le=2)] = 0.0
    """Most that is bought and sold at one rebalancing, as a share of the whole; 0 for any."""
    cost_bps: Annotated[Real, Field(ge=0, le=1_000)] = 10.0
    """Paid on what is bought or sold: fee, half the spread, impact."""
    risk_aversion: Annotated[Real, Field(gt=0, le=1_000)] = 3.0
    """Of the mean-variance utility: mean - risk_aversion / 2 * variance."""
    confidence: Annotated[Real, Field(gt=0.5, lt=1)] = 0.95
    """Of the conditional value at risk."""
    views: tuple[ViewConfig, ...] = ()
    """Fixed views of Black-Litterman, a table [[optimize.views]] each."""
    scores: Annotated[tuple[Path, ...], BeforeValidator(listed)] = ()
    """Score files of models whose newest score of each asset is a view of Black-Litterman."""
    information_coefficient: Annotated[Real, Field(gt=0, le=1)] = 0.05
    """Correlation of scores with returns: a score expects coefficient * volatility * score."""

    @model_validator(mode="after")
    def _sound(self) -> "OptimizeConfig":
        names = [*self.instruments, *map(str, self.strategies)]
        if len({name.upper() for name in names}) < len(names):
            raise ValueError("an asset is there twice")
        if self.weight_min > self.weight_max:
            raise ValueError("weight_min is above weight_max")
        return self
