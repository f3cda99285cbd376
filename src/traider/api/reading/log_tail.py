"""The end of a log, backward: the newest lines first, from one place to the next.

Only the file at hand is read: what was rotated away lies beside it. Secrets were left out when the
lines were written; what still looks like one is left out here.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from traider.api.shapes.system import LogLine
from traider.ops.logging import LEVELS
from traider.ops.scrubbing import without_secrets

SCANNED_MAX: Final = 4 * 1024 * 1024
"""Bytes looked through for one page: a rare word may need several."""
_CHUNK: Final = 65_536
_NS_PER_S: Final = 1_000_000_000
_US_PER_S: Final = 1_000_000


@dataclass(frozen=True)
class LinesAsked:
    """Which lines are wanted."""

    level: str
    """And those above it."""
    text: str
    """Any part of the line, capitals or not."""
    limit: int
    before: int | None
    """Byte of the file before which lines end; None for its end."""


@dataclass(frozen=True)
class FoundLines:
    """Lines, the newest first, and the byte before which the next ones end; None for no more."""

    lines: list[LogLine]
    next_before: int | None


def log_lines(path: Path, asked: LinesAsked) -> FoundLines:
    """Return the last lines that fit before a place of a log; none where there is no log."""
    try:
        end = path.stat().st_size
    except OSError:
        return FoundLines([], None)
    end = end if asked.before is None else min(max(asked.before, 0), end)
    wanted = LEVELS[LEVELS.index(asked.level) :]
    lines: list[LogLine] = []
    begin = end
    for begin, raw in _backward(path, end):
        line = _line(raw)
        if line is not None and line.level in wanted and _says(line, asked.text):
            lines.append(line)
        if len(lines) >= asked.limit or end - begin > SCANNED_MAX:
            break
    return FoundLines(lines, begin or None)


def _backward(path: Path, end: int) -> Iterator[tuple[int, bytes]]:
    """Yield the whole lines before a byte, the last first, each with the byte that it begins at."""
    with path.open("rb") as file:
        place, rest = end, b""
        while place > 0:
            begin = max(place - _CHUNK, 0)
            file.seek(begin)
            text = file.read(place - begin) + rest
            place = begin
            parts = text.split(b"\n")
            rest = parts[0]
            at = begin + len(text)
            for part in reversed(parts[1:]):
                at -= len(part)
                if part:
                    yield at, part
                at -= 1
            if len(rest) > SCANNED_MAX:
                return
        if rest:
            yield 0, rest


def _line(raw: bytes) -> LogLine | None:
    try:
        told = json.loads(raw)
    except ValueError:
        return None
    if not isinstance(told, dict):
        return None
    body: dict[str, Any] = told
    level = str(body.pop("level", "info"))
    stamp, message = str(body.pop("ts", "")), str(body.pop("message", ""))
    return LogLine(
        at_ns=_instant(stamp),
        level=level,
        message=without_secrets(message),
        fields={name: _field(name, _text(value)) for name, value in body.items()},
    )


def _field(name: str, value: str) -> str:
    """Return a field without a secret; its name may say that it is one, but for an alert's key."""
    label = "" if name == "key" else f"{name}="
    return without_secrets(f"{label}{value}").removeprefix(label)


def _text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _instant(stamp: str) -> int:
    try:
        found = datetime.fromisoformat(stamp)
    except ValueError:
        return 0
    return int(found.timestamp()) * _NS_PER_S + found.microsecond * (_NS_PER_S // _US_PER_S)


def _says(line: LogLine, text: str) -> bool:
    wanted = text.lower()
    said = (line.message, *(f"{name}={value}" for name, value in line.fields.items()))
    return not wanted or any(wanted in each.lower() for each in said)
