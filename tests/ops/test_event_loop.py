"""The quick loop runs what asyncio would, and ends as it does."""

import asyncio

import pytest
import uvloop

from traider.ops.event_loop import run


def test_it_is_the_quick_loop_and_the_result_comes_back() -> None:
    async def loop_kind() -> type[asyncio.AbstractEventLoop]:
        await asyncio.sleep(0)
        return type(asyncio.get_running_loop())

    assert run(loop_kind()) is uvloop.Loop


def test_a_fault_comes_out_and_what_still_runs_is_cancelled() -> None:
    ended: list[str] = []

    async def forever() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.append("cancelled")

    async def failing() -> None:
        task = asyncio.create_task(forever())
        await asyncio.sleep(0)
        assert not task.done()
        raise ValueError("as it is")

    with pytest.raises(ValueError, match="as it is"):
        run(failing())
    assert ended == ["cancelled"]
