"""Shapes of long work: jobs, back-tests, downloads, what the lake holds."""

from typing import Annotated, Literal

from pydantic import Field, JsonValue

from traider.api.shapes.decimal_text import DecimalText
from traider.api.shapes.shape import Shape
from traider.store.tables import JobState, Wanted

JobId = Annotated[str, Field(pattern=r"^[0-9]{1,15}$", examples=["17"])]
Instant = Annotated[
    str, Field(max_length=40, pattern=r"^([0-9]{4}-[0-9]{2}-[0-9]{2}.*)?$", examples=["2024-01-31"])
]
"""An ISO date, or date and time; UTC unless it says."""
Name = Annotated[str, Field(min_length=1, max_length=64, examples=["BINANCE:BTC-USDT"])]
Frame = Annotated[str, Field(pattern=r"^([0-9]{1,3}[smhd])?$", examples=["1h"])]
Tier = Literal["pessimistic", "base", "optimistic"]


class JobShape(Shape):
    """Long work, as it stands."""

    id: JobId
    """Its number."""
    kind: Annotated[str, Field(examples=["backtest"])]
    """What it does: download, backtest or parity."""
    state: JobState
    """Where it is."""
    wanted: Wanted
    """What was asked of it last; a running job does so at its next report."""
    title: Annotated[str, Field(examples=["ensemble, BTC alone"])]
    """What it is for, in words."""
    who: str
    """Who asked for it; empty where the command line did."""
    progress: Annotated[float, Field(ge=0, le=1, examples=[0.42])]
    """How far it is, 0 to 1."""
    note: Annotated[str, Field(examples=["pessimistic fills"])]
    """What it is doing, or did, in words."""
    error: str
    """Why it failed; empty where it did not."""
    attempt: int
    """How often a worker took it."""
    created_ns: int
    """When it was asked for, ns UTC."""
    started_ns: int | None
    """When a worker took it first, ns UTC."""
    ended_ns: int | None
    """When it was over, ns UTC."""
    heartbeat_ns: int | None
    """When its worker was heard last, ns UTC."""


class Preset(Shape):
    """Settings to begin a back-test with."""

    name: Annotated[str, Field(examples=["ensemble"])]
    """What ``preset`` names."""
    words: str
    """What it is."""
    strategy: Annotated[str, Field(examples=["ensemble"])]
    """Kind of its strategy."""
    instruments: list[Name]
    """Of its data, as far as the names of the files tell."""
    fill_tier: Tier
    """How kindly it fills orders."""
    start: str
    """First instant of its data that is used; empty for all."""
    end: str
    """First instant that is not used any more; empty for all."""


class Presets(Shape):
    """What a back-test can begin with."""

    items: list[Preset]
    """The examples, and ``run`` where there is a run: the settings it was begun with."""


class BacktestAsked(Shape):
    """A back-test."""

    preset: Annotated[str, Field(min_length=1, max_length=64, examples=["ensemble"])]
    """Settings to begin with: of ``GET /api/v1/backtest/presets``."""
    title: Annotated[str, Field(max_length=200, examples=["ensemble, 2024 alone"])] = ""
    """What to call it."""
    source: Literal["preset", "lake", "journal"] = "preset"
    """Where the data come from: the files of the preset, bars of the lake, the run's journal."""
    instruments: Annotated[tuple[Name, ...], Field(max_length=50)] = ()
    """Which are traded; none means all of the preset. The lake needs them."""
    bars: Frame = ""
    """Timeframe of the lake's bars, or of those that a journal's trades build."""
    start: Instant = ""
    """First instant that is used."""
    end: Instant = ""
    """First instant that is not used any more."""
    fill_tier: Tier | None = None
    """How kindly orders are filled; the preset's if not said."""
    seed: Annotated[int | None, Field(ge=0, lt=2**53)] = None
    """Key of every random number."""
    settings: Annotated[
        dict[str, JsonValue],
        Field(
            default_factory=dict,
            max_length=200,
            examples=[{"strategy.enter": 0.4, "limits.max_drawdown": 0.2}],
        ),
    ]
    """Further settings by dotted key, as in the configuration's file."""


