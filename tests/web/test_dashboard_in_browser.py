"""The dashboard as people use it: a real demo, its real server, Debian's Chromium."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pyotp
import pytest

from tests.web.running_demo import PHONE, Demo, entered

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

ROOT: Final = Path(__file__).resolve().parents[2]
AXE: Final = ROOT / "web" / "node_modules" / "axe-core" / "axe.min.js"
NEW_PASSWORD: Final = "violet-harbor-sundial-42"
PAGES: Final = ("/", "/orders/", "/system/", "/settings/", "/settings/?section=limits")
FAULTS: Final = """async () => {
  const found = await axe.run(document, { resultTypes: ["violations"] });
  return found.violations.map((each) => [each.id, each.help, each.nodes.map((n) => n.html)]);
}"""


@pytest.fixture
def page(demo: Demo, chromium: "Browser") -> Iterator["Page"]:
    """Return a page of somebody who is logged in and may do everything."""
    context = entered(chromium, demo)
    try:
        opened = context.new_page()
        opened.goto(demo.url)
        opened.get_by_role("banner").locator("dd").first.wait_for()
        yield opened
    finally:
        context.close()


def hold(page: "Page", name: str) -> None:
    """Hold a button for longer than it wants."""
    page.get_by_role("button", name=name).hover()
    page.mouse.down()
    page.wait_for_timeout(1_300)
    page.mouse.up()


def status_of(page: "Page") -> dict[str, Any]:
    """Return what the server says of the trader, asked as the page asks."""
    answer = page.request.get("/api/v1/status")
    assert answer.ok, answer.text()
    found: dict[str, Any] = answer.json()
    return found


def check_status(page: "Page", is_so: Callable[[dict[str, Any]], bool]) -> None:
    """Wait until the trader says what is awaited."""
    for _ in range(100):
        if is_so(status_of(page)):
            return
        page.wait_for_timeout(100)
    raise AssertionError(status_of(page))


@pytest.mark.slow
def test_the_first_login_changes_the_password_and_a_second_factor_is_asked_for(
    demo: Demo, chromium: "Browser"
) -> None:
    page = chromium.new_page(base_url=demo.url)
    page.goto("/orders/?state=filled")
    page.get_by_label("Password").fill(demo.password)
    page.get_by_role("button", name="Log in").click()
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
    secret = page.locator("code.select-all").inner_text()
    page.get_by_label("Code", exact=True).fill(pyotp.TOTP(secret).now())
    page.get_by_role("button", name="Confirm").click()
    page.get_by_text("Shown now and never again").wait_for()
    page.get_by_role("button", name="I have them").click()
    page.get_by_text("enrolled", exact=True).wait_for()
    page.get_by_role("button", name="Account of admin").click()
    page.get_by_role("button", name="Log out").click()
    page.get_by_label("Password").fill(NEW_PASSWORD)
    page.get_by_role("button", name="Log in").click()
    page.get_by_label("Code of your authenticator").wait_for()
    page.context.close()


@pytest.mark.slow
def test_profit_and_loss_move_while_one_watches(page: "Page") -> None:
    figure = page.get_by_role("banner").locator("dd").first
    figure.wait_for()
    seen = {figure.inner_text()}
    for _ in range(60):
        page.wait_for_timeout(500)
        seen.add(figure.inner_text())
        if len(seen) > 1:
            break
    assert len(seen) > 1
    assert "PAPER" in page.get_by_role("banner").inner_text()
    assert re.match(r"[+−]?[\d,.]+ · PAPER · Overview · Traider", page.title())
    page.get_by_label("NAV over time, with drawdown").wait_for()


@pytest.mark.slow
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


@pytest.mark.slow
def test_a_limit_is_changed_after_its_difference_was_shown(page: "Page") -> None:
    before = status_of(page)["limits"]["max_order_notional"]
    page.goto("/settings/?section=limits")
    field = page.get_by_label("Max order notional")
    field.fill(f"{before - 500:g}")
    page.get_by_role("button", name="Review 1 change").click()
    dialog = page.get_by_role("dialog")
    assert f"{before:,.0f}" in dialog.inner_text()
    assert f"{before - 500:,.0f}" in dialog.inner_text()
    dialog.get_by_label("Why").fill("a test")
    dialog.get_by_role("button", name="Change").click()
    dialog.wait_for(state="hidden")
    check_status(page, lambda status: status["limits"]["max_order_notional"] == before - 500)


@pytest.mark.slow
def test_the_palette_finds_pages(page: "Page") -> None:
    page.keyboard.press("Control+k")
    page.get_by_role("combobox").fill("setti")
    page.keyboard.press("Enter")
    page.wait_for_url("**/settings/")
    assert page.get_by_role("heading", name="Settings", exact=True).count() == 1


@pytest.mark.slow
@pytest.mark.parametrize("theme", ["dark", "light"])
def test_no_page_has_faults_of_accessibility(demo: Demo, chromium: "Browser", theme: Any) -> None:
    context = entered(chromium, demo, theme=theme)
    page = context.new_page()
    faults = []
    for path in ("/login/?axe", *PAGES):
        page.goto(demo.url + path)
        page.locator("header dd, form").first.wait_for()
        page.wait_for_timeout(700)
        page.evaluate(AXE.read_text(encoding="utf-8"))
        faults += [(path, *fault) for fault in page.evaluate(FAULTS)]
    context.close()
    assert faults == []


@pytest.mark.slow
def test_nothing_scrolls_sideways_on_a_phone(demo: Demo, chromium: "Browser") -> None:
    context = entered(chromium, demo, size=PHONE)
    page = context.new_page()
    wide = []
    for path in PAGES:
        page.goto(demo.url + path)
        page.get_by_role("banner").locator("dd").first.wait_for()
        page.wait_for_timeout(500)
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            wide.append(path)
    context.close()
    assert wide == []


@pytest.mark.slow
def test_the_emergency_stop_stops_everything_and_a_person_lets_it_go_on(page: "Page") -> None:
    page.get_by_role("button", name="Emergency stop").hover()
    assert "Cancels" in page.get_by_role("banner").inner_text()
    hold(page, "Emergency stop")
    dialog = page.get_by_role("dialog")
    dialog.get_by_text("Everything is stopped").wait_for()
    assert re.search(r"\d+ ms|\d+\.\d s", dialog.inner_text())
    stopped = status_of(page)
    assert stopped["phase"] == "killed"
    assert stopped["orders"] == []
    assert stopped["positions"] == []
    page.get_by_role("banner").get_by_text("halted").wait_for()
    dialog.get_by_label("Why it may go on").fill("a test")
    dialog.get_by_role("button", name="Re-arm").click()
    dialog.wait_for(state="hidden")
    check_status(page, lambda status: status["phase"] == "trading")
