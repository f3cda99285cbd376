"""Take pictures of every page: ``python -m scripts.screenshots [FOLDER]``.

A demo is started beside data of its own, with two back-tests, a download and a check of parity to
look at; each page is taken in both themes, as wide as a desk's screen and as a phone's, and as long
as it is. Everything that was started is ended. Needs Debian's Chromium, the ``browser`` extra and
the built dashboard.
"""

import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

from tests.feed.download.downloads import MINUTE_MS, START_MS
from tests.servers.history_exchange import serving
from tests.servers.history_exchange_data import History, made_bars
from tests.web.pages import PAGES, SECTIONS, got, posted, until_shown
from tests.web.running_demo import BUILT, CHROMIUM, PHONE, Demo, browser, entered, running_demo

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

DEFAULT: Final = Path("build/screenshots")
DESK: Final = (1440, 900)
SPEED: Final = 60.0
LOOK_AFTER_S: Final = 45.0
"""So that half an hour of the market is behind the demo."""
BARS: Final = 3_000
_PATIENCE_S: Final = 180.0
Theme = Literal["dark", "light"]


def main(folder: Path) -> None:
    """Take every picture into ``folder``."""
    if CHROMIUM is None:
        raise SystemExit("screenshots: there is no Chromium (apt-get install chromium)")
    if not BUILT.is_file():
        raise SystemExit("screenshots: the dashboard is not built (make dashboard)")
    folder.mkdir(parents=True, exist_ok=True)
    history = {"BTC": History(MINUTE_MS, made_bars(START_MS, BARS, MINUTE_MS, range(900, 960)))}
    now_ms = START_MS + (BARS + 60) * MINUTE_MS
    with tempfile.TemporaryDirectory() as state, serving(history, now_ms) as venue:
        setting = f'jobs.download_url="{venue.url}"'
        with running_demo(Path(state), setting, speed=SPEED) as demo, browser() as chromium:
            _fill(chromium, demo)
            for place in _taken(chromium, demo, folder):
                print(place)


def _fill(chromium: "Browser", demo: Demo) -> None:
    """Have work done, and wait until there is something to look at."""
    began_s = time.monotonic()
    context = entered(chromium, demo)
    page = context.new_page()
    asked = [
        posted(page, "backtest", {"preset": "sma-cross", "title": "Averages that cross"}),
        posted(page, "backtest", {"preset": "ensemble", "title": "The rule ensemble"}),
        posted(page, "backfill", {
            "venue": "binance", "symbols": ["BTC/USDT"], "timeframes": ["1m"],
            "since": "2025-04-30", "until": "2025-05-02T02:00",
        }),
    ]  # fmt: skip
    time.sleep(max(LOOK_AFTER_S - (time.monotonic() - began_s), 0.0))
    asked.append(posted(page, "parity", {}))
    until_s = time.monotonic() + _PATIENCE_S
    for job in asked:
        while (state := got(page, f"jobs/{job['id']}"))["state"] in {"queued", "running"}:
            if time.monotonic() > until_s:
                # A busy machine: the pages show it as it stands.
                print(f"job {job['id']} is {state['state']} still", file=sys.stderr)
                break
            time.sleep(0.5)
    context.close()


def _views(page: "Page") -> dict[str, str]:
    """Return where each picture is taken, by its name."""
    views = {name.lower(): path for name, path in PAGES.items()}
    chosen = ",".join(each["id"] for each in got(page, "backtest")["items"])
    views["analysis"] += f"?runs={chosen}"
    views |= {f"settings-{name}": f"/settings/?section={name}" for name in SECTIONS}
    filled = got(page, "orders?state=filled&limit=1")["items"]
    if filled:
        views["why"] = f"/orders/?order={filled[0]['order_id']}"
    return views


def _taken(chromium: "Browser", demo: Demo, folder: Path) -> Iterator[Path]:
    """Take every page in each theme and size; yield each picture."""
    themes: tuple[Theme, ...] = ("dark", "light")
    for theme in themes:
        for size_name, size in (("desk", DESK), ("phone", PHONE)):
            context = entered(chromium, demo, theme=theme, size=size)
            page = context.new_page()
            for name, path in _views(page).items():
                page.goto(demo.url + path)
                until_shown(page)
                picture = folder / f"{name}-{theme}-{size_name}.png"
                page.screenshot(path=picture, full_page=True)
                yield picture
            page.context.clear_cookies()
            page.goto(f"{demo.url}/login/")
            until_shown(page)
            picture = folder / f"login-{theme}-{size_name}.png"
            page.screenshot(path=picture, full_page=True)
            yield picture
            context.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else DEFAULT)
