"""The gateway of a session: here, over the simulated venue or the exchange, or a process apart."""

from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

from traider.domain.approvals import Approver
from traider.domain.ports import Clock
from traider.gateway.client import GatewayClient
from traider.gateway.client_ids import ClientIds
from traider.gateway.gateway_terms import GatewayTerms
from traider.gateway.order_gateway import OrderGateway
from traider.gateway.order_log import OrderLog
from traider.gateway.paper_executor import PaperExecutor
from traider.gateway.port import RunningGateway
from traider.gateway.settling import GatewayParts
from traider.journal.instruments import JournalInstrument
from traider.journal.reader import JournalReader
from traider.kernel.live_machine import LiveMachine
from traider.runtime.config import Config
from traider.runtime.control.socket_files import short_address
from traider.runtime.journal_instruments import instrument_of
from traider.runtime.observability import RoleObservation
from traider.runtime.session.link import VenueLink
from traider.runtime.state_folder import RunManifest, RunPaths
from traider.runtime.trading.later_reports import LaterReports
from traider.runtime.trading.paper_log import open_paper_log
from traider.runtime.trading.trader import Trader
from traider.runtime.venue_account import ExecutorMaker, open_session, reconciliation


@dataclass(frozen=True)
class GatewayOrder:
    """What a gateway is made for."""

    config: Config
    manifest: RunManifest
    paths: RunPaths
    instruments: Sequence[JournalInstrument]
    link: VenueLink
    clock: Clock
    reports: LaterReports
    log_start: tuple[int, int] = (0, 0)
    """Where the log of a paper run may be completed from; see ``Recovered``."""
    is_apart: bool = False
    """Whether the gateway is another process, which has the key and keeps the log."""


class GatewayApart(GatewayClient):
    """The gateway in another process; that a later leader has it ends the session."""

    async def run(self) -> None:
        """Keep a connection, until cancelled.

        Raises:
            FencedError: another trader leads.
            DataError: journal and log do not belong together.
        """
        await super().run()
        self.check()


async def open_gateway(
    order: GatewayOrder, trader: Trader, seen: RoleObservation, closing: AsyncExitStack
) -> RunningGateway:
    """Return the gateway of a trader, connected to it; what it opens is closed by ``closing``.

    Raises:
        UsageError: another process keeps the log of orders.
        DataError: the log is damaged.
    """
    if order.is_apart:
        address = closing.enter_context(short_address(order.paths.gateway_socket))
        return GatewayApart(Path(address), order.reports, seen.log)
    log = _open_log(order, seen)
    closing.callback(log.close)
    approver, listed = Approver(), [instrument_of(each) for each in order.instruments]
    parts = GatewayParts(
        log=log,
        sink=order.reports,
        instruments=listed,
        ids=ClientIds(order.manifest.run_id),
        approver=approver,
        clock=order.clock,
        lines=seen.log,
        latencies=trader.latencies,
    )
    terms = GatewayTerms(reconcile_s=order.config.run.reconcile_s)
    door = order.link.door
    if door is None:
        return OrderGateway(parts, _paper(trader.machine, approver), terms)
    session = await open_session(door, seen, closing)
    executor = ExecutorMaker(door, session, parts.ids, listed, seen)(approver.verifier)
    gateway = OrderGateway(parts, executor, terms)
    gateway.reconcile = reconciliation(gateway, executor, order.config, order.clock, seen).reconcile
    return gateway


def _open_log(order: GatewayOrder, seen: RoleObservation) -> OrderLog:
    """Open the log of orders; that of a paper run is a copy of what its journal has."""
    if order.link.door is not None:
        return OrderLog.open(order.paths.orders, order.instruments, order.clock)
    journal = JournalReader(order.paths.journal)
    log, warnings = open_paper_log(
        order.paths.orders, order.instruments, journal, order.log_start, order.clock
    )
    for words in warnings:
        seen.log.warning("the log of orders was ahead of the journal", what=words)
    return log


def _paper(machine: LiveMachine, approver: Approver) -> PaperExecutor:
    return PaperExecutor(machine, approver.verifier)
