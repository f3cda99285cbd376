"""Laws of the API beside the trader.

1. It is begun when the trader trades, or after a while; a standby's only when that leads.
2. Whatever becomes of it ends nothing and makes nothing unready; what keeps it from serving is told
   to a person once, as a warning.
3. It is begun again when it dies, and has none of the venue's keys.
"""

import asyncio
import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.runtime.supervision.parts import Watched
from traider.domain.ports import Severity
from traider.runtime.session.background import Background
from traider.runtime.session.front_door import FrontDoor, FrontDoorTerms
from traider.runtime.venue_keys import KEY_VARIABLES

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(autouse=True)
def _path(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", f"{ROOT / 'src'}{os.pathsep}{ROOT}")


def door(what: str, wait_s: float | None = 0.0) -> tuple[FrontDoor, Watched]:
    """Return a door whose process is the tests' own child."""
    watched = Watched()
    command = (sys.executable, "-m", "tests.runtime.supervision.child", what)
    return FrontDoor(FrontDoorTerms(command, wait_s), watched.parts()), watched


def kept_until(kept: FrontDoor, holds: Callable[[], bool]) -> None:
    async def keep() -> None:
        async with Background() as beside, asyncio.timeout(30.0):
            beside.add(kept.keep())
            while not holds():  # noqa: ASYNC110 - what is waited for sets no event
                await asyncio.sleep(0.01)

    asyncio.run(keep())


def test_law_1_it_waits_for_the_trader() -> None:
    kept, watched = door("runs", wait_s=None)

    async def keep() -> None:
        async with Background() as beside, asyncio.timeout(30.0):
            beside.add(kept.keep())
            await asyncio.sleep(0.2)
            assert watched.metrics.writes == []
            kept.note_trading()
            while not any(each.value for each in watched.metrics.writes):  # noqa: ASYNC110 - the same
                await asyncio.sleep(0.01)

    asyncio.run(keep())


def test_law_2_what_keeps_it_from_serving_is_a_warning_told_once() -> None:
    kept, watched = door("cannot-listen")
    kept_until(kept, lambda: bool(watched.alerts.sent))
    (alert,) = watched.alerts.sent
    assert alert.severity is Severity.WARNING
    assert alert.title == "dashboard and API are not served"
    assert alert.detail == "api.port: another process listens; end it"
    assert watched.board.parts() == ()


def test_law_3_it_is_begun_again(monkeypatch: pytest.MonkeyPatch) -> None:
    kept, watched = door("fails")
    kept_until(kept, lambda: len(watched.book.rows()) > 0)
    (row,) = watched.book.rows()
    assert (row.part, row.why) == ("api", "api ended with exit code 3")
    for name in KEY_VARIABLES:
        monkeypatch.setenv(name, "hidden")
    kept, _ = door("tells-keys")
    kept_until(kept, lambda: bool(kept.lines))
    assert list(kept.lines) == ["keys: []"]
