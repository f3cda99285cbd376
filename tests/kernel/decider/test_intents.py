"""From a target to orders: dead band, rounding, minimums, order ids and styles."""

from dataclasses import replace
from typing import Any

import pytest

from tests.kernel.decider.signals import deciding, says
from tests.kernel.scenario import (
    HOUR,
    PERPETUAL,
    SPOT,
    START,
    bars,
    buy,
    opening,
    play,
    record,
)
from traider.domain.events import Kind, OrderFlag
from traider.domain.orders import OrderId, OrderType, TimeInForce
from traider.kernel.codes import Sizing, Style
from traider.kernel.order_specification import PlanSpec
from traider.kernel.specification import MarketSpec

pytestmark = pytest.mark.interpreted


def test_differences_inside_the_dead_band_wait() -> None:
    # 50 of 100 lots' worth are held; at a price of 130 that is 6,500 of 11,500, so 5,750 are
    # wanted and 5 lots (650) should go: 5.7 % of equity.
    rows = (says(1.0), says(1.0), says(1.0, price=130), says(1.0, price=130))
    journal = play(deciding(dead_band=0.05), bars(*rows), decides=True)
    assert journal.fills == [(1, 50, 100), (-1, 6, 130)]
    journal = play(deciding(dead_band=0.07), bars(*rows), decides=True)
    assert journal.fills == [(1, 50, 100)]


def test_going_flat_does_not_wait_for_the_dead_band() -> None:
    rows = (says(1.0), says(1.0), says(0.0), says(0.0))
    spec = deciding(dead_band=0.4)
    assert play(spec, bars(*rows), decides=True).fills == [(1, 50, 100), (-1, 50, 100)]
    assert play(deciding(dead_band=0.6), bars(*rows), decides=True).fills == []


@pytest.mark.parametrize(("score", "lots"), [(1.0, 48), (-1.0, -48)])
def test_sizes_are_cut_toward_zero_to_the_step(score: float, lots: int) -> None:
    spec = deciding(replace(PERPETUAL, lot_step=8))
    journal = play(spec, bars(says(score), says(score)), decides=True)
    assert [side * size for side, size, _ in journal.fills] == [lots]


@pytest.mark.parametrize(
    ("market", "trades"),
    [
        (replace(PERPETUAL, min_lots=50), True),
        (replace(PERPETUAL, min_lots=51), False),
        (replace(PERPETUAL, min_notional=5_000.0), True),
        (replace(PERPETUAL, min_notional=5_000.1), False),
    ],
)
def test_orders_below_the_venues_minimum_are_not_sent(market: object, *, trades: bool) -> None:
    spec = deciding(market)  # type: ignore[arg-type]
    journal = play(spec, bars(says(1.0), says(1.0)), decides=True)
    assert bool(journal.order_ids) is trades
    assert journal.verdicts == [0] * trades
    assert bool(journal.machine.decider.markets[0]["too_small"] == 0) is trades


@pytest.mark.parametrize(("market", "fills"), [(PERPETUAL, 2), (SPOT, 1)])
def test_futures_worth_less_than_the_minimum_can_still_be_closed(
    market: MarketSpec, fills: int
) -> None:
    rows = (says(1.0), says(1.0, price=50), says(0.0, price=50), says(0.0, price=50))
    spec = deciding(replace(market, min_notional=4_000.0))
    journal = play(spec, bars(*rows), decides=True)
    sizes = [(side, size) for side, size, _ in journal.fills]
    assert sizes == [(1, 50), (-1, 50)][:fills]


ALL_IN: dict[str, Any] = {"sizing": Sizing.ALL_IN}


@pytest.mark.parametrize(("market", "fills"), [(PERPETUAL, 2), (SPOT, 1)])
def test_all_that_is_held_can_be_closed_on_futures_whatever_it_is_worth(
    market: MarketSpec, fills: int
) -> None:
    rows = (says(1.0), says(1.0), says(0.0, price=50), says(0.0, price=50))
    journal = play(
        deciding(replace(market, min_notional=6_000.0), **ALL_IN), bars(*rows), decides=True
    )
    assert len(journal.fills) == fills
    assert len(journal.order_ids) == fills  # what cannot be sold is not asked for


