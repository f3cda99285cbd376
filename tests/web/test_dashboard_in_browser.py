"""The dashboard as people use it: a real demo, its real server, Debian's Chromium.

What a page says is held against who knows: the trader, the exchange, the command line. The tests
go from the first login to the emergency stop, on one demo.
"""

import json
import os
import re
import signal
import time
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

import pyotp
import pytest

from tests.servers.history_exchange import HistoryExchange
from tests.web.conftest import BARS
from tests.web.pages import got, sent, until_shown
from tests.web.parts_of_demo import ExchangeOfDemo, child_of
from tests.web.running_demo import ROOT, Demo, entered, renew_secrets
from traider.cli.main import run
from traider.runtime.status_file import STATUS_FILE

if TYPE_CHECKING:
    from playwright.sync_api import APIResponse, Browser, Locator, Page

pytestmark = pytest.mark.slow

NEW_PASSWORD: Final = "violet-harbor-sundial-42"
RESTING: Final = 6
STREAM: Final = re.compile(r"/socket\.io/?\?.*\bsid=([^&]+)")
"""Each connection of the stream has an id of its own."""
HOLD_S: Final = 1.0
WORK_MS: Final = 180_000
"""Patience with a worker, which gives way to everything else on a busy machine."""
SLOW_LINK: Final = {
    "offline": False, "latency": 400, "downloadThroughput": 50_000, "uploadThroughput": 50_000,
}  # fmt: skip
"""A bad phone's: 0.4 s until anything comes, 50 kB in a second."""


@pytest.fixture
def page(demo: Demo, chromium: "Browser") -> Iterator["Page"]:
    """Return a page of somebody who is logged in and may do everything."""
    context = entered(chromium, demo)
    try:
        opened = context.new_page()
        opened.goto(demo.url)
        until_shown(opened)
        yield opened
    finally:
        context.close()


def check_status(page: "Page", is_so: Callable[[dict[str, Any]], bool]) -> None:
    """Wait until the trader says what is awaited."""
    for _ in range(100):
        if is_so(got(page, "status")):
            return
        page.wait_for_timeout(100)
    raise AssertionError(got(page, "status"))


def until_kept(demo: Demo, name: str) -> None:
    """Wait until what the trader keeps of itself has something under ``name``."""
    for _ in range(100):
        if json.loads((demo.state / STATUS_FILE).read_bytes())[name]:
            return
        time.sleep(0.1)
    raise AssertionError((demo.state / STATUS_FILE).read_text())


def listed(page: "Page", path: str) -> dict[str, Any]:
    """Wait until a list has something in it, which follows the journal; return its first."""
    for _ in range(100):
        if items := got(page, path)["items"]:
            return dict(items[0])
        page.wait_for_timeout(100)
    raise AssertionError(path)


def check_changes(page: "Page", figure: "Locator") -> None:
    """Wait until a figure on a page says something else."""
    before = figure.inner_text()
    for _ in range(150):
        if figure.inner_text() not in ("", before):
            return
        page.wait_for_timeout(200)
    raise AssertionError(f"it says {before!r} all the time")


def log_in(page: "Page", password: str) -> None:
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Log in").click()


def test_the_first_login_changes_the_password_and_a_second_factor_is_asked_for(
    demo: Demo, chromium: "Browser"
) -> None:
    page = chromium.new_page(base_url=demo.url)
    page.goto("/orders/?state=filled")
    typed = page.get_by_label("Password")
    typed.fill("what is typed")
    assert typed.get_attribute("type") == "password"
    page.get_by_role("button", name="Show").click()
    assert typed.get_attribute("type") == "text"
    page.get_by_role("button", name="Hide").click()
    assert typed.get_attribute("type") == "password"
    log_in(page, demo.password)
    page.get_by_label("Password until now").fill(demo.password)
    page.get_by_label("New password", exact=True).fill(NEW_PASSWORD)
    page.get_by_label("New password again").fill(NEW_PASSWORD)
    page.get_by_role("button", name="Change the password").click()
    page.wait_for_url("**/orders/?state=filled")
    page.goto("/settings/?section=account")
    page.get_by_role("button", name="Enroll an authenticator").click()
    page.get_by_label("Your password").fill(NEW_PASSWORD)
    page.get_by_role("button", name="Go on").click()
    picture = page.get_by_alt_text("QR code")
    picture.wait_for()
    assert picture.evaluate("image => image.complete && image.naturalWidth > 100")
    codes = pyotp.TOTP(page.locator("code.select-all").inner_text())
    page.get_by_label("Code", exact=True).fill(codes.now())
    page.get_by_role("button", name="Confirm").click()
    page.get_by_text("Shown now and never again").wait_for()
    page.get_by_role("button", name="I have them").click()
    page.get_by_text("enrolled", exact=True).wait_for()
    page.get_by_role("button", name="Account of admin").click()
    page.get_by_role("button", name="Log out").click()
    log_in(page, NEW_PASSWORD)
    code = page.get_by_label("Code of your authenticator")
    code.fill("000000")
    page.get_by_role("button", name="Log in").click()
    page.get_by_role("alert").filter(has_text="code").wait_for()
    # A code is taken once, so this is the one that comes next.
    code.fill(codes.at(int(time.time()) + codes.interval))
    page.get_by_role("button", name="Log in").click()
    page.get_by_role("button", name="Account of admin").wait_for()
    page.context.close()


