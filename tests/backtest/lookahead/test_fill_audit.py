"""Fills held against the market: the engine's own pass, fills at a price already seen do not."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from tests.backtest.bar_tables import columns_of, wave, write_bars
from tests.kernel.scenario import (
    HOUR,
    LATENCY,
    PERPETUAL,
    SPOT,
    Journal,
    bars,
    bracket,
    buy,
    opening,
    play,
    sell,
    spec_of,
)
from traider.backtest.bar_files import scan_bar_file
from traider.backtest.event_source import event_chunks
from traider.backtest.fill_tiers import FILL_TIERS
from traider.backtest.lookahead.fill_audit import (
    NO_PRICE,
    TOO_EARLY,
    TOO_GOOD,
    FillAudit,
    audit_fills,
)
from traider.backtest.lookahead.leaks import LeakKind
from traider.backtest.lookahead.trace import run_trace
from traider.domain.events import EventArray, FillFlag, Kind, join_events
from traider.kernel.specification import VenueSpec
from traider.runtime.config import load_config
from traider.runtime.kernel_spec import kernel_spec

ROWS = ((100, 110, 90, 105), (106, 112, 104, 108), (104, 109, 95, 96), (97, 99, 90, 92))
MARKET = bars(*ROWS)


def audit(journal: Journal, doctor: Callable[[EventArray], None] | None = None) -> FillAudit:
    """Audit a journal, its fills doctored or as they are."""
    fills = journal.of(Kind.FILL)
    if doctor is not None:
        doctor(fills)
    return audit_fills(MARKET, journal.of(Kind.ORDER_INTENT), fills, ["PERPETUAL"], LATENCY)


def told(found: FillAudit) -> list[str]:
    return [leak.told for leak in found.leaks]


def test_market_limit_and_stop_orders_pass() -> None:
    journal = play(
        spec_of(),
        MARKET,
        buy(1, 10),
        buy(1, 5, price=96),
        *bracket(sell(1, 3, price=107), stop=120, target=91),
        sell(2, 4, trigger=96),
    )
    found = audit(journal)
    assert found.audited == len(journal.fills) == 4
    assert found.leaks == ()


def test_a_fill_at_the_close_that_was_decided_on_is_found() -> None:
    # Decided when bar 0 closes at 105; bar 1 opens at 106.
    journal = play(spec_of(), MARKET, buy(1, 10))

    def at_the_close(fills: EventArray) -> None:
        fills["price"] = 105

    found = audit(journal, at_the_close)
    assert told(found) == [TOO_GOOD]
    (leak,) = found.leaks
    assert (leak.kind, leak.instrument) == (LeakKind.FILL, "PERPETUAL")
    assert (leak.before, leak.after) == (106.0, 105.0)
    assert leak.ts_ns == opening(1)
    assert (leak.changed, leak.compared) == (1, 1)


def test_a_sale_dearer_than_the_market_is_found() -> None:
    journal = play(spec_of(), MARKET, sell(1, 10))

    def dearer(fills: EventArray) -> None:
        fills["price"] += 1

    def cheaper(fills: EventArray) -> None:
        fills["price"] -= 30

    assert told(audit(journal, dearer)) == [TOO_GOOD]
    assert told(audit(journal, cheaper)) == []  # costs go against the order


def test_the_best_price_inside_a_bar_is_found_for_a_market_order() -> None:
    journal = play(spec_of(), MARKET, buy(2, 10))

    def at_the_low(fills: EventArray) -> None:
        fills["price"] = 95

    assert told(audit(journal, at_the_low)) == [TOO_GOOD]


def test_a_limit_below_all_that_traded_is_found() -> None:
    journal = play(spec_of(), MARKET, buy(1, 5, price=96))
    assert journal.fills == [(1, 5, 96)]

    def below(fills: EventArray) -> None:
        fills["price"] = 94

    assert told(audit(journal, below)) == [TOO_GOOD]


@pytest.mark.parametrize(
    ("field", "shift", "says"),
    [
        ("ts_event", -HOUR, TOO_EARLY),
        ("ts_event", -1, TOO_EARLY),
        ("ts_recv", -1, TOO_EARLY),
        ("ts_event", HOUR // 2, NO_PRICE),
        ("ts_event", 50 * HOUR, NO_PRICE),
    ],
)
def test_a_fill_at_another_time_is_found(field: str, shift: int, says: str) -> None:
    journal = play(spec_of(), MARKET, buy(1, 10))

    def moved(fills: EventArray) -> None:
        fills[field] += shift

    assert told(audit(journal, moved)) == [says]


def test_the_range_of_a_bar_that_was_open_at_the_decision_does_not_count() -> None:
    # Decided inside bar 1; its range, low 104, holds prices already seen.
    journal = play(spec_of(), MARKET, buy(1, 10, after_ns=HOUR // 2))

    def in_that_bar(fills: EventArray) -> None:
        fills["ts_event"] = fills["ts_recv"] = opening(2)
        fills["price"] = 104

    assert journal.fills == [(1, 10, 104)]
    assert told(audit(journal)) == []
    assert told(audit(journal, in_that_bar)) == []  # bar 2 opens then, at 104

    def cheaper(fills: EventArray) -> None:
        in_that_bar(fills)
        fills["price"] = 103

    assert told(audit(journal, cheaper)) == [TOO_GOOD]


def test_forced_closes_and_strange_orders_are_left_out() -> None:
    journal = play(spec_of(), MARKET, buy(1, 10), sell(2, 10))

    def forced(fills: EventArray) -> None:
        fills["flags"][0] |= FillFlag.LIQUIDATION
        fills["price"][0] = 1
        fills["order_id"][1] = 4_711
        fills["price"][1] = 999

    found = audit(journal, forced)
    assert found.audited == 0
    assert found.leaks == ()


def test_each_instrument_is_held_against_its_own_market() -> None:
    other = bars(*((row[0] * 2, row[1] * 2, row[2] * 2, row[3] * 2) for row in ROWS), instrument=1)
    market = join_events([MARKET, other])
    journal = play(spec_of(PERPETUAL, SPOT), MARKET, other, buy(1, 10), buy(1, 4, instrument=1))
    fills, intents = journal.of(Kind.FILL), journal.of(Kind.ORDER_INTENT)
    names = ["PERPETUAL", "SPOT"]
    assert audit_fills(market, intents, fills, names, LATENCY).leaks == ()
    fills["price"][fills["instrument"] == 1] = 106
    (leak,) = audit_fills(market, intents, fills, names, LATENCY).leaks
    assert leak.instrument == "SPOT"


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize("style", ["market", "limit"])
def test_every_fill_of_the_engine_passes(tmp_path: Path, seed: int, style: str) -> None:
    names = ("BINANCE-PERP-BTC-USDT-1h", "BINANCE-ETH-USDT-1h")
    files = [
        scan_bar_file(write_bars(tmp_path / f"{name}.parquet", columns_of(wave(1_500, seed=n))))
        for n, name in enumerate(names, seed)
    ]
    config = load_config(
        None, ("strategy.allow_short=true", f'execution.style="{style}"', "limits.max_drawdown=1")
    )
    spec = kernel_spec(config, files)
    events = join_events(list(event_chunks(files, None, None)))
    for tier in FILL_TIERS.values():
        venue: VenueSpec = tier.applied(spec.venue)
        trace = run_trace(replace(spec, venue=venue), events)
        instruments = [file.instrument for file in files]
        found = audit_fills(events, trace.intents, trace.fills, instruments, venue.latency_ns)
        assert found.leaks == ()
        assert found.audited == len(trace.fills) > 20


def test_a_journal_without_fills_is_clean() -> None:
    nothing = MARKET[:0]
    assert audit_fills(MARKET, nothing, nothing, ["PERPETUAL"], LATENCY) == FillAudit(0, ())
