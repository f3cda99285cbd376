"""The page in a real browser: Debian's Chromium driven through Playwright, skipped without them."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path

import pytest

from tests.backtest.report.small_run import small_run
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
ACROSS = """() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const times = data.prices[0].t;
  const first = Math.min(times[0], data.equity.t[0]);
  const last = Math.max(times.at(-1), data.equity.t.at(-1), data.rolling.t.at(-1) ?? 0);
  return (data.trades.find((mark) => mark[0] === 0)[2] - first) / (last - first);
}"""
"""Where the first triangle of the first price chart stands, as a fraction of its width."""
CONTRAST = """() => {
  const light = (color) => {
    const parts = color.match(/[0-9.]+/g).slice(0, 3).map((part) => part / 255);
    const linear = parts.map((c) => (c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2];
  };
  const ground = (one) => {
    for (let at = one; at; at = at.parentElement) {
      const color = getComputedStyle(at).backgroundColor;
      if (color !== "rgba(0, 0, 0, 0)") return color;
    }
    return "rgb(255, 255, 255)";
  };
  return [...document.querySelectorAll("main *")]
    .filter((one) => one.checkVisibility() && !one.closest(".months"))
    .filter((one) => [...one.childNodes].some((node) => node.nodeType === 3 && node.data.trim()))
    .map((one) => {
      const [text, back] = [light(getComputedStyle(one).color), light(ground(one))];
      const ratio = (Math.max(text, back) + 0.05) / (Math.min(text, back) + 0.05);
      return [ratio, one.outerHTML.slice(0, 90)];
    })
    .filter(([ratio]) => ratio < 4.5);
}"""
"""Texts whose color and ground are too close for the standard's level AA."""

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


@pytest.fixture(scope="module")
def told_report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the report of a real run, whose trades have reasons."""
    return write_report(small_run(), tmp_path_factory.mktemp("told"))


@pytest.fixture
def told(browser: Browser, told_report: Path) -> Iterator[Opened]:
    context = browser.new_context(color_scheme="light", viewport={"width": 1280, "height": 900})
    found = Opened(context.new_page())
    found.page.on("pageerror", lambda error: found.complaints.append(str(error)))
    found.page.goto(told_report.as_uri())
    found.drawn()
    yield found
    assert found.complaints == []
    context.close()


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
    across = desk.page.evaluate(ACROSS)
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


def test_a_click_opens_the_reasons_of_a_trade_and_closes_them(told: Opened) -> None:
    row = told.page.locator("#trades tr.told").nth(1)
    row.locator("td.pnl").click()
    why = told.page.locator("#trades tr.why")
    assert why.count() == 1
    text = why.text_content() or ""
    for part in (
        "Opened by",
        "Closed by",
        "of the journal",
        "enters at 0.30",
        "approved",
        "filled",
    ):
        assert part in text
    assert "momentum" in text
    assert "rsi(close, 14)@1h" in text
    assert row.locator("button.opener").get_attribute("aria-expanded") == "true"
    assert why.get_attribute("id") == row.locator("button.opener").get_attribute("aria-controls")
    row.locator("td.pnl").click()
    assert why.count() == 0


def test_the_keyboard_opens_moves_and_closes(told: Opened) -> None:
    page = told.page
    openers = page.locator("#trades button.opener")
    # One stop of the Tab key for the whole table; arrows go on from there.
    assert page.locator("#trades button.opener[tabindex='0']").count() == 1
    openers.first.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    assert openers.nth(1).get_attribute("aria-expanded") == "true"
    assert page.locator("#trades tr.why").count() == 1
    page.keyboard.press("End")
    assert openers.last.evaluate("(one) => one === document.activeElement")
    page.keyboard.press("Home")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Escape")
    assert page.locator("#trades tr.why").count() == 0
    assert openers.nth(1).evaluate("(one) => one === document.activeElement")


def test_reasons_stay_under_their_trade_when_sorted(told: Opened) -> None:
    page = told.page
    page.locator("#trades tr.told td.pnl").first.click()
    number = page.locator("#trades tr.told").first.get_attribute("data-number")
    page.get_by_role("button", name="P&L, USDT").click()
    before = "(why) => why.previousElementSibling.dataset.number"
    assert page.locator("#trades tr.why").evaluate(before) == number
    values = page.evaluate(
        "[...document.querySelectorAll('#trades td.pnl')].map((one) => Number(one.dataset.value))"
    )
    assert values == sorted(values, reverse=True)


def test_a_click_on_a_triangle_opens_its_trade(told: Opened) -> None:
    chart = told.chart("price-0")
    chart.scroll_into_view_if_needed()
    across = told.page.evaluate(ACROSS)
    for step in range(80):
        told.point(chart, across, step / 80)
        if "P&L" in (chart.locator(".tip").text_content() or ""):
            break
    told.page.mouse.down()
    told.page.mouse.up()
    number = (chart.locator(".tip b").text_content() or "").split()[0].lstrip("#")
    assert told.page.locator("#trades tr.why").get_attribute("id") == f"why-{number}"
    focused = "document.activeElement.closest('tr').dataset.number"
    assert told.page.evaluate(focused) == number


@pytest.mark.parametrize("width", [390, 768, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_open_reasons_fit(browser: Browser, told_report: Path, width: int, scheme: str) -> None:
    with browser.new_context(
        color_scheme="dark" if scheme == "dark" else "light",
        viewport={"width": width, "height": 844},
    ) as context:
        found = Opened(context.new_page())
        found.page.goto(told_report.as_uri())
        found.drawn()
        for opener in found.page.locator("#trades button.opener").all()[:3]:
            opener.click()
        assert found.page.locator("#trades tr.why").count() == 3
        found.assert_fits()
        box = found.page.locator(".trades-box")
        assert box.evaluate("(one) => one.scrollWidth - one.clientWidth") <= 0


def test_every_text_has_contrast(told: Opened) -> None:
    """Check WCAG AA, 4.5 to 1, of every kind of text in an open row, in both themes."""
    page = told.page
    page.locator("#trades tr.told td.pnl").first.click()
    for theme in ("light", "dark"):
        page.evaluate(f"document.documentElement.dataset.theme = '{theme}'")
        weak = page.evaluate(CONTRAST)
        assert weak == []
