"""The page in a real browser: Debian's Chromium driven through Playwright, skipped without them."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path

import pytest

from tests.backtest.report.synthetic import synthetic_result, with_chosen
from traider.backtest.report import write_report

playwright = pytest.importorskip(
    "playwright.sync_api", reason="playwright is not installed (pip install 'traider[browser]')"
)

from playwright.sync_api import Browser, Locator, Page, sync_playwright  # noqa: E402

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
SWITCHES = (
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
AXIS_RIGHT = 66

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed (apt install chromium)"),
]


@dataclass
class Opened:
    """An open page and what it complained about or asked for."""

    page: Page
    complaints: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)

    def chart(self, name: str) -> Locator:
        return self.page.locator(f"[data-chart='{name}']")

    def point(self, chart: Locator, across: float, down: float) -> None:
        """Move the mouse to a fraction of the chart's plot and wait until it is drawn."""
        box = chart.bounding_box()
        assert box is not None
        x = box["x"] + (box["width"] - AXIS_RIGHT) * across
        self.page.mouse.move(x, box["y"] + box["height"] * down)
        self.drawn()

    def drawn(self) -> None:
        """Wait for two frames, the second of which shows what the first asked for."""
        self.page.evaluate(
            "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
        )

    def assert_fits(self) -> None:
        """Check that nothing reaches past the right edge; a wide table scrolls in its own box."""
        assert self.page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
        over = self.page.evaluate(
            "[...document.querySelectorAll('body *')].filter((one) => {"
            " const box = one.getBoundingClientRect();"
            " const left_out = one.closest('.hidden, .trades-box');"
            " return box.width > 1 && !left_out && box.right > innerWidth + 0.5; })"
            ".map((one) => one.outerHTML.slice(0, 80))"
        )
        assert over == []


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_report(synthetic_result(trades=120, points=600), tmp_path_factory.mktemp("report"))


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as driver:
        running = driver.chromium.launch(executable_path=CHROMIUM, args=list(SWITCHES))
        yield running
        running.close()


