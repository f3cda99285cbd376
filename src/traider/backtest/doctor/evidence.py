"""What the doctor is told beside the result itself; everything is optional."""

from dataclasses import dataclass


@dataclass(frozen=True)
class EdgeParameter:
    """A parameter whose best value lies at the end of the range that was searched."""

    key: str
    value: float
    low: float
    high: float

    @property
    def side(self) -> str:
        """Which end the value lies at."""
        return "lowest" if self.value <= self.low else "highest"


@dataclass(frozen=True)
class OutOfSample:
    """What a walk-forward earned on data its parameters were not chosen on.

    ``efficiency`` is the yearly return out of sample over the yearly return in sample; NaN where
    nothing was earned in sample.
    """

    windows: int
    sharpe: float
    total_return: float
    efficiency: float
    unranked: int = 0
    """Windows in which no setting could be ranked, so the first was taken."""


@dataclass(frozen=True)
class Evidence:
    """Facts from other examinations of the same strategy."""

    edges: tuple[EdgeParameter, ...] = ()
    out_of_sample: OutOfSample | None = None
