"""Law 1 of ``test_breakers`` for what the market does: feeds, venues, spreads, jumps."""

import pytest

from tests.kernel.breaker_desk import MINUTE, SECOND, is_open, later, one, refusal, spec
from tests.kernel.gate_desk import APPROVED, Desk, desk
from tests.kernel.scenario import PERPETUAL, SPOT
from traider.domain.events import Kind
from traider.domain.instruments import InstrumentStatus
from traider.domain.market_health import MarketHealth
from traider.kernel.breaker_records import Breaker
from traider.kernel.codes import Verdict


def test_law_1_prices_that_do_not_come() -> None:
    stale = spec(Breaker.STALE_FEED, 0.5, window_ns=MINUTE)
    traders = desk(PERPETUAL, SPOT, breakers=(stale,))
    traders.now += MINUTE + 1
    traders.mark(100)
    traders.see(Kind.TIMER)
    assert traders.ask() == APPROVED  # one of two, and the bound is a half
    traders.see(Kind.HEALTH, code=MarketHealth.STALE, instrument=0)
    traders.see(Kind.HEALTH, code=MarketHealth.HEALTHY, instrument=1)
    traders.now += SECOND
    traders.see(Kind.TIMER)
    traders.see(Kind.HEALTH, code=MarketHealth.HEALTHY, instrument=0)
    assert traders.ask() == (Verdict.BREAKER_STALE_FEED, 1.0, 0.5)


def test_a_start_waits_for_the_first_prices_as_long_as_for_later_ones() -> None:
    traders = one(Breaker.STALE_FEED, 0.5, window_ns=MINUTE)
    traders.see(Kind.WARMUP_BEGIN)
    traders.now += 60 * MINUTE
    traders.see(Kind.WARMUP_END)
    traders.see(Kind.TIMER)
    traders.now += MINUTE
    traders.see(Kind.TIMER)
    assert not is_open(traders, Breaker.STALE_FEED)
    traders.now += SECOND
    traders.see(Kind.TIMER)
    assert is_open(traders, Breaker.STALE_FEED)


@pytest.mark.parametrize("kind", [Kind.HEALTH, Kind.INSTRUMENT_STATUS])
def test_law_1_a_venue_that_is_gone(kind: Kind) -> None:
    health = kind is Kind.HEALTH
    bad = MarketHealth.DISCONNECTED if health else InstrumentStatus.HALTED
    good = MarketHealth.HEALTHY if health else InstrumentStatus.TRADING
    traders = desk(PERPETUAL, SPOT, breakers=(spec(Breaker.OUTAGE, 30.0, cooldown_ns=MINUTE),))
    traders.see(kind, code=bad, instrument=0)
    later(traders, MINUTE)
    assert not is_open(traders, Breaker.OUTAGE)  # the other can be traded
    traders.see(kind, code=bad, instrument=1)
    later(traders, 30 * SECOND)
    assert not is_open(traders, Breaker.OUTAGE)
    later(traders, SECOND)
    assert is_open(traders, Breaker.OUTAGE)
    traders.see(kind, code=good, instrument=1)
    later(traders, MINUTE - SECOND)
    assert is_open(traders, Breaker.OUTAGE)
    later(traders, SECOND)
    assert not is_open(traders, Breaker.OUTAGE)


@pytest.mark.parametrize("back", [Kind.GATEWAY_READY, Kind.ACK, Kind.FILL])
def test_law_1_a_gateway_that_sends_nothing(back: Kind) -> None:
    traders = one(Breaker.OUTAGE, 30.0)
    traders.see(Kind.VERDICT, code=Verdict.NOT_READY, order_id=9)
    later(traders, 20 * SECOND)
    traders.see(Kind.VERDICT, code=Verdict.NOT_READY, order_id=10)
    if back is Kind.FILL:
        traders.fill(1, 1)
    else:
        traders.see(back, order_id=9)
    later(traders, 20 * SECOND)
    assert traders.ask() == APPROVED
    traders.see(Kind.VERDICT, code=Verdict.NOT_READY, order_id=11)
    later(traders, 31 * SECOND)
    assert traders.ask() == (Verdict.BREAKER_OUTAGE, 31.0, 30.0)


