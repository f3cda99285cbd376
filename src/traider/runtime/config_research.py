"""The tables of what may follow a back-test: walk-forward and Monte Carlo."""

import re
from decimal import Decimal
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from traider.runtime.config_sections import Real, Section, Whole

_UNITS_S: Final = {"s": 1, "m": 60, "h": 3_600, "d": 86_400, "w": 604_800}
_DURATION: Final = re.compile(r"(\d{1,9})\s*([smhdw])")
_NS_PER_S: Final = 1_000_000_000


def duration_ns(text: str) -> int:
    """Return a length of time such as ``90d`` or ``12h`` in nanoseconds.

    Raises:
        ValueError: the text is no number with one of the units s, m, h, d, w.
    """
    found = _DURATION.fullmatch(text)
    if found is None:
        raise ValueError("must be a whole number and a unit (s, m, h, d or w), such as 90d")
    return int(found[1]) * _UNITS_S[found[2]] * _NS_PER_S


def _length(text: str) -> str:
    if duration_ns(text) == 0:
        raise ValueError("must be longer than nothing")
    return text


def _optional_length(text: str) -> str:
    return _length(text) if text else text


def _gap(text: str) -> str:
    duration_ns(text)
    return text


Length = Annotated[str, AfterValidator(_length)]
OptionalLength = Annotated[str, AfterValidator(_optional_length)]
Gap = Annotated[str, AfterValidator(_gap)]


def _flat_grid(value: object) -> object:
    """Return a grid as dotted keys and texts, whatever tables and lists it was written in."""
    if not isinstance(value, dict):
        return value
    flat: dict[str, object] = {}
    for key, part in value.items():
        if isinstance(part, dict):
            inner = _flat_grid(part)
            flat |= {f"{key}.{name}": text for name, text in dict(inner).items()}  # type: ignore[call-overload]
        elif isinstance(part, list | tuple):
            flat[str(key)] = ",".join(_written(one) for one in part)
        else:
            flat[str(key)] = _written(part)
    return flat


def _written(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"{value:f}" if isinstance(value, Decimal) else str(value)


class WalkForwardConfig(Section):
    """Choose on the past, trade on what follows, window after window (--walk-forward)."""

    enabled: bool = False
    """Whether a walk-forward follows the back-test."""
    train: Length = "365d"
    """Length of a train span: a number and s, m, h, d or w."""
    test: Length = "90d"
    """Length of the test that follows a train span."""
    step: OptionalLength = ""
    """From one test's begin to the next; empty for the length of a test, no shorter than it."""
    kind: Literal["rolling", "expanding"] = "rolling"
    """Train spans of one length (rolling), or all from the first bar on (expanding)."""
    purge: Gap = "0d"
    """What is left out between a train span and its test."""
    embargo: Gap = "0d"
    """What is not scored after an earlier test inside a later train span."""
    metric: Literal["sharpe", "sortino", "calmar", "total-return"] = "sharpe"
    """What the best is chosen by: sharpe, sortino, calmar or total-return of the train span."""
    grid: Annotated[dict[str, str], BeforeValidator(_flat_grid)] = Field(default_factory=dict)
    """Settings to choose from: dotted key = a list of values, or first:last:step; may be empty."""
    require: tuple[str, ...] = ()
    """Comparisons every choice must meet, such as momentum.fast<momentum.slow."""

    @property
    def step_ns(self) -> int:
        """From one test's begin to the next, in nanoseconds."""
        return duration_ns(self.step or self.test)

    @model_validator(mode="after")
    def _in_order(self) -> "WalkForwardConfig":
        if self.step_ns < duration_ns(self.test):
            raise ValueError(f"step {self.step} must not be shorter than test {self.test}")
        if duration_ns(self.purge) >= duration_ns(self.train):
            raise ValueError(f"purge {self.purge} must be shorter than train {self.train}")
        return self


class MonteCarloConfig(Section):
    """How else the same back-test could have come out (--monte-carlo N)."""

    draws: Annotated[Whole, Field(ge=0, le=100_000)] = 0
    """Resampled histories and orders of trades; 0 for no Monte Carlo."""
    mean_block_days: Annotated[Real, Field(ge=0, le=10_000)] = 0.0
    """Mean length of a block of resampled days; 0 for the cube root of their number."""
    reruns: Annotated[Whole, Field(ge=0, le=1_000)] = 50
    """Most runs of the kernel with drawn costs; no more than draws."""
    ruin: tuple[Annotated[Real, Field(gt=0, lt=1)], ...] = (0.1, 0.2, 0.3, 0.5)
    """Falls from a peak whose chance is told, as fractions."""
