"""Work beside the server: done in another process, with progress; its faults are told here.

1. What it gives, and what it raises, comes back as if it was done here.
2. The process keeps what it learned, and is begun again when it is gone.
3. It ends with its owner, whatever it does.
"""

import os
import signal
import threading
import time
from collections.abc import Iterator

import pytest

from traider.api.making import Beside
from traider.api.making.beside import Told, Work
from traider.api.problems import ConflictError
from traider.domain.errors import DataError, KernelError

_seen: list[int] = []


def counted(number: int, told: Told) -> tuple[int, list[int]]:
    told(0.5, f"counting {number}")
    _seen.append(number)
    return os.getpid(), list(_seen)


def refused(told: Told) -> None:
    del told
    raise DataError("its replay makes something else", where="here", fix="look")


def broken(told: Told) -> None:
    del told
    raise ZeroDivisionError


def endless(told: Told) -> None:
    told(0.1, "on and on")
    time.sleep(600.0)


def nothing(done: float, what: str) -> None:
    del done, what


@pytest.fixture(scope="module")
def beside() -> Iterator[Beside]:
    made = Beside()
    yield made
    made.close()


def test_what_it_gives_and_raises_comes_back(beside: Beside) -> None:
    heard: list[tuple[float, str]] = []
    pid, seen = beside.run(Work(counted, (1,)), lambda done, what: heard.append((done, what)))
    assert (pid, seen, heard) == (beside.pid, [1], [(0.5, "counting 1")])
    assert pid != os.getpid()
    with pytest.raises(DataError) as raised:
        beside.run(Work(refused), nothing)
    assert (raised.value.what, raised.value.where, raised.value.fix) == (
        "its replay makes something else",
        "here",
        "look",
    )
    assert beside.run(Work(counted, (2,)), nothing) == (pid, [1, 2])
    # What nobody foresaw ends the process.
    with pytest.raises(KernelError, match=r"ended with (1|-9)"):
        beside.run(Work(broken), nothing)


def test_it_is_begun_again_when_it_is_gone(beside: Beside) -> None:
    pid, _ = beside.run(Work(counted, (3,)), nothing)
    os.kill(pid, signal.SIGKILL)
    until_s = time.monotonic() + 60.0
    while beside.pid and time.monotonic() < until_s:
        time.sleep(0.01)
    other, seen = beside.run(Work(counted, (4,)), nothing)
    assert other != pid
    assert seen == [4]


def test_who_waits_for_one_that_dies_is_told(beside: Beside) -> None:
    def kill(done: float, what: str) -> None:
        del done, what
        os.kill(beside.pid, signal.SIGKILL)

    with pytest.raises(KernelError, match="ended with -9"):
        beside.run(Work(endless), kill)


def test_it_ends_with_its_owner() -> None:
    beside = Beside()
    begun = threading.Event()
    raised: list[Exception] = []

    def wait() -> None:
        try:
            beside.run(Work(endless), lambda _done, _what: begun.set())
        except ConflictError as fault:
            raised.append(fault)

    waiting = threading.Thread(target=wait, daemon=True)
    waiting.start()
    assert begun.wait(300.0)
    pid = beside.pid
    beside.close()
    waiting.join(30.0)
    assert [str(each) for each in raised] == ["the API ends; ask the next one"]
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
    with pytest.raises(ConflictError, match="the API ends"):
        beside.run(Work(counted, (5,)), nothing)
