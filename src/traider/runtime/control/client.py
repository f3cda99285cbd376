"""Ask a running trader, from another process: the other end of the control socket.

with ControlClient(state) as trader:
    print(trader.status().nav)
    print(trader.send(Pause(who="ana", why="news")))
"""

import socket
import time
import uuid
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from traider.domain.errors import TraiderError, UsageError
from traider.runtime.control.commands import ControlCommand, Kill
from traider.runtime.control.kill_file import KILL_NAME
from traider.runtime.control.messages import (
    ANSWER_BYTES_MAX,
    SOCKET_NAME,
    Answer,
    Asked,
    AskStatus,
    Request,
    answer_of,
    line_of,
)
from traider.runtime.control.socket_files import short_address
from traider.runtime.status_body import StatusBody

TIMEOUT_S: Final = 5.0
_PART_BYTES: Final = 65_536
_BEGIN_SHARE: Final = 0.8
"""Of the patience, in which a command is begun or never: the trader's word of it takes time too."""


class NoTraderError(UsageError):
    """No trader runs on the state folder."""


class SilentTraderError(TraiderError):
    """A trader runs there and does not answer: it is frozen, or ended just now."""

    is_begun = False
    """Whether what was asked was begun: nobody knows then what came of it."""


class ControlClient:
    """A connection to the trader of a state folder.

    Raises:
        NoTraderError: none runs there.
        SilentTraderError: it does not answer in time.
        UsageError: it may not be asked by this user.
    """

    def __init__(self, state: Path, timeout_s: float = TIMEOUT_S) -> None:
        self.path = state / SOCKET_NAME
        self._timeout_s = timeout_s
        self._rest = b""
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_CLOEXEC)
        self._socket.settimeout(timeout_s)
        try:
            with short_address(self.path) as address:
                self._socket.connect(address)
        except OSError as fault:
            self._socket.close()
            raise self._unreachable(fault) from fault
        except UsageError:
            self._socket.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        del kind, fault, trace
        self.close()

    def close(self) -> None:
        """End the connection."""
        self._socket.close()

    def status(self) -> StatusBody:
        """Return how the trader stands.

        Raises:
            SilentTraderError: it does not answer in time.
        """
        status = self._ask(AskStatus()).status
        if status is None:
            raise UsageError("an answer without a status", fix="use the trader's own version")
        return status

    def send(self, command: ControlCommand) -> str:
        """Have a command done; return the line that says what was done.

        Raises:
            UsageError: it was refused, and nothing changed.
            SilentTraderError: no answer came in time. Nothing was done and nothing will be, unless
                it is an emergency stop or the error says that it was begun.
        """
        return self._ask(command).line

    def look_and_send(self, command: ControlCommand) -> tuple[StatusBody, str]:
        """Return how the trader stood just before it took a command, and the line of ``send``.

        Both are asked for in one message: the command does not wait for the status to be told.

        Raises:
            UsageError: it was refused, and nothing changed.
            SilentTraderError: as ``send`` says.
        """
        self._write(AskStatus(), command)
        status = self._answer(AskStatus()).status
        if status is None:
            raise UsageError("an answer without a status", fix="use the trader's own version")
        return status, self._answer(command).line

    def _ask(self, request: Request) -> Answer:
        self._write(request)
        return self._answer(request)

    def _write(self, *requests: Request) -> None:
        asked_ns = time.monotonic_ns()
        until_ns = asked_ns + int(self._timeout_s * _BEGIN_SHARE * 1e9)
        lines = [line_of(Asked(uuid.uuid4().hex, asked_ns, until_ns, each)) for each in requests]
        try:
            self._socket.sendall(b"".join(lines))
        except OSError as fault:
            self.close()
            raise self._silent(requests[-1]) from fault

    def _answer(self, request: Request) -> Answer:
        answer = Answer()
        try:
            answer = answer_of(self._line())
            if answer.is_begun:
                answer = answer_of(self._line())
        except OSError as fault:
            # An answer that comes yet is not that of the next request.
            self.close()
            raise self._silent(request, is_begun=answer.is_begun) from fault
        if answer.error is not None:
            error = UsageError(answer.error.what, where=answer.error.where, fix=answer.error.fix)
            error.exit_code = answer.error.exit_code
            raise error
        return answer

    def _line(self) -> bytes:
        parts = [self._rest]
        taken = len(self._rest)
        while b"\n" not in parts[-1]:
            part = self._socket.recv(_PART_BYTES)
            if not part:
                raise ConnectionResetError
            taken += len(part)
            if taken > ANSWER_BYTES_MAX:
                raise UsageError(
                    f"an answer of more than {ANSWER_BYTES_MAX} bytes", where=str(self.path)
                )
            parts.append(part)
        line, _, self._rest = b"".join(parts).partition(b"\n")
        return line

    def _silent(
        self, request: Request | None = None, *, is_begun: bool = False
    ) -> SilentTraderError:
        """Return what is known of a request that had no answer; None was not even sent."""
        what, fixes = "the trader does not answer", ["look whether its process is stopped"]
        if is_begun:
            what = "the trader began to carry it out and does not answer since"
            fixes = ["see traider status, and the journal, for what came of it"]
        elif not isinstance(request, AskStatus | Kill):
            what = f"{what}: the command was not carried out, and will not be"
        if (self.path.parent / KILL_NAME).exists():
            fixes.append("an emergency stop waits in the folder and is done when it goes on")
        error = SilentTraderError(what, where=str(self.path), fix="; ".join(fixes))
        error.is_begun = is_begun
        return error

    def _unreachable(self, fault: OSError) -> TraiderError:
        if isinstance(fault, PermissionError):
            return UsageError(
                "this trader belongs to another user",
                where=str(self.path),
                fix="ask as the user that runs it",
            )
        if isinstance(fault, TimeoutError | BlockingIOError):
            return self._silent()
        return NoTraderError(
            "no trader runs here", where=str(self.path.parent), fix="start one with traider run"
        )
