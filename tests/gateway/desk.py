"""A gateway at work for a trader whose journal is two lists."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

from tests.gateway.fake_venue import Connection, Luck, Venue
from tests.gateway.orders import APPROVED, INSTRUMENTS
from tests.ports.clock import FixedClock
from tests.ports.event_sink import MemoryEvents
from tests.ports.log import MemoryLog
from traider.domain.approvals import Approver
from traider.domain.events import EventArray, Kind, empty_events, join_events
from traider.domain.fees import FeeSchedule
from traider.domain.instruments import Instrument, InstrumentName
from traider.domain.ports import EventSink
from traider.gateway.client_ids import ClientIds
from traider.gateway.gateway_terms import GatewayTerms
from traider.gateway.order_gateway import OrderGateway
from traider.gateway.order_log import OrderLog
from traider.gateway.settling import Gate, GatewayParts
from traider.journal import FsyncPolicy, JournalTerms

QUICK = GatewayTerms(
    answer_s=60.0,
    arrival_s=1e-9,
    absences_min=2,
    ask_pause_s=1e-6,
    ask_pause_s_max=1e-3,
    asked_pause_s=1e-3,
    start_s=5.0,
)
UNSYNCED = JournalTerms(FsyncPolicy.NONE, segment_bytes=1_000_000, compress=False)


def instruments() -> tuple[Instrument, ...]:
    """Return the instruments of the log as the gateway knows them."""
    return tuple(
        Instrument(
            name=InstrumentName.parse(each.name),
            symbol=each.symbol,
            settle="USD",
            tick_size=each.tick_size,
            lot_size=each.lot_size,
            min_size=Decimal(0),
            fees=FeeSchedule.flat(Decimal("0.001"), Decimal("0.002")),
        )
        for each in INSTRUMENTS
    )


class TickingClock(FixedClock):
    """A clock that goes on by a microsecond whenever it is looked at."""

    def monotonic_ns(self) -> int:
        self.advance(1_000)
        return super().monotonic_ns()


@dataclass
class Books:
    """What outlives a gateway: the trader's journal and the venue."""

    folder: Path
    venue: Venue = field(default_factory=Venue)
    reports: MemoryEvents = field(default_factory=MemoryEvents)
    wanted: list[EventArray] = field(default_factory=list)
    """Intents of the trader's journal."""
    epoch: int = 0

    def unanswered(self) -> EventArray:
        """Return the intents that have no verdict in the journal, by counting both."""
        verdicts: dict[int, int] = {}
        for report in self.reports.events:
            if report["kind"] == Kind.VERDICT:
                order_id = int(report["order_id"])
                verdicts[order_id] = verdicts.get(order_id, 0) + 1
        rest: list[EventArray] = []
        for intent in self.wanted:
            order_id = int(intent["order_id"][0])
            if verdicts.get(order_id, 0):
                verdicts[order_id] -= 1
            else:
                rest.append(intent)
        return join_events(rest) if rest else empty_events(0)


class Desk:
    """A gateway that was started, its connection, and the trader's side."""

    def __init__(
        self,
        books: Books,
        terms: GatewayTerms = QUICK,
        luck: Callable[[int], Luck] | None = None,
        sink: EventSink | None = None,
        gate: Gate | None = None,
    ) -> None:
        self.books = books
        self.lines = MemoryLog()
        self.clock = TickingClock()
        approver = Approver()
        self.log = OrderLog.open(books.folder, INSTRUMENTS, terms=UNSYNCED)
        self.connection = Connection(books.venue, approver.verifier, luck)
        parts = GatewayParts(
            log=self.log,
            sink=sink or books.reports,
            instruments=instruments(),
            ids=ClientIds("d41a52c0"),
            approver=approver,
            clock=self.clock,
            lines=self.lines,
            gate=gate,
        )
        self.gateway = OrderGateway(parts, self.connection, terms)

    def want(self, intents: Sequence[EventArray], answers: object = None) -> None:
        """Journal intents of one decision, then submit them."""
        self.books.wanted += intents
        told = answers if isinstance(answers, list) else [APPROVED] * len(intents)
        self.gateway.submit(join_events(intents), told)

    def kinds(self) -> list[Kind]:
        """Return what was reported so far."""
        return [Kind(kind) for kind in self.books.reports.events["kind"]]

    async def start(self) -> None:
        """Take the lead with what the journal holds."""
        self.books.epoch += 1
        known = len(self.books.reports.events)
        await self.gateway.start(self.books.epoch, known, self.books.unanswered())

    async def quiet(self, turns: int = 20) -> None:
        """Let all that is under way happen."""
        for _ in range(turns):
            self.connection.deliver()
            await asyncio.sleep(0)
        for _ in range(2_000):
            if not len(self.gateway._doubts):
                break
            self.connection.deliver()
            await asyncio.sleep(0.0002)
        self.connection.deliver()

    def leave(self) -> None:
        """Let go of the files as a process that died does."""
        self.log._journal._let_go()


@asynccontextmanager
async def running(
    books: Books,
    terms: GatewayTerms = QUICK,
    luck: Callable[[int], Luck] | None = None,
    gate: Gate | None = None,
) -> AsyncIterator[Desk]:
    """Run a gateway, and let go of it."""
    desk = Desk(books, terms, luck, gate=gate)
    task = asyncio.create_task(desk.gateway.run())
    try:
        await desk.start()
        yield desk
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        desk.leave()


def played(folder: Path, scene: Callable[[Desk], Awaitable[None]], luck: Luck = Luck.GOOD) -> Books:
    """Play a scene with a gateway that was started, and return what outlives it."""
    books = Books(folder)

    async def play() -> None:
        async with running(books, luck=lambda _: luck) as desk:
            await scene(desk)

    asyncio.run(play())
    return books


def codes(desk: Desk, kind: Kind) -> list[int]:
    """Return the codes of the reports of a kind."""
    reports = desk.books.reports.events
    return [int(code) for code in reports["code"][reports["kind"] == kind]]
