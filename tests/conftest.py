"""Fixtures and settings that every room's tests share."""

import gc
import os
import sys
import threading
from collections.abc import Generator
from pathlib import Path

import pytest
from hypothesis import settings

from tests.servers.postgres import postgres_server, postgres_url

__all__ = ["postgres_server", "postgres_url"]  # fixtures that live beside their server

REPO_ROOT = Path(__file__).resolve().parents[1]

# A run of a test serves nothing, unless the test is about that.
os.environ["TRAIDER_API__IS_SERVED"] = "false"

# Property tests are as repeatable as the others: the same examples on every machine, and no
# deadline, since the first call may compile. Being the same, more of them find nothing new in CI:
# whoever changes a law asks for others with HYPOTHESIS_PROFILE=thorough.
settings.register_profile("house", deadline=None, derandomize=True, max_examples=50)
settings.register_profile("thorough", deadline=None, max_examples=1_000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "house"))


def reference_folder() -> Path:
    """Return where the shared market data lies: TRAIDER_DATA_DIR, or beside the checkout."""
    return Path(os.environ.get("TRAIDER_DATA_DIR") or REPO_ROOT.parent / "shared" / "data")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark every test that asks for the reference data."""
    for item in items:
        if "reference_data" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.reference)


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Have no garbage looked for among ten thousand tests, which last: not now, and not later."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.collect()
        gc.freeze()
        gc.enable()


def pytest_sessionfinish() -> None:
    """Let what was kept go in order."""
    gc.unfreeze()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, bool | None, bool | None]:
    """Let coverage rest, where it watches at all, while an uncounted test and its fixtures run."""
    if item.get_closest_marker("uncounted") is None:
        return (yield)
    # Not by the plugin: in a worker two of coverage's watchers stand one on the other.
    here, of_threads = sys.gettrace(), threading.gettrace()
    sys.settrace(None)
    threading.settrace(None)
    try:
        return (yield)
    finally:
        threading.settrace(of_threads)
        sys.settrace(here)


@pytest.fixture(scope="session")
def repo_root() -> Path:
    """The checkout."""
    return REPO_ROOT


@pytest.fixture(scope="session")
def sample_data(repo_root: Path) -> Path:
    """The folder of the bars that ship with the repository."""
    return repo_root / "data" / "sample"


@pytest.fixture(scope="session")
def reference_data() -> Path:
    """The folder of the shared market data; tests that need it are skipped without it."""
    folder = reference_folder()
    if not (folder / "reference").is_dir():
        pytest.skip(f"the reference data is not there: {folder} (set TRAIDER_DATA_DIR)")
    return folder
