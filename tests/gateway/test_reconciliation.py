"""Our books against a real local exchange's: what a person does there is found, and dealt with."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from decimal import Decimal
from typing import Any

import pytest

from tests.gateway.coinbase_desk import Desk, ExchangeClock, trading
from tests.ports.alert import MemoryAlerts
from tests.ports.log import MemoryLog
from tests.ports.metrics import MemoryMetrics
from tests.venues.coinbase.approved import approved, intent
from tests.venues.simulated.serving import Client, request_for_tests, serve
from traider.domain.errors import VenueError
from traider.domain.events import Kind
from traider.domain.money import unpack_currency
from traider.domain.orders import OrderId, OrderType
from traider.domain.ports import Severity
from traider.gateway.account_books import AccountBooks
from traider.gateway.account_entries import read_entry, write_entry
from traider.gateway.executor import VenueFill, VenueState
from traider.gateway.reconcile_policy import Action, ReconcilePolicy
from traider.gateway.reconcile_port import Cause
from traider.gateway.reconciliation import (
    ReconcileParts,
    ReconcileReport,
    ReconcileTerms,
    Reconciliation,
)
from traider.gateway.reconciling import (
    Difference,
    ForeignFill,
    ForeignOrder,
    QuantityDiffers,
)

CAPITAL = {"USD": Decimal(100_000)}
FAST = request_for_tests(speed=20.0)


class Reconciled:
    """A desk whose books are compared."""

    def __init__(self, desk: Desk, **actions: Any) -> None:
        policy: dict[type[Difference], Action] = {}
        policy |= actions.pop("policy", {})
        self.desk, self.owner = desk, desk.owner
        self.alerts, self.metrics = MemoryAlerts(), MemoryMetrics()
        self.all = Reconciliation(
            desk.owner,
            desk.executor,
            ReconcileParts(ExchangeClock(desk.client), MemoryLog(), self.alerts, self.metrics),
            ReconcileTerms(
                capital=CAPITAL, policy=ReconcilePolicy(policy), confirm_s=0.05, **actions
            ),
        )

    async def run(self, cause: Cause = Cause.PERIODIC) -> ReconcileReport:
        report = await self.all.reconcile(cause)
        assert report.is_whole
        await self.desk.check()
        return report

    async def kinds(self) -> list[str]:
        return [each.kind for each in (await self.run()).settled]

    def events(self, kind: Kind) -> list[dict[str, int]]:
        """Return words of the events of a kind."""
        return [
            {name: int(event[name][0]) for name in ("w0", "w1", "w2", "w3", "w4", "instrument")}
            for event in self.owner.events
            if int(event["kind"][0]) == kind
        ]


@asynccontextmanager
async def reconciled(client: Client, **terms: Any) -> AsyncIterator[Reconciled]:
    """Give a desk that was reconciled when it began."""
    async with trading(client) as desk:
        mine = Reconciled(desk, **terms)
        report = await mine.run(Cause.START)
        assert report.settled == ()
        yield mine


async def bought(mine: Reconciled, size: str = "0.1") -> None:
    """Let the run hold some bitcoin."""
    await mine.desk.over(mine.desk.one(OrderType.MARKET, size=size))


def test_what_was_there_before_the_run_is_no_difference() -> None:
    async def scenario(client: Client) -> None:
        await client.order("market_market_ioc", side="SELL", base_size="0.5")
        await client.order("limit_limit_gtc", base_size="0.1", limit_price="1000")
        async with trading(client) as desk:
            mine = Reconciled(desk)
            report = await mine.run(Cause.START)
            assert [each.kind for each in report.settled] == ["ForeignOrder"]
            account = desk.owner.account
            assert dict(account.parts()) == CAPITAL
            balances = mine.events(Kind.BALANCE)
            assert {unpack_currency(each["w0"]) for each in balances} == {"BTC", "ETH", "USD"}
            assert await mine.kinds() == []

    serve(scenario)


def test_books_agree_while_the_run_trades() -> None:
    async def scenario(client: Client) -> None:
        async with reconciled(client) as mine:
            resting = mine.desk.resting()
            for side in (1, 1, -1, 1):
                await mine.desk.over(mine.desk.one(OrderType.MARKET, side, size="0.02"))
                assert await mine.kinds() == []
            assert mine.owner.account.holding(0).size == Decimal("0.04")
            assert not resting.is_over
            assert mine.alerts.sent == []
            kept = AccountBooks(mine.owner.account.instruments)
            for entry in mine.owner.entries:
                kept.apply(read_entry(write_entry(entry)))
            restored = AccountBooks(mine.owner.account.instruments)
            restored.restore(kept.state())
            for books in (kept, restored):
                assert dict(books.expected()) == await mine.desk.accounts()
                assert books.parts() == mine.owner.account.parts()

    serve(scenario)


@pytest.mark.parametrize("action", [Action.ADOPT, Action.CANCEL, Action.HALT])
def test_an_order_by_hand_is_left_cancelled_or_halts(action: Action) -> None:
    async def scenario(client: Client) -> None:
        async with reconciled(client, policy={ForeignOrder: action}) as mine:
            placed = await client.order("limit_limit_gtc", base_size="0.1", limit_price="1000")
            order_id = placed["success_response"]["order_id"]
            assert await mine.kinds() == ["ForeignOrder"]
            state = (await client.one(order_id))["status"]
            assert state == ("CANCELLED" if action is Action.CANCEL else "OPEN")
            assert bool(mine.owner.halts) == (action is Action.HALT)
            (alert,) = mine.alerts.sent
            assert alert.severity is (
                Severity.CRITICAL if action is Action.HALT else Severity.WARNING
            )
            assert "someone placed an order to buy 0.1 of BTC-USD" in alert.detail
            assert await mine.kinds() == []

    serve(scenario)


def test_a_sale_by_hand_closes_what_the_run_holds_and_no_more() -> None:
    async def scenario(client: Client) -> None:
        async with reconciled(client) as mine:
            await bought(mine)
            await client.order("market_market_ioc", side="SELL", base_size="0.3")
            kinds = await mine.kinds()
            assert set(kinds) == {"ForeignFill"}
            account = mine.owner.account
            assert account.holding(0).size == 0
            adjusted = mine.events(Kind.RECONCILE_ADJUSTMENT)
            assert sum(each["w1"] for each in adjusted) == -10_000_000
            assert {each["w0"] for each in adjusted} == {1}
            assert all(each["w2"] > 0 and each["w4"] > 0 for each in adjusted)

    serve(scenario)


def test_a_purchase_by_hand_is_the_persons() -> None:
    async def scenario(client: Client) -> None:
        async with reconciled(client, policy={ForeignFill: Action.HALT}) as mine:
            await bought(mine)
            before = mine.owner.account.parts()
            await client.order("market_market_ioc", base_size="0.3")
            assert set(await mine.kinds()) == {"ForeignFill"}
            assert mine.owner.account.parts() == before
            assert mine.events(Kind.RECONCILE_ADJUSTMENT) == []
            assert mine.owner.halts

    serve(scenario)


def test_money_that_comes_and_goes_is_the_persons_as_long_as_the_runs_part_is_there() -> None:
    async def scenario(client: Client) -> None:
        async with reconciled(client) as mine:
            await bought(mine)
            await mine.desk.lay("balance_change", currency="USD", change="-5000.25")
            await client.admin("POST", "/balances", {"currency": "BTC", "change": "3"})
            assert await mine.kinds() == ["BalanceDiffers", "BalanceDiffers"]
            assert mine.events(Kind.TRANSFER) == []
            last = mine.events(Kind.BALANCE)[-2:]
            assert {unpack_currency(each["w0"]) for each in last} == {"BTC", "USD"}
            assert not mine.owner.halts

    serve(scenario)


def test_coins_and_capital_that_are_not_there_any_more_are_not_the_runs() -> None:
    async def scenario(client: Client) -> None:
        async with reconciled(client) as mine:
            await bought(mine)
            accounts = await mine.desk.accounts()
            for currency, left in (("BTC", "0.04"), ("USD", "60000")):
                change = Decimal(left) - accounts[currency]
                body = {"currency": currency, "change": f"{change:f}"}
                await client.admin("POST", "/balances", body)
            kinds = await mine.kinds()
            assert sorted(kinds) == ["BalanceDiffers"] * 2 + ["Uncovered"] * 2
            assert mine.owner.account.parts() == {"BTC": Decimal("0.04"), "USD": Decimal(60_000)}
            (adjusted,) = mine.events(Kind.RECONCILE_ADJUSTMENT)
            assert (adjusted["w1"], adjusted["w2"]) == (-6_000_000, 0)
            (moved,) = mine.events(Kind.TRANSFER)
            assert (unpack_currency(moved["w0"]), moved["w3"]) == ("USD", 2)
            assert moved["w1"] < 0
            assert len(mine.owner.halts) == 2

    serve(scenario)


def test_an_order_of_this_run_that_the_books_do_not_have_is_cancelled() -> None:
    async def scenario(client: Client) -> None:
        async with reconciled(client) as mine:
            name = "d41a52c0-00100000000fff00"
            await client.order(
                "limit_limit_gtc", base_size="0.1", limit_price="1000", client_order_id=name
            )
            assert await mine.kinds() == ["OrphanOrder"]
            assert await mine.desk.executor.open_orders() == ()

    serve(scenario)


def test_an_order_that_ended_unheard_and_its_fills_are_told() -> None:
    async def scenario(client: Client) -> None:
        async with trading(client) as desk:
            mine = Reconciled(desk)
            await mine.run(Cause.START)
            legs = desk.pair(str(desk.best(1) - 500), "90000", size="0.01")
            resting = desk.resting()
            await desk.until(lambda: bool(legs[0].venue_id and resting.venue_id))
            owner = desk.owner
        exchange = client.server.exchange
        desk.trade_at(str(desk.best(1) - 600))
        exchange.entry.cancel(exchange.portfolio, resting.venue_id)
        owner.said.clear()
        async with trading(client, owner) as again:
            mine = Reconciled(again)
            await mine.run(Cause.START)
            await again.over(*legs, resting)
            assert legs[0].filled == Decimal("0.01")
            assert resting.ends[0][0] is VenueState.CANCELLED
            assert not owner.halts
            assert await mine.kinds() == []

    serve(scenario)


def test_an_order_that_the_venue_never_had_is_asked_for_and_given_up() -> None:
    async def scenario(client: Client) -> None:
        async with reconciled(client) as mine:
            order_id = OrderId(1, 99, 0).pack()
            record = intent(OrderType.LIMIT, order_id=order_id, size="0.1", price="1000")
            mine.owner.add([approved(record, f"d41a52c0-{order_id:016x}")])
            report = await mine.all.reconcile(Cause.PERIODIC)
            assert {each.kind for each in report.settled} == {"GoneOrder"}
            life = mine.owner.lives[order_id]
            await mine.desk.over(life)
            assert order_id in mine.owner.unknowns
            assert await mine.kinds() == []

    serve(scenario)


def test_what_is_under_way_is_not_believed_at_once() -> None:
    async def scenario(client: Client) -> None:
        async with reconciled(client) as mine:

            async def trade() -> None:
                for number in range(20):
                    life = mine.desk.one(OrderType.MARKET, 1 - 2 * (number % 2), size="0.01")
                    resting = mine.desk.resting()
                    await mine.desk.until(lambda: bool(resting.venue_id))  # noqa: B023 - awaited
                    mine.desk.cancel(resting)
                    await mine.desk.over(life, resting)

            trading_on = asyncio.create_task(trade())
            found: set[str] = set()
            while not trading_on.done():
                report = await mine.all.reconcile(Cause.PERIODIC)
                found |= {each.kind for each in report.settled}
            await trading_on
            assert found <= {"MissedFill"}
            assert await mine.kinds() == []
            assert not mine.owner.halts
            assert not mine.owner.disagreements

    serve(scenario)


def test_books_that_never_agree_open_nothing_until_they_do() -> None:
    async def scenario(client: Client) -> None:
        async with reconciled(client, rounds_max=6, doubtful_rounds=3) as mine:
            resting = mine.desk.resting()
            await mine.desk.until(lambda: bool(resting.venue_id))
            lot = Decimal("0.001")
            phantom = VenueFill("phantom", "", 0, "", 1, lot, lot, lot, is_maker=True, ts_ns=1)
            resting.fills.append(phantom)  # we count what no fill of the account makes
            for _ in range(2):
                report = await mine.all.reconcile(Cause.START)
                assert (report.is_whole, report.rounds) == (False, 6)
                assert [type(each) for each in report.left] == [QuantityDiffers]
            assert "filled" in mine.owner.disagreements[-1]
            calls = [each for each in mine.alerts.sent if each.key == "reconcile:disagreement"]
            assert [each.severity for each in calls] == [Severity.CRITICAL]
            resting.fills.clear()
            await mine.run()
            assert mine.owner.disagreements[-1] == ""
            assert mine.alerts.sent[-1].severity is Severity.INFO

    serve(scenario)


def test_a_venue_that_cannot_be_asked_changes_nothing() -> None:
    async def scenario(client: Client) -> None:
        async with reconciled(client) as mine:
            await bought(mine)
            before = len(mine.owner.entries)
            number = (
                await client.admin(
                    "POST", "/faults", {"kind": "server_error", "path": "/accounts", "times": 0}
                )
            )["number"]
            with pytest.raises(VenueError):
                await mine.all.reconcile(Cause.PERIODIC)
            assert len(mine.owner.entries) == before
            await client.admin("DELETE", f"/faults/{number}")
            assert await mine.kinds() == []

    serve(scenario, FAST)


def test_fills_that_were_forgotten_are_not_missed_after_a_restart() -> None:
    async def scenario(client: Client) -> None:
        async with reconciled(client, margin_ns=0) as mine:
            await bought(mine)
            while mine.owner.account.fills:
                assert await mine.kinds() == []
            restored = AccountBooks(mine.owner.account.instruments)
            restored.restore(mine.owner.account.state())
            mine.owner.account = restored
            again = Reconciled(mine.desk)
            assert await again.kinds() == []
            assert restored.holding(0).size == Decimal("0.1")

    serve(scenario, FAST)
