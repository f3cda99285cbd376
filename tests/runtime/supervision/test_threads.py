"""Work in threads of their own, which a process that is asked to end leaves behind."""

import asyncio
import threading

import pytest

from traider.domain.errors import DataError, Interrupted
from traider.runtime.supervision.threads import begin_thread, is_left, until_stopped


def test_what_work_comes_to_is_returned_or_raised() -> None:
    async def both() -> tuple[int, str]:
        never = asyncio.Event()
        found = await until_stopped(begin_thread(lambda: 7, "seven"), never, "counting")

        def fails() -> int:
            raise DataError("no")

        with pytest.raises(DataError, match="no") as caught:
            await until_stopped(begin_thread(fails, "fails"), never, "counting")
        return found, caught.value.what

    assert asyncio.run(both()) == (7, "no")


def test_a_stop_leaves_what_goes_on() -> None:
    ended = threading.Event()

    async def stopped() -> None:
        asked = asyncio.Event()
        asyncio.get_running_loop().call_later(0.05, asked.set)
        compiling = begin_thread(lambda: ended.wait(60.0), "compiling")
        await until_stopped(compiling, asked, "the kernel was loaded")

    with pytest.raises(Interrupted, match="stopped while the kernel was loaded"):
        asyncio.run(asyncio.wait_for(stopped(), 10.0))
    assert is_left()
    ended.set()
    for thread in threading.enumerate():
        if thread.name.endswith("compiling"):
            thread.join(10.0)
    assert not is_left()
