"""One demo and one browser for all tests of the dashboard; both are left out where it is not built.

The tests of a file run on one worker: what they share is started once a worker.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from tests.web.running_demo import BUILT, CHROMIUM, Demo, browser, running_demo

if TYPE_CHECKING:
    from playwright.sync_api import Browser


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """Return a demo that trades, with its dashboard."""
    pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    if CHROMIUM is None:
        pytest.skip("there is no Chromium (apt-get install chromium)")
    if not BUILT.is_file():
        pytest.skip("the dashboard is not built (make dashboard)")
    with running_demo(tmp_path_factory.mktemp("dashboard")) as running:
        yield running


@pytest.fixture(scope="session")
def chromium(demo: Demo) -> Iterator["Browser"]:
    """Return a browser."""
    del demo  # it says why there is none
    with browser() as running:
        yield running
