"""nautilus_trader: two post-only quotes outside the best prices, re-quoted every second.

Each message of the capture is one batch of deltas. The venue's own estimate of the queue in front
of a limit order is switched on.
"""

import time
from importlib.metadata import version
from pathlib import Path

from nautilus_trader.backtest.engine import BacktestEngine
from nautilus_trader.backtest.models import LatencyModel
from nautilus_trader.common.component import TimeEvent
from nautilus_trader.core.data import Data
from nautilus_trader.model.currencies import BTC, USDT
from nautilus_trader.model.data import BookOrder, OrderBookDelta, OrderBookDeltas, TradeTick
from nautilus_trader.model.enums import (
    AccountType,
    AggressorSide,
    BookAction,
    BookType,
    OmsType,
    OrderSide,
    RecordFlag,
)
from nautilus_trader.model.events import OrderCanceled, OrderFilled
from nautilus_trader.model.identifiers import TradeId
from nautilus_trader.model.objects import Money, Price, Quantity
from nautilus_trader.model.orders import LimitOrder
from nautilus_trader.trading.strategy import Strategy

from benchmarks.peers.engines.book_rows import CLEAR, TRADE, BookRows, read_rows
from benchmarks.peers.engines.measuring import Finding, run_script
from benchmarks.peers.engines.nautilus_engine import (
    INSTRUMENT,
    VENUE,
    equity,
    instrument,
    quick_engine,
)
from benchmarks.peers.engines.rules import (
    BOOK_LOT,
    BOOK_MAKER_FEE,
    BOOK_MONEY,
    BOOK_TAKER_FEE,
    ORDER_LATENCY_NS,
    QUOTE_DISTANCE,
    QUOTE_EVERY_NS,
    QUOTE_LOTS,
)

PURSE = 1_000_000_000_000
"""Money and lots at the start: more than quotes can lock, so that both sides always rest."""


SIDES = (OrderSide.BUY, OrderSide.SELL)


class Quoter(Strategy):
    """Keeps a bid below the best bid and an ask above the best ask."""

    def __init__(self, first_ns: int) -> None:
        super().__init__()
        self.first_ns = first_ns
        self.size = Quantity.from_int(QUOTE_LOTS)
        self.resting: dict[OrderSide, LimitOrder | None] = dict.fromkeys(SIDES)
        self.fills = 0
        self.position = 0
        self.traded = 0

    def on_start(self) -> None:
        """Subscribe to the book and set the clock."""
        self.subscribe_order_book_deltas(INSTRUMENT, BookType.L2_MBP)
        self.clock.set_timer_ns("quote", QUOTE_EVERY_NS, self.first_ns, 0, callback=self.quote_both)

    def quote_both(self, _: TimeEvent) -> None:
        """Keep both quotes, ask them back, or send them where there is none."""
        for side in self.resting:
            self._quote(side)

    def on_order_canceled(self, event: OrderCanceled) -> None:
        """Replace what was asked back as soon as it is over."""
        order = self.cache.order(event.client_order_id)
        self._quote(order.side)

    def _quote(self, side: OrderSide) -> None:
        book = self.cache.order_book(INSTRUMENT)
        bid, ask = book.best_bid_price(), book.best_ask_price()
        if bid is None or ask is None:
            return
        wanted = int(bid) - QUOTE_DISTANCE if side == OrderSide.BUY else int(ask) + QUOTE_DISTANCE
        order = self.resting[side]
        if order is not None and not order.is_closed:
            if int(order.price) != wanted and not order.is_pending_cancel:
                self.cancel_order(order)
            return
        price = Price.from_int(wanted)
        order = self.order_factory.limit(INSTRUMENT, side, self.size, price, post_only=True)
        self.resting[side] = order
        self.submit_order(order)

    def on_order_filled(self, event: OrderFilled) -> None:
        """Count the fill."""
        self.fills += 1
        self.traded += int(event.last_qty)
        self.position += int(event.last_qty) * (1 if event.order_side == OrderSide.BUY else -1)


def book_data(rows: BookRows) -> list[Data]:
    """Return a batch of deltas for each message, and each trade."""
    data: list[Data] = []
    batch: list[OrderBookDelta] = []
    columns = (rows.ts_ns, rows.kind, rows.side, rows.price, rows.size, rows.last)
    for number, row in enumerate(zip(*(column.tolist() for column in columns), strict=True)):
        ts, kind, side, price, size, last = row
        if kind == TRADE:
            taker = AggressorSide.BUYER if side > 0 else AggressorSide.SELLER
            ticks, lots = Price.from_int(price), Quantity.from_int(size)
            data.append(TradeTick(INSTRUMENT, ticks, lots, taker, TradeId(str(number)), ts, ts))
            continue
        flags = RecordFlag.F_LAST if last else 0
        if kind == CLEAR:
            batch.append(OrderBookDelta(INSTRUMENT, BookAction.CLEAR, None, flags, 0, ts, ts))
        else:
            order = BookOrder(
                OrderSide.BUY if side > 0 else OrderSide.SELL,
                Price.from_int(price),
                Quantity.from_int(size),
                price,
            )
            action = BookAction.UPDATE if size else BookAction.DELETE
            batch.append(OrderBookDelta(INSTRUMENT, action, order, flags, 0, ts, ts))
        if last:
            data.append(OrderBookDeltas(INSTRUMENT, batch))
            batch = []
    return data


def build_engine(rows: BookRows) -> tuple[BacktestEngine, Quoter]:
    """Return an engine that holds ``rows``, and its strategy."""
    engine = quick_engine()
    engine.add_venue(
        venue=VENUE,
        oms_type=OmsType.NETTING,
        account_type=AccountType.CASH,
        starting_balances=[Money(PURSE, USDT), Money(PURSE // 1_000_000, BTC)],
        latency_model=LatencyModel(ORDER_LATENCY_NS),
        book_type=BookType.L2_MBP,
        queue_position=True,
    )
    engine.add_instrument(instrument(BOOK_MAKER_FEE, BOOK_TAKER_FEE))
    engine.add_data(book_data(rows))
    strategy = Quoter(int(rows.ts_ns[0]) + QUOTE_EVERY_NS)
    engine.add_strategy(strategy)
    return engine, strategy


def measure(folder: Path, count: int) -> Finding:
    """Build the engine's objects, then run."""
    rows = read_rows(folder).first(count)
    engine, strategy = build_engine(rows)
    started = time.perf_counter()
    engine.run()
    seconds = time.perf_counter() - started
    book = engine.cache.order_book(INSTRUMENT)
    middle = (float(book.best_bid_price()) + float(book.best_ask_price())) / 2.0
    final = (equity(engine, middle) - PURSE - PURSE // 1_000_000 * middle) / BOOK_MONEY
    name = version("nautilus_trader")
    note = f"position {strategy.position * BOOK_LOT:+.2f}, traded {strategy.traded * BOOK_LOT:.2f}"
    return Finding("nautilus_trader", name, seconds, count, strategy.fills, final, note)


if __name__ == "__main__":
    run_script(measure)
