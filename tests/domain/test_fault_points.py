"""Points are silent by default, heard by whoever listens, and end a process that was asked to."""

import os
import signal
import subprocess
import sys

import pytest

from traider.domain.errors import ConfigError
from traider.domain.fault_points import VARIABLE, kill_at, listening, reach

SCRIPT = """
from traider.domain.fault_points import listen_as_asked, reach
listen_as_asked()
for name in ("a", "b", "a", "b", "a"):
    print(name, flush=True)
    reach(name)
"""


def passed(asked: str) -> tuple[int, list[str]]:
    """Return how a process ended, and the points it got to."""
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT],
        env={**os.environ, VARIABLE: asked},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout.split()


@pytest.mark.parametrize(
    ("asked", "code", "count"),
    [
        ("", 0, 5),
        ("a:2", -signal.SIGKILL, 3),
        ("*:4", -signal.SIGKILL, 4),
        ("a:9", 0, 5),
        ("c:1", 0, 5),
    ],
)
def test_a_process_kills_itself_where_it_was_asked_to(asked: str, code: int, count: int) -> None:
    assert passed(asked) == (code, ["a", "b", "a", "b", "a"][:count])


def test_points_are_heard_only_while_somebody_listens() -> None:
    heard: list[str] = []
    inner: list[str] = []
    reach("before")
    with listening(heard.append):
        reach("one")
        with listening(inner.append):
            reach("two")
        reach("three")
    reach("after")
    assert (heard, inner) == (["one", "three"], ["two"])


@pytest.mark.parametrize("text", ["", "name", "name:", ":3", "name:0", "name:-1", "name:x"])
def test_what_asks_for_nothing_is_refused(text: str) -> None:
    with pytest.raises(ConfigError, match="no fault point"):
        kill_at(text)
