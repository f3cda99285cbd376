"""Runs on synthetic books: two instruments, all alphas, exits, working styles, money that moves.

Each style of ``BOOK_RUNS`` is one way to come to the market: standing quotes, bracket slices on
spot, a ladder of targets with a trailing stop on perpetuals, parts of an iceberg.
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from tests.kernel.book_markets import MIDDLE, book_stream
from tests.kernel.builders import FEATURES, START_NS, bracket, ensemble, market, record
from traider.domain.events import EventArray, Kind, OrderFlag, join_events, sort_events
from traider.domain.margin import MarginTier
from traider.domain.orders import OrderType, TimeInForce
from traider.domain.timeframes import SECOND_NS
from traider.kernel.codes import QueueModel, Sizing, Style
from traider.kernel.order_specification import PlanSpec, QuoteSpec, WorkSpec
from traider.kernel.specification import KernelSpec

STEPS: Final = 500
SECONDS: Final = 200
"""How long such a stream lasts, roughly."""
BY_HAND_FROM: Final = 115
"""Second from which a person trades too; the ensemble stands back where a person's orders rest."""
LOTS: Final = 3
LATENCIES_NS: Final = (5_000_000, 40_000_000, 300_000_000)
TIERS: Final = (
    MarginTier(Decimal(0), Decimal(5_000), Decimal("0.05"), Decimal(0), Decimal(10)),
    MarginTier(Decimal(5_000), Decimal(10**6), Decimal("0.35"), Decimal(1_500), Decimal("2.5")),
)
LADDER: Final = ((0.2, 0.25), (0.3, 0.25), (0.5, 0.25))
"""Three targets, at parts of the distance to the stop; a quarter runs until a stop."""
NEAR_LADDER: Final = ((0.1, 0.25), (0.2, 0.25), (0.3, 0.25))
"""The same, near enough for one position to reach all three."""
LIVE_FEATURES: Final = (
    "spread", "microprice", "imbalance(3)", "ofi(3, 2)", "trade_imbalance(3)", "kyle_lambda(5)",
    "sma(close, 2)@{second}", "highest(high, 2)@40base", "sma(volume, 2)@9000quote",
    "funding_drift(3)",
)  # fmt: skip


@dataclass(frozen=True)
class BookRun:
    """What decides, where a resting order is believed to stand, and who trades beside."""

    strategy: dict[str, Any]
    queue: QueueModel
    is_spot: bool = False
    by_hand: bool = False


BOOK_RUNS: Final = {
    "book-quotes": BookRun(
        {
            "style": Style.QUOTE,
            "quote": QuoteSpec(Decimal(25), Decimal(50), offset_ticks=0, skew_ticks=2.0),
        },
        QueueModel.PROBABILISTIC,
    ),
    "book-slices": BookRun(
        {
            "style": Style.TWAP,
            "work": WorkSpec(limit_ns=4 * SECOND_NS, slices=4),
            "plan": PlanSpec(stop=0.001, targets=LADDER, time_stop_ns=20 * SECOND_NS),
        },
        QueueModel.PESSIMISTIC,
        is_spot=True,
        by_hand=True,
    ),
    "book-ladder": BookRun(
        {
            "style": Style.POST_ONLY,
            "work": WorkSpec(
                limit_ns=6 * SECOND_NS,
                repeg_ns=SECOND_NS,
                widen_ns=2 * SECOND_NS,
                slippage=0.0005,
            ),
            "plan": PlanSpec(
                stop=0.001, targets=NEAR_LADDER, trail=0.0008, break_even=True, reenter=True
            ),
        },
        QueueModel.PROBABILISTIC,
        by_hand=True,
    ),
    "book-iceberg": BookRun(
        {
            "style": Style.ICEBERG,
            "work": WorkSpec(limit_ns=5 * SECOND_NS, display=0.2, take_rest=False),
        },
        QueueModel.OPTIMISTIC,
        is_spot=True,
    ),
}


