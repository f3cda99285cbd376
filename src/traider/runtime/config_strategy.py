"""The strategy's table: a union, told apart by ``kind``, of one model a strategy."""

from pathlib import Path
from typing import Annotated, Literal, TypeAlias

from pydantic import Field, model_validator

from traider.runtime.config_sections import (
    Exact,
    OptionalPath,
    OptionalTimeframe,
    Real,
    Section,
    Whole,
)

NAME = r"^[A-Za-z_]\w*$"
"""What can stand behind score_ in a feature expression."""


class SmaCrossStrategy(Section):
    """All cash in on the cross up, all out on the cross down; long only."""

    kind: Literal["sma-cross"]
    """Which strategy: two moving averages that cross."""
    fast: Annotated[Whole, Field(ge=1, le=10_000)]
    """Bars of the fast average."""
    slow: Annotated[Whole, Field(ge=2, le=10_000)]
    """Bars of the slow average."""

    @model_validator(mode="after")
    def _in_order(self) -> "SmaCrossStrategy":
        if self.fast >= self.slow:
            raise ValueError(f"fast ({self.fast}) must be smaller than slow ({self.slow})")
        return self


class AlphaConfig(Section):
    """One alpha of an ensemble."""

    name: Annotated[str, Field(min_length=1)]
    """Name of a shipped alpha, or of the one in ``file``."""
    weight: Annotated[Real, Field(ge=0, le=1_000)] = 1.0
    """Weight in the ensemble, relative to the other alphas."""
    role: Literal["vote", "filter"] = "vote"
    """Whether it votes, or filters: its confidence then scales what the others say together."""
    file: OptionalPath = None
    """Python file of an alpha of your own, relative to the config file; empty for a shipped one."""
    params: dict[str, Real] = Field(default_factory=dict)
    """Parameters of the alpha by name; those not given keep its own defaults."""


class FeatureConfig(Section):
    """One batch feature: a function of your own over the whole history of the bars."""

    name: Annotated[str, Field(pattern=NAME)]
    """Name of a function of ``file`` under @batch_feature; alphas read it as score_NAME."""
    file: Path
    """Python file that declares it, relative to the config file."""
    params: dict[str, Real] = Field(default_factory=dict)
    """Parameters by name; those not given keep the function's own defaults."""


class EnsembleStrategy(Section):
    """Alphas that vote with weight and confidence."""

    kind: Literal["ensemble"] = "ensemble"
    """Which strategy: an ensemble of alphas."""
    timeframe: OptionalTimeframe = ""
    """Bars that the alphas look at; empty for those of the data."""
    enter: Annotated[Real, Field(gt=0, le=1)] = 0.3
    """Score, 0 to 1, from which a position is opened."""
    exit: Annotated[Real, Field(ge=0, le=1)] = 0.1
    """Score under which a position is closed."""
    allow_short: bool = False
    """Whether negative scores open short positions."""
    cooldown_s: Annotated[Real, Field(ge=0, le=31_536_000)] = 0.0
    """Seconds after a position was left in which none is entered."""
    alphas: tuple[AlphaConfig, ...] = (
        AlphaConfig(name="momentum"),
        AlphaConfig(name="mean-reversion"),
    )
    """The alphas, a table [[strategy.alphas]] each."""
    features: tuple[FeatureConfig, ...] = ()
    """Batch features that alphas read as score_NAME, a table [[strategy.features]] each."""
    scores: dict[Annotated[str, Field(pattern=NAME)], Path] = Field(default_factory=dict)
    """Score files by model, name = "file.parquet"; alphas read score_NAME and confidence_NAME."""

    @property
    def models(self) -> tuple[str, ...]:
        """Names under which alphas read scores: features first, then files."""
        return (*(feature.name for feature in self.features), *self.scores)

    @model_validator(mode="after")
    def _consistent(self) -> "EnsembleStrategy":
        twice = [name for name in self.models if self.models.count(name) > 1]
        if twice:
            raise ValueError(f"features and scores name {twice[0]} twice; give each its own name")
        if self.exit > self.enter:
            raise ValueError(f"exit ({self.exit:g}) must not be above enter ({self.enter:g})")
        if not any(alpha.weight for alpha in self.alphas if alpha.role == "vote"):
            raise ValueError("at least one alpha that votes with a weight above 0 is needed")
        return self


class QuotingStrategy(Section):
    """Two standing orders around the best prices, looked at again at each decision."""

    kind: Literal["quoting"]
    """Which strategy: a bid and an ask of its own."""
    size: Annotated[Exact, Field(gt=0)]
    """Size of each quote, in base units, the same for every instrument."""
    max_position: Annotated[Exact, Field(gt=0)]
    """Largest position that quotes may lead to, long or short, in base units."""
    offset_ticks: Annotated[Whole, Field(ge=0, le=100_000)] = 1
    """Ticks that a quote stands outside the best price of its side."""
    skew_ticks: Annotated[Real, Field(ge=0, le=100_000)] = 0.0
    """Ticks that both quotes move up at a combined score of 1, and down at -1."""
    timeframe: OptionalTimeframe = ""
    """Bars that the alphas look at; empty for those of the data."""
    alphas: tuple[AlphaConfig, ...] = ()
    """Alphas that skew the quotes, a table [[strategy.alphas]] each; none are needed."""


StrategyConfig: TypeAlias = Annotated[
    SmaCrossStrategy | EnsembleStrategy | QuotingStrategy, Field(discriminator="kind")
]
