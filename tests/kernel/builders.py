"""Specifications, bars and runs for tests of the kernel: small, exact and repeatable."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from traider.backtest.bar_files import LOT_SIZE, scan_bar_file
from traider.backtest.collecting import Fingerprint
from traider.backtest.event_source import event_chunks
from traider.domain.events import (
    EventArray,
    Kind,
    MarketFlag,
    OrderFlag,
    empty_events,
    join_events,
    sort_events,
)
from traider.domain.orders import OrderType
from traider.domain.timeframes import timeframe_code, timeframe_ns
from traider.features import build_graph, parse
from traider.kernel import records as r
from traider.kernel.codes import Limit
from traider.kernel.machine import DeciderMachine, Machine, state_hash
from traider.kernel.specification import (
    AlphaSpec,
    KernelSpec,
    MarketSpec,
    StrategySpec,
    VenueSpec,
)
from traider.signals import load_alpha

SAMPLE: Final = Path(__file__).resolve().parents[2] / "data" / "sample"
MINUTE_NS: Final = timeframe_ns("1m")
HOUR_NS: Final = timeframe_ns("1h")
START_NS: Final = 1_704_067_200 * 10**9
"""2024-01-01."""
CASH_UNITS: Final = 10_000 * 10**8
LIMITS: Final = {
    Limit.PRICE_COLLAR: 0.05,
    Limit.MAX_EXPOSURE: 1.05,
    Limit.MAX_GROSS_EXPOSURE: 1.6,
    Limit.MAX_LEVERAGE: 1.5,
    Limit.MAX_ORDERS_PER_MINUTE: 20.0,
    Limit.MAX_DAILY_LOSS: 0.2,
    Limit.MAX_DRAWDOWN: 0.5,
    Limit.MAX_DATA_AGE_NS: 3.0 * HOUR_NS,
}

# Every operation of the tape, on three timeframes, also fed by one another.
FEATURES: Final = (
    "ema(close, 5)", "atr(6)", "rolling_vol(close, 7)", "return(close, 3)", "lag(volume, 2)",
    "sma(rsi(close, 4), 3)@{second}", "ewm_vol(high, 5)@{second}", "vwap_z(4)@{second}",
    "adx(3)@{third}", "lag(low, 2)@{third}", "ema(return(open, 1), 3)@{third}",
    "log_return(close, 2)", "stdev(close, 4)", "zscore(volume, 5)", "true_range()", "plus_di(3)",
    "minus_di(4)@{second}", "highest(high, 5)", "lowest(low, 4)@{second}", "vwap(5)",
    "parkinson(4)", "garman_klass(3)@{second}", "slope(close, 4)", "autocorrelation(close, 5)",
    "quantile(close, 6)@{second}", "macd_signal(3, 5, 2)", "bollinger_upper(4, 2)",
    "(high - low) / (close + 1)", "donchian_middle(4)@{third}",
    "quantile_value(volume, 6, 0.3)@{second}",
)  # fmt: skip
ALPHAS: Final[dict[str, dict[str, float]]] = {
    "momentum": {"fast": 3, "slow": 8, "rsi_window": 5, "adx_window": 4, "adx_trend": 5.0},
    "mean_reversion": {"window": 5, "adx_window": 3, "z_enter": 0.3, "z_full": 1.5},
    "sma_cross": {"fast": 2, "slow": 4},
}
"""All shipped alphas with windows short enough for short runs."""


def market(name: str = "A", **changes: Any) -> MarketSpec:
    """Return a spot instrument of cents and thousandths, changed as asked."""
    plain = MarketSpec(
        name=name,
        tick_size=Decimal("0.01"),
        lot_size=Decimal("0.001"),
        maker_fee_e8=40_000,
        taker_fee_e8=60_000,
    )
    return replace(plain, **changes)


@cache
def compiled_alpha(name: str) -> Any:
    """Return a shipped alpha's function, compiled once."""
    return load_alpha(name).compiled()