def test_profit_and_loss_move_while_one_watches(page: "Page") -> None:
    check_changes(page, page.get_by_role("banner").locator("dd").first)
    assert "PAPER" in page.get_by_role("banner").inner_text()
    assert re.match(r"[+−]?[\d,.]+ · PAPER · Overview · Traider", page.title())
    page.get_by_label("NAV over time, with drawdown").wait_for()


def test_an_order_says_why_it_was_made(page: "Page") -> None:
    page.keyboard.press("g")
    page.keyboard.press("r")
    page.wait_for_url("**/orders/")
    page.locator("tbody tr").first.click()
    sheet = page.get_by_role("dialog")
    sheet.get_by_text("The same at a terminal").wait_for()
    text = sheet.inner_text()
    order = page.url.partition("order=")[2]
    assert re.fullmatch(r"[0-9a-f]{16}", order)
    assert f"traider explain {order}" in text
    for heading in ("Scores", "Latency", "Checks", "Fills", "Features"):
        assert heading in text
    page.keyboard.press("Escape")
    sheet.wait_for(state="hidden")
    assert "order=" not in page.url


def test_a_limit_is_changed_after_its_difference_was_shown_and_is_in_force(
    demo: Demo, page: "Page"
) -> None:
    before = got(page, "status")["limits"]["max_order_notional"]
    page.goto("/settings/?section=limits")
    page.get_by_label("Max order notional").fill(f"{before - 500:g}")
    page.get_by_role("button", name="Review 1 change").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_text(f"{before:,.0f}").first.wait_for()
    dialog.get_by_text(f"{before - 500:,.0f}").first.wait_for()
    dialog.get_by_label("Why").fill("a test")
    dialog.get_by_role("button", name="Change").click()
    dialog.wait_for(state="hidden")
    check_status(page, lambda status: status["limits"]["max_order_notional"] == before - 500)
    refused = rest(page, ExchangeOfDemo.of(demo.pid), before - 300)
    assert refused.status == 409
    told = listed(page, "orders?state=refused&limit=1")
    assert (told["check"], told["limit"]) == ("max-notional", before - 500)


def rest(page: "Page", exchange: ExchangeOfDemo, notional: float) -> "APIResponse":
    """Ask for an order that rests far below the market, and return the answer."""
    price = round(exchange.bid("BTC-USDT") * Decimal("0.8"))
    body = {
        "instrument": "COINBASE:BTC-USDT", "side": "buy", "price": f"{price}",
        "size": f"{notional / price:.6f}", "why": "a test",
    }  # fmt: skip
    return sent(page, "control/orders", body)


