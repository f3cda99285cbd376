"""A demo as a person starts it, with its dashboard, and a browser in front of it.

with running_demo(folder) as demo, browser() as chromium:
    page = entered(chromium, demo).new_page()
    page.goto(demo.url)
"""

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

import pytest

from tests.api.people import house_at, person
from tests.web.parts_of_demo import free_port
from traider.api.rights import Role
from traider.api.security.cookies import COOKIE

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext

ROOT: Final = Path(__file__).resolve().parents[2]
BUILT: Final = ROOT / "src" / "traider" / "api" / "dashboard" / "index.html"
CHROMIUM: Final = shutil.which("chromium") or shutil.which("chromium-browser")
PHONE: Final = (390, 844)
DESK: Final = (1600, 1000)
_START_S: Final = 240.0
_END_S: Final = 60.0
_SWITCHES: Final = (
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@dataclass(frozen=True)
class Demo:
    """A demo that runs."""

    url: str
    """Where its dashboard is, without a slash at the end."""
    password: str
    """The first one, as it was printed."""
    state: Path
    pid: int
    """Its trader, whose children serve and are the exchange."""


@contextmanager
def running_demo(folder: Path, *settings: str, speed: float = 20.0) -> Iterator[Demo]:
    """Run a demo while the block runs, beside data of its own.

    Args:
        folder: where it runs: its state, its lake and its jobs lie there.
        settings: as ``--set`` takes them.
        speed: seconds of its market in a second.
    """
    state, told = folder / "demo", folder / "told.txt"
    command = [sys.executable, "-m", "traider", "run", "--demo", "--state", str(state)]
    # A port of its own, which it keeps when the server is started again.
    command += ["--speed", f"{speed:g}", "--port", str(free_port())]
    for setting in ("observability.port=0", *settings):
        command += ["--set", setting]
    kept = {
        name: text
        for name, text in os.environ.items()
        if not name.startswith("TRAIDER_") or name == "TRAIDER_CACHE_DIR"
    }
    with (
        told.open("w") as out,
        subprocess.Popen(
            command,
            cwd=folder,
            env={**kept, "PYTHONPATH": str(ROOT / "src"), "TRAIDER_API__IS_SERVED": "true"},
            stdout=out,
            stderr=subprocess.STDOUT,
        ) as process,
    ):
        try:
            url, password = _address(told, process)
            yield Demo(url, password, state, process.pid)
        finally:
            process.send_signal(signal.SIGINT)
            try:
                process.wait(_END_S)
            except subprocess.TimeoutExpired:
                process.kill()


def _address(told: Path, process: "subprocess.Popen[bytes]") -> tuple[str, str]:
    """Wait until a demo told where its dashboard is, and trades."""
    until = time.monotonic() + _START_S
    while time.monotonic() < until:
        text = told.read_text()
        url = re.search(r"dashboard and API of \S+: (http://\S+)", text)
        password = re.search(r"with the password (\S+)", text)
        if url and password and re.search(r"[1-9]\d* sent", text):
            return url.group(1).rstrip("/"), password.group(1)
        assert process.poll() is None, text
        time.sleep(0.1)
    raise AssertionError(told.read_text())


@contextmanager
def browser() -> Iterator["Browser"]:
    """Run Debian's Chromium; skip where the package that drives it is not there."""
    driver = pytest.importorskip(
        "playwright.sync_api", reason="playwright is not installed (pip install 'traider[browser]')"
    )
    with driver.sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=list(_SWITCHES))
        try:
            yield chromium
        finally:
            chromium.close()


def entered(
    chromium: "Browser",
    demo: Demo,
    *,
    theme: Literal["dark", "light"] = "dark",
    size: tuple[int, int] = DESK,
) -> "BrowserContext":
    """Return a window in which an admin is logged in, who has just proved to be there."""
    house = house_at(demo.state)
    try:
        user = person(house, Role.ADMIN, "tester")
        secret = house.sessions.begin(user.id, "127.0.0.1", "a test", "password")
    finally:
        house.close()
    context = chromium.new_context(
        viewport={"width": size[0], "height": size[1]}, color_scheme=theme, base_url=demo.url
    )
    context.set_default_timeout(30_000)
    context.add_cookies([{"name": COOKIE, "value": secret, "url": demo.url}])
    return context


def renew_secrets(context: "BrowserContext", demo: Demo) -> None:
    """Give the sessions of ``entered`` another secret, as a proof in another window does."""
    house = house_at(demo.state)
    try:
        user = person(house, Role.ADMIN, "tester")
        for session in house.sessions.of_user(user.id):
            secret = house.sessions.renew(session.id, "password")
            context.add_cookies([{"name": COOKIE, "value": secret, "url": demo.url}])
    finally:
        house.close()
