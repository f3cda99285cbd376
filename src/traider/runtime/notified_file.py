"""What the ways to people did last: ``notified.ROLE.json`` of the state folder, one a process.

A convenience, not a source: each is written whole and renamed, whenever its process sent something.
"""

import contextlib
import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

import msgspec

from traider.ops.notifying import ChannelState

_NAME: Final = "notified.{}.json"
TESTS: Final = "tests"
"""In the place of a role: what came of tests."""


class WayDone(msgspec.Struct, frozen=True, kw_only=True):
    """What one way did for one process, or for all of them."""

    name: str
    sent: int = 0
    failed: int = 0
    left_out: int = 0
    waiting: int = 0
    sent_ns: int = 0
    tried_ns: int = 0
    fault: str = ""


def write_notified(folder: Path, role: str, states: Sequence[ChannelState]) -> None:
    """Keep what the ways of a process did; a full disk keeps nobody from being told."""
    path = folder / _NAME.format(role)
    done = [
        WayDone(**{name: getattr(each, name) for name in WayDone.__struct_fields__})
        for each in states
    ]
    with contextlib.suppress(OSError):
        part = path.with_suffix(f".{os.getpid()}")
        part.write_bytes(msgspec.json.encode(done))
        part.replace(path)


def write_test(folder: Path, tried: WayDone) -> None:
    """Keep what came of a test of one way, in the place of the test before."""
    others = [each for each in _read(folder / _NAME.format(TESTS)) if each.name != tried.name]
    path = folder / _NAME.format(TESTS)
    with contextlib.suppress(OSError):
        part = path.with_suffix(f".{os.getpid()}")
        part.write_bytes(msgspec.json.encode([*others, tried]))
        part.replace(path)


def read_notified(folder: Path) -> dict[str, WayDone]:
    """Return what each way did for all processes of a run, tests left out."""
    found: dict[str, WayDone] = {}
    for path in sorted(folder.glob(_NAME.format("*"))):
        if path.name != _NAME.format(TESTS):
            for each in _read(path):
                before = found.get(each.name)
                found[each.name] = each if before is None else _together((before, each))
    return found


def read_tests(folder: Path) -> dict[str, WayDone]:
    """Return what came of the last test of each way."""
    return {each.name: each for each in _read(folder / _NAME.format(TESTS))}


def _read(path: Path) -> list[WayDone]:
    try:
        return msgspec.json.decode(path.read_bytes(), type=list[WayDone])
    except (OSError, msgspec.DecodeError):
        return []  # it is written anew with the next message


def _together(parts: Iterable[WayDone]) -> WayDone:
    """Return sums, and the fault of whichever tried last."""
    all_parts = tuple(parts)
    last = max(all_parts, key=lambda each: each.tried_ns)
    return WayDone(
        name=last.name,
        sent=sum(each.sent for each in all_parts),
        failed=sum(each.failed for each in all_parts),
        left_out=sum(each.left_out for each in all_parts),
        waiting=sum(each.waiting for each in all_parts),
        sent_ns=max(each.sent_ns for each in all_parts),
        tried_ns=last.tried_ns,
        fault=last.fault,
    )