def test_law_1_a_wide_spread_of_one_instrument_is_that_instruments() -> None:
    traders = desk(PERPETUAL, SPOT, cash=10_000, breakers=(spec(Breaker.SPREAD, 0.02),))
    traders.see(Kind.QUOTE, w0=99, w2=101, instrument=1)
    assert traders.ask(instrument=1) == APPROVED
    traders.see(Kind.QUOTE, w0=98, w2=102, instrument=1)
    assert traders.ask(instrument=1) == (Verdict.BREAKER_SPREAD, 0.04, 0.02)
    assert traders.ask(instrument=0) == APPROVED
    traders.see(Kind.HEALTH, code=MarketHealth.SPREAD, number=0.03, limit=0.01)
    traders.see(Kind.HEALTH, code=MarketHealth.HEALTHY)
    assert traders.ask(instrument=0) == (Verdict.BREAKER_SPREAD, 0.03, 0.02)


def test_a_quote_that_is_none_is_passed_over() -> None:
    traders = one(Breaker.SPREAD, 0.02)
    traders.see(Kind.QUOTE, w0=0, w2=101)
    assert traders.ask() == APPROVED


# ------------------------------------------------------------------------------------------- jumps


@pytest.mark.parametrize("to", [89, 111])
def test_law_1_a_price_that_moves_too_far_within_the_window(to: int) -> None:
    traders = one(Breaker.PRICE_JUMP, 0.1, window_ns=16 * SECOND)
    traders.mark(100)
    traders.now += 8 * SECOND
    traders.mark(100 + (to - 100) // 2)
    assert traders.ask() == APPROVED
    traders.now += 7 * SECOND
    traders.mark(to)
    code, number, limit = traders.ask()
    assert (code, limit) == (Verdict.BREAKER_PRICE_JUMP, 0.1)
    assert number == pytest.approx(0.11)


def test_law_1_a_price_that_moves_as_far_slowly_is_no_jump() -> None:
    traders = one(Breaker.PRICE_JUMP, 0.1, window_ns=16 * SECOND)
    for price in range(100, 130):
        traders.now += 8 * SECOND
        traders.mark(price)
    assert traders.ask() == APPROVED


def test_law_1_a_move_since_a_price_older_than_the_window_counts() -> None:
    traders = one(Breaker.PRICE_JUMP, 0.1, window_ns=16 * SECOND)
    traders.mark(100)
    traders.now += 300 * SECOND
    traders.see(Kind.BAR, open=100, high=120, low=100, close=115, volume=1)
    assert refusal(traders) is Breaker.PRICE_JUMP


def wobble(traders: Desk, times: int) -> None:
    for number in range(times):
        traders.now += SECOND
        traders.mark(1_000 + number % 2)


def test_law_1_a_move_of_many_standard_deviations() -> None:
    traders = one(Breaker.PRICE_SIGMA, 4.0, window_ns=16 * SECOND)
    wobble(traders, 32)
    traders.now += SECOND
    traders.mark(1_500)  # fewer than 32 changes are known: the first price was another
    traders = one(Breaker.PRICE_SIGMA, 4.0, window_ns=16 * SECOND)
    traders.gate.markets[0]["mark_ticks"] = 1_000
    traders.gate.breakers.markets[0]["last_mark"] = 0.0
    wobble(traders, 40)
    assert traders.ask() == APPROVED
    traders.now += SECOND
    traders.mark(1_017)
    code, number, limit = traders.ask()
    assert (code, limit) == (Verdict.BREAKER_PRICE_SIGMA, 4.0)
    assert number == pytest.approx(17 / 4, rel=0.02)


def test_few_changes_say_nothing_of_what_is_usual() -> None:
    traders = one(Breaker.PRICE_SIGMA, 4.0, window_ns=16 * SECOND)
    traders.gate.breakers.markets[0]["last_mark"] = 0.0
    wobble(traders, 30)
    traders.now += SECOND
    traders.mark(1_500)
    assert traders.ask() == APPROVED
