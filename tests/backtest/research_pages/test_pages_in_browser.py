"""The pages in a real browser: quiet, within the screen, steered by keyboard, in both themes."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.backtest.research_pages.pages import rolled, shown, walked
from traider.backtest.research_pages import write_monte_carlo_page, write_walk_forward_page

pytest.importorskip("playwright.sync_api", reason="playwright is not installed")

from playwright.sync_api import Browser, sync_playwright

from tests.backtest.report.test_page_in_browser import CHROMIUM, SWITCHES, Opened

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed (apt install chromium)"),
]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as driver:
        running = driver.chromium.launch(executable_path=CHROMIUM, args=list(SWITCHES))
        yield running
        running.close()


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("research")
    return {
        "walk-forward": write_walk_forward_page(walked(), shown(), folder),
        "monte-carlo": write_monte_carlo_page(rolled(), shown(), folder),
    }


@pytest.fixture(params=["dark-1280", "light-1280", "dark-390", "light-390"])
def looks(request: pytest.FixtureRequest) -> tuple[str, int]:
    scheme, width = str(request.param).split("-")
    return scheme, int(width)


@pytest.mark.parametrize("name", ["walk-forward", "monte-carlo"])
def test_a_page_is_quiet_asks_for_nothing_and_fits(
    browser: Browser, pages: dict[str, Path], looks: tuple[str, int], name: str
) -> None:
    scheme, width = looks
    context = browser.new_context(
        color_scheme="dark" if scheme == "dark" else "light",
        viewport={"width": width, "height": 844},
    )
    with context:
        found = Opened(context.new_page())
        found.page.on("console", lambda message: found.complaints.append(message.text))
        found.page.on("pageerror", lambda error: found.complaints.append(str(error)))
        found.page.on("request", lambda asked: found.requests.append(asked.url))
        found.page.goto(pages[name].as_uri())
        found.drawn()
        found.assert_fits()
        boxes = found.page.locator(".wide-box")
        over = boxes.evaluate_all("(all) => all.map((one) => one.scrollWidth - one.clientWidth)")
        assert max(over) <= 0
        assert found.complaints == []
        asked = [url for url in found.requests if not url.startswith("data:")]
        assert asked == [pages[name].as_uri()]


@pytest.mark.parametrize(
    ("name", "chart", "words"),
    [
        ("walk-forward", "equity", ("Equity", "Buy and hold", "Window")),
        ("walk-forward", "choices", ("enter",)),
        ("monte-carlo", "fan", ("The run itself", "Median", "95%")),
    ],
)
def test_the_keyboard_reads_a_chart_out(
    browser: Browser, pages: dict[str, Path], name: str, chart: str, words: tuple[str, ...]
) -> None:
    with browser.new_context(viewport={"width": 1280, "height": 900}) as context:
        found = Opened(context.new_page())
        found.page.goto(pages[name].as_uri())
        found.drawn()
        found.chart(chart).focus()
        found.page.keyboard.press("ArrowRight")
        found.drawn()
        spoken = found.page.locator("#spoken").text_content() or ""
        for word in words:
            assert word in spoken
        found.page.keyboard.press("+")
        found.drawn()
        assert found.chart(chart).locator(".reset").is_visible()
        found.page.keyboard.press("0")
        found.drawn()
        assert found.chart(chart).locator(".reset").is_hidden()
