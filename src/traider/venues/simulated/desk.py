"""The desk: matches orders, books fills, works stops and brackets, and ends orders.

It has no socket and reads no clock: time is told to it. Whoever publishes watches it through a
``Watcher``; which levels of a book changed is asked of the book.
"""

import random
from collections import deque
from heapq import heappop, heappush
from typing import Final, Protocol
from uuid import UUID

from traider.venues.simulated.amounts import ONE
from traider.venues.simulated.book import Entry
from traider.venues.simulated.booking import pay_fill, take_fill
from traider.venues.simulated.holds import bracket_bound, hold_for
from traider.venues.simulated.ledger import OUTSIDE, Ledger
from traider.venues.simulated.market import Market, Trade
from traider.venues.simulated.matching import Incoming, Plan, plan_match
from traider.venues.simulated.order_matching import (
    attached_order,
    first_reached,
    incoming_of,
    is_spent,
    split_lots,
)
from traider.venues.simulated.orders import Order, OrderType, Status, TimeInForce, Trigger
from traider.venues.simulated.portfolios import Portfolio
from traider.venues.simulated.products import Product

_DOLLARS: Final = frozenset({"USD", "USDC", "USDT"})


class Watcher(Protocol):
    """Who is told what happens at the desk, as it happens."""

    def traded(self, market: Market, trade: Trade) -> None:
        """A trade was printed."""

    def order_changed(self, order: Order) -> None:
        """An order was accepted, filled, edited or ended."""