def test_an_all_in_entry_under_the_minimum_waits() -> None:
    journal = play(
        deciding(replace(SPOT, min_notional=20_000.0), **ALL_IN),
        bars(says(1.0), says(1.0), says(1.0)),
        decides=True,
    )
    assert journal.order_ids == []
    assert journal.machine.decider.markets[0]["too_small"] == 3


def test_an_all_in_entry_that_could_not_be_sold_at_its_stop_waits() -> None:
    for least, orders in ((8_900.0, True), (9_100.0, False)):
        spec = deciding(replace(SPOT, min_notional=least), plan=PlanSpec(stop=0.1), **ALL_IN)
        journal = play(spec, bars(says(1.0), says(1.0)), decides=True)
        assert bool(journal.order_ids) is orders


def test_a_target_less_than_a_lot_is_counted_as_too_small() -> None:
    spec = deciding(replace(PERPETUAL, lot_step=64))
    journal = play(spec, bars(says(1.0), says(1.0)), decides=True)
    assert journal.order_ids == []
    assert journal.machine.decider.markets[0]["too_small"] == 2
    nothing = play(spec, bars(says(0.0), says(0.0)), decides=True)
    assert nothing.machine.decider.markets[0]["too_small"] == 0


def test_an_order_id_names_epoch_decision_and_leg() -> None:
    markets = [replace(SPOT, name=name) for name in ("A", "B", "C")]
    long, flat = says(1.0), says(0.0)
    spec = deciding(*markets, epoch=5, fraction=0.3)
    journal = play(
        spec,
        bars(flat, long, long),
        bars(long, long, long, instrument=1),
        bars(long, flat, flat, instrument=2),
        decides=True,
    )
    kinds = journal.events["kind"].tolist()
    for place, event in enumerate(journal.events):
        if event["kind"] != Kind.ORDER_INTENT:
            continue
        order_id = OrderId.unpack(int(event["order_id"]))
        assert order_id.epoch == 5
        assert kinds[order_id.sequence] == Kind.TIMER
        assert place == order_id.sequence + 1 + order_id.leg
    # Sells come first, so that the cash they free can be spent.
    second = [e for e in journal.of(Kind.ORDER_INTENT) if e["ts_recv"] == opening(2)]
    assert [(int(e["instrument"]), int(e["side"])) for e in second] == [(2, -1), (0, 1)]


def test_a_new_leader_numbers_its_own_orders() -> None:
    change = record(Kind.LEADER_EPOCH, START + 1, w0=9)
    journal = play(deciding(), bars(says(1.0), says(1.0)), change, decides=True)
    assert OrderId.unpack(journal.order_ids[0]).epoch == 9


def test_an_instrument_with_an_order_in_flight_is_left_alone() -> None:
    spec = deciding()
    journal = play(spec, bars(says(0.0), says(1.0), says(1.0)), buy(1, 1, price=50), decides=True)
    assert len(journal.order_ids) == 1
    expiring = buy(1, 1, price=50, force=TimeInForce.GTD, expire=opening(1) + HOUR // 2)
    journal = play(spec, bars(says(0.0), says(1.0), says(1.0)), expiring, decides=True)
    assert journal.fills == [(1, 50, 100)]


def test_a_refused_order_frees_its_instrument() -> None:
    spec = replace(deciding(), limits={})
    journal = play(
        spec,
        bars(says(1.0), says(1.0), says(1.0)),
        record(Kind.LIMITS_CHANGE, START, w0=0, f1=100.0),
        record(Kind.LIMITS_CHANGE, opening(1) + 1, w0=0, f1=0.0),
        decides=True,
    )
    assert len(journal.order_ids) == 2
    assert journal.fills == [(1, 50, 100)]


@pytest.mark.parametrize(("score", "price"), [(1.0, 993), (-1.0, 1_008)])
def test_the_limit_style_waits_on_the_passive_side_until_the_next_decision(
    score: float, price: int
) -> None:
    spec = deciding(style=Style.LIMIT, limit_offset=0.0075, cash=100_000)
    row = (1_000, 1, 1_000, 1_000, round(1000 * (1 + score)))
    journal = play(spec, bars(row, row), decides=True)
    intent = journal.of(Kind.ORDER_INTENT)[0]
    assert intent["price"] == price - (score > 0)
    assert intent["flags"] & OrderFlag.TYPE_MASK == OrderType.LIMIT
    assert intent["expire"] == opening(2)
    assert journal.ends == [(Kind.EXPIRED, 0)]
    assert len(journal.order_ids) == 2
