"""The whole way out on a real local exchange: gateway, executor, reconciling, and ends in between.

At the end of each the account's books are the exchange's to the last digit, no order is there
twice, and what the trader was told makes its position and its cash.
"""

import asyncio
import itertools
import random
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, suppress
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import pytest

from tests.gateway.coinbase_desk import IDS, PAUSES, RUN, ExchangeClock
from tests.gateway.orders import APPROVED
from tests.ports.alert import MemoryAlerts
from tests.ports.event_sink import MemoryEvents
from tests.ports.log import MemoryLog
from tests.ports.metrics import MemoryMetrics
from tests.venues.coinbase.approved import BTC_USD, INSTRUMENTS, intent
from tests.venues.simulated.serving import Client, request_for_tests, serve
from traider.domain.approvals import Approver
from traider.domain.events import EventArray, Kind, OrderFlag, empty_events, join_events
from traider.domain.orders import OrderId, OrderType
from traider.gateway.coinbase_executor import CoinbaseAccess, CoinbaseExecutor, CoinbaseTerms
from traider.gateway.gateway_terms import GatewayTerms
from traider.gateway.order_gateway import OrderGateway
from traider.gateway.order_lives import OrderLife
from traider.gateway.order_log import OrderLog
from traider.gateway.reconciliation import ReconcileParts, ReconcileTerms, Reconciliation
from traider.gateway.settling import GatewayParts
from traider.journal import FsyncPolicy, JournalInstrument, JournalTerms
from traider.ops.clock import SystemClock
from traider.venues.coinbase.rest_session import RestSession, RestTerms
from traider.venues.coinbase.token import ApiKey
from traider.venues.coinbase.user_feed import UserFeedTerms

pytestmark = pytest.mark.uncounted

CAPITAL: Final = Decimal(100_000)
FAST: Final = request_for_tests(speed=20.0)
UNSYNCED: Final = JournalTerms(FsyncPolicy.NONE, segment_bytes=1_000_000, compress=False)
TERMS: Final = GatewayTerms(
    answer_s=2.0, arrival_s=0.2, absences_min=3, ask_pause_s=0.02, ask_pause_s_max=0.1,
    reconcile_s=0.3, orders_per_s=1e6, orders_at_once=1_000_000,
)  # fmt: skip
LOGGED: Final = tuple(
    JournalInstrument(str(each.name), each.symbol, each.tick_size, each.lot_size)
    for each in INSTRUMENTS
)