def book_run(style: str) -> tuple[KernelSpec, EventArray]:
    """Return kernel and events of the run in one of ``BOOK_RUNS``."""
    run = BOOK_RUNS[style]
    markets = [
        market(
            name,
            lot_size=Decimal(1),
            can_short=not run.is_spot,
            margin_tiers=() if run.is_spot else TIERS,
            liquidation_fee_e8=500_000,
            book_window=32,
            far_levels=64,
        )
        for name in ("A", "B")
    ]
    spec = ensemble(
        markets,
        ("1s", "5s", "15s"),
        features=(*FEATURES, *LIVE_FEATURES),
        strategy={
            "sizing": Sizing.FIXED,
            "fraction": 0.4 if run.is_spot else 0.8,
            "dead_band": 0.0,
            "bars_from_trades": True,
            "allow_short": not run.is_spot,
            **run.strategy,
        },
        venue={"queue": run.queue, "latencies_ns": LATENCIES_NS, "seed": 7, "impact": 1.0},
        limits={},
    )
    parts = [book_stream(seed, STEPS, k) for k, seed in enumerate((11, 12))]
    if run.by_hand:
        parts += _by_hand()
    if not run.is_spot:
        parts += _settlements_and_marks()
    # A pause and a while after it, so that every order is answered when the run ends.
    end_ns = max(int(part["ts_recv"][-1]) for part in parts)
    parts += [
        record(Kind.PAUSE, end_ns + 1),
        record(Kind.TRADE, end_ns + 9 * SECOND_NS, side=1, price=MIDDLE, size=1),
    ]
    return spec, sort_events(join_events(parts))


def _settlements_and_marks() -> list[EventArray]:
    """Return funding, and marks that fall and rise so far that margin runs out."""
    parts = [
        record(Kind.FUNDING, START_NS + at * SECOND_NS, k, w0=(-1) ** k * 10**8, w3=1, w4=1)
        for at in range(15, SECONDS, 20)
        for k in range(2)
    ]
    for at in range(25, SECONDS, 30):
        for place, middle in enumerate((4_000, MIDDLE, 18_000, MIDDLE)):
            now = START_NS + (at + 5 * (place // 2)) * SECOND_NS + place % 2 * SECOND_NS
            parts += [record(Kind.MARK, now, k, w0=middle * 10**6) for k in range(2)]
    return parts


def _by_hand() -> list[EventArray]:
    """Return a person's orders of every type, spread over the run."""
    parts = []
    for number in range(40):
        now = START_NS + (BY_HAND_FROM + 2 * number) * SECOND_NS
        k, side = number % 2, 1 if number % 3 else -1
        near, far = MIDDLE - 2 * side, MIDDLE + 8 * side
        parts += [
            bracket(now, k, side, LOTS, near if number % 4 else 0, MIDDLE - 9 * side, far),
            _order(now, k, side, OrderType.LIMIT | OrderFlag.POST_ONLY, price=near),
            _order(now, k, side, int(OrderType.LIMIT), price=far),
            _order(now + 1, k, -side, OrderType.STOP | OrderFlag.REDUCE_ONLY, trigger=near),
            _order(now + 1, k, side, int(OrderType.STOP_LIMIT), trigger=far, price=far),
            _order(now + 2, k, side, OrderType.LIMIT | TimeInForce.IOC << 4, price=far),
            _order(now + 2, k, side, OrderType.LIMIT | TimeInForce.FOK << 4, price=near),
            _order(
                now + 3,
                k,
                side,
                OrderType.LIMIT | TimeInForce.GTD << 4,
                price=MIDDLE - 30 * side,
                expire=now + 2 * SECOND_NS,
            ),
            _order(now + 4, k, 1, OrderType.MARKET | OrderFlag.QUOTE_SIZED, size=700 * 10**8),
            *_pair(now + 5, k, -side),
        ]
    return parts


def _pair(ts_ns: int, instrument: int, side: int) -> list[EventArray]:
    """Return a stop and a target over the same lots."""
    tie = OrderFlag.ONE_CANCELS_OTHER | OrderFlag.REDUCE_ONLY
    stop, target = MIDDLE + 12 * side, MIDDLE - 7 * side
    return [
        _order(ts_ns, instrument, side, OrderType.STOP | tie, trigger=stop, order_id=0),
        _order(ts_ns, instrument, side, OrderType.LIMIT | tie, price=target, order_id=1),
    ]


def _order(ts_ns: int, instrument: int, side: int, flags: int, **words: int) -> EventArray:
    size = words.pop("size", LOTS)
    return record(Kind.MANUAL_ORDER, ts_ns, instrument, side=side, flags=flags, size=size, **words)
