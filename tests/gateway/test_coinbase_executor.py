"""Orders of every kind go to a real local exchange and come back as its own books have them.

The law at the end of each test: the account's books are the exchange's to the last digit, and no
order is there twice.
"""

import asyncio
from decimal import Decimal

import pytest

from tests.gateway.coinbase_desk import Life, opened, trading
from tests.venues.simulated.serving import Client, serve
from traider.domain.events import OrderFlag
from traider.domain.orders import OrderType, TimeInForce
from traider.gateway.executor import ENTRY_GONE, OTHER_LEG, VenueState
from traider.runtime.session.background import first_fault


def test_orders_of_every_kind_trade_as_they_should() -> None:
    async def scenario(client: Client) -> None:
        async with trading(client) as desk:
            await opened(desk)
            ask, bid = desk.best(-1), desk.best(1)
            high, low = str(ask + 100), str(bid - 100)
            market = desk.one(OrderType.MARKET, size="0.1")
            spent = desk.one(OrderType.MARKET, spend="1234.5678")
            sold = desk.one(OrderType.MARKET, -1, size="0.05")
            at_once = desk.one(OrderType.LIMIT, terms=TimeInForce.IOC, price=high, size="0.01")
            never = desk.one(OrderType.LIMIT, terms=TimeInForce.FOK, price=low, size="0.01")
            post = desk.one(OrderType.LIMIT, flags=OrderFlag.POST_ONLY, price=high, size="0.01")
            resting = desk.resting()
            stop = desk.one(OrderType.STOP, -1, trigger="30000", size="0.01")
            await desk.over(market, spent, sold, at_once, never, post)
            await desk.until(lambda: bool(resting.venue_id and stop.venue_id))
            assert [life.filled for life in (market, sold, at_once, never)] == [
                Decimal("0.1"), Decimal("0.05"), Decimal("0.01"), Decimal(0)
            ]  # fmt: skip
            paid = sum(fill.price * fill.size + fill.fee for fill in spent.fills)
            assert Decimal("1234.55") < paid <= Decimal("1234.56")
            assert spent.ends == [(VenueState.FILLED, "")]
            assert never.ends[0][0] is VenueState.CANCELLED
            assert post.refusals == ["INVALID_LIMIT_PRICE_POST_ONLY"]
            told = (await client.one(stop.venue_id))["order_configuration"]
            assert told["stop_limit_stop_limit_gtc"]["limit_price"] == "28500.00"
            desk.cancel(resting, stop)
            await desk.over(resting, stop)
            assert {life.ends[0][0] for life in (resting, stop)} == {VenueState.CANCELLED}
            await desk.check()

    serve(scenario)


@pytest.mark.parametrize("hits", ["target", "stop"])
def test_a_pair_is_one_bracket_whose_leg_is_known_by_its_price(hits: str) -> None:
    async def scenario(client: Client) -> None:
        async with trading(client) as desk:
            await opened(desk)
            bid = desk.best(1)
            target = str(bid - 50 if hits == "target" else bid + 5000)
            stop_price = bid - 1000
            stop, profit = desk.pair(str(stop_price), target)
            await desk.until(lambda: bool(stop.venue_id))
            assert stop.venue_id == profit.venue_id
            if hits == "stop":
                desk.trade_at(str(stop_price))
            await desk.over(stop, profit)
            filled, other = (stop, profit) if hits == "stop" else (profit, stop)
            assert (filled.filled, other.filled) == (Decimal("0.1"), Decimal(0))
            assert other.ends == [(VenueState.CANCELLED, OTHER_LEG)]
            await desk.check()

    serve(scenario)


def test_a_pair_whose_target_fills_in_part_before_its_stop_trades_on_both_legs() -> None:
    async def scenario(client: Client) -> None:
        async with trading(client) as desk:
            await opened(desk)
            stop_price = desk.best(1) - 1000
            stop, profit = desk.pair(str(stop_price), str(desk.best(-1) + 5000))
            await desk.until(lambda: bool(stop.venue_id))
            exchange = client.server.exchange
            exchange.desk.fill_part(exchange.portfolio.orders[stop.venue_id], 0.25)
            await desk.until(lambda: bool(profit.fills))
            desk.trade_at(str(stop_price))
            await desk.over(stop, profit)
            assert (stop.filled, profit.filled) == (Decimal("0.075"), Decimal("0.025"))
            assert stop.ends == profit.ends == [(VenueState.CANCELLED, OTHER_LEG)]
            await desk.check()

    serve(scenario)


def test_taking_back_one_leg_ends_both() -> None:
    async def scenario(client: Client) -> None:
        async with trading(client) as desk:
            await opened(desk)
            await desk.lay("slow", method="POST", path="/orders", delay_ms=100)
            legs = desk.pair("30000", "90000")
            await asyncio.sleep(0.02)
            desk.cancel(legs[0])  # before the venue has answered: it is taken back then
            await desk.over(*legs)
            assert {life.ends[0][0] for life in legs} == {VenueState.CANCELLED}
            assert await desk.executor.open_orders() == ()
            await desk.check()

    serve(scenario)