class Trader:
    """The trader's side: its journal, which outlives every gateway."""

    def __init__(self, client: Client, folder: Path) -> None:
        self.client, self.folder = client, folder
        self.reports, self.alerts = MemoryEvents(), MemoryAlerts()
        self.wanted: list[EventArray] = []
        self.epoch = 0
        self.gateway: OrderGateway | None = None
        self.reconciliation: Reconciliation | None = None
        self._sequences = itertools.count(1)

    @asynccontextmanager
    async def trading(self) -> AsyncIterator[OrderGateway]:
        """Run a gateway until it is left, as a process that dies leaves it."""
        client, clock, approver = self.client, ExchangeClock(self.client), Approver()
        key = ApiKey.read(client.signer.name, client.signer.pem)
        rest = RestTerms(
            base_url=client.server.url(""), timeout_s=1.0, private_per_second=1e6,
            first_pause_s=0.02,
        )  # fmt: skip
        feed = UserFeedTerms(
            client.server.url("/ws/user", "ws"), patience_s=0.5, silence_s=2.0, backoff=PAUSES
        )
        log = OrderLog.open(self.folder, LOGGED, terms=UNSYNCED)
        async with RestSession(SystemClock(), key, rest) as session:
            executor = CoinbaseExecutor(
                CoinbaseAccess(session, SystemClock(), MemoryLog()), IDS, INSTRUMENTS,
                approver.verifier, CoinbaseTerms(feed=feed, stop_patience_s=0.0),
            )  # fmt: skip
            parts = GatewayParts(
                log=log, sink=self.reports, instruments=INSTRUMENTS, ids=IDS, approver=approver,
                clock=clock, lines=MemoryLog(),
            )  # fmt: skip
            gateway = self.gateway = OrderGateway(parts, executor, TERMS)
            self.reconciliation = Reconciliation(
                gateway,
                executor,
                ReconcileParts(clock, MemoryLog(), self.alerts, MemoryMetrics()),
                ReconcileTerms(capital={"USD": CAPITAL}, confirm_s=0.05),
            )
            gateway.reconcile = self.reconciliation.reconcile
            running = asyncio.create_task(gateway.run())
            self.epoch += 1
            try:
                await gateway.start(self.epoch, len(self.reports.events), self.unanswered())
                await self.until(lambda: gateway.is_ready)
                yield gateway
            finally:
                running.cancel()
                with suppress(asyncio.CancelledError):
                    await running
                log._journal._let_go()

    def unanswered(self) -> EventArray:
        """Return the intents without a verdict."""
        events = self.reports.events
        told = [int(each["order_id"]) for each in events if each["kind"] == Kind.VERDICT]
        rest = []
        for record in self.wanted:
            order_id = int(record["order_id"][0])
            if order_id in told:
                told.remove(order_id)
            else:
                rest.append(record)
        return join_events(rest) if rest else empty_events(0)

    def want(self, *records: EventArray) -> list[int]:
        """Journal orders of one decision, and submit them."""
        sequence = next(self._sequences)
        for record in records:
            if not int(record["flags"][0]) & OrderFlag.CANCEL:
                leg = int(record["order_id"][0]) & 0xFF
                record["order_id"] = OrderId(self.epoch, sequence, leg).pack()
        self.wanted += records
        assert self.gateway is not None
        self.gateway.submit(join_events(list(records)), [APPROVED] * len(records))
        return [int(record["order_id"][0]) for record in records]

    def market(self, side: int, size: str = "0.02") -> list[int]:
        return self.want(intent(OrderType.MARKET, side, order_id=0, size=size))

    def resting(self, price: str) -> list[int]:
        return self.want(intent(OrderType.LIMIT, order_id=0, size="0.01", price=price))

    def pair(self, stop: str, target: str, size: str = "0.01") -> list[int]:
        both = OrderFlag.ONE_CANCELS_OTHER
        return self.want(
            intent(OrderType.STOP, -1, both, 128, size=size, trigger=stop),
            intent(OrderType.LIMIT, -1, both, 129, size=size, price=target),
        )

    def cancel(self, order_ids: Iterable[int]) -> None:
        for order_id in order_ids:
            record = intent(OrderType.MARKET, 0, OrderFlag.CANCEL, order_id)
            self.want(record)

    def life(self, order_id: int) -> OrderLife:
        """Return an order as the gateway knows it."""
        assert self.gateway is not None
        life = self.gateway.lives.get(order_id)
        assert life is not None
        return life

    async def until(self, is_so: Any, within_s: float = 20.0) -> None:
        async with asyncio.timeout(within_s):
            while not is_so():  # noqa: ASYNC110 - what is waited for tells nobody
                await asyncio.sleep(0.01)

    async def quiet(self) -> None:
        """Wait until every order is over and the books agree."""
        gateway, reconciliation = self.gateway, self.reconciliation
        assert gateway is not None
        assert reconciliation is not None
        await self.until(lambda: gateway.is_ready and not len(gateway.lives))
        agreed_ns = reconciliation.agreed_ns
        await self.until(lambda: gateway.is_ready and reconciliation.agreed_ns > agreed_ns)

    async def check(self) -> None:
        """Hold the books, and what the trader was told, against the exchange's own account."""
        assert self.gateway is not None
        told = await self.client.admin("GET", "/accounts")
        portfolio = self.client.server.exchange.portfolio
        mine = told["owners"][portfolio.portfolio_id]
        account = self.gateway.account
        assert dict(account.expected()) == {
            name: Decimal(each["total"]) for name, each in mine.items()
        }
        names = [order.client_order_id for order in portfolio.orders.values()]
        ours = [name for name in names if name.startswith(RUN)]
        assert len(ours) == len(set(ours))
        sent = {int(each["order_id"]) for each in self.reports.events if each["kind"] == Kind.SENT}
        assert {IDS.order_id(name) for name in ours} <= sent
        lots, cash = self.told()
        assert BTC_USD.size(lots) == account.holding(0).size
        assert abs(Decimal(cash).scaleb(-8) - account.holding(0).cash) <= Decimal("5e-9")

    def told(self) -> tuple[int, int]:
        """Return position and cash as the trader's kernel counts them."""
        lots = cash = 0
        for event in self.reports.events:
            if event["kind"] == Kind.FILL:
                side, size = int(event["side"]), int(event["size"])
                price = BTC_USD.price(int(event["price"]))
                lots += side * size
                cash -= side * BTC_USD.notional_units(price, BTC_USD.size(size))
                cash -= int(event["fee"])
            elif event["kind"] == Kind.RECONCILE_ADJUSTMENT:
                lots, cash = lots + int(event["w1"]), cash + int(event["w2"])
        return lots, cash


