"""Laws of roles in processes of their own.

1. What the child says is how its role is; its end with a fault is a fault of the role.
2. One that is not ready in time, falls silent, or does not end, is killed.
3. It ends with its supervisor, even when that is killed.
"""

import asyncio
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from tests.runtime.supervision.parts import Watched
from traider.runtime.supervision import processes
from traider.runtime.supervision.notices import NOTICES_VARIABLE, Notices
from traider.runtime.supervision.processes import (
    ChildEndedError,
    ChildProcess,
    ChildTerms,
    _next_line,
    child_role,
)
from traider.runtime.supervision.supervisor import Outcome

ROOT = Path(__file__).resolve().parents[3]
PATH = {"PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}"}


def terms(
    what: str, ready_s: float = 30.0, silent_s: float = 0.0, stop_s: float = 5.0
) -> ChildTerms:
    command = (sys.executable, "-m", "tests.runtime.supervision.child", what)
    return ChildTerms("child", command, PATH, ready_s, silent_s, stop_s)


async def run_to_end(watched: Watched, asked: ChildTerms) -> None:
    await ChildProcess(asked, watched.log).run(watched.report("child"))


@pytest.mark.parametrize(
    ("what", "said"),
    [
        (terms("fails"), "child ended with exit code 3"),
        (terms("never-ready", ready_s=0.3, stop_s=0.2), "child is not ready in time"),
        (terms("freezes", silent_s=0.3, stop_s=0.2), "child fell silent"),
        (ChildTerms("child", ("no-such-program",)), "cannot be started"),
    ],
)
def test_laws_1_and_2_what_goes_wrong_is_a_fault(what: ChildTerms, said: str) -> None:
    with pytest.raises(ChildEndedError, match=said):
        asyncio.run(run_to_end(Watched(), what))


def test_law_2_what_is_frozen_is_not_waited_for() -> None:
    patient = replace(terms("freezes", silent_s=0.3, stop_s=60.0), frozen_s=0.2)

    async def scene() -> None:
        async with asyncio.timeout(20.0):
            await run_to_end(Watched(), patient)

    with pytest.raises(ChildEndedError, match="fell silent"):
        asyncio.run(scene())


@pytest.mark.parametrize("turns", range(5))
def test_a_cancel_that_comes_with_a_word_of_the_child_is_heard(turns: int) -> None:
    async def scene() -> None:
        watched, notices = Watched(), asyncio.StreamReader()
        child = ChildProcess(terms("done"), watched.log)
        listening = asyncio.create_task(child._listen(notices, watched.report("child")))
        await asyncio.sleep(0)
        notices.feed_data(b"ready\n")
        for _ in range(turns):
            await asyncio.sleep(0)
        listening.cancel()
        done, _ = await asyncio.wait([listening], timeout=0.2)
        assert done
        assert listening.cancelled()

    asyncio.run(scene())


def test_law_1_a_child_that_is_done_is_no_fault() -> None:
    watched = Watched()
    asyncio.run(run_to_end(watched, terms("done")))
    (part,) = watched.board.parts()
    assert part.is_good


@pytest.mark.parametrize(("what", "is_killed"), [("runs", False), ("stubborn", True)])
def test_laws_1_and_2_a_supervisor_ends_its_child(what: str, *, is_killed: bool) -> None:
    watched = Watched()

    async def supervised() -> Outcome:
        supervisor = watched.supervisor()
        supervisor.add(child_role(terms(what, silent_s=5.0, stop_s=0.3), watched.log))
        running = asyncio.create_task(supervisor.run())
        await supervisor.until_ready()
        supervisor.ask_stop("enough")
        return await running

    outcome = asyncio.run(asyncio.wait_for(supervised(), 30.0))
    assert outcome.left == ()
    killed = [line for line in watched.log.lines if "is killed" in line.message]
    assert bool(killed) is is_killed


SUPERVISING = """
import asyncio, sys
from tests.runtime.supervision.parts import Watched
from tests.runtime.supervision.test_processes import run_to_end, terms
asyncio.run(run_to_end(Watched(), terms("runs")))
"""


def test_law_3_a_child_ends_with_its_supervisor() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", SUPERVISING],
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env={**os.environ, **PATH},
    ) as supervisor:
        assert supervisor.stdout is not None
        pid = int(supervisor.stdout.readline().split()[1])
        supervisor.kill()
        # The child holds the other end of the same pipe: it ends when the child does.
        assert supervisor.stdout.read() == ""
    until = time.monotonic() + 60.0
    while _is_running(pid):
        assert time.monotonic() < until
        time.sleep(0.01)


def _is_running(pid: int) -> bool:
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8")
    except OSError:
        return False
    return stat.rpartition(")")[2].split()[0] != "Z"


def test_nobody_listens_where_nobody_supervises(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(NOTICES_VARIABLE, raising=False)
    notices = Notices.of_environment()
    notices.ready()
    notices.watch_supervisor(lambda: os.kill(os.getpid(), signal.SIGTERM))
    assert not notices.is_supervised


def test_a_notice_is_one_line_of_bounded_length() -> None:
    reading, writing = os.pipe()
    notices = Notices(writing)
    notices.bad("one\ntwo " + "x" * 5_000)
    notices.beat()
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        first, second = pipe.read().splitlines()
    assert first.startswith(b"bad one two xxx")
    assert (len(first) < 1_000, second) == (True, b"beat")
    Notices(writing).ready()  # a pipe that is closed is nobody's fault


def test_law_2_a_child_that_spoke_while_its_supervisor_was_held_up_is_not_silent() -> None:
    async def scene() -> bytes:
        notices = asyncio.StreamReader()
        listening = asyncio.create_task(_next_line(notices, 0.05))
        await asyncio.sleep(0)
        notices.feed_data(b"ready\n")
        time.sleep(0.1)  # noqa: ASYNC251 - the whole process stands still, as a frozen one
        return await listening

    assert asyncio.run(scene()) == b"ready\n"


def test_law_2_a_child_that_says_nothing_is_silent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "_PIPE_S", 0.02)

    async def scene() -> None:
        await _next_line(asyncio.StreamReader(), 0.02)

    with pytest.raises(TimeoutError):
        asyncio.run(scene())
