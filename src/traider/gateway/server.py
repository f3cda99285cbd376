"""The gateway for a trader in another process: one leader at a time, over a socket of its owner.

    outlet = ReportOutlet()                                  # the gateway's sink
    server = GatewayServer(OrderGateway(parts, …), outlet, lines, may_speak)
    await server.serve(listening)

| the trader says | what is done |
| --- | --- |
| Start | a later epoch fences the one before; reports after those it knows follow |
| Submit, Observe | done, if its epoch leads; else Fenced, and the connection ends |
| Kill | done for whoever may speak, however late, unless somebody re-armed since it was asked |
| Rearm, Look | done for whoever may speak, with or without a leader; no Rearm too late |

Reports go to the leader's connection in the order of the log. What is reported while nobody is
connected stays in the log, and is sent with the next Start. A leader that does not read is cut off
when ``PENDING_BYTES_MAX`` wait for it; it loses nothing by that either.
"""

import asyncio
import socket
import time
from collections.abc import Callable
from typing import Final

from traider.domain.errors import DataError, TraiderError
from traider.domain.events import EventArray
from traider.domain.ports import Log
from traider.gateway.emergency import EmergencyStop
from traider.gateway.frames import (
    STANDING_S,
    Exposed,
    Fenced,
    Frame,
    Kill,
    Living,
    Look,
    Observe,
    Rearm,
    Refused,
    Reports,
    Seen,
    Standing,
    Start,
    Started,
    Submit,
    ToGateway,
    events_of,
    packed_frame,
    read_body,
    to_gateway,
)
from traider.gateway.order_checkpoints import lives_bytes
from traider.gateway.order_gateway import OrderGateway
from traider.journal import JournalFailedError

PENDING_BYTES_MAX: Final = 64 * 1024 * 1024
CONNECTIONS_MAX: Final = 16
_LOOK_S: Final = 0.02


class Connection:
    """One trader, or one person, at the other end."""

    def __init__(self, writer: asyncio.StreamWriter) -> None:
        self._writer = writer
        self.epoch = -1
        """The epoch it leads with; -1 before it started."""
        self.heard_s = 0.0
        """When it last said something, on the clock that never goes back."""
        self.is_open = True

    def send(self, frame: Frame) -> None:
        """Send a frame; cut the connection off when too much waits."""
        if not self.is_open:
            return
        self._writer.write(packed_frame(frame))
        if self._writer.transport.get_write_buffer_size() > PENDING_BYTES_MAX:
            self.cut()

    def cut(self) -> None:
        """End the connection at once."""
        self.is_open = False
        self._writer.transport.abort()


class ReportOutlet:
    """The gateway's sink: numbers reports, and sends them to the leader that is connected."""

    def __init__(self) -> None:
        self.leader: Connection | None = None
        self._next = 0

    def begin(self, leader: Connection, reports_known: int) -> None:
        """Send to ``leader`` what follows the reports that it knows."""
        self.leader, self._next = leader, reports_known

    @property
    def heard_s(self) -> float | None:
        """When the leader that is connected last said something; None without one."""
        return None if self.leader is None else self.leader.heard_s

    def append(self, events: EventArray) -> None:
        """Send reports on; without a leader they are in the log, for the next."""
        if self.leader is not None:
            self.leader.send(Reports(self._next, events.tobytes()))
        self._next += len(events)


