"""The local exchange of a scenario on real sockets, in this process, and what is true there."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from decimal import Decimal
from types import TracebackType
from typing import Any, Final, Self

import aiohttp

from tests.scenarios.scripted_market import ScriptedMarket
from tests.scenarios.virtual_loop import LoopClock
from traider.venues.coinbase.token import ApiKey
from traider.venues.simulated.amounts import ONE
from traider.venues.simulated.clock import VirtualClock
from traider.venues.simulated.exchange import Exchange, Limits, Market, Opening
from traider.venues.simulated.faults.rules import rule_of
from traider.venues.simulated.ledger import OUTSIDE
from traider.venues.simulated.order_entry import OrderRequest
from traider.venues.simulated.orders import Order, OrderType
from traider.venues.simulated.products import shipped_products
from traider.venues.simulated.pump import Pump
from traider.venues.simulated.refusals import Refusal
from traider.venues.simulated.server import Server

PRODUCT: Final = "BTC-USD"
START_NS: Final = 1_767_225_600_000_000_000
"""2026-01-01T00:00:00Z."""
SPEED: Final = 20.0
"""Seconds of the exchange in a second."""
_UNLIMITED: Final = Limits(0, 0, 0, 0)
_ONE: Final = Decimal(ONE)

MakeMarket = Callable[[Exchange], Market]


class Floor(AbstractAsyncContextManager["Floor"]):
    """An exchange of one product, in the time of the virtual loop that it is made in.

    Args:
        price: where its market opens.
        seed: of its ids and faults.
        speed: of its time.
        make: makes another market than a scripted one.
    """

    def __init__(
        self,
        price: Decimal = Decimal(50_000),
        seed: int = 1,
        speed: float = SPEED,
        make: MakeMarket | None = None,
    ) -> None:
        products = {PRODUCT: shipped_products()[PRODUCT]}
        self.machine = LoopClock.here()
        """The machine's clocks."""
        now_ns, count = self.machine.now_ns, self.machine.monotonic_ns
        opening = Opening(
            products, START_NS, speed, seed, _UNLIMITED, fault_seed=seed, wall_ns=now_ns
        )
        self.exchange = Exchange(opening)
        self.exchange.clock = VirtualClock(START_NS, speed, count)
        desk = self.exchange.desk
        crowd = self.exchange.crowds[PRODUCT]
        self.market = ScriptedMarket(desk, crowd, desk.markets[PRODUCT], price)
        running = self.market if make is None else make(self.exchange)
        self.server = Server(self.exchange, Pump(self.exchange, running))
        self.exchange.hub.publish_all_levels(PRODUCT)
        key, pem = self.exchange.add_key("ES256")
        self.key = ApiKey.read(key.name, pem)
        self._others = 0
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        await self.server.start(0)
        self._session = aiohttp.ClientSession()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._session is not None:
            await self._session.close()
        await self.server.stop()

    @property
    def now_ns(self) -> int:
        """The exchange's time."""
        return self.exchange.desk.now_ns

    # ---------------------------------------------------------------------------- what happens

    def fault(self, **fields: Any) -> None:
        """Let something go wrong from now on."""
        self.exchange.faults.lay(rule_of(fields))
        self._changed()

    def clear_faults(self) -> None:
        """Let all be well again."""
        self.exchange.faults.clear()
        self._changed()

    def _changed(self) -> None:
        self.exchange.apply_conditions()
        self.server.tell()

    def move(self, price: Decimal) -> None:
        """Let the market go to a price."""
        self.market.move(price)
        self.server.tell()

    def trade(self, price: Decimal, size: Decimal, maker_side: int) -> None:
        """Let somebody trade."""
        self.market.trade(price, size, maker_side)
        self.server.tell()

    def place_other(self, side: str, size: str, price: str = "") -> None:
        """Place an order of the same account as another program would; without a price it takes."""
        self._others += 1
        kind, terms = "market_market_ioc", {"base_size": size}
        if price:
            kind, terms = "limit_limit_gtc", {"base_size": size, "limit_price": price}
        request = OrderRequest(f"by-hand-{self._others}", PRODUCT, side.upper(), {kind: terms})
        placed = self.exchange.entry.create(self.exchange.portfolio, request)
        assert not isinstance(placed, Refusal), placed
        self.server.tell()

    def pay(self, currency: str, change: Decimal) -> None:
        """Pay in, or take out, behind everyone's back."""
        owner = self.exchange.portfolio.portfolio_id
        self.exchange.desk.ledger.move(OUTSIDE, owner, currency, int(change * _ONE))

    # ---------------------------------------------------------------------------- what is true

    def orders(self, run_id: str) -> list[Order]:
        """Return all orders of a run, exits that woke with an entry of it among them."""
        told = self.exchange.portfolio.orders
        found = {key for key, each in told.items() if each.client_order_id.startswith(run_id)}
        return [
            each for key, each in told.items() if key in found or each.originating_order_id in found
        ]

    def position(self, run_id: str) -> Decimal:
        """Return what the fills of a run's orders make."""
        lots = sum(order.side * order.filled_lots for order in self.orders(run_id))
        return lots * self._lot

    def protected(self, run_id: str) -> Decimal:
        """Return for how much of a long position stops rest."""
        stops = (OrderType.STOP_LIMIT, OrderType.BRACKET)
        lots = sum(
            order.leaves_lots
            for order in self.orders(run_id)
            if order.is_live and order.side < 0 and order.terms.order_type in stops
        )
        return lots * self._lot

    @property
    def _lot(self) -> Decimal:
        return Decimal(self.exchange.desk.products[PRODUCT].lot_units) / _ONE

    async def accounts(self) -> dict[str, Decimal]:
        """Return what the account holds, as the admin endpoint tells it."""
        assert self._session is not None
        async with self._session.get(self.server.url("/admin/accounts")) as answer:
            told = await answer.json()
        mine = told["owners"][self.exchange.portfolio.portfolio_id]
        return {name: Decimal(each["total"]) for name, each in mine.items()}
