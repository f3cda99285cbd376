"""Which format a file is of."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from traider.domain.errors import DataError
from traider.venues.captures import file_lines, first_receive_ns
from traider.venues.recordings.log import LOG_START, read_log
from traider.venues.recordings.records import Connection, Recording
from traider.venues.recordings.session import read_session

_MESSAGES: Final = "messages"
_SESSION: Final = "session"
_LOG: Final = "log"


def open_recording(paths: Sequence[Path]) -> Recording:
    """Find out what the files hold; several are parts of one recording.

    Raises:
        DataError: a file cannot be read or is of no known format, formats differ, or a file is
            named twice.
    """
    if len(set(paths)) != len(paths):
        raise DataError("a file is named twice", fix="name each file once")
    formats = {_format(path) for path in paths}
    if len(formats) != 1:
        raise DataError(
            "files of several formats are no parts of one recording",
            where=", ".join(map(str, paths)),
            fix="name the files of one recording",
        )
    if _SESSION in formats:
        return read_session(tuple(paths))
    if _LOG in formats:
        return read_log(tuple(paths))
    ordered = tuple(sorted(paths, key=first_receive_ns))
    return Recording(ordered, "", (Connection(ordered[0].name.partition(".")[0]),))


def _format(path: Path) -> str:
    """Tell the format of a file from its first line.

    A line that is neither of a session nor of a log is read as ``<receive time> <message>``, which
    says what is wrong with it.
    """
    for line in file_lines(path):
        if line.strip():
            if line.lstrip().startswith(b"{"):
                return _SESSION
            return _LOG if LOG_START.match(line) else _MESSAGES
    raise DataError("is empty", where=str(path), fix="record it again")