def ensemble(
    markets: Sequence[MarketSpec],
    frames: tuple[str, str, str] = ("1h", "2h", "4h"),
    *,
    features: Sequence[str] = FEATURES,
    strategy: dict[str, Any] | None = None,
    venue: dict[str, Any] | None = None,
    **changes: Any,
) -> KernelSpec:
    """Return a kernel that runs alphas, one a timeframe, and every feature of ``features``."""
    base, second, third = frames
    texts = [text.format(second=second, third=third) for text in features]
    extra = [parse(text) for text in [f"ewm_vol(close, 6)@{second}", *texts]]
    wanted = {}
    for (name, given), frame in zip(ALPHAS.items(), frames, strict=True):
        found = load_alpha(name)
        params = found.with_params(given)
        wanted[name] = (params, found.expressions(params, frame))
    graph = build_graph([*extra, *(e for _, found in wanted.values() for e in found)], base)
    decides = StrategySpec(
        decision_ns=timeframe_ns(base),
        volatility_slot=graph.slots[extra[0]],
        allow_short=True,
        enter=0.2,
        exit=0.05,
        target_volatility=0.5,
    )
    alphas = tuple(
        AlphaSpec(
            name=name,
            function=compiled_alpha(name),
            inputs=tuple(graph.slots[expression] for expression in expressions),
            params=tuple(float(value) for value in params.values()),
            weight=1.0 + 0.5 * place,
        )
        for place, (name, (params, expressions)) in enumerate(wanted.items())
    )
    spec = KernelSpec(
        markets=tuple(markets),
        tape=graph.tape,
        alphas=alphas,
        strategy=replace(decides, **(strategy or {})),
        venue=replace(VenueSpec(), **(venue or {})),
        cash_units=CASH_UNITS,
        limits=dict(LIMITS),
    )
    return replace(spec, **changes)


def feature_values(texts: Sequence[str], base: str, bars: EventArray) -> dict[str, r.Floats]:
    """Return each feature after each of ``bars`` (of one instrument), from the compiled tape."""
    expressions = [parse(text) for text in texts]
    graph = build_graph(expressions, base)
    machine = DeciderMachine(
        KernelSpec(
            markets=(market(),),
            tape=graph.tape,
            alphas=(),
            strategy=StrategySpec(decision_ns=timeframe_ns(base)),
            venue=VenueSpec(),
            cash_units=CASH_UNITS,
        )
    )
    rows = np.empty((len(bars), graph.tape.slots))
    for place in range(len(bars)):
        machine.step(bars, place)
        rows[place] = machine.decider.values[0]
    return {
        text: rows[:, graph.slots[expression]]
        for text, expression in zip(texts, expressions, strict=True)
    }


@dataclass(frozen=True)
class Bars:
    """Bars as the kernel counts them: opening times in ns, prices in ticks, volume in lots."""

    ts_ns: r.Integers
    open: r.Integers
    high: r.Integers
    low: r.Integers
    close: r.Integers
    volume: r.Integers


def random_bars(
    seed: int, count: int, *, first_ticks: int = 10_000, missing: float = 0.0, swing: float = 0.01
) -> Bars:
    """Return ``count`` hourly bars of a random walk, with gaps, quiet bars and touching prices."""
    random = np.random.default_rng(seed)
    closes = first_ticks * np.exp(np.cumsum(random.normal(0.0, swing, count)))
    close = np.maximum(np.rint(closes), 2).astype(np.int64)
    jump = np.rint(close * random.normal(0.0, swing / 10.0, count)).astype(np.int64)
    opened = np.maximum(np.concatenate([[first_ticks], close[:-1]]) + jump, 2)
    reach = np.rint(np.abs(random.normal(0.0, swing, (2, count))) * close).astype(np.int64)
    reach[:, random.random(count) < 0.1] = 0
    volume = np.rint(random.lognormal(10.0, 1.0, count)).astype(np.int64)
    volume[random.random(count) < 0.05] = 0
    keep = random.random(count) >= missing
    ts_ns = START_NS + np.arange(count, dtype=np.int64) * HOUR_NS
    columns: list[npt.NDArray[np.int64]] = [
        ts_ns,
        opened,
        np.maximum(opened, close) + reach[0],
        np.maximum(np.minimum(opened, close) - reach[1], 1),
        close,
        volume,
    ]
    return Bars(*(column[keep] for column in columns))


def bar_records(bars: Bars, instrument: int = 0, timeframe: str = "1h") -> EventArray:
    """Return one BAR record a bar."""
    events = empty_events(len(bars.ts_ns))
    events["kind"] = Kind.BAR
    events["version"] = 1
    events["instrument"] = instrument
    events["flags"] = timeframe_code(timeframe)
    events["ts_event"] = bars.ts_ns
    events["ts_recv"] = bars.ts_ns + timeframe_ns(timeframe)
    for name in ("open", "high", "low", "close", "volume"):
        events[name] = getattr(bars, name)
    return events


def bar_stream(bars: Bars, instrument: int = 0, timeframe: str = "1h") -> EventArray:
    """Return the records a run gets for ``bars``: each bar and, before it, its first price."""
    opens = empty_events(len(bars.ts_ns))
    opens["kind"] = Kind.TRADE
    opens["version"] = 1
    opens["instrument"] = instrument
    opens["flags"] = MarketFlag.BAR_OPEN
    opens["ts_event"] = bars.ts_ns
    opens["ts_recv"] = bars.ts_ns + 1
    opens["price"] = bars.open
    return sort_events(join_events([opens, bar_records(bars, instrument, timeframe)]))


