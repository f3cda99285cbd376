"""The control socket of a running trader: requests of its owner in, answers out, on its own loop.

    server = ControlServer(state / SOCKET_NAME, desk, log, metrics)
    supervisor.add(Role("control", server.run, moves_money=True))

A command that is refused is an answer. A fault of the desk, a disk that refuses say, is answered
too, and then raised to whoever runs the server: the desk cannot go on.
A command that is past its time, or whose asker is gone, is not carried out, unless it is an
emergency stop: this process may have been frozen while people were told that nothing came of it.
Bounds: so many connections at once (one more is told and let go), so many bytes a request, so long
between two requests of a connection, and so long to take an answer.
"""

import asyncio
import contextlib
import time
from pathlib import Path
from typing import Final

from msgspec.structs import replace

from traider.domain.errors import TraiderError, UsageError
from traider.domain.metric_names import CONTROL_COMMANDS_TOTAL
from traider.domain.ports import Log, Metrics
from traider.runtime.control.commands import CancelOrder, Kill, ManualOrder, Rearm
from traider.runtime.control.desk import TradingDesk
from traider.runtime.control.messages import (
    REQUEST_BYTES_MAX,
    Answer,
    Asked,
    AskStatus,
    asked_of,
    error_answer,
    line_of,
)
from traider.runtime.control.socket_files import identity_of, listening_socket, may_control
from traider.runtime.supervision.role import RoleReport

CONNECTIONS_MAX: Final = 16
IDLE_S: Final = 60.0
TAKING_S: Final = 5.0


class ControlServer:
    """Serves one desk at one path, to the user that runs it and to root."""

    def __init__(self, path: Path, desk: TradingDesk, log: Log, metrics: Metrics) -> None:
        self.path = path
        self._metrics = metrics
        self._desk = desk
        self._log = log
        self._server: asyncio.Server | None = None
        self._identity = (0, 0)
        self._connections: set[asyncio.Task[None]] = set()
        self._failed = asyncio.Event()
        self._fault: BaseException | None = None

    async def run(self, report: RoleReport) -> None:
        """Serve until cancelled, or until the desk fails; then raise its fault.

        Raises:
            UsageError: nothing can be made at the path.
            TraiderError: the desk cannot go on.
        """
        await self.start()
        report.ready()
        try:
            await self.watch()
        finally:
            await self.close()

    async def watch(self) -> None:
        """Wait until the desk fails; then raise its fault.

        Raises:
            TraiderError: the desk cannot go on.
        """
        await self._failed.wait()
        if self._fault is not None:
            raise self._fault

    async def start(self) -> None:
        """Listen; whoever else served at the path does not any more.

        Raises:
            UsageError: nothing can be made there.
        """
        opened = listening_socket(self.path)
        self._identity = identity_of(self.path)
        self._server = await asyncio.start_unix_server(
            self._serve, sock=opened, limit=REQUEST_BYTES_MAX
        )

    async def close(self) -> None:
        """End every connection; remove the file unless it is another's by now."""
        if self._server is None:
            return
        self._server.close()
        for connection in self._connections:
            connection.cancel()
        await asyncio.gather(*self._connections, return_exceptions=True)
        if identity_of(self.path) == self._identity:
            self.path.unlink(missing_ok=True)
        self._server = None

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 - this is one
        self._connections.add(task)
        task.add_done_callback(self._note_end)
        try:
            refusal = self._refusal(writer)
            if refusal is not None:
                await _send(writer, error_answer(refusal))
            else:
                await self._answer_all(reader, writer)
        except (ConnectionError, TimeoutError):
            self._log.debug("control connection ended")
        except asyncio.CancelledError:
            # The library would report a handler's task that ends so as a fault.
            self._log.debug("control connection cut")
        finally:
            self._connections.discard(task)
            writer.close()
            # Here and below not wait_for: before Python 3.12 it may swallow a cancel.
            with contextlib.suppress(ConnectionError, TimeoutError):
                async with asyncio.timeout(TAKING_S):
                    await writer.wait_closed()

    def _note_end(self, task: asyncio.Task[None]) -> None:
        """Keep the fault that ended a connection: a mistake of the desk's, or of ours."""
        if not task.cancelled() and task.exception() is not None:
            self._fail(task.exception())

    def _fail(self, fault: BaseException | None) -> None:
        self._fault = self._fault or fault
        self._failed.set()

    def _refusal(self, writer: asyncio.StreamWriter) -> UsageError | None:
        connection = writer.get_extra_info("socket")
        if not may_control(connection):
            self._log.warning("control refused", why="another user")
            return UsageError(
                "this trader belongs to another user", fix="ask as the user that runs it"
            )
        if len(self._connections) > CONNECTIONS_MAX:
            return UsageError(
                f"{CONNECTIONS_MAX} connections are open already", fix="end one, then try again"
            )
        return None

    async def _answer_all(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            try:
                async with asyncio.timeout(IDLE_S):
                    line = await reader.readuntil(b"\n")
            except asyncio.IncompleteReadError:
                return
            except asyncio.LimitOverrunError:
                too_long = UsageError(
                    f"a request of more than {REQUEST_BYTES_MAX} bytes", fix="ask for less at once"
                )
                await _send(writer, error_answer(too_long))
                return
            await _send(writer, await self._answer(line, writer))

    async def _answer(self, line: bytes, writer: asyncio.StreamWriter) -> Answer:
        try:
            asked = asked_of(line)
            request = asked.request
            if isinstance(request, AskStatus):
                return Answer(status=self._desk.status())
            self._begin(asked, writer)
            if isinstance(request, Rearm):
                request = replace(request, asked_ns=asked.asked_ns)
            if isinstance(request, ManualOrder | CancelOrder):
                answer = await self._desk.give(request)
            else:
                answer = self._desk.command(request)
        except UsageError as error:
            self._log.warning("control refused", why=error.line())
            return error_answer(error)
        except TraiderError as fault:
            self._fail(fault)
            return error_answer(fault)
        self._metrics.count(CONTROL_COMMANDS_TOTAL, command=type(request).__name__)
        self._log.info(
            "control", command=type(request).__name__, who=request.who, why=request.why, done=answer
        )
        return Answer(line=answer)

    def _begin(self, asked: Asked, writer: asyncio.StreamWriter) -> None:
        """Tell that a command is carried out now, which has to be told before it is.

        Raises:
            UsageError: it is too late, or nobody is there who could hear it.
        """
        writer.write(line_of(Answer(is_begun=True)))
        if isinstance(asked.request, Kill):
            return
        is_gone = writer.transport.is_closing() or writer.transport.get_write_buffer_size() > 0
        # The clock is read after it was told: frozen in between, it is told and not done.
        if is_gone or time.monotonic_ns() > asked.until_ns:
            command = type(asked.request).__name__
            why = "nobody waits for it any more" if is_gone else "it came too late"
            raise UsageError(
                f"{command} {asked.id} was not carried out: {why}",
                fix="ask again if it is still wanted",
            )


async def _send(writer: asyncio.StreamWriter, answer: Answer) -> None:
    writer.write(line_of(answer))
    async with asyncio.timeout(TAKING_S):
        await writer.drain()
