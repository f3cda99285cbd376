"""Settings and paper runs that are ready for real money, for tests to spoil."""

import time
from functools import cache
from pathlib import Path
from typing import Final

import numpy as np

from tests.golden.runs import FOLDER
from tests.runtime.parity.recorded_runs import RecordedTrader, capture
from traider.domain.events import EventArray, Kind
from traider.runtime.config import load_config

_DAY_NS: Final = 86_400_000_000_000
_HOUR_NS: Final = 3_600_000_000_000
PRODUCT: Final = "BTC-USD"
DAYS: Final = 7.2
EVENTS: Final = 14_000
_WORKING: Final = ("repeg_s", "widen_s", "time_limit_s", "slippage_bps")
"""Settings of orders that rest; the week trades at market."""
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
"""


def settings_file(folder: Path, rest_url: str, limits: str = LIMITS, more: str = "") -> Path:
    """Write settings with limits on purpose."""
    text = (FOLDER / "level2-ladder.toml").read_text(encoding="utf-8")
    head = text.split("[limits]")[0]
    head = 'currency = "USD"\n' + head
    head = head.replace("fraction = 0.9", "fraction = 0.09\ndead_band = 0.001")
    head = "\n".join(line for line in head.splitlines() if not line.startswith(_WORKING))
    head = head.replace("post-only", "market")
    for name in ("latencies-ms.txt", "../../data"):
        head = head.replace(f'"{name}', f'"{FOLDER}/{name}')
    path = folder / "live.toml"
    venue = f'\n[venues.coinbase]\nrest_url = "{rest_url}"\n'
    path.write_text(head + limits + venue + more, encoding="utf-8")
    return path


@cache
def stretched(days: float) -> EventArray:
    """Return the capture's first events, spread over ``days`` that ended an hour ago."""
    events = capture()[1][:EVENTS].copy()
    for name in ("ts_recv", "ts_event"):
        first = int(events[name][0])
        span = int(events[name][-1]) - first
        events[name] = first + ((events[name] - first) * (days * _DAY_NS / span)).astype(np.int64)
    events["ts_recv"] = np.maximum.accumulate(events["ts_recv"])
    ended_ns = time.time_ns() - _HOUR_NS - int(events["ts_recv"][-1])
    for name in ("ts_recv", "ts_event"):
        events[name] += ended_ns
    assert (events["kind"] < Kind.ACK).all()
    return events


def paper_week(folder: Path, file: Path, days: float = DAYS) -> Path:
    """Record a paper run of so many days, fed as the market came."""
    events = stretched(days)
    trader = RecordedTrader(folder, load_config(file), venue="coinbase", products=(PRODUCT,))
    trader.begin(int(events["ts_recv"][0]) - 1_000)
    trader.feed(events, most=2_000)
    trader.close()
    return folder