async def trade(trader: Trader) -> list[int]:
    """Want what takes, what rests, and a pair; return what rests."""
    resting: list[int] = []
    for number, side in enumerate((1, 1, -1)):
        trader.market(side)
        resting += trader.resting(str(1000 + number))
    return [*resting, trader.pair("30000", "90000")[0]]


def test_orders_go_out_and_come_back_and_the_books_agree(tmp_path: Path) -> None:
    async def scenario(client: Client) -> None:
        trader = Trader(client, tmp_path)
        async with trader.trading():
            resting = await trade(trader)
            trader.cancel(resting)
            await trader.quiet()
            await trader.check()
            assert trader.told()[0] == 2_000_000
            assert trader.alerts.sent == []

    serve(scenario, FAST)


def test_a_pair_that_trades_on_both_legs_is_over_with_both(tmp_path: Path) -> None:
    async def scenario(client: Client) -> None:
        trader = Trader(client, tmp_path)
        exchange = client.server.exchange
        async with trader.trading():
            best = exchange.desk.markets["BTC-USD"].book.best_ticks(1)
            assert best is not None
            stop_price = BTC_USD.price(best) - 1000
            stop, target = trader.pair(str(stop_price), "90000")
            await trader.until(lambda: trader.life(stop).venue_id)
            placed = exchange.portfolio.by_client_id[IDS.of(stop)]
            exchange.desk.fill_part(placed, 0.25)
            await trader.until(lambda: trader.life(target).filled_lots)
            market = exchange.desk.markets["BTC-USD"]
            exchange.desk.print_trade(market, BTC_USD.ticks(stop_price), 1, 1)
            exchange.desk.settle(market)
            await trader.quiet()
            await trader.check()
            filled = [trader.life(leg).filled_lots for leg in (stop, target)]
            assert filled == [750_000, 250_000]

    serve(scenario, FAST)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3))
def test_a_gateway_that_dies_at_any_moment_loses_and_doubles_nothing(
    tmp_path: Path, seed: int
) -> None:
    async def scenario(client: Client) -> None:
        trader, chance = Trader(client, tmp_path), random.Random(seed)  # noqa: S311 - a seed
        faults: list[dict[str, Any]] = [
            {"kind": "answer_lost", "method": "POST", "path": "/orders", "probability": 0.2},
            {"kind": "answer_lost", "path": "/orders/batch_cancel", "probability": 0.2},
            {"kind": "server_error", "method": "POST", "path": "/orders", "probability": 0.1},
            {"kind": "duplicate_fill", "probability": 0.3},
            {"kind": "fill_before_cancel", "probability": 0.3},
            {"kind": "disconnect", "channel": "user", "probability": 0.02},
            {"kind": "partial_fills", "count": 2},
        ]
        resting: list[int] = []
        async with trader.trading():
            pass
        for fault in faults:
            await client.admin("POST", "/faults", {"times": 0, **fault})
        for _ in range(5):
            async with trader.trading():
                trader.cancel(resting[: len(resting) // 2])
                resting = resting[len(resting) // 2 :] + await trade(trader)
                await asyncio.sleep(chance.uniform(0.0, 0.15))
        await client.admin("DELETE", "/faults")
        async with trader.trading() as gateway:
            await trader.until(lambda: gateway.is_ready)
            trader.cancel([life.order_id for life in gateway.lives.living()])
            await trader.quiet()
            await trader.check()
            assert {each.key for each in trader.alerts.sent if "Gone" not in each.key} == {
                each.key for each in trader.alerts.sent if "MissedFill" in each.key
            }

    serve(scenario, FAST)


def test_trades_by_hand_between_two_processes_are_found(tmp_path: Path) -> None:
    async def scenario(client: Client) -> None:
        trader = Trader(client, tmp_path)
        async with trader.trading():
            trader.market(1, "0.05")
            await trader.quiet()
        await client.order("market_market_ioc", side="SELL", base_size="0.2")
        await client.admin("POST", "/balances", {"currency": "USD", "change": "123.456"})
        async with trader.trading():
            await trader.quiet()
            await trader.check()
            assert trader.told()[0] == 0
            keys = {each.key.split(":")[1] for each in trader.alerts.sent}
            assert keys == {"ForeignFill", "BalanceDiffers"}

    serve(scenario, FAST)
