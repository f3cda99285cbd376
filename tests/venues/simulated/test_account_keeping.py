"""Accounts beyond the process: what an exchange was told to keep, another one finds.

1. Whatever orders came before, in whatever state, an exchange opened on the folder has the same
   balances, holds, orders and fills, and its live orders can be filled and cancelled.
2. What was not written when the process died is missing; a line half written is left out.
"""

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.venues.simulated.making import PRODUCT, START_NS, accepted, empty_exchange, rest
from traider.domain.errors import DataError, UsageError
from traider.venues.simulated.account_keeping import AccountKeeper, kept_time_ns
from traider.venues.simulated.exchange import Exchange
from traider.venues.simulated.orders import Order, Status


def kept(folder: Path) -> Exchange:
    """Return an exchange that keeps its accounts in ``folder``."""
    exchange = empty_exchange()
    exchange.keeper = AccountKeeper(folder, exchange.desk)
    return exchange


def reopened(exchange: Exchange, folder: Path) -> Exchange:
    """Return what another process finds after this one died."""
    assert exchange.keeper is not None
    exchange.keep()
    exchange.keeper.close()
    return kept(folder)


def standing(exchange: Exchange) -> dict[str, object]:
    """Return everything of the accounts that can be compared."""
    ledger = exchange.desk.ledger
    orders: list[Order] = list(exchange.portfolio.orders.values())
    return {
        "balances": {
            (owner, currency): (balance.total, balance.hold)
            for owner in ledger.owners()
            for currency, balance in ledger.balances(owner)
        },
        "orders": [
            (o.order_id, o.client_order_id, o.side, o.status, o.trigger, o.lots, o.limit_ticks,
             o.stop_ticks, o.filled_lots, o.filled_units, o.fee_units, o.hold_units, o.terms,
             tuple(o.fills), tuple(o.edits), o.changed_ns)
            for o in orders
        ],
        "fills": [fill.fill_id for _, fill in exchange.portfolio.fills],
        "fees": exchange.portfolio.fee_units,
        "volume": exchange.portfolio.volume_units(exchange.desk.now_ns),
        "by_client_id": sorted(exchange.portfolio.by_client_id),
    }  # fmt: skip


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["buy", "sell", "stop", "take", "cancel"]),
        st.integers(90, 110),
        st.integers(1, 50),
    ),
    min_size=1,
    max_size=12,
)


def act(exchange: Exchange, step: tuple[str, int, int]) -> None:
    """Let something happen to the account."""
    what, price, lots = step
    crowd = exchange.crowds[PRODUCT]
    if what == "buy":
        rest(exchange, "BUY", min(price, 99), lots)
    elif what == "sell":
        rest(exchange, "SELL", max(price, 101), lots)
    elif what == "stop":
        accepted(
            exchange,
            "stop_limit_stop_limit_gtc",
            "SELL",
            base_size=f"{lots / 1000:.3f}",
            limit_price="50",
            stop_price="60",
            stop_direction="STOP_DIRECTION_STOP_DOWN",
        )
    elif what == "take":
        crowd.take(-1 if price < 100 else 1, lots)
    else:
        for order in list(exchange.portfolio.orders.values())[:1]:
            exchange.entry.cancel(exchange.portfolio, order.order_id)


@settings(max_examples=40, deadline=None)
@given(STEPS)
def test_accounts_are_found_as_they_stood(steps: list[tuple[str, int, int]]) -> None:
    with TemporaryDirectory() as name:
        exchange = kept(Path(name))
        exchange.desk.markets[PRODUCT].print_trade(START_NS, 100, 1, 1)
        for number, step in enumerate(steps):
            exchange.desk.now_ns = START_NS + number
            act(exchange, step)
            exchange.keep()
        before = standing(exchange)
        again = reopened(exchange, Path(name))
        assert kept_time_ns(Path(name)) == exchange.desk.now_ns
        again.desk.now_ns = exchange.desk.now_ns
        assert standing(again) == before
        assert again.desk.new_id() not in again.portfolio.orders
        for order in again.portfolio.orders.values():
            if order.is_live:
                assert again.entry.cancel(again.portfolio, order.order_id) == ""
        assert {hold for _, hold in standing(again)["balances"].values()} == {0}  # type: ignore[attr-defined]


def test_an_order_that_rested_is_filled_at_its_price_when_the_market_opens_beyond(
    tmp_path: Path,
) -> None:
    exchange = kept(tmp_path)
    order = rest(exchange, "BUY", 99, 10)
    again = reopened(exchange, tmp_path)
    again.crowds[PRODUCT].set_level(-1, 98, 100)
    found = again.portfolio.orders[order.order_id]
    assert (found.status, found.fills[0].price_ticks) == (Status.FILLED, 99)
    assert again.portfolio.by_client_id[order.client_order_id] is found


def test_what_a_killed_process_had_not_finished_is_left_out(tmp_path: Path) -> None:
    exchange = kept(tmp_path)
    rest(exchange, "BUY", 99, 10)
    again = reopened(exchange, tmp_path)
    rest(again, "BUY", 98, 10)  # never written
    assert again.keeper is not None
    again.keeper._changed.clear()
    again.keeper.close()
    with (tmp_path / "accounts.jsonl").open("ab") as file:
        file.write(b'{"now_ns":1,"port')
    assert [order.limit_ticks for order in kept(tmp_path).portfolio.orders.values()] == [99]


def test_a_folder_has_one_exchange_and_readable_accounts(tmp_path: Path) -> None:
    exchange = kept(tmp_path)
    with pytest.raises(UsageError, match="another exchange keeps its accounts here"):
        kept(tmp_path)
    assert exchange.keeper is not None
    exchange.keeper.close()
    (tmp_path / "accounts.jsonl").write_text("{}\n")
    with pytest.raises(DataError, match="kept accounts cannot be read"):
        kept(tmp_path)
    (tmp_path / "clock").write_text("soon")
    with pytest.raises(DataError, match="soon"):
        kept_time_ns(tmp_path)
