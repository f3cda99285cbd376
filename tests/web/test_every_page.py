"""Every page as anybody may come to it: either theme, a phone, a keyboard alone, a screen reader.

Laws, of all ten pages and the login:
1. axe finds no fault, in the dark theme and the light one, on a desk's screen and on a phone's.
2. On a phone nothing scrolls sideways.
3. The palette and the keys lead to each.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

import pytest

from tests.web.pages import PAGES, SECTIONS, until_shown
from tests.web.running_demo import DESK, PHONE, ROOT, Demo, entered

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.slow

AXE: Final = ROOT / "web" / "node_modules" / "axe-core" / "axe.min.js"
PATHS: Final = (*PAGES.values(), *(f"/settings/?section={name}" for name in SECTIONS))
FAULTS: Final = """async () => {
  const found = await axe.run(document, { resultTypes: ["violations"] });
  const why = (node) => node.any.map((each) => each.message).join("; ");
  return found.violations.map((each) => [
    each.id, each.help, each.nodes.map((node) => [node.html, why(node)]),
  ]);
}"""
TOO_WIDE: Final = """() => [...document.querySelectorAll("body *")]
  .filter((each) => document.documentElement.scrollWidth > innerWidth
    && each.getBoundingClientRect().right > innerWidth + 1)
  .map((each) => each.outerHTML.slice(0, 120))"""


@pytest.fixture(scope="module")
def page(demo: Demo, chromium: "Browser") -> Iterator["Page"]:
    """Return a page of an admin, that goes from address to address."""
    context = entered(chromium, demo)
    try:
        yield context.new_page()
    finally:
        context.close()


def faults_of(page: "Page", what: str) -> list[Any]:
    """Return what axe finds in a page as it is shown now."""
    return [(what, *each) for each in page.evaluate(FAULTS)]


def looked_at(page: "Page", url: str) -> list[Any]:
    """Return the faults of a page in each theme and size, what is too wide on a phone included."""
    page.set_viewport_size({"width": DESK[0], "height": DESK[1]})
    # Colors of buttons would still be on their way from one theme to the other.
    page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    page.goto(url)
    until_shown(page)
    page.evaluate(AXE.read_text(encoding="utf-8"))
    faults = faults_of(page, "dark")
    page.emulate_media(color_scheme="light")
    page.wait_for_timeout(100)
    faults += faults_of(page, "light")
    page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
    page.wait_for_timeout(300)
    faults += faults_of(page, "phone")
    faults += [("too wide for a phone", each) for each in page.evaluate(TOO_WIDE)]
    return faults


def check_is_at(page: "Page", name: str, path: str) -> None:
    """Wait until a page is shown, and its own heading with it."""
    page.wait_for_url(f"**{path}")
    page.get_by_role("heading", name=name, level=1).wait_for()


@pytest.mark.parametrize("path", PATHS)
def test_a_page_is_for_everybody(demo: Demo, page: "Page", path: str) -> None:
    assert looked_at(page, demo.url + path) == []


def test_the_login_is_for_everybody(demo: Demo, chromium: "Browser") -> None:
    page = chromium.new_page()
    try:
        assert looked_at(page, f"{demo.url}/login/") == []
    finally:
        page.close()


def test_the_palette_leads_to_every_page(demo: Demo, page: "Page") -> None:
    page.set_viewport_size({"width": DESK[0], "height": DESK[1]})
    page.goto(f"{demo.url}/settings/")
    until_shown(page)
    for name, path in PAGES.items():
        page.keyboard.press("Control+k")
        page.get_by_role("combobox", name="Command").wait_for()
        page.keyboard.type(name.lower())
        page.keyboard.press("Enter")
        check_is_at(page, name, path)


def test_the_key_of_the_stop_leads_to_what_is_held(demo: Demo, page: "Page") -> None:
    page.goto(f"{demo.url}/orders/")
    until_shown(page)
    page.keyboard.press("x")
    page.get_by_role("dialog", name="Emergency stop").wait_for()
    held = page.evaluate("document.activeElement?.getAttribute('aria-label')")
    assert str(held).startswith("Stop now")
    page.keyboard.press("Escape")
    page.get_by_role("dialog").wait_for(state="hidden")


def test_two_keys_lead_to_every_page_and_are_told(demo: Demo, page: "Page") -> None:
    page.goto(f"{demo.url}/settings/")
    until_shown(page)
    page.keyboard.press("?")
    told = page.get_by_role("dialog").inner_text().split("\n")
    page.keyboard.press("Escape")
    for name, path in PAGES.items():
        page.keyboard.press("g")
        page.keyboard.press(told[told.index(name) - 1].removeprefix("g "))
        check_is_at(page, name, path)