def record(kind: Kind, ts_ns: int, instrument: int = 0, **fields: float) -> EventArray:
    """Return one record of ``kind``."""
    event = empty_events(1)
    event["kind"] = kind
    event["version"] = 1
    event["instrument"] = instrument
    event["ts_event"] = event["ts_recv"] = ts_ns
    for name, value in fields.items():
        event[name] = value
    return event


def bracket(
    ts_ns: int, instrument: int, side: int, size: int, entry: int, stop: int, target: int
) -> EventArray:
    """Return a person's bracket: a limit entry, or at market for 0, with its stop and target."""
    kind = OrderType.LIMIT if entry else OrderType.MARKET
    leg = OrderFlag.CHILD | OrderFlag.REDUCE_ONLY
    common = {"ts_ns": ts_ns, "instrument": instrument, "size": size}
    return join_events(
        [
            record(Kind.MANUAL_ORDER, flags=kind, side=side, price=entry, order_id=0, **common),
            record(
                Kind.MANUAL_ORDER,
                flags=OrderType.STOP | leg,
                side=-side,
                trigger=stop,
                order_id=1,
                **common,
            ),
            record(
                Kind.MANUAL_ORDER,
                flags=OrderType.LIMIT | leg,
                side=-side,
                price=target,
                order_id=2,
                **common,
            ),
        ]
    )


def sample_run(
    names: Sequence[str], start_ns: int, bars: int, *, can_short: bool = False
) -> tuple[tuple[MarketSpec, ...], EventArray]:
    """Return instruments and events of ``bars`` real bars of each sample file from ``start_ns``."""
    first = scan_bar_file(SAMPLE / f"{names[0]}.parquet", start_ns)
    end_ns = start_ns + bars * first.length_ns
    files = [scan_bar_file(SAMPLE / f"{name}.parquet", start_ns, end_ns) for name in names]
    markets = tuple(
        market(file.instrument, tick_size=file.tick_size, lot_size=LOT_SIZE, can_short=can_short)
        for file in files
    )
    return markets, join_events(list(event_chunks(files, start_ns, end_ns)))


@dataclass(frozen=True)
class Finished:
    """What a run left behind: its outputs and the machine at its end."""

    machine: Machine
    journal: EventArray
    nav: r.Records
    decisions: r.Records
    scores: r.Floats
    fingerprint: str

    @property
    def fills(self) -> EventArray:
        """The fills, in the order of the journal."""
        found: EventArray = self.journal[self.journal["kind"] == Kind.FILL]
        return found

    def evidence(self) -> dict[str, object]:
        """Return everything two equal runs must agree on, to the bit."""
        return {
            "state": self.machine.state_hash(),
            "decider": state_hash(self.machine.decider),
            "fingerprint": self.fingerprint,
            "journal": self.journal.tobytes(),
            "nav": self.nav.tobytes(),
            "decisions": self.decisions.tobytes(),
            "scores": self.scores.tobytes(),
        }


def differences(one: Finished, other: Finished) -> list[str]:
    """Name what two runs do not agree on."""
    evidence = other.evidence()
    return [name for name, value in one.evidence().items() if value != evidence[name]]


def run_chunks(machine: Machine, chunks: Iterable[EventArray], *, final: bool = True) -> Finished:
    """Feed ``chunks``, gather all that comes out, and end the stream when ``final``."""
    fingerprint = Fingerprint()
    parts = []
    for chunk in chunks:
        parts += list(machine.feed(chunk))
    if final:
        parts += list(machine.feed(empty_events(0), final=True))
    for part in parts:
        fingerprint.add(part)
    return Finished(
        machine=machine,
        journal=join_events([part.events for part in parts]),
        nav=np.concatenate([part.nav for part in parts]),
        decisions=np.concatenate([part.decisions for part in parts]),
        scores=np.concatenate([part.scores for part in parts]),
        fingerprint=fingerprint.hexdigest(),
    )


def finish(spec: KernelSpec, events: EventArray, *, buffer: int = 4096) -> Finished:
    """Run ``events`` in one piece, with the whole journal."""
    return run_chunks(Machine(spec, journal_all=True, buffer=buffer), [events])


def cut(events: EventArray, places: Iterable[int]) -> list[EventArray]:
    """Return ``events`` cut at ``places``."""
    bounds = [0, *sorted(places), len(events)]
    return [events[low:high] for low, high in pairwise(bounds)]
