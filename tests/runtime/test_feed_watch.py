"""A feed that runs apart says how it is: over a real socket, with a book that breaks."""

import re
from pathlib import Path

from tests.feed.test_feed import Rig, live, play
from tests.runtime.test_observability import config, page
from tests.venues.socket_server import SocketServer
from traider.domain.market_health import MarketHealth
from traider.runtime.feed_watch import FeedWatch
from traider.runtime.observability import ObserveTerms, observe

NAME = "COINBASE:BTC-USD"


def test_rates_ages_gaps_and_health_are_told(tmp_path: Path) -> None:
    with observe(config(), "feed", ObserveTerms(log_file=tmp_path / "log.jsonl")) as seen:
        told = []

        async def scene(server: SocketServer, rig: Rig) -> None:
            watch = FeedWatch(seen, rig.feed, rig.clock)
            watch.look()
            told.append((seen.health.ready().is_good, page(seen.url)))
            await live(server, rig)
            await rig.until(lambda: rig.healths == [MarketHealth.HEALTHY] * 2)
            watch.look()
            watch.look()
            told.append((seen.health.ready().is_good, page(seen.url)))

        play(scene)
    (was_ready, before), (is_ready, after) = told
    assert (was_ready, is_ready) == (False, True)
    assert re.search(r'traider_health_good\{part="connection .+"\} 0\.0', before)
    assert f'traider_health_good{{part="market {NAME}"}} 1.0' in after
    assert f'traider_feed_messages_total{{instrument="{NAME}"}} 1.0' in after
    assert f'traider_last_tick_age_seconds{{instrument="{NAME}"}}' in after
    assert 'traider_queue_events{queue="feed"}' in after
    assert 'traider_role_ready{role="feed"} 1.0' in after
    assert "traider_reconnects_total 0.0" in after
