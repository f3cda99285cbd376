"""Logs: text lines of cryptofeed 1, one connection a file.

``wss://ws-feed.pro.coinbase.com <-> 1618677816.8434298`` was opened then;
``wss://… <- 1618677817.020616: <request>`` was sent; ``1618677817.061845: <message>`` was received.
"""

import re
from pathlib import Path
from typing import Final

from traider.domain.errors import DataError
from traider.venues.captures import file_lines
from traider.venues.recordings.records import Connected, Received, Recording
from traider.venues.recordings.session import Gathering

_STAMP: Final = rb"(\d{10})\.(\d{1,9})"
_RECEIVED: Final = re.compile(_STAMP + rb": (.*)", re.DOTALL)
_SENT: Final = re.compile(rb"(\S+) <- " + _STAMP + rb": (.*)", re.DOTALL)
_OPENED: Final = re.compile(rb"(\S+) <-> " + _STAMP)

LOG_START: Final = re.compile(rb"\S+ <->? \d{10}\.\d|\d{10}\.\d+: ")
"""How a log begins."""


def read_log(paths: tuple[Path, ...]) -> Recording:
    """Read the files of one log.

    Raises:
        DataError: a file is damaged, or a line is no record; the line is in the message.
    """
    gathering, name = Gathering(), paths[0].name.partition(".")[0]
    for path in paths:
        for number, line in enumerate(file_lines(path), 1):
            if line.strip():
                _gather(gathering, name, (path, number), line)
    return gathering.finish(paths)


def _gather(gathering: Gathering, name: str, place: tuple[Path, int], line: bytes) -> None:
    if match := _RECEIVED.fullmatch(line):
        gathering.add(Received(*place, _ns(match[1], match[2]), name, match[3]))
    elif match := _SENT.fullmatch(line):
        gathering.send(name, match[1].decode(), match[4])
    elif match := _OPENED.fullmatch(line):
        gathering.connect(Connected(*place, _ns(match[2], match[3]), name), match[1].decode())
    else:
        raise DataError(
            f"starts with {line[:30]!r}, neither a time nor an address",
            where=f"{place[0]} line {place[1]}",
            fix="fetch the file again",
        )


def _ns(seconds: bytes, fraction: bytes) -> int:
    return int(seconds + fraction.ljust(9, b"0"))
