"""Shapes of signals: what each alpha says, and what would have to change to trade."""

from typing import Annotated, Literal

from pydantic import Field

from traider.api.shapes.amounts import InstrumentText, TimeNs
from traider.api.shapes.shape import Shape
from traider.api.shapes.standing import AsOf

Direction = Literal["long", "short", "flat"]


class AlphaCell(Shape):
    """What one alpha says of one instrument."""

    alpha: Annotated[str, Field(examples=["momentum"])]
    """Its name; a second one of the same name has ``#2``."""
    score: Annotated[float | None, Field(examples=[0.62])]
    """-1 to 1: down to up."""
    confidence: Annotated[float | None, Field(examples=[0.8])]
    """0 to 1; 0 while its inputs warm up."""
    weight: Annotated[float, Field(examples=[0.2])]
    """In the ensemble, as it is in force."""
    contribution: Annotated[float | None, Field(examples=[0.124])]
    """Part of the ensemble's score that is its; the parts add up. Null of a filter."""
    is_filter: bool
    """Whether it does not vote: its confidence scales what the others say."""
    is_on: bool
    """Whether it is asked; one that misbehaved is switched off."""


class AlphaNeed(Shape):
    """What one alpha alone would have to say, all others as they are."""

    alpha: Annotated[str, Field(examples=["momentum"])]
    """Its name."""
    now: Annotated[float | None, Field(examples=[0.1])]
    """Its score now; of a filter its confidence."""
    needed: Annotated[float | None, Field(examples=[0.55])]
    """What it would have to be; null where no value would do."""
    is_enough: bool
    """Whether it could bring it about alone: the value is within its range."""


class Change(Shape):
    """One thing that the strategy could do next, and what would have to change for it."""

    action: Literal["open long", "open short", "close"]
    """What it would do."""
    threshold: Annotated[float, Field(examples=[0.3])]
    """Score of the ensemble at which it does."""
    distance: Annotated[float | None, Field(examples=[0.18])]
    """Threshold less score: how far the score has to rise, or fall where it is negative."""
    alphas: list[AlphaNeed]
    """What each alpha alone would have to say."""
    words: Annotated[str, Field(examples=["the score +0.12 has to rise by 0.18 to +0.30"])]
    """The same in words."""


class SignalRow(Shape):
    """Everything that the strategy thinks of one instrument."""

    instrument: InstrumentText
    """Of which."""
    decided_ns: TimeNs
    """When it was scored last, ns UTC of the trader's clock; 0 never."""
    age_s: Annotated[float | None, Field(examples=[4.2])]
    """Seconds of the trader's clock since then; null where it never was."""
    score: Annotated[float | None, Field(examples=[0.12])]
    """The ensemble's, -1 to 1."""
    direction: Direction
    """What the thresholds make of it."""
    wanted_exposure: Annotated[float | None, Field(examples=[0.48])]
    """Signed, as a fraction of equity."""
    held_exposure: Annotated[float | None, Field(examples=[0.45])]
    """What is held at its mark, signed, as a fraction of equity; null where equity is not known."""
    alphas: list[AlphaCell]
    """In the order of the configuration."""
    changes: list[Change]
    """What could come next."""
    blocks: Annotated[list[str], Field(examples=[["its data are not healthy: gap"]])]
    """What stands against opening a position whatever the score, in words."""
    words: Annotated[str, Field(examples=["flat: the score +0.12 has to rise by 0.18 to +0.30"])]
    """What would have to change to trade, in one sentence."""


class Thresholds(Shape):
    """Scores at which positions are taken and left."""

    enter: Annotated[float, Field(examples=[0.3])]
    """From this score on a direction is taken."""
    exit: Annotated[float, Field(examples=[0.1])]
    """Below this score it is left."""
    dead_band: Annotated[float, Field(examples=[0.05])]
    """Changes of exposure under this fraction of equity are not traded."""
    allows_short: bool
    """Whether short positions are opened."""
    cooldown_s: Annotated[float, Field(examples=[0.0])]
    """Seconds after a position was left in which none is opened."""
    decision_s: Annotated[float, Field(examples=[15.0])]
    """Seconds between two decisions."""


class Signals(Shape):
    """The matrix of instruments and alphas."""

    items: list[SignalRow]
    """One an instrument."""
    alphas: Annotated[list[str], Field(examples=[["mean-reversion", "momentum"]])]
    """Names of the alphas, in the order of each row's."""
    thresholds: Thresholds
    """As they are in force."""
    as_of: AsOf
    """How current it is."""


class AlphaSeries(Shape):
    """What one alpha said over time."""

    alpha: Annotated[str, Field(examples=["momentum"])]
    """Its name."""
    scores: list[float | None]
    """One an instant."""
    confidences: list[float | None]
    """One an instant."""


class SignalHistory(Shape):
    """Scores of one instrument over time, thinned to at most the points asked for."""

    instrument: InstrumentText
    """Of which."""
    instants: Annotated[list[int], Field(examples=[[1_721_347_200_000_000_000]])]
    """When the decisions were made, ns UTC of the trader's clock, rising."""
    scores: list[float | None]
    """The ensemble's."""
    exposures: list[float | None]
    """What was wanted, signed, as fractions of equity."""
    alphas: list[AlphaSeries]
    """One an alpha."""
    decisions: Annotated[int, Field(examples=[2_120])]
    """Decisions within the span, before thinning."""


class SignalHistories(Shape):
    """Scores over time, from where the follower of the journal began."""

    items: list[SignalHistory]
    """One an instrument."""
    enter: Annotated[float, Field(examples=[0.3])]
    """Threshold in force now."""
    exit: Annotated[float, Field(examples=[0.1])]
    """Threshold in force now."""
    as_of: AsOf
    """How current they are."""
