"""The gateway role: the only process with a venue's keys, for a trader in another process.

    role = GatewayRole(parts, make_executor)
    feed.add(role)                      # prices for the gate of its own: an EventSink
    supervisor.add(Role("gateway", role.run, moves_money=True))

It keeps the log of orders, asks a gate of its own beside the trader's, serves its socket, and
carries out emergency stops with or without a trader. A fault of the log ends it: whoever started it
starts it again, and every order is asked for.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from traider.domain.approvals import Approver, Verifier
from traider.domain.events import EventArray
from traider.domain.fault_points import listen_as_asked
from traider.domain.instruments import Instrument
from traider.domain.ports import AlertChannel, Clock, Log
from traider.gateway.client_ids import ClientIds
from traider.gateway.emergency import EmergencyStop
from traider.gateway.executor import Executor
from traider.gateway.gateway_terms import GatewayTerms
from traider.gateway.latency import LatencyBook
from traider.gateway.order_gateway import OrderGateway
from traider.gateway.order_log import OrderLog
from traider.gateway.own_gate import OwnGate
from traider.gateway.server import GatewayServer, ReportOutlet
from traider.gateway.settling import GatewayParts, Reconcile, reconcile_nothing
from traider.journal import JournalInstrument
from traider.kernel.construction import build_gate
from traider.kernel.specification import KernelSpec
from traider.runtime.control.socket_files import identity_of, listening_socket, may_control
from traider.runtime.state_folder import GATEWAY_SOCKET
from traider.runtime.supervision.role import RoleReport

SOCKET_NAME = GATEWAY_SOCKET


@dataclass(frozen=True, kw_only=True)
class GatewayRoleParts:
    """What a gateway's process is made of."""

    folder: Path
    """Of the log of orders."""
    socket_path: Path
    instruments: Sequence[Instrument]
    """By number, as the trader has them."""
    run_id: str
    """8 hexadecimal digits, of the run."""
    clock: Clock
    lines: Log
    spec: KernelSpec
    """Of the trader: markets, limits and cash of the gate."""
    terms: GatewayTerms = field(default_factory=GatewayTerms)
    latencies: LatencyBook = field(default_factory=LatencyBook)
    alerts: AlertChannel | None = None
    """Tells a person of emergency stops."""
    settings: str = ""
    """Digest of what it was started with, told to who asks."""
    rearmed_ns: Callable[[], int] = lambda: 0
    """When the last re-arming was asked for, as the trader left word of it; see ``kill_file``."""


MakeExecutor = Callable[[Verifier], Executor]
MakeReconcile = Callable[[OrderGateway, Executor], Reconcile]


def _none(gateway: OrderGateway, executor: Executor) -> Reconcile:  # noqa: ARG001 - a maker
    """Return a comparison of nothing."""
    return reconcile_nothing


class GatewayRole:
    """One gateway with its server. An ``EventSink`` for a feed of its own.

    Args:
        parts: see there.
        make_executor: makes the venue's executor, which takes what the verifier passes.
        make_reconcile: makes what compares the books.

    Raises:
        UsageError: another process keeps the log.
        DataError: the log is damaged.
    """

    def __init__(
        self,
        parts: GatewayRoleParts,
        make_executor: MakeExecutor,
        make_reconcile: MakeReconcile = _none,
    ) -> None:
        listen_as_asked()
        approver = Approver()
        self._parts = parts
        self._outlet = ReportOutlet()
        self._gate = OwnGate(build_gate(parts.spec))
        self._log = OrderLog.open(parts.folder, _journal_instruments(parts.instruments))
        executor = make_executor(approver.verifier)
        self.gateway = OrderGateway(
            GatewayParts(
                log=self._log,
                sink=self._outlet,
                instruments=parts.instruments,
                ids=ClientIds(parts.run_id),
                approver=approver,
                clock=parts.clock,
                lines=parts.lines,
                gate=self._gate,
                latencies=parts.latencies,
            ),
            executor,
            parts.terms,
        )
        self.gateway.reconcile = make_reconcile(self.gateway, executor)
        self.emergency = EmergencyStop(
            self.gateway,
            parts.lines,
            parts.alerts,
            lambda: self._outlet.heard_s,
            rearmed_ns=parts.rearmed_ns,
        )

    @property
    def has_leader(self) -> bool:
        """Whether a trader is connected, and leads."""
        return self._outlet.leader is not None

    def append(self, events: EventArray) -> None:
        """See prices."""
        self._gate.see(events)

    def learn(self, history: EventArray) -> None:
        """Let the gate sample the prices of bars from before."""
        self._gate.learn(history)

    def pass_time(self) -> None:
        """Let the gate note what the account is worth now."""
        self._gate.pass_time(self._parts.clock.now_ns())

    async def run(self, report: RoleReport) -> None:
        """Serve until cancelled, or until the log cannot be kept; then raise that fault.

        Raises:
            UsageError: no socket can be made at the path.
            JournalFailedError: the log cannot be kept.
        """
        path = self._parts.socket_path
        server = GatewayServer(
            self.gateway,
            self._outlet,
            self._parts.lines,
            may_control,
            self.emergency,
            self._parts.settings,
        )
        listening = listening_socket(path)
        identity = identity_of(path)
        self.gateway.begin()
        work = (self.gateway.run(), self.emergency.run(), server.serve(listening))
        tasks = [asyncio.create_task(each) for each in work]
        report.ready()
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            if identity_of(path) == identity:
                path.unlink(missing_ok=True)
            self._log.close()


def _journal_instruments(instruments: Sequence[Instrument]) -> tuple[JournalInstrument, ...]:
    return tuple(
        JournalInstrument(str(each.name), each.symbol, each.tick_size, each.lot_size)
        for each in instruments
    )
