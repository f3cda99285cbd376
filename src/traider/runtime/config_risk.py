"""The table [risk]: how risk is measured, and names that set many limits at once."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from traider.domain.timeframes import timeframe_ns
from traider.runtime.config_sections import Real, Section, Timeframe, Whole

Profile = Literal["", "low", "medium", "high"]
Preset = Literal["", "paper", "starter", "institutional"]
DrawdownPreset = Literal["", "3%", "5%"]


class RiskConfig(Section):
    """How risk is measured, and names that set many limits at once."""

    profile: Profile = ""
    """How much is dared: low, medium or high; sets risk_per_trade, leverage and positions."""
    preset: Preset = ""
    """How far the account is: paper, starter or institutional; sets losses, positions and VaR."""
    drawdown: DrawdownPreset = ""
    """Fall from the peak of equity that stops new positions: 3% or 5%; sets limits.max_drawdown."""
    risk_per_trade: Annotated[Real, Field(ge=0, le=1)] = 0.0
    """Most that one position may lose at the stop of its plan, as a fraction of equity; larger ones
    are made smaller; 0 for no bound."""
    confidence: Annotated[Real, Field(ge=0.5, le=0.9999)] = 0.99
    """Share of outcomes that lose no more than the value at risk."""
    horizon: Timeframe = "1d"
    """Time over which value at risk and expected shortfall are meant."""
    interval: Timeframe = "5m"
    """Time between two samples of the prices that covariance is measured from; where decisions are
    further apart, each of them takes one."""
    ewma_lambda: Annotated[Real, Field(ge=0.5, le=0.9999)] = 0.99
    """Weight of the past at each sample; the newest has the rest."""
    shrinkage: Annotated[Real, Field(ge=0, le=1)] = 0.2
    """How far correlations are drawn towards their mean: 0 not at all, 1 to be all the same."""
    samples_min: Annotated[Whole, Field(ge=2, le=100_000)] = 60
    """Samples an instrument must have before risk is measured by them; until then nothing is opened
    under a limit that needs them."""
    correlation_threshold: Annotated[Real, Field(gt=0, le=1)] = 0.7
    """Least correlation, either way, from which on instruments count as one bet."""

    @model_validator(mode="after")
    def _horizon_holds_an_interval(self) -> "RiskConfig":
        if timeframe_ns(self.horizon) < timeframe_ns(self.interval):
            raise ValueError(f"the horizon {self.horizon} is shorter than {self.interval}")
        return self
