"""The page in a real browser: Debian's Chromium driven through Playwright, skipped without them."""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from tests.backtest.sweep.sweep_results import FAST, SLOW, sweep_result
from traider.backtest.sweep.grid import Axis
from traider.backtest.sweep.page import write_sweep_page
from traider.backtest.sweep.result import SweepResult

playwright = pytest.importorskip(
    "playwright.sync_api", reason="playwright is not installed (pip install 'traider[browser]')"
)

from playwright.sync_api import Browser, Page, sync_playwright  # noqa: E402

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
SWITCHES = (
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed (apt install chromium)"),
]

THIRD = Axis("strategy.enter", (Decimal("0.1"), Decimal("0.2")))


def long_words() -> SweepResult:
    """Return a sweep of long names and large sums, which are the first to overflow."""
    name = "AN-INSTRUMENT-WITH-A-NAME-OF-MORE-THAN-SIXTY-SIGNS-AND-NO-SPACE-USDT"
    axes = (
        Axis("strategy.fast", tuple(1_000_000 + 7 * step for step in range(60)), "x" * 40),
        Axis("strategy.slow", tuple(2_000_000 + 9 * step for step in range(70)), "y" * 40),
    )
    result = sweep_result(axes, lambda _: 0.0, 30)
    setting = replace(result.setting, title=name * 3, config={"k" * 90: "v" * 300})
    counts = replace(result.counts, skipped={name: 10**9})
    return replace(result, setting=setting, counts=counts, notes=("n" * 500,))


RESULTS = {
    "one": lambda: sweep_result((FAST,), lambda values: 1e-4 * float(values[0])),
    "two": sweep_result,
    "three": lambda: sweep_result((FAST, SLOW, THIRD)),
    "long": long_words,
}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as driver:
        running = driver.chromium.launch(executable_path=CHROMIUM, args=list(SWITCHES))
        yield running
        running.close()


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("sweep")
    found = {}
    for name, make in RESULTS.items():
        (folder / name).mkdir()
        found[name] = write_sweep_page(make(), folder / name)
    return found


@pytest.mark.parametrize("width", [1280, 768, 390])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", RESULTS)
def test_it_is_quiet_asks_for_nothing_and_fits(
    browser: Browser, pages: dict[str, Path], name: str, scheme: str, width: int
) -> None:
    complaints: list[str] = []
    requests: list[str] = []
    with browser.new_context(
        color_scheme="dark" if scheme == "dark" else "light",
        viewport={"width": width, "height": 844},
    ) as context:
        page = context.new_page()
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("request", lambda asked: requests.append(asked.url))
        page.goto(pages[name].as_uri())
        over = page.evaluate(
            "[...document.querySelectorAll('body *')].filter((one) => {"
            " const box = one.getBoundingClientRect();"
            " return box.width > 1 && !one.closest('.hidden, .trials-box')"
            " && box.right > innerWidth + 0.5; }).map((one) => one.outerHTML.slice(0, 80))"
        )
        assert over == []
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    assert complaints == []
    assert [url for url in requests if not url.startswith("data:")] == [pages[name].as_uri()]


@pytest.fixture
def desk(browser: Browser, pages: dict[str, Path]) -> Iterator[Page]:
    with browser.new_context(
        color_scheme="light", viewport={"width": 1280, "height": 900}
    ) as context:
        page = context.new_page()
        page.goto(pages["two"].as_uri())
        yield page


def test_a_cell_is_read_out_under_the_pointer(desk: Page) -> None:
    readout = desk.locator(".readout")
    assert readout.text_content() == ""
    desk.locator("[data-heat] i.best").hover()
    assert (readout.text_content() or "").startswith("fast 15, slow 40: ")
    desk.mouse.move(2, 2)
    assert readout.text_content() == ""


def test_the_keyboard_moves_over_the_cells(desk: Page) -> None:
    readout = desk.locator(".readout")
    desk.locator("[data-heat]").focus()
    assert (readout.text_content() or "").startswith("fast 15, slow 40: ")
    desk.keyboard.press("ArrowRight")
    assert (readout.text_content() or "").startswith("fast 20, slow 40: ")
    desk.keyboard.press("ArrowUp")
    assert (readout.text_content() or "").startswith("fast 20, slow 80: ")
    desk.keyboard.press("ArrowUp")
    assert (readout.text_content() or "").startswith("fast 20, slow 80: ")
    for _ in range(9):
        desk.keyboard.press("ArrowRight")
    assert (readout.text_content() or "").startswith("fast 25, slow 80: ")
    for _ in range(3):
        desk.keyboard.press("ArrowDown")
    assert readout.text_content() == "fast 25, slow 10: not run, or undefined"


def test_the_theme_is_chosen_and_remembered(desk: Page) -> None:
    ground = "getComputedStyle(document.body).backgroundColor"
    light = desk.evaluate(ground)
    desk.locator("#theme").click()
    desk.locator("#theme").click()
    assert desk.locator("#theme").text_content() == "Theme: dark"
    dark = desk.evaluate(ground)
    assert dark != light
    desk.reload()
    assert desk.evaluate(ground) == dark


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_numbers_in_cells_can_be_read(
    browser: Browser, pages: dict[str, Path], scheme: str
) -> None:
    """At least 4.5 to 1 between the number and its shaded cell, in either theme."""
    contrast = """
      [...document.querySelectorAll('[data-heat] i')].filter((i) => i.textContent).map((one) => {
        const parse = (text) => (text.match(/[\\d.]+/g) || []).map(Number);
        const panel = parse(getComputedStyle(one.closest('.panel')).backgroundColor);
        const [r, g, b, a = 1] = parse(getComputedStyle(one).backgroundColor);
        const ground = [r, g, b].map((part, k) => part * a + panel[k] * (1 - a));
        const light = (color) => color.slice(0, 3).map((part) => part / 255)
          .map((part) => (part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4))
          .reduce((sum, part, k) => sum + part * [0.2126, 0.7152, 0.0722][k], 0);
        const both = [ground, parse(getComputedStyle(one).color)].map(light).sort((x, y) => x - y);
        return (both[1] + 0.05) / (both[0] + 0.05);
      })
    """
    with browser.new_context(color_scheme="dark" if scheme == "dark" else "light") as context:
        page = context.new_page()
        page.goto(pages["two"].as_uri())
        found = page.evaluate(contrast)
    assert len(found) == 14
    assert min(found) >= 4.5
