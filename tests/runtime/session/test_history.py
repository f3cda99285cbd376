"""How much history a session begins with, where limits need samples of prices."""

import asyncio
from decimal import Decimal
from pathlib import Path
from typing import Final

from tests.ports.clock import FixedClock
from traider.backtest.bar_files import read_batches
from traider.domain.events import EventArray, Kind
from traider.feed.feed import FeedInstrument
from traider.runtime.config import load_config
from traider.runtime.config_venues import FeedConfig, VenuesConfig
from traider.runtime.live_feed import LiveFeedRequest
from traider.runtime.session.history import bars_sampled, price_history, read_history
from traider.runtime.session.link import VenueLink

FILE: Final = Path(__file__).parents[3] / "data" / "sample" / "BINANCE-PERP-BTC-USDT-1m.parquet"
INSTRUMENT: Final = FeedInstrument(
    "COINBASE:BTC-USDT", "BTC-USDT", Decimal("0.1"), Decimal("0.00000001")
)
MINUTE_NS: Final = 60_000_000_000
FIRST_NS: Final = int(next(read_batches(FILE, None, None)).ts_ns[0])
SETTINGS: Final = ("data.bars=1m", f"run.history={FILE}")


def bars_read(*overrides: str, of_gate: bool = False) -> EventArray:
    """Return the bars that a session, or a gate of its own, begins with."""
    config = load_config(None, (*SETTINGS, *overrides))
    request = LiveFeedRequest("coinbase", ("BTC-USDT",), VenuesConfig(), FeedConfig())
    link = VenueLink(request, FixedClock(FIRST_NS + 900 * MINUTE_NS), "")
    if of_gate:
        events = asyncio.run(price_history(config, link, (INSTRUMENT,))).events
    else:
        events = asyncio.run(read_history(config, link, (INSTRUMENT,), 0)).events
    found: EventArray = events[events["kind"] == Kind.BAR]
    return found


def test_limits_that_need_samples_lengthen_the_history() -> None:
    assert len(bars_read("run.warm_up=100")) == 100
    assert len(bars_read("run.warm_up=100", "limits.max_var=0.1")) == 62 * 5
    assert len(bars_read("run.warm_up=600", "limits.max_var=0.1")) == 600
    assert len(bars_read("run.warm_up=0", "limits.max_var=0.1")) == 0


def test_a_gate_of_its_own_reads_what_its_limits_need() -> None:
    assert len(bars_read(of_gate=True)) == 0
    for limit in ("max_var=0.1", "max_es=0.1", "max_correlated_exposure=1"):
        assert len(bars_read(f"limits.{limit}", "risk.samples_min=20", of_gate=True)) == 22 * 5


def test_bars_longer_than_an_interval_are_a_sample_each() -> None:
    config = load_config(None, ("limits.max_es=0.1", "risk.samples_min=30"))
    assert bars_sampled(config, "1h") == 32
    assert bars_sampled(config, "15s") == 32 * 20
    assert bars_sampled(load_config(None, ()), "1h") == 0
