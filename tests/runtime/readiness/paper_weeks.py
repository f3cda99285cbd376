"""Settings and paper runs that are ready for real money, for tests to spoil."""

import time
from functools import cache
from pathlib import Path
from typing import Final

import numpy as np

from tests.golden.runs import FOLDER
from tests.kernel.book_markets import BookMarket
from tests.runtime.parity.recorded_runs import RecordedTrader
from traider.domain.events import EventArray, Kind, join_events
from traider.runtime.config import load_config

_DAY_NS: Final = 86_400_000_000_000
_HOUR_NS: Final = 3_600_000_000_000
PRODUCT: Final = "BTC-USD"
DAYS: Final = 7.2
_STEP_NS: Final = 58_000_000_000
_STEPS_A_RISE: Final = 72
_MIDDLE: Final = 640_000
"""Ticks; near the capture's prices."""
_WORKING: Final = ("repeg_s", "widen_s", "time_limit_s", "slippage_bps", "time_stop_s")
"""Settings of orders that rest, and of plans for seconds; the week trades at market."""
LIMITS: Final = """
[limits]
max_order_notional = 2000
max_order_size = 0
price_collar_bps = 100
max_exposure = 0.5
max_gross_exposure = 0.5
max_leverage = 0.5
max_net_exposure = 0
max_group_exposure = 0
groups = []
refuse_self_trades = true
max_orders_per_minute = 30
max_daily_loss = 0.02
max_drawdown = 0.1
max_data_age_s = 30
max_position_notional = 0
max_positions = 0
max_daily_loss_amount = 0
max_daily_loss_sigmas = 0
max_correlated_exposure = 0
max_var = 0
max_es = 0
max_margin_use = 0
min_liquidation_distance = 0
"""


def settings_file(folder: Path, rest_url: str, limits: str = LIMITS, more: str = "") -> Path:
    """Write settings with limits on purpose."""
    text = (FOLDER / "level2-ladder.toml").read_text(encoding="utf-8")
    head = text.split("[limits]")[0]
    head = 'currency = "USD"\n' + head
    head = head.replace("fraction = 0.9", "fraction = 0.09\ndead_band = 0.001")
    head = "\n".join(line for line in head.splitlines() if not line.startswith(_WORKING))
    head = head.replace("post-only", "market")
    # Wide enough that what is won pays the fees.
    head = head.replace("distance = 0.0003", "distance = 0.01")
    head = head.replace("distance = 0.00015", "distance = 0.005")
    for name in ("latencies-ms.txt", "../../data"):
        head = head.replace(f'"{name}', f'"{FOLDER}/{name}')
    path = folder / "live.toml"
    venue = f'\n[venues.coinbase]\nrest_url = "{rest_url}"\n'
    path.write_text(head + limits + venue + more, encoding="utf-8")
    return path


@cache
def rising(days: float) -> EventArray:
    """Return a market of ``days`` that ended an hour ago, and paid whoever bought.

    Somebody buys every 58 s; about once an hour all prices rise by 0.3 %, and again 58 s later.
    """
    steps = round(days * _DAY_NS / _STEP_NS)
    first_ns = time.time_ns() - _HOUR_NS - steps * _STEP_NS
    market = BookMarket(np.random.default_rng(3), 0, 1, first_ns, _MIDDLE)
    market.message([*_side(1, _MIDDLE, 100_000), *_side(-1, _MIDDLE, 100_000)])
    for step in range(1, steps):
        market.now_ns = first_ns + step * _STEP_NS
        if step % _STEPS_A_RISE < 2:
            _rise(market)
        best = market.middle + 1
        market.write(Kind.TRADE, price=best, size=5, side=1, delay=0)
    return join_events(market.parts)


def _side(side: int, middle: int, size: int) -> list[tuple[int, int, int]]:
    return [(side, middle - side * depth, size) for depth in range(1, 4)]


def _rise(market: BookMarket) -> None:
    """Take the sellers away before the buyers come nearer: no book is ever crossed."""
    before, market.middle = market.middle, market.middle + 3 * market.middle // 1_000
    market.message([*_side(-1, before, 0), *_side(-1, market.middle, 100_000)])
    market.message([*_side(1, before, 0), *_side(1, market.middle, 100_000)])


def paper_week(folder: Path, file: Path, days: float = DAYS) -> Path:
    """Record a paper run of so many days, fed as the market came."""
    events = rising(days)
    trader = RecordedTrader(folder, load_config(file), venue="coinbase", products=(PRODUCT,))
    trader.begin(int(events["ts_recv"][0]) - 1_000)
    trader.feed(events, most=2_000)
    trader.close()
    return folder
