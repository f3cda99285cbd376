"""One demo and one browser for the tests of a file; both are left out where nothing is built.

They end with their file: a browser's driver keeps an event loop running in the thread of the
tests, beside which no other test could run its own.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

import pytest

from tests.feed.download.downloads import MINUTE_MS, START_MS
from tests.servers.history_exchange import HistoryExchange, serving
from tests.servers.history_exchange_data import History, made_bars
from tests.web.running_demo import BUILT, CHROMIUM, Demo, browser, running_demo

if TYPE_CHECKING:
    from playwright.sync_api import Browser

BARS: Final = 3_000
ROOM: Final = ("limits.max_exposure=0.5", "limits.max_gross_exposure=0.9")
"""So that orders by hand may rest beside what the strategy holds."""
LEFT_OUT: Final = "left out: every test of the dashboard in a browser, for"


@pytest.fixture(scope="module")
def venue() -> Iterator[HistoryExchange]:
    """Return a venue on this machine that has two days of minutes to download."""
    history = {"BTC": History(MINUTE_MS, made_bars(START_MS, BARS, MINUTE_MS))}
    with serving(history, START_MS + (BARS + 60) * MINUTE_MS) as it:
        yield it


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory, venue: HistoryExchange) -> Iterator[Demo]:
    """Return a demo that trades, with its dashboard."""
    pytest.importorskip(
        "playwright.sync_api", reason=f"{LEFT_OUT} playwright is not installed (make setup)"
    )
    if CHROMIUM is None:
        pytest.skip(f"{LEFT_OUT} there is no Chromium (apt-get install chromium)")
    if not BUILT.is_file():
        pytest.skip(f"{LEFT_OUT} the dashboard is not built (make dashboard)")
    settings = (f'jobs.download_url="{venue.url}"', *ROOM)
    with running_demo(tmp_path_factory.mktemp("dashboard"), *settings) as running:
        yield running


@pytest.fixture(scope="module")
def chromium(demo: Demo) -> Iterator["Browser"]:
    """Return a browser."""
    del demo  # it says why there is none
    with browser() as running:
        yield running