def test_a_back_test_is_run_from_the_page_and_says_what_the_command_line_says(
    page: "Page", tmp_path: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    page.goto("/analysis/")
    page.get_by_label("Preset", exact=True).select_option("sma-cross")
    page.get_by_label("From", exact=True).fill("2024-01-01")
    page.get_by_label("Title").fill("From the page")
    page.get_by_role("button", name="Run the back-test").click()
    page.get_by_role("progressbar", name="Job").wait_for()
    chosen = page.get_by_role("checkbox", name="From the page")
    chosen.check(timeout=WORK_MS)
    table = page.get_by_role("region", name="Figures of the runs")
    rows = dict(row.split("\t")[:2] for row in table.inner_text().splitlines() if "\t" in row)
    config = str(ROOT / "examples" / "sma-cross.toml")
    command = ["backtest", "--config", config, "--from", "2024-01-01", "--json", "--quiet"]
    capsys.readouterr()
    assert run([*command, "--output", str(tmp_path / "here")]) == 0
    told = json.loads(capsys.readouterr().out)
    assert rows["Total return"] == gain(told["metrics"]["performance"]["total_return"])
    assert rows["Deepest fall"] == percent(told["max_drawdown"])
    assert rows["Fees"] == f"{told['fees']:,.2f} {told['currency']}"
    assert rows["Final equity"] == f"{told['final_equity']:,.2f} {told['currency']}"
    assert rows["Trades"] == f"{told['trades']:,}"
    page.get_by_text(told["fingerprint"]).wait_for()


def percent(value: float) -> str:
    """Return a fraction as a page writes it."""
    return f"{value * 100:,.2f} %".replace("-", "−")


def gain(value: float) -> str:
    """Return a fraction that was gained as a page writes it."""
    return f"{'+' if value > 0 else ''}{percent(value)}"


def test_a_download_is_started_paused_and_resumed(page: "Page", venue: HistoryExchange) -> None:
    page.goto("/data/")
    form = page.locator("form")
    form.get_by_label("Symbols").fill("BTC/USDT")
    form.get_by_label("Bars of").select_option("1m")
    form.get_by_label("From", exact=True).fill("2025-04-30")
    form.get_by_label("Before").fill("2025-05-02")
    venue.faults.on_page = lambda _: time.sleep(0.5)  # so that there is time to pause it
    form.get_by_role("button", name="Start the download").click()
    job = page.get_by_role("listitem").filter(has_text="binance BTC/USDT: bars 1m")
    job.get_by_text("running", exact=True).wait_for(timeout=WORK_MS)
    job.get_by_role("button", name="Pause").click()
    job.get_by_text("paused", exact=True).wait_for(timeout=WORK_MS)
    venue.faults.on_page = lambda _: None
    asked = len(venue.asked)
    page.wait_for_timeout(1_000)
    assert len(venue.asked) == asked
    job.get_by_role("button", name="Resume").click()
    job.get_by_text("done", exact=True).wait_for(timeout=WORK_MS)
    assert job.get_by_role("progressbar").get_attribute("aria-valuenow") == "100"
    pages = [each for each in venue.asked if "klines" in each]
    assert len(pages) == len(set(pages)) > 1
    page.get_by_text("BINANCE:BTC-USDT").wait_for()
    (series,) = got(page, "backfill/coverage?instrument=BINANCE:BTC-USDT&kind=bars-1m")["items"]
    assert series["rows"] == 2_880 < BARS


def test_a_page_goes_on_by_itself_when_the_server_was_killed(demo: Demo, page: "Page") -> None:
    streams: set[str] = set()
    page.on("request", lambda request: streams.update(STREAM.findall(request.url)))
    page.goto(demo.url)
    until_shown(page)
    known = set(streams)
    page.evaluate("window.wasHere = true")
    figure = page.get_by_role("banner").locator("dd").first
    server, before = child_of(demo.pid, "serve"), got(page, "status")
    os.kill(server, signal.SIGKILL)
    banner = page.get_by_role("alert").filter(has_text="Disconnected for")
    banner.wait_for()
    assert "whether the trader goes on is not known here" in banner.inner_text()
    assert re.search(r"\d", figure.inner_text())
    banner.wait_for(state="hidden", timeout=120_000)
    check_changes(page, figure)
    assert page.evaluate("window.wasHere")
    assert child_of(demo.pid, "serve") not in (0, server)
    for _ in range(300):
        if streams > known:
            break
        page.wait_for_timeout(100)
    assert streams > known > set()
    after = got(page, "status")
    assert (after["pid"], after["phase"]) == (before["pid"], "trading")
    assert after["counts"]["events"] > before["counts"]["events"]


def hold(page: "Page", name: str) -> float:
    """Hold a button for longer than it wants; return when it was pressed."""
    page.get_by_role("button", name=name).hover()
    began_s = time.monotonic()
    page.mouse.down()
    page.wait_for_timeout(1_000 * HOLD_S + 300)
    page.mouse.up()
    return began_s


def stop_and_go_on(page: "Page", exchange: ExchangeOfDemo) -> float:
    """Stop everything, look at the exchange, and re-arm; return the seconds until the last cancel.

    They count from the moment that the button was held for long enough.
    """
    for _ in range(RESTING):
        answer = rest(page, exchange, 100.0)
        assert answer.ok, answer.text()
    assert exchange.open_orders() >= RESTING
    with exchange.watched() as watch:
        pressed_s = hold(page, "Emergency stop")
        dialog = page.get_by_role("dialog")
        dialog.get_by_text("Everything is stopped").wait_for()
    assert exchange.open_orders() == 0
    assert not any(held for _, held in exchange.balances().values())
    assert watch.held_s > pressed_s + HOLD_S
    shown = dialog.inner_text()
    assert re.search(r"Orders cancelled: (\d+) of \1\s+[\d.,]+ m?s", shown), shown
    # What the exchange did is told to the trader after it is done.
    check_status(page, lambda status: not (status["orders"] or status["positions"]))
    assert got(page, "status")["phase"] == "killed"
    page.get_by_role("banner").get_by_text("halted").wait_for()
    dialog.get_by_label("Why it may go on").fill("a test")
    dialog.get_by_role("button", name="Re-arm").click()
    dialog.wait_for(state="hidden")
    check_status(page, lambda status: status["phase"] == "trading")
    return watch.free_s - pressed_s - HOLD_S


def test_the_emergency_stop_cancels_at_the_exchange_and_a_person_lets_it_go_on(
    demo: Demo, page: "Page", record_property: Callable[[str, object], None]
) -> None:
    page.get_by_role("button", name="Emergency stop").hover()
    assert "Cancels" in page.get_by_role("banner").inner_text()
    # The word that the page holds of its session is none any more: the stop is taken all the same.
    renew_secrets(page.context, demo)
    page.wait_for_timeout(1_500)
    took_s = stop_and_go_on(page, ExchangeOfDemo.of(demo.pid))
    record_property("measured", f"emergency stop from the page: last cancel after {took_s:.3f} s")


def test_the_emergency_stop_works_on_a_slow_link(
    demo: Demo, chromium: "Browser", record_property: Callable[[str, object], None]
) -> None:
    context = entered(chromium, demo)
    try:
        page = context.new_page()
        link = context.new_cdp_session(page)
        link.send("Network.enable")
        link.send("Network.emulateNetworkConditions", SLOW_LINK)
        began_s = time.monotonic()
        page.goto(demo.url)
        page.get_by_role("button", name="Emergency stop").wait_for()
        there_s = time.monotonic() - began_s
        took_s = stop_and_go_on(page, ExchangeOfDemo.of(demo.pid))
    finally:
        context.close()
    assert took_s > 0.2  # the link was slow, and did not keep it from working
    record_property(
        "measured",
        f"the same on a link of 50 kB/s with 0.4 s: {took_s:.3f} s; its button was there after "
        f"{there_s:.1f} s",
    )


def test_a_trader_that_does_not_answer_is_told_and_a_stop_is_followed_until_it_is_done(
    demo: Demo, page: "Page"
) -> None:
    exchange = ExchangeOfDemo.of(demo.pid)
    answer = rest(page, exchange, 100.0)
    assert answer.ok, answer.text()
    until_kept(demo, "orders")  # once a second; what is told of a frozen trader comes from there
    os.kill(demo.pid, signal.SIGSTOP)
    try:
        page.get_by_role("alert").get_by_text("The trader does not answer").wait_for()
        assert "all good" not in page.get_by_role("main").inner_text()
        page.keyboard.press("x")
        dialog = page.get_by_role("dialog")
        dialog.get_by_role("button", name="Stop now").hover()
        page.mouse.down()
        page.wait_for_timeout(1_000 * HOLD_S + 300)
        page.mouse.up()
        dialog.get_by_text("Nobody answers").wait_for()
        shown = dialog.inner_text()
        assert re.search(r"Orders cancelled: 0 of [1-9]", shown), shown
        assert "New orders are refused" not in shown
    finally:
        os.kill(demo.pid, signal.SIGCONT)
    dialog.get_by_text("Everything is stopped").wait_for(timeout=120_000)
    shown = dialog.inner_text()
    assert re.search(r"Orders cancelled: (\d+) of \1\s", shown), shown
    assert exchange.open_orders() == 0
    dialog.get_by_label("Why it may go on").fill("a test")
    dialog.get_by_role("button", name="Re-arm").click()
    dialog.wait_for(state="hidden")
    page.get_by_role("alert").get_by_text("The trader does not answer").wait_for(state="hidden")
