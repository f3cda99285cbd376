"""What people do elsewhere: logins, approvals, and whatever else a front door is asked.

    record_action(state_folder / "audit", Action("ana", "approval", "model:7", {"stage": "full"}))

Any process may add an action, whether a trader runs or not: a line of a file beside the chain,
forced onto the disk before it counts as done. Whoever writes the chain takes the lines up in their
order, each once.
"""

import fcntl
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from traider.compliance.reading import records_about
from traider.compliance.records import Entry, canonical
from traider.compliance.segments import list_segments
from traider.domain.errors import DataError, UsageError

ACTIONS: Final = "actions.jsonl"
SOURCE: Final = "actions_line"
"""Key of a payload that holds the line of the file, from 1 on."""
_LONGEST: Final = 64


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
    """
    body = {
        "actor": action.actor,
        "action": action.action,
        "object": action.object_id,
        "payload": dict(action.payload),
        "ts": now_ns,
    }
    try:
        line = canonical(body).encode() + b"\n"
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / ACTIONS).open("a+b") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            file.seek(0)
            held = file.read()
            if held and not held.endswith(b"\n"):
                # A process died amid its line: it was never told that the action is kept.
                file.truncate(held.rfind(b"\n") + 1)
                held = held[: held.rfind(b"\n") + 1]
            file.write(line)
            file.flush()
            os.fsync(file.fileno())
        return held.count(b"\n") + 1
    except (OSError, ValueError, TypeError) as fault:
        raise UsageError(
            f"the action cannot be kept: {fault}", where=str(folder), fix="make room there"
        ) from fault


def actions_after(folder: Path, line: int) -> Iterator[Entry]:
    """Yield the actions behind line ``line`` of the file, each as an entry of the chain.

    Raises:
        DataError: a line is none.
    """
    path = folder / ACTIONS
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        return
    for number, text in enumerate(raw.split(b"\n")[:-1], 1):
        if number <= line:
            continue
        try:
            body = json.loads(text)
            payload = {**body["payload"], SOURCE: number}
            yield Entry(
                int(body["ts"]),
                str(body["actor"]),
                str(body["action"]),
                str(body["object"]),
                payload,
            )
        except (ValueError, KeyError, TypeError) as fault:
            raise DataError(
                "is no action", where=f"{path}:{number}", fix="restore it from a copy"
            ) from fault


def actions_size(folder: Path) -> int:
    """Return how long the file of actions is."""
    path = folder / ACTIONS
    return path.stat().st_size if path.exists() else 0


def last_action_line(folder: Path) -> int:
    """Return the last line of the file that the chain has taken up; 0 before the first."""
    try:
        list_segments(folder)
    except UsageError:
        return 0
    found = (record.payload.get(SOURCE, 0) for record in records_about(folder, f'"{SOURCE}":'))
    return max((int(line) for line in found), default=0)