def test_an_entry_brings_its_exits_with_it() -> None:
    async def scenario(client: Client) -> None:
        async with trading(client) as desk:
            await opened(desk)
            entry, stop, target = desk.bracket(str(desk.best(-1) + 50), "30000", "90000")
            await desk.over(entry)
            await desk.until(lambda: bool(stop.venue_id))
            assert entry.filled == Decimal("0.1")
            found = await desk.executor.find(stop.approved, 0)
            assert found is not None
            assert found.state is VenueState.OPEN
            assert found.order_ids == (stop.approved.order_id, target.approved.order_id)
            desk.trade_at("30000")
            await desk.over(stop, target)
            assert (stop.filled, target.ends) == (
                Decimal("0.1"), [(VenueState.CANCELLED, OTHER_LEG)]
            )  # fmt: skip
            await desk.check()

    serve(scenario)


def test_exits_of_an_entry_that_trades_nothing_are_gone_with_it() -> None:
    async def scenario(client: Client) -> None:
        async with trading(client) as desk:
            await opened(desk)
            entry, *exits = desk.bracket("1000", "900", "90000")
            await desk.over(entry, *exits)
            assert [life.ends for life in exits] == [[(VenueState.CANCELLED, ENTRY_GONE)]] * 2
            found = await desk.executor.find(exits[1].approved, 0)
            assert found is not None
            assert found.state is VenueState.CANCELLED
            await desk.check()

    serve(scenario)


def test_orders_of_one_instrument_leave_in_their_order() -> None:
    async def scenario(client: Client) -> list[str]:
        async with trading(client) as desk:
            await desk.lay("slow", method="POST", path="/orders", delay_ms=50, times=1)
            lives = [desk.resting(price=str(1000 + number)) for number in range(8)]
            await desk.until(lambda: all(life.venue_id for life in lives))
            sent = client.server.exchange.portfolio.orders.values()
            assert [order.client_order_id for order in sent] == [
                life.approved.client_order_id for life in lives
            ]
            desk.cancel(*lives)
            await desk.over(*lives)
            return [life.venue_id for life in lives]

    assert len(set(serve(scenario))) == 8


def test_cancels_of_one_turn_are_one_request_and_what_is_over_is_refused() -> None:
    async def scenario(client: Client) -> None:
        async with trading(client) as desk:
            lives: list[Life] = [desk.resting(price=str(1000 + number)) for number in range(100)]
            await desk.until(lambda: all(life.venue_id for life in lives))
            await desk.lay("slow", method="POST", path="/orders/batch_cancel", delay_ms=0, times=0)
            desk.cancel(*lives)
            await desk.over(*lives)
            faults = (await client.admin("GET", "/faults"))["faults"]
            assert faults[0]["struck"] == 1
            desk.cancel(lives[0])
            await desk.until(lambda: bool(desk.owner.cancels_refused))
            order_id = lives[0].approved.order_id
            assert desk.owner.cancels_refused == [(order_id, "UNKNOWN_CANCEL_ORDER")]

    serve(scenario)


def test_what_a_person_does_at_the_venue_is_found() -> None:
    async def scenario(client: Client) -> None:
        async with trading(client) as desk:
            await client.order("limit_limit_gtc", base_size="0.02", limit_price="1000")
            await client.order("market_market_ioc", side="SELL", base_size="0.02")
            found = desk.owner.found_orders
            await desk.until(
                lambda: {order.state for order in found} >= {VenueState.OPEN, VenueState.FILLED}
            )
            assert {order.order_ids for order in found} == {()}
            fills = await desk.executor.fills(0)
            assert sum(fill.size * fill.side for fill in fills) == Decimal("-0.02")
            assert {fill.order_id for fill in fills} == {0}

    serve(scenario)


@pytest.mark.parametrize("name", ["finish", "place", "cancel"])
def test_a_fault_while_sending_ends_the_executor(name: str) -> None:
    async def fails(*_: object) -> None:
        raise ZeroDivisionError("a mistake")

    async def scenario(client: Client) -> None:
        async with trading(client) as desk:
            resting = desk.resting()
            await desk.until(lambda: bool(resting.venue_id))
            (running,) = [
                each
                for each in asyncio.all_tasks()
                if each.get_coro().__qualname__ == "CoinbaseExecutor.run"  # type: ignore[union-attr]
            ]
            entry = desk.executor._sending.entry
            setattr(entry, name, fails)
            if name == "place":
                setattr(entry, "begin", lambda _: None)  # noqa: B010 - a method is replaced
            desk.cancel(resting) if name == "cancel" else desk.resting()
            await asyncio.wait([running], timeout=5.0)
            assert isinstance(first_fault(running.exception()), ZeroDivisionError)

    serve(scenario)
