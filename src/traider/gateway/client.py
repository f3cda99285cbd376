"""The gateway as a trader sees it from another process: the same port, over a socket.

    gateway = GatewayClient(path, sink, lines)
    running = asyncio.create_task(gateway.run())
    await gateway.start(epoch, reports_known, unanswered)

A connection that ends is opened again after a pause, and the leader starts again by itself, with
the reports that it has and the intents that have no verdict: so no report is lost or comes twice,
and what did not reach the gateway is answered NOT_SENT. While it is not connected it is not ready.
Bounds: so many intents without a verdict, then the trader is stopped; so many commands that were
not confirmed, of which the newest are kept.
"""

import asyncio
import time
from collections import deque
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np
from msgspec.structs import replace

from traider.domain.errors import DataError, KernelError, UsageError
from traider.domain.events import EventArray, Kind, empty_events, join_events
from traider.domain.ports import EventSink, Log
from traider.gateway.frames import (
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
    ToTrader,
    events_of,
    packed_frame,
    read_body,
    to_trader,
)
from traider.gateway.order_checkpoints import lives_of
from traider.gateway.order_lives import OrderLives
from traider.gateway.port import GateAnswer, Stand

UNANSWERED_MAX: Final = 10_000
COMMANDS_MAX: Final = 1_000
PAUSE_S: Final = 0.05
PAUSE_S_MAX: Final = 1.0
ANSWER_S: Final = 60.0
SILENT_S: Final = 3.0
"""A gateway says every second how it stands: one that did not for so long does not answer."""
_BEGIN_SHARE: Final = 0.8
"""Of the patience, in which a re-arming is done or never."""
_COMMANDS: Final = frozenset(map(int, (Kind.PAUSE, Kind.KILL, Kind.REARM, Kind.LIMITS_CHANGE)))
_STOPS: Final = tuple(map(int, (Kind.PAUSE, Kind.KILL)))


class FencedError(UsageError):
    """Another trader leads: this one must stop."""