class BacktestShape(JobShape):
    """A back-test, as it stands."""

    preset: str
    """What its settings began with."""
    instruments: list[str]
    """Of its data, as far as the names of the files tell."""
    start: str
    """First instant that is used; empty for all."""
    end: str
    """First instant that is not used any more; empty for all."""
    fill_tier: Tier
    """How kindly orders are filled in what is shown."""
    fingerprint: str
    """Of its events: the same inputs give the same; empty while it is not done."""
    has_result: bool
    """Whether its result can be read."""


class TierFigures(Shape):
    """What a back-test came to under one fill tier, as ``summary.json`` has it."""

    fill_tier: Tier
    """How kindly orders were filled."""
    fingerprint: str
    """Of its events."""
    complete: bool
    """Whether it came to the end of the data."""
    final_equity: DecimalText
    """What the account was worth at the end."""
    max_drawdown: float | None
    """Deepest fall from a highest, as a fraction of it."""
    turnover: float | None
    """Traded value a year, in multiples of equity."""
    performance: dict[str, JsonValue]
    """Return, volatility, Sharpe and the like; null where it is not defined."""
    trades: dict[str, JsonValue]
    """How many trades, how they went."""
    costs: dict[str, JsonValue]
    """Fees, spread, impact and funding, in the account's currency."""
    orders: dict[str, JsonValue]
    """Orders sent, filled, refused, and why."""
    execution: dict[str, JsonValue]
    """How orders were filled."""
    attribution: dict[str, JsonValue]
    """The profit by instrument, alpha and cause."""


class EquityShape(Shape):
    """Curves of an account, a value each instant."""

    instants: list[int]
    """Instants, ns UTC."""
    worth: list[DecimalText]
    """Worth of the account, in its currency."""
    drawdown: list[float]
    """Fall from the highest so far, as a fraction of it."""


class BacktestResultShape(Shape):
    """What a back-test came to."""

    id: JobId
    """Its number."""
    title: str
    """What it ran on."""
    currency: str
    """Currency of all money here."""
    capital: DecimalText
    """Money at the start."""
    start: str
    """First instant of its data, UTC."""
    end: str
    """Last instant of its data, UTC."""
    events: int
    """Events that were run through."""
    instruments: list[str]
    """What was traded."""
    fill_tier: Tier
    """Of the equity here and of the trades."""
    tiers: list[TierFigures]
    """What it came to under each fill tier."""
    equity: EquityShape
    """The account under ``fill_tier``."""
    buy_and_hold: EquityShape
    """The same money held in equal parts."""
    buy_and_hold_return: float | None
    """What that made, as a fraction."""
    notes: list[str]
    """What a reader should know."""
    findings: list[dict[str, JsonValue]]
    """What the doctor found."""


class BacktestTradeShape(Shape):
    """One trade of a back-test."""

    number: int
    """Counts from 1."""
    instrument: str
    """What was traded."""
    side: Literal["long", "short"]
    """Which way."""
    opened_ns: int
    """When it began, ns UTC."""
    closed_ns: int | None
    """When it was closed, ns UTC; null while it is open at the end."""
    quantity: DecimalText
    """Base units."""
    entry_price: DecimalText
    """Average price it was opened at."""
    exit_price: DecimalText
    """Average price it was closed at, or marked at the end."""
    fees: DecimalText
    """What its fills cost."""
    funding: DecimalText
    """What was paid for holding it."""
    pnl: DecimalText
    """What it made, fees and funding paid."""
    return_fraction: float | None
    """The same as a fraction of what was put in."""
    liquidated: bool
    """Whether the venue closed it."""


class ComparedShape(Shape):
    """One of several back-tests."""

    id: JobId
    """Its number."""
    title: str
    """What it is called."""
    preset: str
    """What its settings began with."""
    currency: str
    """Currency of its money."""
    figures: TierFigures
    """What it came to under its own fill tier."""
    index: list[float | None]
    """Its worth over that at its start, at each of ``instants``; null before and after it."""


