"""What goes over the control socket: one JSON object a line, a request and then its answer."""

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


class ErrorBody(Struct, frozen=True):
    """Why a request was refused, as ``TraiderError`` says it."""

    what: str
    where: str = ""
    fix: str = ""
    exit_code: int = 2


class Answer(Struct, frozen=True, omit_defaults=True):
    """What came of a request: a line, or the status, or an error."""

    line: str = ""
    status: StatusBody | None = None
    error: ErrorBody | None = None


_REQUESTS: Final[msgspec.json.Decoder[Request]] = msgspec.json.Decoder(Request)
_ANSWERS: Final = msgspec.json.Decoder(Answer)
_ENCODER: Final = msgspec.json.Encoder()


def line_of(message: Request | Answer) -> bytes:
    """Return a message as a line."""
    return _ENCODER.encode(message) + b"\n"


def request_of(line: bytes) -> Request:
    """Return the request of a line.

    Raises:
        UsageError: it is none, or says neither who nor why.
    """
    try:
        return _REQUESTS.decode(line)
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