class Desk:
    """Products, markets, accounts and orders of one exchange.

    Args:
        products: what is listed, by id.
        seed: key of the ids that orders and fills get.
        now_ns: the time the exchange opens at.
    """

    def __init__(self, products: dict[str, Product], seed: int, now_ns: int) -> None:
        self.products = products
        self.now_ns = now_ns
        self.ledger = Ledger()
        self.markets = {
            name: Market(product) for name, product in products.items() if not product.alias
        }
        self.portfolios: dict[str, Portfolio] = {}
        self.watcher: Watcher | None = None
        self.pieces = 1
        """Into how many fills each match is split, where its size allows."""
        self.skew_ns = 0
        """By how much the times that are told are ahead of the true one."""
        self._random = random.Random(seed)  # noqa: S311 - ids that come out the same again
        self._entries: dict[str, Entry] = {}
        self._ends: list[tuple[int, str, Order]] = []
        self._filled_parents: deque[Order] = deque()
        self._settling = False

    @property
    def told_ns(self) -> int:
        """The time as the exchange tells it."""
        return self.now_ns + self.skew_ns

    def new_id(self) -> str:
        """Return an id no one has yet."""
        return str(UUID(int=self._random.getrandbits(128), version=4))

    def market_of(self, product: Product) -> Market:
        """Return the market that ``product`` trades in."""
        return self.markets[product.book_id]

    def open_portfolio(self, name: str, deposits: dict[str, int]) -> Portfolio:
        """Open an account with ``deposits`` (units by currency)."""
        portfolio = Portfolio(self.new_id(), name, self.new_id(), self.now_ns)
        self.portfolios[portfolio.portfolio_id] = portfolio
        for currency, units in deposits.items():
            self.ledger.move(OUTSIDE, portfolio.portfolio_id, currency, units)
        return portfolio

    def take_back(self, order: Order) -> None:
        """Have an order again that was kept: a live one rests as it did, without trading.

        What it holds is in the ledger already.
        """
        market, is_live = self.market_of(order.product), order.is_live
        self.portfolios[order.owner].add(order)
        if is_live and order.terms.end_ns:
            heappush(self._ends, (order.terms.end_ns, order.order_id, order))
        if is_live and order.trigger is Trigger.PENDING:
            market.stops.append(order)
        if is_live and not order.waits_for_stop:
            self._entries[order.order_id] = market.book.add(
                order.side, order.limit_ticks, order.leaves_lots, order
            )

    def name_anew(self, key: str) -> None:
        """Take the ids to come from ``key``, so that none comes twice."""
        self._random = random.Random(key)  # noqa: S311 - see above

    def place(self, order: Order) -> None:
        """Accept an order whose terms and funds were checked, and let it work."""
        self.portfolios[order.owner].add(order)
        self._hold(order)
        self._changed(order)
        if order.terms.end_ns:
            heappush(self._ends, (order.terms.end_ns, order.order_id, order))
        if order.trigger is Trigger.PENDING:
            self.market_of(order.product).stops.append(order)
        if order.waits_for_stop:
            order.status = Status.OPEN
            self._changed(order)
        else:
            self._trade_and_rest(order)
        self.settle(self.market_of(order.product))

    def match(self, market: Market, incoming: Incoming) -> Plan:
        """Let the crowd take from the book; whoever calls it settles when the rest has rested."""
        plan = plan_match(market.book, incoming)
        self._carry_out(market, plan, None)
        return plan

    def fill_resting(self, market: Market, entry: Entry, lots: int) -> None:
        """Fill a resting order of an account against the crowd, at its own price."""
        self._print_fill(market, entry, lots, None)

    def print_trade(self, market: Market, ticks: int, lots: int, maker_side: int) -> None:
        """Print a trade in which no account took part."""
        trade = market.print_trade(self.now_ns, ticks, lots, maker_side)
        if self.watcher:
            self.watcher.traded(market, trade)

    def end(self, order: Order, status: Status, reason: str = "") -> None:
        """End an order that is live."""
        entry = self._entries.pop(order.order_id, None)
        market = self.market_of(order.product)
        if entry is not None and entry.lots:
            market.book.remove(entry)
        if order in market.stops:
            market.stops.remove(order)
        order.status, order.cancel_reason = status, reason
        self._hold(order)
        self._changed(order)
        if order.attached is not None and order.filled_lots:
            self._filled_parents.append(order)

    def cancel(self, order: Order, reason: str) -> None:
        """Cancel an order that is live."""
        self.end(order, Status.CANCELLED, reason)
        self.settle(self.market_of(order.product))

    def fail(self, order: Order, reason: str) -> None:
        """Accept an order, and let it fail at once."""
        self.portfolios[order.owner].add(order)
        self._changed(order)
        order.status, order.reject_reason = Status.FAILED, reason
        self._changed(order)

    def fill_part(self, order: Order, share: float) -> None:
        """Let the crowd take a part of an order that rests."""
        entry = self._entries.get(order.order_id)
        if entry is not None:
            market = self.market_of(order.product)
            self.fill_resting(market, entry, max(1, int(order.leaves_lots * share)))
            self.settle(market)

    def rest_anew(self, order: Order, *, keeps_place: bool) -> None:
        """Let an edited order work at its new price and size."""
        entry = self._entries.get(order.order_id)
        self._hold(order)
        if entry is not None and keeps_place:
            self.market_of(order.product).book.reduce(entry, entry.lots - order.leaves_lots)
        elif entry is not None:
            del self._entries[order.order_id]
            self.market_of(order.product).book.remove(entry)
            self._trade_and_rest(order)
        if order.is_live:
            self._changed(order)
        self.settle(self.market_of(order.product))

    def expire(self) -> None:
        """End the orders whose time is over."""
        while self._ends and self._ends[0][0] <= self.now_ns:
            order = heappop(self._ends)[2]
            if order.is_live:
                self.end(order, Status.EXPIRED, "order expired")
                self.settle(self.market_of(order.product))

    def next_end_ns(self) -> int | None:
        """Return when the next order with an end time is over."""
        return self._ends[0][0] if self._ends else None

    def settle(self, market: Market) -> None:
        """Do what trades have brought about: open attached brackets, set off stops, oldest first.

        It comes after the order that traded has rested or ended. What it does may trade again,
        and is settled by the same call.
        """
        if self._settling or not (self._filled_parents or market.stops):
            return
        self._settling = True
        while self._filled_parents or first_reached(market):
            if self._filled_parents:
                self._attach(self._filled_parents.popleft())
            elif reached := first_reached(market):
                self._trigger(market, reached)
        self._settling = False

    def dollars(self, currency: str, units: int) -> int:
        """Return ``units`` of a currency in US dollars, at last prices; 0 when none is known."""
        if currency in _DOLLARS:
            return units
        product = self.products.get(f"{currency}-USD")
        if product is None:
            return 0
        return units * (self.market_of(product).last_ticks * product.tick_units) // ONE

    def _trade_and_rest(self, order: Order) -> None:
        """Take what the book offers, then rest or end."""
        market, terms = self.market_of(order.product), order.terms
        plan = plan_match(market.book, incoming_of(order))
        if terms.quote_units:
            order.lots = plan.lots
        order.status = Status.OPEN
        if terms.time_in_force is TimeInForce.FOK and plan.lots < order.lots:
            self.end(order, Status.CANCELLED, "fill or kill order could not be filled")
            return
        if plan.lots < order.lots or not order.lots:
            self._changed(order)
        self._carry_out(market, plan, order)
        if terms.quote_units and order.is_live:
            self.end(order, Status.CANCELLED, "no liquidity")
        elif order.is_live and plan.met_itself:
            self.end(order, Status.CANCELLED, "self trade prevention")
        elif order.is_live and terms.time_in_force is TimeInForce.IOC:
            self.end(order, Status.CANCELLED, "immediate or cancel order was not filled")
        elif order.is_live:
            self._entries[order.order_id] = market.book.add(
                order.side, order.limit_ticks, order.leaves_lots, order
            )

    def _carry_out(self, market: Market, plan: Plan, taker: Order | None) -> None:
        for match in plan.matches:
            for lots in split_lots(match.lots, self.pieces):
                self._print_fill(market, match.entry, lots, taker)
        if taker and taker.terms.quote_units and plan.lots and is_spent(taker, plan):
            self.end(taker, Status.FILLED)

    def _print_fill(self, market: Market, entry: Entry, lots: int, taker: Order | None) -> None:
        """Print one trade and book it for whoever of its two sides is an account."""
        market.book.reduce(entry, lots)
        trade = market.print_trade(self.now_ns, entry.ticks, lots, entry.side)
        if self.watcher:
            self.watcher.traded(market, trade)
        if entry.order:
            self._book_fill(entry.order, trade, is_maker=True)
        if taker:
            self._book_fill(taker, trade, is_maker=False)

    def _book_fill(self, order: Order, trade: Trade, *, is_maker: bool) -> None:
        fill = take_fill(order, trade, self.new_id(), is_maker=is_maker)
        self._hold(order)
        pay_fill(self.ledger, order, fill)
        quote = order.product.quote
        self.portfolios[order.owner].count_fill(
            order, fill, self.dollars(quote, fill.value_units), self.dollars(quote, fill.fee_units)
        )
        if order.filled_lots == order.lots and not order.terms.quote_units:
            self.end(order, Status.FILLED)
        else:
            self._changed(order)

    def _trigger(self, market: Market, order: Order) -> None:
        market.stops.remove(order)
        order.trigger = Trigger.TRIGGERED
        if order.terms.order_type is OrderType.BRACKET:
            entry = self._entries.pop(order.order_id)
            market.book.remove(entry)
            order.limit_ticks = bracket_bound(order)
            self._hold(order)
        self._trade_and_rest(order)

    def _attach(self, parent: Order) -> None:
        """Open the bracket that was attached to an order, for what the order has filled."""
        order = attached_order(parent, self.new_id(), self.now_ns)
        parent.attached = None
        if hold_for(order) > self.ledger.balance(order.owner, order.hold_currency).available:
            self.fail(order, "INSUFFICIENT_FUND")
            return
        self.place(order)

    def _hold(self, order: Order) -> None:
        needed = hold_for(order)
        self.ledger.hold(order.owner, order.hold_currency, needed - order.hold_units)
        order.hold_units = needed

    def _changed(self, order: Order) -> None:
        order.changed_ns = self.now_ns
        if self.watcher:
            self.watcher.order_changed(order)
