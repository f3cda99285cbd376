"""Runs written for tests by hand: a state folder whose journal holds just what a test says."""

from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from tests.runtime.parity.recorded_runs import TERMS, instruments, settings
from traider.domain.events import EventArray, FillFlag, Kind, MarketFlag
from traider.domain.money import pack_currency
from traider.domain.orders import OrderId, OrderType
from traider.domain.payloads import Value, encode_event
from traider.journal import JournalWriter
from traider.kernel.codes import Reject, Verdict
from traider.runtime.control.commands import ControlCommand, command_bytes
from traider.runtime.control.conversion import CONTROL_FACT
from traider.runtime.run_request import RunRequest
from traider.runtime.state_folder import RunPaths, StateFolder
from traider.runtime.status_body import Mode

START_NS: Final = 1_721_347_200_000_000_000
"""2024-07-19T00:00:00Z."""
SECOND_NS: Final = 1_000_000_000
LAST: Final = int(MarketFlag.LAST_OF_MESSAGE)
GTC_LIMIT: Final = int(OrderType.LIMIT)
MARKET: Final = int(OrderType.MARKET)


@dataclass(frozen=True)
class Sizes:
    """What an order is for; ticks of 0.1 and lots of 0.001."""

    side: int
    lots: int
    ticks: int = 0


class WrittenRun:
    """Writes a journal, event by event; each is a second after the one before."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        request = RunRequest(Mode.DEMO, "binance", ("BTCUSDT",), settings("level2-iceberg"))
        with StateFolder(folder) as state:
            state.begin(request, instruments(), 1)
        self._journal = JournalWriter.open(RunPaths(folder).journal, instruments(), TERMS)
        self.now_ns = START_NS

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._journal.close()

    @property
    def position(self) -> int:
        """Of the next event."""
        return self._journal.sequence

    def event(self, kind: Kind, **fields: Value) -> int:
        """Write an event; return its position."""
        self.now_ns += SECOND_NS
        stamps: dict[str, Value] = {"ts_event": self.now_ns, "ts_recv": self.now_ns}
        event: EventArray = encode_event({"kind": kind.name, **stamps, **fields})
        place = self.position
        self._journal.append(event)
        return place

    def asked(self, command: ControlCommand) -> None:
        """Write who asked for what follows."""
        self._journal.append_fact(CONTROL_FACT, command_bytes(command))

    def book(self, bid: int, ask: int) -> None:
        """Write a book of one level a side."""
        for index, (side, ticks) in enumerate(((1, bid), (-1, ask))):
            flags = LAST if index else 0
            self.event(
                Kind.DEPTH_SNAPSHOT, side=side, price=ticks, size=5_000, index=index, flags=flags
            )

    def trade(self, ticks: int, lots: int) -> None:
        """Write a trade of the market."""
        self.event(Kind.TRADE, side=1, price=ticks, size=lots, flags=LAST)

    def order(self, sizes: Sizes, flags: int = MARKET, cause: int | None = None) -> int:
        """Write an order, approved, sent and acknowledged; return its id."""
        order_id = self.wish(sizes, flags, cause)
        self.event(Kind.VERDICT, code=0, order_id=order_id, side=sizes.side)
        self.event(Kind.SENT, order_id=order_id, side=sizes.side)
        self.event(Kind.ACK, price=sizes.ticks, size=sizes.lots, id=77, order_id=order_id)
        return order_id

    def wish(self, sizes: Sizes, flags: int = MARKET, cause: int | None = None) -> int:
        """Write what the decider wants; return its id."""
        at = self.event(Kind.TIMER) if cause is None else cause
        order_id = OrderId(1, at).pack()
        price = sizes.ticks if flags == GTC_LIMIT else 0
        self.event(
            Kind.ORDER_INTENT,
            side=sizes.side, size=sizes.lots, price=price, order_id=order_id, flags=flags,
        )  # fmt: skip
        return order_id

    def refuse(self, order_id: int, verdict: Verdict, number: float, limit: float) -> int:
        """Write that a check refused an order."""
        return self.event(
            Kind.VERDICT, code=int(verdict), number=number, limit=limit, order_id=order_id
        )

    def fill(
        self, order_id: int, sizes: Sizes, leaves: int, fee: int, *, is_maker: bool = False
    ) -> int:
        """Write that a part of an order traded, for a fee in units of 1e-8."""
        return self.event(
            Kind.FILL,
            side=sizes.side, price=sizes.ticks, size=sizes.lots, leaves=leaves, fee=fee,
            order_id=order_id, flags=int(FillFlag.MAKER) if is_maker else 0,
        )  # fmt: skip

    def cancelled(self, order_id: int, lots: int) -> int:
        """Write that the rest of an order was taken back."""
        return self.event(Kind.CANCELLED, code=int(Reject.BY_REQUEST), size=lots, order_id=order_id)

    def transfer(self, amount: int, reason: int, currency: str = "USDT") -> int:
        """Write that whole units of a currency came in or went out."""
        word = pack_currency(currency)
        return self.event(Kind.TRANSFER, currency=word, amount=amount * 10**8, id=1, reason=reason)
