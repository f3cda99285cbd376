"""A venue's account, wired: who sends orders and hears of them, and who compares the books.

Both the session with a gateway of its own and the gateway's process put theirs together here.
"""

from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Final

from traider.domain.approvals import Verifier
from traider.domain.instruments import Instrument
from traider.domain.ports import Clock
from traider.gateway.client_ids import ClientIds
from traider.gateway.coinbase_executor import CoinbaseAccess, CoinbaseExecutor, CoinbaseTerms
from traider.gateway.executor import Executor
from traider.gateway.order_gateway import OrderGateway
from traider.gateway.reconcile_policy import Action, ReconcilePolicy
from traider.gateway.reconciliation import ReconcileParts, ReconcileTerms, Reconciliation
from traider.gateway.reconciling import BalanceDiffers, ForeignFill, ForeignOrder
from traider.runtime.config import Config
from traider.runtime.config_run import RunConfig
from traider.runtime.observability import RoleObservation
from traider.venues.coinbase.rest_session import RestSession, RestTerms
from traider.venues.coinbase.token import ApiKey
from traider.venues.coinbase.user_feed import UserFeedTerms

_FOREIGN_ORDER: Final = {
    "leave": Action.ADOPT,
    "cancel": Action.CANCEL,
    "halt": Action.HALT,
}
_DIFFERENCE: Final = {"adopt": Action.ADOPT, "halt": Action.HALT}


@dataclass(frozen=True)
class VenueDoor:
    """Where an account is reached, and with which key."""

    key: ApiKey
    rest_url: str
    user_url: str


async def open_session(
    door: VenueDoor, seen: RoleObservation, closing: AsyncExitStack
) -> RestSession:
    """Return requests with the account's key; tokens are judged by the machine's time."""
    session = RestSession(seen.clock, door.key, RestTerms(base_url=door.rest_url))
    await closing.enter_async_context(session)
    return session


@dataclass(frozen=True)
class ExecutorMaker:
    """Makes the executor of an account: ``maker(verifier)``."""

    door: VenueDoor
    session: RestSession
    ids: ClientIds
    instruments: Sequence[Instrument]
    seen: RoleObservation

    def __call__(self, verifier: Verifier) -> CoinbaseExecutor:
        """Return an executor that takes what the verifier passes."""
        return CoinbaseExecutor(
            CoinbaseAccess(self.session, self.seen.clock, self.seen.log),
            self.ids,
            self.instruments,
            verifier,
            CoinbaseTerms(feed=UserFeedTerms(url=self.door.user_url)),
        )


def reconciliation(
    gateway: OrderGateway, executor: Executor, config: Config, clock: Clock, seen: RoleObservation
) -> Reconciliation:
    """Return what compares a gateway's books with the venue's, as the settings want it."""
    return Reconciliation(
        gateway,
        executor,
        ReconcileParts(clock, seen.log, seen.alerts, seen.metrics),
        ReconcileTerms(
            capital={config.currency: config.capital}, policy=reconcile_policy(config.run)
        ),
    )


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
