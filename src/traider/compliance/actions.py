"""What people do elsewhere: logins, approvals, and whatever else a front door is asked.

    record_action(state_folder / "audit", Action("ana", "approval", "model:7", {"stage": "full"}))

Any process may add an action, whether a trader runs or not: a line of a file beside the chain,
forced onto the disk before it counts as done. Each line has the SHA-256 of the one before it, so
that what waits cannot be changed unseen either. Whoever writes the chain takes the lines up in
their order, each once.
"""

import fcntl
import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, Final

from traider.compliance.reading import records_in
from traider.compliance.records import GENESIS, Entry, canonical
from traider.compliance.segments import list_segments
from traider.compliance.tombstones import tombstones
from traider.domain.errors import DataError, UsageError

ACTIONS: Final = "actions.jsonl"
SOURCE: Final = "actions_line"
"""Key of a payload that holds the line of the file, from 1 on."""
_LONGEST: Final = 64
_BLOCK: Final = 4_096
_NEWLINES: Final = 2
"""Ends of lines that are looked for from behind: of the last whole one, and of the one before."""


@dataclass(frozen=True)
class Action:
    """Who did what to what."""

    actor: str
    action: str
    """In a word: login, logout, approval, refusal-of-approval, export."""
    object_id: str
    payload: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Refuse what nobody answers for.

        Raises:
            UsageError: a name is empty or very long.
        """
        for label, text in (("actor", self.actor), ("action", self.action)):
            if not 0 < len(text.strip()) <= _LONGEST:
                raise UsageError(
                    f"an action with {label} {text[:_LONGEST]!r}",
                    fix=f"say {label} in 1 to {_LONGEST} characters",
                )


def record_action(folder: Path, action: Action, now_ns: int) -> int:
    """Keep an action, forced onto the disk; return the number of its line.

    Raises:
        UsageError: the folder cannot be written, or the payload is no plain JSON.
        DataError: the line before is none.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / ACTIONS).open("a+b") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            last = _last_line(file)
            number, previous = (0, GENESIS) if not last else _end_of(last, folder / ACTIONS)
            body = {
                "actor": action.actor,
                "action": action.action,
                "line": number + 1,
                "object": action.object_id,
                "payload": dict(action.payload),
                "previous": previous,
                "ts": now_ns,
            }
            file.write(canonical(body).encode() + b"\n")
            file.flush()
            os.fsync(file.fileno())
        return number + 1
    except (OSError, ValueError, TypeError) as fault:
        raise UsageError(
            f"the action cannot be kept: {fault}", where=str(folder), fix="make room there"
        ) from fault


def actions_after(folder: Path, line: int) -> Iterator[Entry]:
    """Yield the actions behind line ``line`` of the file, each as an entry of the chain.

    Raises:
        DataError: a line is none, or does not follow the one before it; those that the chain has
            are there, and not looked at.
    """
    path = folder / ACTIONS
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        raw = b""
    lines = raw.split(b"\n")[:-1]
    if len(lines) < line:
        raise DataError(
            f"has {len(lines)} lines, and the chain took up {line}",
            where=str(path),
            fix="restore it from a copy",
        )
    previous = GENESIS if line == 0 else _hash_of(lines[line - 1])
    for number, text in enumerate(lines[line:], line + 1):
        yield _entry_of(text, number, previous, path)
        previous = _hash_of(text)


def _entry_of(text: bytes, number: int, previous: str, path: Path) -> Entry:
    try:
        body = json.loads(text)
        is_next = (body["line"], body["previous"]) == (number, previous)
        payload = {**body["payload"], SOURCE: number}
        entry = Entry(
            int(body["ts"]), str(body["actor"]), str(body["action"]), str(body["object"]), payload
        )
    except (ValueError, KeyError, TypeError) as fault:
        raise DataError(
            "is no action", where=f"{path}:{number}", fix="restore it from a copy"
        ) from fault
    if not is_next:
        raise DataError(
            "does not follow the line before it",
            where=f"{path}:{number}",
            fix="restore it from a copy",
        )
    return entry


def _last_line(file: BinaryIO) -> bytes:
    """Return the last whole line; a half one behind it is cut off.

    A process died amid it, so nobody was ever told that it is kept.
    """
    end = file.seek(0, os.SEEK_END)
    tail = b""
    begin = end
    while begin > 0 and tail.count(b"\n") < _NEWLINES:
        begin = max(begin - _BLOCK, 0)
        file.seek(begin)
        tail = file.read(end - begin)
    whole = tail.rfind(b"\n") + 1
    if whole < len(tail):
        file.truncate(begin + whole)
    return tail[:whole].rstrip(b"\n").rpartition(b"\n")[2]


def _end_of(last: bytes, path: Path) -> tuple[int, str]:
    """Return the number of the last line, and its hash."""
    try:
        return int(json.loads(last)["line"]), _hash_of(last)
    except (ValueError, KeyError, TypeError) as fault:
        raise DataError(
            "its last line is no action", where=str(path), fix="restore it from a copy"
        ) from fault


def _hash_of(line: bytes) -> str:
    return hashlib.sha256(line).hexdigest()


def actions_size(folder: Path) -> int:
    """Return how long the file of actions is."""
    path = folder / ACTIONS
    return path.stat().st_size if path.exists() else 0


def last_action_line(folder: Path) -> int:
    """Return the last line of the file that the chain has taken up; 0 before the first.

    Where the files that took lines up are elsewhere, the chain says how far they came.
    """
    try:
        segments = list_segments(folder)
    except UsageError:
        return 0
    here = (last_line_of(path) for path in segments.values())
    moved = (each.actions for each in tombstones(segments).values())
    return max((*here, *moved), default=0)


def last_line_of(path: Path) -> int:
    """Return the last line that a file of the chain took up; 0 where it took up none."""
    found = (record.payload.get(SOURCE, 0) for record in records_in(path, f'"{SOURCE}":'))
    return max((int(line) for line in found), default=0)
