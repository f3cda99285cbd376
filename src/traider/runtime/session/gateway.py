"""The gateway of a session, and who executes its orders: the simulated venue, or the exchange."""

from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Final

from traider.domain.approvals import Approver
from traider.domain.instruments import Instrument
from traider.domain.ports import Clock
from traider.gateway.client_ids import ClientIds
from traider.gateway.coinbase_executor import CoinbaseAccess, CoinbaseExecutor, CoinbaseTerms
from traider.gateway.gateway_terms import GatewayTerms
from traider.gateway.order_gateway import OrderGateway
from traider.gateway.order_log import OrderLog
from traider.gateway.paper_executor import PaperExecutor
from traider.gateway.reconcile_policy import Action, ReconcilePolicy
from traider.gateway.reconciliation import ReconcileParts, ReconcileTerms, Reconciliation
from traider.gateway.reconciling import BalanceDiffers, ForeignFill, ForeignOrder
from traider.gateway.settling import GatewayParts
from traider.journal.instruments import JournalInstrument
from traider.journal.reader import JournalReader
from traider.kernel.live_machine import LiveMachine
from traider.runtime.config import Config
from traider.runtime.config_run import RunConfig
from traider.runtime.journal_tables import instrument_of
from traider.runtime.observability import RoleObservation
from traider.runtime.session.link import VenueLink
from traider.runtime.state_folder import RunManifest, RunPaths
from traider.runtime.trading.later_reports import LaterReports
from traider.runtime.trading.paper_log import complete_log
from traider.runtime.trading.trader import Trader
from traider.venues.coinbase.rest_session import RestSession, RestTerms
from traider.venues.coinbase.user_feed import UserFeedTerms

_FOREIGN_ORDER: Final = {
    "leave": Action.ADOPT,
    "cancel": Action.CANCEL,
    "halt": Action.HALT,
}
_DIFFERENCE: Final = {"adopt": Action.ADOPT, "halt": Action.HALT}


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


async def open_gateway(
    order: GatewayOrder, trader: Trader, seen: RoleObservation, closing: AsyncExitStack
) -> OrderGateway:
    """Return the gateway of a trader, connected to it; what it opens is closed by ``closing``.

    Raises:
        UsageError: another process keeps the log of orders.
        DataError: the log is damaged.
    """
    log = OrderLog.open(order.paths.orders, order.instruments, order.clock)
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
    if order.link.key is None:
        complete_log(log, JournalReader(order.paths.journal), order.log_start)
        return OrderGateway(parts, _paper(trader.machine, approver), terms)
    executor = await _coinbase(order, parts, listed, seen, closing)
    gateway = OrderGateway(parts, executor, terms)
    reconciliation = Reconciliation(
        gateway,
        executor,
        ReconcileParts(order.clock, seen.log, seen.alerts, seen.metrics),
        ReconcileTerms(
            capital={order.config.currency: order.config.capital},
            policy=reconcile_policy(order.config.run),
        ),
    )
    gateway.reconcile = reconciliation.reconcile
    return gateway


def reconcile_policy(run: RunConfig) -> ReconcilePolicy:
    """Return what the settings say of differences; what they do not name keeps its default."""
    difference = _DIFFERENCE[run.on_difference]
    return ReconcilePolicy(
        {
            ForeignOrder: _FOREIGN_ORDER[run.on_foreign_order],
            ForeignFill: difference,
            BalanceDiffers: difference,
        }
    )


def _paper(machine: LiveMachine, approver: Approver) -> PaperExecutor:
    return PaperExecutor(machine, approver.verifier)


async def _coinbase(
    order: GatewayOrder,
    parts: GatewayParts,
    listed: Sequence[Instrument],
    seen: RoleObservation,
    closing: AsyncExitStack,
) -> CoinbaseExecutor:
    """Return an executor that speaks to the exchange; tokens are judged by the machine's time."""
    wall = seen.clock
    session = RestSession(wall, order.link.key, RestTerms(base_url=order.link.rest_url))
    await closing.enter_async_context(session)
    return CoinbaseExecutor(
        CoinbaseAccess(session, wall, seen.log),
        parts.ids,
        listed,
        parts.approver.verifier,
        CoinbaseTerms(feed=UserFeedTerms(url=order.link.user_url)),
    )
