"""The gateway's role: a socket of its owner, a gate of its own, a log that outlives it."""

import asyncio
from pathlib import Path

import pytest

from tests.gateway.desk import QUICK, TickingClock, instruments
from tests.gateway.fake_venue import Connection, Venue
from tests.gateway.orders import APPROVED, NOW_NS, intent, packed
from tests.kernel.scenario import spec_of
from tests.ports.clock import FixedClock
from tests.ports.event_sink import MemoryEvents
from tests.ports.log import MemoryLog
from tests.ports.metrics import MemoryMetrics
from traider.domain.approvals import Verifier
from traider.domain.events import Kind, empty_events
from traider.domain.payloads import encode_event
from traider.gateway.client import GatewayClient
from traider.gateway.executor import Executor
from traider.gateway.order_gateway import OrderGateway
from traider.gateway.reconcile_port import Cause
from traider.gateway.settling import Reconcile
from traider.journal import JournalFailedError
from traider.kernel.codes import Limit, Verdict
from traider.ops.health import HealthBoard
from traider.runtime.roles.gateway_role import SOCKET_NAME, GatewayRole, GatewayRoleParts
from traider.runtime.supervision.role import RoleReport


class Stage:
    """A role over a venue, and what it told."""

    def __init__(self, folder: Path) -> None:
        self.venue = Venue()
        self.path = folder / SOCKET_NAME
        self.causes: list[Cause] = []
        self.told = MemoryEvents()
        self.client = GatewayClient(self.path, self.told, MemoryLog())
        self.report = RoleReport("gateway", HealthBoard(FixedClock()), MemoryMetrics())
        parts = GatewayRoleParts(
            folder=folder / "orders",
            socket_path=self.path,
            instruments=instruments(),
            run_id="d41a52c0",
            clock=TickingClock(),
            lines=MemoryLog(),
            spec=spec_of(limits={Limit.MAX_ORDER_SIZE: 5.0}),
            terms=QUICK,
        )
        self.role = GatewayRole(parts, self._executor, self._reconcile)
        self.role.append(
            encode_event({"kind": "TRADE", "price": 5_000_000, "size": 1, "ts_recv": NOW_NS})
        )

    def _executor(self, verifier: Verifier) -> Executor:
        return Connection(self.venue, verifier)

    def _reconcile(self, gateway: OrderGateway, executor: Executor) -> Reconcile:
        assert gateway.lives is not None
        assert isinstance(executor, Connection)

        async def compare(cause: Cause) -> None:
            self.causes.append(cause)

        return compare

    def kinds(self) -> list[Kind]:
        return [Kind(kind) for kind in self.told.events["kind"]]


async def ended(*tasks: asyncio.Task[None]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def test_orders_go_through_the_role_and_its_own_gate(tmp_path: Path) -> None:
    async def scene() -> None:
        stage = Stage(tmp_path)
        running = asyncio.create_task(stage.role.run(stage.report))
        hearing = asyncio.create_task(stage.client.run())
        await stage.client.start(1, 0, empty_events(0))
        assert stage.report.is_ready
        assert stage.path.stat().st_mode & 0o777 == 0o600
        stage.client.submit(intent(packed(100), size=6), [APPROVED])
        stage.client.submit(intent(packed(200), size=5), [APPROVED])
        async with asyncio.timeout(30):
            while len(stage.kinds()) < 3:  # noqa: ASYNC110 - it looks at another's state
                await asyncio.sleep(0.002)
        codes = stage.told.events["code"][:2].tolist()
        assert codes == [Verdict.MAX_SIZE, Verdict.APPROVED]
        assert len(stage.venue.orders) == 1
        assert stage.causes == [Cause.START]
        await ended(running, hearing)
        assert not stage.path.exists()

    asyncio.run(scene())
    again = Stage(tmp_path)
    assert again.role.gateway.reports == 3
    again.role.gateway.log.close()


def test_a_log_that_cannot_be_kept_ends_the_role(tmp_path: Path) -> None:
    async def scene() -> None:
        stage = Stage(tmp_path)
        running = asyncio.create_task(stage.role.run(stage.report))
        hearing = asyncio.create_task(stage.client.run())
        await stage.client.start(1, 0, empty_events(0))
        stage.role.gateway.log._journal._let_go()
        stage.client.submit(intent(packed(100), size=5), [APPROVED])
        with pytest.raises(JournalFailedError):
            async with asyncio.timeout(30):
                await running
        assert stage.venue.orders == {}
        await ended(hearing)

    asyncio.run(scene())