@pytest.fixture(scope="module")
def extreme_report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a report of long names and large sums, which are the first to overflow."""
    plain = synthetic_result(trades=40, points=300)
    name = "AN-INSTRUMENT-WITH-A-NAME-OF-MORE-THAN-SIXTY-SIGNS-AND-NO-SPACE-USDT"
    trades = tuple(
        replace(trade, instrument=name, pnl=trade.pnl * 10**8, entry_price=Decimal("1234567.891"))
        for trade in plain.chosen.trades
    )
    result = with_chosen(
        replace(
            plain,
            title="x" * 190,
            capital=Decimal(10**10),
            notes=("n" * 500,),
            config={"k" * 90: "v" * 300},
            prices=(replace(plain.prices[0], instrument=name),),
        ),
        trades=trades,
        final_equity=Decimal("23456789012.34"),
        complete=False,
        attribution=replace(
            plain.chosen.attribution,
            by_alpha={name: Decimal("-1234567890.12"), "b": Decimal("9876543210.99")},
            by_instrument={name: Decimal("1234567890.12")},
            by_month={f"2023-{at:02}": Decimal("-123456789.12") for at in range(1, 13)},
        ),
        orders=replace(plain.chosen.orders, refusals={name: 10**9}),
    )
    return write_report(result, tmp_path_factory.mktemp("extreme"))


@pytest.fixture(params=["dark-1280", "light-1280", "dark-390", "light-390", "light-768"])
def opened(request: pytest.FixtureRequest, browser: Browser, report: Path) -> Iterator[Opened]:
    scheme, width = str(request.param).split("-")
    context = browser.new_context(
        color_scheme="dark" if scheme == "dark" else "light",
        viewport={"width": int(width), "height": 844},
        has_touch=width == "390",
    )
    found = Opened(context.new_page())
    found.page.on("console", lambda message: found.complaints.append(message.text))
    found.page.on("pageerror", lambda error: found.complaints.append(str(error)))
    found.page.on("request", lambda asked: found.requests.append(asked.url))
    found.page.goto(report.as_uri())
    found.drawn()
    yield found
    context.close()


@pytest.fixture
def desk(browser: Browser, report: Path) -> Iterator[Opened]:
    context = browser.new_context(color_scheme="light", viewport={"width": 1280, "height": 900})
    found = Opened(context.new_page())
    found.page.on("pageerror", lambda error: found.complaints.append(str(error)))
    found.page.goto(report.as_uri())
    found.drawn()
    yield found
    assert found.complaints == []
    context.close()


def test_it_is_quiet_asks_for_nothing_and_fits(opened: Opened, report: Path) -> None:
    opened.assert_fits()
    box = opened.page.locator(".trades-box")
    assert box.evaluate("(one) => one.scrollWidth - one.clientWidth") <= 0
    assert opened.complaints == []
    assert [url for url in opened.requests if not url.startswith("data:")] == [report.as_uri()]


@pytest.mark.parametrize("width", [390, 730, 1010])
def test_long_names_and_large_sums_do_not_overflow(
    browser: Browser, extreme_report: Path, width: int
) -> None:
    with browser.new_context(viewport={"width": width, "height": 844}) as context:
        found = Opened(context.new_page())
        found.page.goto(extreme_report.as_uri())
        found.drawn()
        found.assert_fits()


def test_the_cross_hair_tells_the_values(desk: Opened) -> None:
    chart = desk.chart("equity")
    assert chart.locator(".tip").is_hidden()
    desk.point(chart, 0.5, 0.3)
    text = chart.locator(".tip").text_content() or ""
    assert "UTC" in text
    assert "Equity" in text
    assert "USDT" in text
    desk.page.mouse.move(5, 5)
    desk.drawn()
    assert chart.locator(".tip").is_hidden()


def test_drag_zooms_every_chart_and_reset_shows_all(desk: Opened) -> None:
    chart = desk.chart("equity")
    reset = desk.page.locator(".reset")
    chart.scroll_into_view_if_needed()
    desk.point(chart, 0.4, 0.3)
    desk.page.mouse.down()
    desk.point(chart, 0.6, 0.5)
    desk.page.mouse.up()
    desk.drawn()
    assert all(button.is_visible() for button in reset.all())
    desk.point(chart, 0.0, 0.3)
    first = chart.locator(".tip b").text_content() or ""
    assert first[:4] in {"2020", "2021"}
    reset.first.click()
    desk.drawn()
    assert all(button.is_hidden() for button in reset.all())


def test_the_keyboard_moves_zooms_and_resets(desk: Opened) -> None:
    chart = desk.chart("exposure")
    chart.focus()
    desk.page.keyboard.press("ArrowRight")
    desk.drawn()
    assert "Gross" in (chart.locator(".tip").text_content() or "")
    assert "Gross" in (desk.page.locator("#spoken").text_content() or "")
    desk.page.keyboard.press("+")
    desk.drawn()
    assert chart.locator(".reset").is_visible()
    desk.page.keyboard.press("0")
    desk.drawn()
    assert chart.locator(".reset").is_hidden()


def test_a_triangle_shows_its_trade(desk: Opened) -> None:
    chart = desk.chart("price-0")
    chart.scroll_into_view_if_needed()
    across = desk.page.evaluate(
        "() => { const data = JSON.parse(document.getElementById('data').textContent);"
        " const times = data.prices[0].t, first = Math.min(times[0], data.equity.t[0]);"
        " const last = Math.max(times.at(-1), data.equity.t.at(-1));"
        " return (data.trades.find((mark) => mark[0] === 0)[2] - first) / (last - first); }"
    )
    texts = []
    for step in range(60):
        desk.point(chart, across, step / 60)
        texts.append(chart.locator(".tip").text_content() or "")
    assert any("P&L" in text and "fees" in text for text in texts)


def test_headings_sort_the_trades(desk: Opened) -> None:
    page = desk.page
    read = (
        "[...document.querySelectorAll('#trades td.pnl')].map((one) => Number(one.dataset.value))"
    )
    page.get_by_role("button", name="P&L, USDT").click()
    falling = page.evaluate(read)
    assert falling == sorted(falling, reverse=True)
    assert falling[0] > falling[-1]
    page.get_by_role("button", name="P&L, USDT").click()
    assert page.evaluate(read) == sorted(falling)
    assert page.locator("#trades th[aria-sort='ascending']").count() == 1


def test_the_theme_is_chosen_and_remembered(desk: Opened) -> None:
    page = desk.page
    ground = "getComputedStyle(document.body).backgroundColor"
    light = page.evaluate(ground)
    page.locator("#theme").click()
    page.locator("#theme").click()
    assert page.locator("#theme").text_content() == "Theme: dark"
    dark = page.evaluate(ground)
    assert dark != light
    page.reload()
    assert page.evaluate(ground) == dark


def test_the_logarithmic_axis_is_a_switch(desk: Opened) -> None:
    button = desk.page.locator("[data-log='equity']")
    before = button.get_attribute("aria-pressed")
    button.click()
    assert {before, button.get_attribute("aria-pressed")} == {"true", "false"}