class GatewayClient:
    """A ``TradingGateway`` in another process.

    Args:
        path: of its socket.
        sink: where reports go.
        lines: what an operator reads.
    """

    def __init__(self, path: Path, sink: EventSink, lines: Log) -> None:
        self.path = path
        self.fenced_by = 0
        """The epoch of a later leader; 0 while this one leads."""
        self.is_killed = False
        """Whether the gateway was stopped, as it said last."""
        self.disagreement = ""
        """How the books still differ after all that was done about it, as it said last."""
        self._is_halted = False
        self._heard_s = 0.0
        """When it last said something, on the clock that never goes back."""
        self.lives = OrderLives()
        """The gateway's orders: as it told them at a start, and what was wanted and reported since.
        """
        self._sink = sink
        self._lines = lines
        self._writer: asyncio.StreamWriter | None = None
        self._is_ready = False
        self._is_started = False
        self._epoch = 0
        self._reports = 0
        self._unanswered: list[EventArray] = []
        self._commands: deque[EventArray] = deque(maxlen=COMMANDS_MAX)
        """Commands that the gateway has not confirmed, oldest first."""
        self._answered = asyncio.Event()
        self._refusal: Refused | None = None

    @property
    def is_ready(self) -> bool:
        """Whether it is reconciled with the venue, and we are connected to it."""
        return self._is_ready and self._writer is not None and not self.fenced_by

    @property
    def stand(self) -> Stand:
        """Whether it lets through what is wanted, as it said last, or does not answer."""
        if self._writer is None or time.monotonic() > self._heard_s + SILENT_S:
            return Stand.SILENT
        if self.is_killed:
            return Stand.KILLED
        return Stand.HALTED if self._is_halted or self.disagreement else Stand.OPEN

    @property
    def holds_commands(self) -> bool:
        """Whether it confirmed every command that it was shown, which it does from its log."""
        return not self._commands

    async def start(self, epoch: int, reports_known: int, unanswered: EventArray) -> None:
        """Take over for a leader; see ``TradingGateway``. ``run`` must be under way.

        Raises:
            FencedError: a later leader was here.
            DataError: the journal and the gateway's log do not belong together.
            UsageError: nobody answers.
        """
        self._epoch, self._reports, self._is_started = epoch, reports_known, True
        self._unanswered = [
            unanswered[place : place + 1].copy() for place in range(len(unanswered))
        ]
        self._answered.clear()
        if self._writer is not None:
            self._send_start()
        try:
            async with asyncio.timeout(ANSWER_S):
                await self._answered.wait()
        except TimeoutError:
            raise UsageError(
                "no gateway answers", where=str(self.path), fix="start the gateway's process first"
            ) from None
        self.check()

    def submit(
        self,
        intents: EventArray,
        answers: Sequence[GateAnswer],
        person: tuple[str, str] | None = None,
    ) -> None:
        """Send orders and cancels of one decision; unconnected, they are answered NOT_SENT later.

        Raises:
            FencedError: another trader leads.
            KernelError: too many intents have no verdict.
        """
        self.check()
        self._unanswered += _single(intents)
        self.lives.take(intents)
        if len(self._unanswered) > UNANSWERED_MAX:
            raise KernelError(
                f"{UNANSWERED_MAX} orders without an answer of the gateway",
                where=str(self.path),
                fix="start the gateway's process, then the trader",
            )
        self._send(Submit(self._epoch, intents.tobytes(), tuple(answers), person))

    def observe(self, events: EventArray) -> None:
        """Send the commands among what the trader journaled.

        Raises:
            FencedError: another trader leads.
        """
        if not _COMMANDS.isdisjoint(events["kind"].tolist()):
            wanted = np.isin(events["kind"], tuple(_COMMANDS))
            self.check()
            self._commands.append(events[wanted])
            self._send(Observe(self._epoch, events[wanted].tobytes()))

    async def run(self) -> None:
        """Keep a connection, until cancelled or fenced."""
        pause_s = PAUSE_S
        while not self.fenced_by:
            try:
                reader, self._writer = await asyncio.open_unix_connection(str(self.path))
            except OSError as fault:
                self._lines.debug("no gateway answers", why=str(fault))
            else:
                pause_s = PAUSE_S
                await self._converse(reader)
            await asyncio.sleep(pause_s)
            pause_s = min(2 * pause_s, PAUSE_S_MAX)

    # --------------------------------------------------------------------------------- its own

    async def _converse(self, reader: asyncio.StreamReader) -> None:
        try:
            self._heard_s = time.monotonic()
            if self._is_started:
                self._send_start()
            while True:
                body = await read_body(reader)
                self._heard_s = time.monotonic()
                self._take(to_trader(body))
        except (asyncio.IncompleteReadError, ConnectionError):
            self._lines.warning("the gateway's connection ended")
        finally:
            self._is_ready = False
            if self._writer is not None:
                self._writer.close()
            self._writer = None

    def _send_start(self) -> None:
        rest = join_events(self._unanswered) if self._unanswered else empty_events(0)
        self._send(Start(self._epoch, self._reports, rest.tobytes()))
        if self._commands:
            left = _still_due(join_events(list(self._commands)))
            self._commands.clear()
            self._commands.append(left)
        for commands in self._commands:
            self._send(Observe(self._epoch, commands.tobytes()))

    def _send(self, frame: Frame) -> None:
        """Send a frame; what is lost with the connection is made good by the next start."""
        if self._writer is not None:
            self._writer.write(packed_frame(frame))

    def _take(self, frame: ToTrader) -> None:
        match frame:
            case Reports():
                self._report(frame)
            case Standing():
                self._is_ready, self.is_killed = frame.is_ready, frame.is_killed
                self.disagreement, self._is_halted = frame.disagreement, frame.is_halted
            case Living():
                self._learn(frame)
            case Seen():
                self._commands.popleft()
            case Started():
                self._answered.set()
            case Refused():
                self._refusal = frame
                self._answered.set()
            case Fenced():
                self.fenced_by = frame.epoch
                self._answered.set()
                self._lines.error("another trader leads", epoch=frame.epoch)
            case Exposed():
                self._lines.debug("an answer that nobody asked for here")

    def _learn(self, frame: Living) -> None:
        """Take the gateway's orders for what they are, and keep those it has not answered yet."""
        self.lives.forget_living()
        self.lives.unjudged.clear()
        self.lives.position_lots = dict(frame.position_lots)
        for life in lives_of(frame.lives):
            self.lives.put(life)
        for intent in self._unanswered:
            self.lives.take(intent)

    def _report(self, frame: Reports) -> None:
        """Hand reports on, each once and in order.

        Raises:
            DataError: some are missing between those that came and these.
        """
        if frame.first > self._reports:
            raise DataError(
                f"reports {self._reports} to {frame.first - 1} did not come",
                where=str(self.path),
                fix="start the trader again",
            )
        events = events_of(frame.events)[self._reports - frame.first :]
        if not len(events):
            return
        self._reports += len(events)
        for order_id in events["order_id"][events["kind"] == int(Kind.VERDICT)].tolist():
            self._answer(order_id)
        # What it knows nothing of is the gateway's own: it closes positions in an emergency.
        self.lives.take(events)
        self._sink.append(events)

    def _answer(self, order_id: int) -> None:
        """Strike the oldest intent of an order: verdicts come in the order of the intents."""
        for place, intent in enumerate(self._unanswered):
            if int(intent["order_id"][0]) == order_id:
                del self._unanswered[place]
                return

    def check(self) -> None:
        """Raise what stands against going on.

        Raises:
            FencedError: another trader leads.
            DataError: the journal and the gateway's log do not belong together.
        """
        if self.fenced_by:
            raise FencedError(
                f"epoch {self._epoch} is over: epoch {self.fenced_by} leads",
                where=str(self.path),
                fix="stop this trader",
            )
        if self._refusal is not None:
            raise DataError(self._refusal.what, where=str(self.path), fix=self._refusal.fix)


