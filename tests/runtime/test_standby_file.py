"""Who stands by says so in a file of its own; one that is gone is passed over."""

import asyncio
import os
import subprocess
import sys
import time
from pathlib import Path

import msgspec
import pytest

from traider.domain.errors import DataError
from traider.runtime.leadership.standby import Lag
from traider.runtime.standby_file import StandbyFile, read_standbys, said
from traider.runtime.status_body import StandbyBody


class Lagging:
    """As much of a standby as its file asks."""

    def __init__(self, *lags: Lag | DataError) -> None:
        self.lags = list(lags)

    def lag(self) -> Lag:
        found = self.lags.pop(0)
        if isinstance(found, DataError):
            raise found
        return found


def body(pid: int, said_ns: int) -> bytes:
    lag = {"is_ready": True, "lag_events": 3, "lag_s": 0.5}
    return msgspec.json.encode({"pid": pid, **lag, "since_ns": 1, "said_ns": said_ns})


def test_a_standby_tells_how_far_behind_it_is_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("traider.runtime.standby_file._EVERY_S", 0.01)
    told: list[str] = []

    async def scene() -> tuple[StandbyBody, ...]:
        file = StandbyFile(tmp_path, told.append)
        running = asyncio.create_task(file.run())
        while not told:  # noqa: ASYNC110 - a file sets no event
            await asyncio.sleep(0.001)
        file.watch(Lagging(Lag(1_200, 0.25), DataError("half a block"), *[Lag(0, 0.0)] * 999))  # type: ignore[arg-type]
        while not told[-1].endswith("nothing behind"):  # noqa: ASYNC110 - the same
            await asyncio.sleep(0.001)
        found = read_standbys(tmp_path)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        return found

    ((pid, is_ready, events),) = [
        (each.pid, each.is_ready, each.lag_events) for each in asyncio.run(scene())
    ]
    assert (pid, is_ready, events) == (os.getpid(), True, 0)
    assert told[0] == "not ready: its kernel is not warm yet"
    assert "ready, 1,200 events (0.2 s) behind" in told
    assert list(tmp_path.iterdir()) == []


def test_what_a_dead_one_or_another_version_left_is_passed_over(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", ""]) as ended:
        ended.wait(30.0)
    long_ago = time.time_ns() - 60_000_000_000
    (tmp_path / f"standby.{ended.pid}.json").write_bytes(body(ended.pid, long_ago))
    (tmp_path / "standby.77.json").write_bytes(b"{")
    (tmp_path / f"standby.{os.getpid()}.json").write_bytes(body(os.getpid(), long_ago))
    (found,) = read_standbys(tmp_path)
    assert found.pid == os.getpid()
    assert said(found) == "ready, 3 events (0.5 s) behind"