class Comparison(Shape):
    """Back-tests beside one another."""

    instants: list[int]
    """Instants that all curves share, ns UTC."""
    items: list[ComparedShape]
    """The back-tests, in the order asked."""


class ParityAsked(Shape):
    """A check of the run."""

    latency: Literal["measured", "settings"] = "measured"
    """Of the back-test's orders: as long as the run's own took, or as the settings say."""


class ParityShape(Shape):
    """The newest check of the run that was done."""

    job: JobShape | None
    """The check; null before the first."""
    report: dict[str, JsonValue] | None
    """What ``traider parity --json`` prints: every check, and the difference to a back-test by
    signal, latency, fill, fee, funding and data; null before the first check is done."""


class BackfillAsked(Shape):
    """A download of history."""

    venue: Annotated[str, Field(pattern=r"^[A-Za-z0-9]{1,32}$", examples=["binance"])]
    """Where it comes from."""
    symbols: Annotated[list[Name], Field(min_length=1, max_length=100, examples=[["BTC/USDT"]])]
    """What is downloaded, as the venue writes it."""
    what: Annotated[
        tuple[Literal["bars", "trades", "funding"], ...], Field(min_length=1, max_length=3)
    ] = ("bars",)
    """Kinds of data."""
    timeframes: Annotated[
        tuple[Annotated[str, Field(pattern=r"^[0-9]{1,3}[smhd]$", examples=["1h"])], ...],
        Field(max_length=20),
    ] = ()
    """Of bars."""
    since: Annotated[str, Field(max_length=40, pattern=r"^[0-9]", examples=["2024-01-01"])]
    """First instant."""
    until: Instant = ""
    """First instant that is not wanted any more; empty goes up to now."""
    verify: Frame = ""
    """A longer timeframe to compare the bars with; empty compares nothing."""
    repair: bool = False
    """Whether bars that differ are mended."""


class BackfillShape(JobShape):
    """A download, as it stands."""

    venue: str
    """Where it comes from."""
    symbols: list[str]
    """What is downloaded."""
    what: list[str]
    """Kinds of data."""
    timeframes: list[str]
    """Of bars."""
    since: str
    """First instant."""
    until: str
    """First instant that is not wanted any more; empty goes up to now."""
    is_new: bool
    """False where the same download was under way already, and this one is it."""


class DayCoverage(Shape):
    """What the lake has of one day."""

    day: Annotated[str, Field(examples=["2024-01-31"])]
    """The day, UTC."""
    rows: int
    """Rows of that day."""
    share: Annotated[float, Field(ge=0, le=1, examples=[0.998])]
    """How much of the day is there, 0 to 1: of bars the rows there are of those there should be, of
    others the time that was asked for."""


class SeriesCoverage(Shape):
    """What the lake has of one series."""

    instrument: Name
    """Of whom."""
    kind: Annotated[str, Field(examples=["bars-1h"])]
    """What is kept of it."""
    rows: int
    """Rows in all."""
    bytes: int
    """Size on the disk."""
    first_ns: int
    """First row, ns UTC."""
    last_ns: int
    """Last row, ns UTC."""
    days: list[DayCoverage]
    """Each day that has rows and lies in the span asked for, in order."""


class FindingShape(Shape):
    """What is wrong with a series, or may be."""

    kind: Annotated[str, Field(examples=["gap"])]
    """What it is."""
    severity: Literal["error", "warning", "note"]
    """How bad it is."""
    count: int
    """How often it was found."""
    meaning: str
    """What it means."""
    place: str
    """Where it stands first, or worst."""
    time: str
    """When that is."""
    places: list[str]
    """The first such places."""


class FindingsShape(Shape):
    """What a check of a series found."""

    instrument: Name
    """Of whom."""
    kind: Annotated[str, Field(examples=["bars-1h"])]
    """What is kept of it."""
    rows: int
    """Rows that were checked."""
    findings: list[FindingShape]
    """What was found, the bad things first."""
