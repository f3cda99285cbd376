"""Every page of the dashboard, and when one has what it shows."""

import uuid
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

from traider.api.security.cookies import COOKIE
from traider.api.security.digests import csrf_of
from traider.api.security.origins import CSRF_HEADER

if TYPE_CHECKING:
    from playwright.sync_api import APIResponse, Page

PAGES: Final = {
    "Overview": "/",
    "Market": "/market/",
    "Signals": "/signals/",
    "Orders": "/orders/",
    "Risk": "/risk/",
    "Performance": "/performance/",
    "Analysis": "/analysis/",
    "Data": "/data/",
    "System": "/system/",
    "Settings": "/settings/",
}
"""Where each page is, by its name on the rail."""
SECTIONS: Final = ("limits", "account", "tokens", "people", "approvals", "look")
"""Sections of the settings beside the one that they open with."""
_NOTHING_LOADS: Final = "() => !document.querySelector('main [aria-label=Loading]')"
_PATIENCE_MS: Final = 8_000
_DRAWN_MS: Final = 400
"""Charts are drawn after what they show came."""


def until_shown(page: "Page") -> None:
    """Wait until a page that is being opened shows what it has to show.

    What takes longer than a person waits is left to come: it says that it is loading.
    """
    from playwright import sync_api  # noqa: PLC0415 - an extra, without which nothing calls this

    page.locator("header dd, form").first.wait_for()
    with suppress(sync_api.TimeoutError):
        page.wait_for_function(_NOTHING_LOADS, timeout=_PATIENCE_MS)
    page.wait_for_timeout(_DRAWN_MS)


def got(page: "Page", path: str) -> Any:
    """Return what the server answers whoever is logged in on a page."""
    answer = page.request.get(f"/api/v1/{path}")
    assert answer.ok, answer.text()
    return answer.json()


def sent(page: "Page", path: str, body: dict[str, Any]) -> "APIResponse":
    """Ask for something as the page of whoever is logged in asks for it."""
    kept = {each.get("name"): each.get("value", "") for each in page.context.cookies()}
    headers = {CSRF_HEADER: csrf_of(kept[COOKIE]), "Idempotency-Key": uuid.uuid4().hex}
    return page.request.post(f"/api/v1/{path}", data=body, headers=headers)


def posted(page: "Page", path: str, body: dict[str, Any]) -> Any:
    """Ask for something that is granted, and return what is answered."""
    answer = sent(page, path, body)
    assert answer.ok, answer.text()
    return answer.json()
