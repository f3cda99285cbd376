"""Shapes of control: what is asked of the trader, and what it says."""

from typing import Annotated, Literal

from pydantic import Field

from traider.api.shapes.decimal_text import DecimalText, PositiveText
from traider.api.shapes.shape import Shape
from traider.runtime.control.stop_watch import StopPhase
from traider.runtime.status_body import Mode, Phase
from traider.runtime.status_source import Liveness

Why = Annotated[
    str, Field(min_length=1, max_length=500, pattern=r"\S", examples=["wrong prices at the venue"])
]
Instrument = Annotated[str, Field(min_length=1, max_length=64, examples=["COINBASE:BTC-USD"])]


class Asked(Shape):
    """What every request says beside what it wants; who asks is who is signed in."""

    why: Why
    """For what reason; the audit keeps it."""


class CommandAnswer(Shape):
    """What the trader did."""

    line: Annotated[str, Field(examples=["paused: positions may only shrink"])]
    """What was done, in the trader's words."""
    at_ns: int
    """When it said so, ns UTC of the machine's clock."""


class StopAsked(Asked):
    """An emergency stop."""

    keep_positions: bool = False
    """Whether what is held is kept, with the stops and targets that guard it."""


class StopOrder(Shape):
    """An order that a stop would cancel."""

    id: Annotated[str, Field(examples=["00000000000000ff"])]
    """Id of the order."""
    instrument: Instrument
    """What it trades."""
    side: Literal["buy", "sell"]
    """Buy or sell."""
    leaves: PositiveText
    """Base units that are not traded yet."""


class StopPosition(Shape):
    """A position that a stop would close."""

    instrument: Instrument
    """What is held."""
    size: DecimalText
    """Base units; negative for a short position."""
    value: DecimalText
    """Worth at the mark, in the account's currency."""


class StopPreview(Shape):
    """What an emergency stop would do now."""

    by: Literal["trader", "gateway", "folder"]
    """Who would carry it out: the trader, or where it does not answer the gateway; ``folder``: it
    would wait there for whichever process of the run goes on or starts."""
    liveness: Liveness
    """Where these numbers come from."""
    age_s: float
    """How old they are, seconds; 0 of a running trader."""
    currency: str
    """Currency of values."""
    cancels: list[StopOrder]
    """Orders that would be cancelled."""
    closes: list[StopPosition]
    """Positions that would be closed at the market."""
    keeps: list[StopPosition]
    """Positions that would be kept."""
    line: Annotated[str, Field(examples=["cancels 2 orders and closes 1 position at the market"])]
    """The same in words."""


class StopShape(Shape):
    """How an emergency stop stands. Durations are the machine's, from the asking on."""

    id: str
    """Id of the stop."""
    who: str
    """Who asked for it."""
    why: str
    """For what reason."""
    keep_positions: bool
    """Whether what is held is kept."""
    asked_ns: int
    """When it was asked for, ns UTC of the machine's clock."""
    phase: StopPhase
    """``asked``, ``stopping``, then ``done``; ``open`` where something stays open, and ``waiting``
    where nobody answers."""
    by: Annotated[str, Field(examples=["trader"])]
    """Who carries it out: trader or gateway; empty while nobody does."""
    orders: int
    """Orders to cancel, when the stop was taken."""
    cancelled: int
    """Of those, how many are over."""
    positions: list[str]
    """Instruments held then that are to be closed."""
    closed: list[str]
    """Of those, which are flat."""
    held: list[str]
    """What is held now."""
    answered_ms: float | None
    """Milliseconds until it was answered that the stop is carried out."""
    last_cancel_ms: float | None
    """Milliseconds until the last order was seen to be over; null while one is not."""
    flat_ms: float | None
    """Milliseconds until the last position was seen to be flat; null while one is not."""
    resolution_ms: float
    """Milliseconds between two looks: no time told here is exacter."""
    line: str
    """What was done and what is open, in words."""


class ModeShape(Shape):
    """Whose money is at risk, and what the trader is doing."""

    mode: Mode
    """Demo, paper, shadow or live; a run keeps the one it was begun with."""
    venue: str
    """Where orders go."""
    phase: Phase
    """What the trader is doing just now."""
    liveness: Liveness
    """Whether it runs."""


class ModeAsked(Asked):
    """Another mode."""

    to: Literal["trading", "paused", "demo", "paper", "shadow", "live"]
    """Trading or paused; others are refused with how they are come to."""


class OrderAsked(Asked):
    """An order by hand: with a price a limit order, with a trigger a stop, else at the market."""

    instrument: Instrument
    """What is traded, as the run names it."""
    side: Literal["buy", "sell"]
    """Buy or sell."""
    size: PositiveText
    """Base units."""
    price: PositiveText | None = None
    """Limit price, quote currency."""
    trigger: PositiveText | None = None
    """Price that sets a stop off."""
    stop: PositiveText | None = None
    """Stop of a bracket, with ``target``."""
    target: PositiveText | None = None
    """Target of a bracket, with ``stop``."""
    time_in_force: Literal["gtc", "ioc", "fok"] = "gtc"
    """How long it stands."""
    post_only: bool = False
    """Only if it rests in the book."""
    reduce_only: bool = False
    """Only to shrink what is held."""


class LimitAsked(Asked):
    """Another value of a limit."""

    name: Annotated[str, Field(min_length=1, max_length=64, examples=["max_exposure"])]
    """Name of the limit, as ``[limits]`` has it."""
    value: DecimalText
    """In the unit of the setting; 0 is off where the setting says so."""


class WeightAsked(Asked):
    """Another weight of an alpha."""

    alpha: Annotated[str, Field(min_length=1, max_length=64, examples=["momentum"])]
    """Name of the alpha; a second one of the same name is called NAME#2."""
    value: PositiveText
    """Its weight."""


class ThresholdAsked(Asked):
    """Another score that positions are entered or left at."""

    name: Literal["enter", "exit"]
    """Which of the two."""
    value: PositiveText
    """Score, 0 to 1."""
