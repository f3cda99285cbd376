"""nautilus_trader: SMA 5/20 with RSI 14, one lot, filled at the next open.

A market order sent from ``on_bar`` would meet the price the bar left behind. So that all engines
fill at the same price, each bar is followed by a trade at the open of the next one, orders arrive a
nanosecond after they were sent, and only those trades move the simulated market.
"""

import time
from importlib.metadata import version
from pathlib import Path

from nautilus_trader.backtest.engine import BacktestEngine
from nautilus_trader.backtest.models import LatencyModel
from nautilus_trader.indicators import (
    MovingAverageType,
    RelativeStrengthIndex,
    SimpleMovingAverage,
)
from nautilus_trader.model.currencies import BTC, USDT
from nautilus_trader.model.data import Bar, BarType, TradeTick
from nautilus_trader.model.enums import AccountType, AggressorSide, OmsType, OrderSide
from nautilus_trader.model.identifiers import TradeId
from nautilus_trader.model.objects import Money, Price, Quantity
from nautilus_trader.trading.strategy import Strategy

from benchmarks.peers.engines.measuring import Bars, Finding, read_bars, run_script
from benchmarks.peers.engines.nautilus_engine import (
    INSTRUMENT,
    VENUE,
    equity,
    instrument,
    quick_engine,
)
from benchmarks.peers.engines.rules import CASH, FAST, FEE, MONEY, RSI_HIGH, RSI_WINDOW, SLOW

BAR_TYPE = BarType.from_str(f"{INSTRUMENT}-1-MINUTE-LAST-EXTERNAL")
MINUTE_NS = 60_000_000_000


class Cross(Strategy):
    """Long one lot with the fast average above the slow one, unless the move is stretched."""

    def __init__(self) -> None:
        super().__init__()
        self.fast = SimpleMovingAverage(FAST)
        self.slow = SimpleMovingAverage(SLOW)
        self.strength = RelativeStrengthIndex(RSI_WINDOW, MovingAverageType.WILDER)
        self.held = False
        self.entries = 0
        self.lot = Quantity.from_int(1)

    def on_start(self) -> None:
        """Subscribe to the bars."""
        for indicator in (self.fast, self.slow, self.strength):
            self.register_indicator_for_bars(BAR_TYPE, indicator)
        self.subscribe_bars(BAR_TYPE)

    def on_bar(self, _: Bar) -> None:
        """Decide on one bar."""
        if not self.indicators_initialized():
            return
        if not self.held:
            # Its index runs from 0 to 1.
            if self.fast.value > self.slow.value and self.strength.value * 100.0 < RSI_HIGH:
                self._send(OrderSide.BUY)
        elif self.fast.value < self.slow.value:
            self._send(OrderSide.SELL)

    def _send(self, side: OrderSide) -> None:
        self.submit_order(self.order_factory.market(INSTRUMENT, side, self.lot))
        self.held = side == OrderSide.BUY
        self.entries += int(self.held)


def build_engine(bars: Bars) -> tuple[BacktestEngine, Cross]:
    """Return an engine that holds ``bars``, and its strategy."""
    engine = quick_engine()
    engine.add_venue(
        venue=VENUE,
        oms_type=OmsType.NETTING,
        account_type=AccountType.CASH,
        starting_balances=[Money(CASH, USDT), Money(0, BTC)],
        latency_model=LatencyModel(1),
        bar_execution=False,
    )
    engine.add_instrument(instrument(FEE, FEE))
    engine.add_data(bar_data(bars))
    strategy = Cross()
    engine.add_strategy(strategy)
    return engine, strategy


def bar_data(bars: Bars) -> list[Bar | TradeTick]:
    """Return each bar, known at its close, and before it a trade at its open."""
    one = Quantity.from_int(1)
    data: list[Bar | TradeTick] = []
    columns = (bars.open, bars.high, bars.low, bars.close)
    rows = zip(bars.ts_ns.tolist(), *(c.astype(int).tolist() for c in columns), strict=True)
    for number, (opened, *prices) in enumerate(rows):
        first, high, low, last = (Price.from_int(price) for price in prices)
        trade = TradeId(str(number))
        side = AggressorSide.NO_AGGRESSOR
        data.append(TradeTick(INSTRUMENT, first, one, side, trade, opened + 1, opened + 1))
        closed = opened + MINUTE_NS
        data.append(Bar(BAR_TYPE, first, high, low, last, one, closed, closed))
    return data


def measure(folder: Path, rows: int) -> Finding:
    """Build the engine's objects, then run."""
    bars = read_bars(folder).first(rows)
    engine, strategy = build_engine(bars)
    started = time.perf_counter()
    engine.run()
    seconds = time.perf_counter() - started
    final = equity(engine, float(bars.close[-1])) / MONEY
    name = version("nautilus_trader")
    return Finding("nautilus_trader", name, seconds, rows, strategy.entries, final)


if __name__ == "__main__":
    run_script(measure)