class GatewayServer:
    """Serves one gateway.

    Args:
        gateway: with ``outlet`` as its sink.
        outlet: of reports.
        lines: what an operator reads.
        may_speak: whether the user at the other end of a socket may.
        emergency: carries out emergency stops; one of its own, which closes nothing, without it.
    """

    def __init__(
        self,
        gateway: OrderGateway,
        outlet: ReportOutlet,
        lines: Log,
        may_speak: Callable[[socket.socket], bool],
        emergency: EmergencyStop | None = None,
        settings: str = "",
    ) -> None:
        self._gateway = gateway
        self._settings = settings
        self._emergency = emergency or EmergencyStop(gateway, lines)
        self._outlet = outlet
        self._lines = lines
        self._may_speak = may_speak
        self._connections: set[asyncio.Task[None]] = set()
        self._starts: set[asyncio.Task[None]] = set()
        self._fault: TraiderError | None = None
        self._failed = asyncio.Event()

    async def serve(self, listening: socket.socket) -> None:
        """Serve until cancelled, or until the gateway fails; then raise its fault.

        Raises:
            TraiderError: the log cannot be kept.
        """
        server = await asyncio.start_unix_server(self._converse, sock=listening)
        try:
            async with asyncio.TaskGroup() as tasks:
                telling = tasks.create_task(self._tell_standing())
                await self._failed.wait()
                telling.cancel()
        finally:
            server.close()
            for task in (*self._connections, *self._starts):
                task.cancel()
            await asyncio.gather(*self._connections, *self._starts, return_exceptions=True)
        if self._fault is not None:
            raise self._fault

    async def _tell_standing(self) -> None:
        told: tuple[Connection, Standing] | None = None
        told_s = 0.0
        while True:
            leader = self._outlet.leader
            if leader is not None:
                now = leader, self._standing()
                if now != told or time.monotonic() >= told_s + STANDING_S:
                    leader.send(now[1])
                    told, told_s = now, time.monotonic()
            await asyncio.sleep(_LOOK_S)

    def _standing(self) -> Standing:
        gateway = self._gateway
        is_halted = gateway.log.stance.is_halted
        return Standing(gateway.is_ready, gateway.is_killed, gateway.disagreement, is_halted)

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 - this is one
        self._connections.add(task)
        connection = Connection(writer)
        try:
            if self._is_welcome(writer):
                while connection.is_open:
                    await self._take(connection, to_gateway(await read_body(reader)))
        except (asyncio.IncompleteReadError, ConnectionError):
            self._lines.info("a connection to the gateway ended", epoch=connection.epoch)
        except asyncio.CancelledError:
            self._lines.info("a connection to the gateway was cut", epoch=connection.epoch)
        except DataError as fault:
            self._lines.error("a connection to the gateway was refused", why=fault.line())
        finally:
            if self._outlet.leader is connection:
                self._outlet.leader = None
            connection.is_open = False
            writer.close()
            self._connections.discard(task)

    def _is_welcome(self, writer: asyncio.StreamWriter) -> bool:
        if self._may_speak(writer.get_extra_info("socket")):
            return len(self._connections) <= CONNECTIONS_MAX
        self._lines.warning("another user asked for the gateway")
        return False

    async def _take(self, connection: Connection, frame: ToGateway) -> None:
        """Do what a frame says; a fault of the log ends the gateway."""
        connection.heard_s = time.monotonic()
        try:
            match frame:
                case Start():
                    await self._start(connection, frame)
                case Submit() | Observe() if not self._leads(connection, frame.epoch):
                    connection.send(Fenced(self._gateway.log.stance.epoch))
                case Submit():
                    intents = events_of(frame.intents)
                    self._gateway.submit(intents, frame.answers, frame.person)
                case Observe():
                    self._gateway.observe(events_of(frame.events))
                    self._emergency.heed()
                    connection.send(Seen())
                case Kill():
                    self._emergency.stop(frame)
                    connection.send(self._standing())
                case Rearm() if time.monotonic_ns() > frame.until_ns:
                    self._lines.warning("a re-arming came too late", who=frame.who, why=frame.why)
                    connection.send(self._standing())
                case Rearm():
                    self._emergency.rearm(frame)
                    connection.send(self._standing())
                case Look():
                    connection.send(self._exposed())
        except TraiderError as fault:
            self._fail(fault)

    def _exposed(self) -> Exposed:
        found = self._emergency.exposure()
        return Exposed(
            self._gateway.is_killed,
            self._gateway.log.stance.keeps_positions,
            found.orders,
            found.held,
            found.cancelled,
            found.closed,
            self._settings,
        )

    def _leads(self, connection: Connection, epoch: int) -> bool:
        return (
            connection is self._outlet.leader
            and epoch == connection.epoch == self._gateway.log.stance.epoch
        )

    async def _start(self, connection: Connection, frame: Start) -> None:
        """Let a leader take over; the one before is told that it does not lead any more."""
        if frame.epoch < self._gateway.log.stance.epoch:
            connection.send(Fenced(self._gateway.log.stance.epoch))
            return
        before = self._outlet.leader
        if before is not None and before is not connection:
            before.send(Fenced(frame.epoch))
        connection.epoch = frame.epoch
        self._outlet.leader = None
        task = asyncio.create_task(self._begin(connection, frame))
        self._starts.add(task)
        task.add_done_callback(self._starts.discard)
        # Its first step, which makes the leader known, comes before the frame that follows.
        await asyncio.sleep(0)

    async def _begin(self, connection: Connection, frame: Start) -> None:
        try:
            unanswered = events_of(frame.unanswered)
            self._outlet.begin(connection, frame.reports_known)
            await self._gateway.start(frame.epoch, frame.reports_known, unanswered)
        except JournalFailedError as fault:
            self._fail(fault)
        except TraiderError as fault:
            self._outlet.leader = None
            connection.send(Refused(fault.what, fault.fix))
        else:
            lives = self._gateway.lives
            connection.send(Living(lives_bytes(lives.living()), dict(lives.position_lots)))
            connection.send(self._standing())
            connection.send(Started())

    def _fail(self, fault: TraiderError) -> None:
        self._lines.error("the gateway cannot go on", why=fault.line())
        self._fault = self._fault or fault
        self._failed.set()
