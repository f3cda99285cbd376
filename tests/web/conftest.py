"""One demo and one browser for the tests of a file; both are left out where nothing is built.

They end with their file: a browser's driver keeps an event loop running in the thread of the
tests, beside which no other test could run its own.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from tests.web.running_demo import BUILT, CHROMIUM, Demo, browser, running_demo

if TYPE_CHECKING:
    from playwright.sync_api import Browser


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """Return a demo that trades, with its dashboard."""
    pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    if CHROMIUM is None:
        pytest.skip("there is no Chromium (apt-get install chromium)")
    if not BUILT.is_file():
        pytest.skip("the dashboard is not built (make dashboard)")
    with running_demo(tmp_path_factory.mktemp("dashboard")) as running:
        yield running


@pytest.fixture(scope="module")
def chromium(demo: Demo) -> Iterator["Browser"]:
    """Return a browser."""
    del demo  # it says why there is none
    with browser() as running:
        yield running
