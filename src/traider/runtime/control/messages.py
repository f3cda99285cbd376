"""What goes over the control socket: one JSON object a line, a request and then its answer.

    {"id": "5f…", "asked_ns": 812, "until_ns": 4812, "request": {"command": "pause", …}}
    {"is_begun": true}                          before a command is carried out
    {"line": "paused …"}                        what was done

Times are of the clock that all processes of a machine share (``time.monotonic_ns``). A command is
begun before ``until_ns`` and told to be, or never carried out: whoever heard nothing by then may
rely on it. An emergency stop alone is carried out however late.
"""

from typing import Final, TypeAlias

import msgspec
from msgspec import Struct

from traider.domain.errors import TraiderError, UsageError
from traider.runtime.control.commands import ControlCommand
from traider.runtime.status_body import StatusBody

SOCKET_NAME: Final = "control.sock"
"""In the state folder."""
REQUEST_BYTES_MAX: Final = 16 * 1024
ANSWER_BYTES_MAX: Final = 4 * 1024 * 1024


class AskStatus(Struct, frozen=True, tag_field="command", tag="status", forbid_unknown_fields=True):
    """Ask how the trader stands."""


Request: TypeAlias = ControlCommand | AskStatus


class Asked(Struct, frozen=True, forbid_unknown_fields=True):
    """A request, and until when it is one."""

    id: str
    """Of this request alone; the log names it."""
    asked_ns: int
    until_ns: int
    request: Request


class ErrorBody(Struct, frozen=True):
    """Why a request was refused, as ``TraiderError`` says it."""

    what: str
    where: str = ""
    fix: str = ""
    exit_code: int = 2


class Answer(Struct, frozen=True, omit_defaults=True):
    """What came of a request: a line, or the status, or an error."""

    is_begun: bool = False
    """The command is carried out now; what came of it follows."""
    line: str = ""
    status: StatusBody | None = None
    error: ErrorBody | None = None


_ASKED: Final = msgspec.json.Decoder(Asked)
_ANSWERS: Final = msgspec.json.Decoder(Answer)
_ENCODER: Final = msgspec.json.Encoder()


def line_of(message: Asked | Answer) -> bytes:
    """Return a message as a line."""
    return _ENCODER.encode(message) + b"\n"


def asked_of(line: bytes) -> Asked:
    """Return the request of a line.

    Raises:
        UsageError: it is none, or says neither who nor why.
    """
    try:
        return _ASKED.decode(line)
    except msgspec.DecodeError as fault:
        raise UsageError(f"no request: {fault}", fix="see traider control --help") from None


def answer_of(line: bytes) -> Answer:
    """Return the answer of a line.

    Raises:
        UsageError: it is none.
    """
    try:
        return _ANSWERS.decode(line)
    except msgspec.DecodeError as fault:
        raise UsageError(
            f"an answer that cannot be read: {fault}", fix="use the trader's own version"
        ) from None


def error_answer(error: TraiderError) -> Answer:
    """Return the answer that tells an error."""
    return Answer(error=ErrorBody(error.what, error.where, error.fix, error.exit_code))
