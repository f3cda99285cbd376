"""The emergency stop that needs no answer."""

import asyncio
from pathlib import Path

import pytest

from traider.domain.errors import UsageError
from traider.runtime.control.commands import Kill, Pause, command_bytes
from traider.runtime.control.kill_file import (
    KILL_NAME,
    clear_kill,
    found_kill,
    leave_kill,
    watch_kill,
)

ANA = Kill(who="ana", why="wrong prices", flatten=False)
LOOK_S = 0.005


def test_what_is_left_is_found_until_it_is_cleared(tmp_path: Path) -> None:
    assert found_kill(tmp_path) is None
    leave_kill(tmp_path, ANA)
    assert found_kill(tmp_path) == ANA
    assert [path.name for path in tmp_path.iterdir()] == [KILL_NAME]
    clear_kill(tmp_path)
    clear_kill(tmp_path)
    assert found_kill(tmp_path) is None


@pytest.mark.parametrize("body", [b"", b"now!", command_bytes(Pause(who="ana", why="x"))])
def test_a_file_that_says_nothing_readable_stops_too(tmp_path: Path, body: bytes) -> None:
    (tmp_path / KILL_NAME).write_bytes(body)
    found = found_kill(tmp_path)
    assert found is not None
    assert (found.who, found.flatten) == ("kill file", True)


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no emergency stop can be left"):
        leave_kill(tmp_path / "none", ANA)


def test_each_one_is_told_once(tmp_path: Path) -> None:
    told: list[Kill] = []
    came = asyncio.Event()

    def tell(command: Kill) -> None:
        told.append(command)
        came.set()

    async def watched() -> None:
        watch = asyncio.create_task(watch_kill(tmp_path, tell, look_s=LOOK_S))
        for _ in range(2):
            leave_kill(tmp_path, ANA)
            await asyncio.wait_for(came.wait(), 5.0)
            came.clear()
            await asyncio.sleep(5 * LOOK_S)
        watch.cancel()

    asyncio.run(watched())
    assert told == [ANA, ANA]
    assert (tmp_path / KILL_NAME).exists()
