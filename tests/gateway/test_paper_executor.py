"""Paper orders: handed on at once with the trader's answers, logged, and reported by nobody."""

import asyncio
from pathlib import Path

import pytest

from tests.gateway.desk import QUICK, UNSYNCED, instruments
from tests.gateway.orders import (
    APPROVED,
    INSTRUMENTS,
    NOW_NS,
    REFUSED,
    cancel,
    fill,
    intent,
    packed,
)
from tests.ports.clock import FixedClock
from tests.ports.event_sink import MemoryEvents
from tests.ports.log import MemoryLog
from traider.domain.approvals import ApprovedOrder, Approver, NotApprovedError
from traider.domain.events import EventArray, Kind, empty_events, join_events
from traider.domain.order_states import Filled
from traider.domain.payloads import encode_event
from traider.gateway.client_ids import ClientIds
from traider.gateway.order_gateway import OrderGateway
from traider.gateway.order_log import OrderLog
from traider.gateway.paper_executor import PaperExecutor
from traider.gateway.port import GateAnswer
from traider.gateway.reports import report, verdict
from traider.gateway.settling import GatewayParts

ONE, TWO = packed(100), packed(200)


class Loop:
    """The trader's loop, as far as it takes orders."""

    def __init__(self) -> None:
        self.taken: list[tuple[bytes, GateAnswer]] = []

    def submit(self, order: EventArray, answer: GateAnswer) -> None:
        self.taken.append((order.tobytes(), answer))


def gateway_of(folder: Path, loop: Loop, sink: MemoryEvents) -> OrderGateway:
    approver = Approver()
    parts = GatewayParts(
        log=OrderLog.open(folder, INSTRUMENTS, terms=UNSYNCED),
        sink=sink,
        instruments=instruments(),
        ids=ClientIds("d41a52c0"),
        approver=approver,
        clock=FixedClock(),
        lines=MemoryLog(),
    )
    return OrderGateway(parts, PaperExecutor(loop, approver.verifier), QUICK)


def test_orders_pass_with_the_trader_s_answers_and_come_back_through_observe(
    tmp_path: Path,
) -> None:
    async def scene() -> None:
        loop, sink = Loop(), MemoryEvents()
        gateway = gateway_of(tmp_path, loop, sink)
        running = asyncio.create_task(gateway.run())
        await gateway.start(1, 0, empty_events(0))
        assert gateway.is_ready
        first, second = intent(ONE), intent(TWO)
        with_number = (0, 1.5, 2.5)
        gateway.submit(join_events([first, second, cancel(ONE)]), [with_number, REFUSED, APPROVED])
        assert loop.taken == [
            (first.tobytes(), with_number),
            (second.tobytes(), REFUSED),
            (cancel(ONE).tobytes(), APPROVED),
        ]
        trade = encode_event({"kind": "TRADE", "price": 5, "size": 1, "ts_recv": NOW_NS})
        gateway.observe(trade)
        gateway.observe(
            join_events(
                [
                    verdict(first, NOW_NS, with_number),
                    verdict(second, NOW_NS, REFUSED),
                    trade,
                    report(Kind.SENT, first, NOW_NS),
                    report(Kind.ACK, first, NOW_NS),
                    fill(first, 10, 0),
                    encode_event({"kind": "KILL"}),
                ]
            )
        )
        life = gateway.log.find(ONE)
        assert life is not None
        assert life.state == Filled(10)
        assert gateway.reports == 5
        assert sink.parts == []
        assert gateway.is_killed
        assert len(loop.taken) == 3
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        gateway.log.close()

    asyncio.run(scene())


def test_nothing_passes_that_the_gate_did_not_seal() -> None:
    loop = Loop()
    approver = Approver()
    paper = PaperExecutor(loop, approver.verifier)
    good = approver.approve(intent(ONE), "d41a52c0-0010000000006400")
    by_hand = ApprovedOrder(intent(TWO).tobytes(), "x", b"")
    with pytest.raises(NotApprovedError):
        paper.send([good, by_hand])
    with pytest.raises(NotApprovedError):
        paper.decide(intent(TWO), APPROVED, by_hand)
    assert loop.taken == []
    paper.send([good])
    assert loop.taken == [(intent(ONE).tobytes(), APPROVED)]


def test_nothing_can_be_asked_of_a_venue_that_is_nowhere() -> None:
    async def scene() -> None:
        approver = Approver()
        paper = PaperExecutor(Loop(), approver.verifier)
        order = approver.approve(intent(ONE), "x")
        paper.cancel([ONE])
        await paper.cancel_found(["v"])
        assert await paper.find(order, 0) is None
        assert (await paper.open_orders(), await paper.fills(0), await paper.balances()) == (
            (),
            (),
            (),
        )

    asyncio.run(scene())