def _still_due(commands: EventArray) -> EventArray:
    """Return commands without the stops that a later re-arming ended.

    The gateway may have done them before the connection ended; done again they would take back
    what was sent since. Where it did not, the trader's own cancels stand for them, which are told
    again.
    """
    rearmed = np.flatnonzero(commands["kind"] == int(Kind.REARM))
    last = int(rearmed[-1]) if len(rearmed) else -1
    is_over = np.isin(commands["kind"], _STOPS) & (np.arange(len(commands)) < last)
    return commands[~is_over]


def _single(events: EventArray) -> list[EventArray]:
    return [events[place : place + 1].copy() for place in range(len(events))]


async def command(path: Path, frame: Kill | Rearm, patience_s: float = 5.0) -> Standing:
    """Stop the gateway, or re-arm it, whether or not a trader runs; return how it stands then.

    A re-arming that it does not take in most of the patience is not done later either. A stop is,
    unless somebody re-arms meanwhile.

    Raises:
        UsageError: nobody answers, or we are not let in.
    """
    asked_ns = frame.asked_ns or time.monotonic_ns()
    frame = replace(frame, asked_ns=asked_ns)
    if isinstance(frame, Rearm):
        until_ns = time.monotonic_ns() + int(patience_s * _BEGIN_SHARE * 1e9)
        frame = replace(frame, until_ns=until_ns)
    answer = await _asked(path, frame, patience_s)
    if not isinstance(answer, Standing):
        raise UsageError("the gateway gave no answer to that", where=str(path), fix="try again")
    return answer


async def look(path: Path, patience_s: float = 5.0) -> Exposed:
    """Return what is still open, as the gateway knows it.

    Raises:
        UsageError: nobody answers, or we are not let in.
    """
    answer = await _asked(path, Look(), patience_s)
    if not isinstance(answer, Exposed):
        raise UsageError("the gateway gave no answer to that", where=str(path), fix="try again")
    return answer


async def _asked(path: Path, frame: Frame, patience_s: float) -> ToTrader:
    try:
        async with asyncio.timeout(patience_s):
            reader, writer = await asyncio.open_unix_connection(str(path))
            try:
                writer.write(packed_frame(frame))
                return to_trader(await read_body(reader))
            finally:
                writer.close()
    except (OSError, TimeoutError, asyncio.IncompleteReadError):
        raise UsageError(
            "the gateway does not answer", where=str(path), fix="ask as the user that runs it"
        ) from None
