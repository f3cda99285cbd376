"""Hold our books against the venue's: at start, after a reconnect, each minute, and when asked.

    reconciliation = Reconciliation(owner, executor, parts, terms)
    gateway.reconcile = reconciliation.reconcile

The first time ever it notes what the account holds: the opening balances, of which the run has the
capital that it was allotted. From then on every balance is explained (``account_books``).

A difference may be a report that is under way. So the fills that were missed are told at once, and
the books compared again after ``confirm_s``: an order or a trade that was found twice in a row is
believed, and a number, or what halts, when it was found ``doubtful_rounds`` times, since a venue's
lists may be seconds behind each other. What is believed is dealt with by policy
(``reconcile_policy``), and so on until the books agree. Each difference is logged and counted, and
told to a person once.

A difference that was dealt with and is still there after ``rounds_max`` comparisons does not go
away by itself. Then nothing is opened, and a person is called, until a later comparison finds that
the books agree; what closes positions goes on, and the gateway counts as ready.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

from traider.domain.fault_points import reach
from traider.domain.ports import Alert, AlertChannel, Clock, Log, Metrics, Severity
from traider.gateway.account_entries import Opened
from traider.gateway.executor import Executor, VenueBalance, VenueOrder
from traider.gateway.reconcile_events import balance_event
from traider.gateway.reconcile_policy import Action, ReconcilePolicy
from traider.gateway.reconcile_port import Cause, ReconcileOwner
from traider.gateway.reconcile_settling import Settled, Settling, describe
from traider.gateway.reconciling import (
    Comparing,
    Difference,
    ForeignOrder,
    MissedFill,
    NumberDifference,
    OwnBooks,
    VenueBooks,
    differences,
    key_of,
    sightings,
)

_TOLD_KEPT: Final = 1024
_FOUND_TWICE: Final = 2
_SECOND_NS: Final = 1_000_000_000


@dataclass(frozen=True, slots=True)
class ReconcileTerms:
    """How books are compared, and what is done about differences."""

    capital: Mapping[str, Decimal] = field(default_factory=dict)
    """What the run is allotted of each currency when it begins."""
    policy: ReconcilePolicy = field(default_factory=lambda: ReconcilePolicy({}))
    comparing: Comparing = field(default_factory=Comparing)
    confirm_s: float = 0.5
    """How long to wait between two comparisons."""
    doubtful_rounds: int = 8
    """How often in a row a number that differs must be found, or what halts, to be believed."""
    rounds_max: int = 20
    """Comparisons of one reconciling: what then still differs is left for the next."""
    margin_ns: int = 600_000_000_000
    """How far before the last agreement fills are read again, by the venue's clock."""
    opening_tries: int = 20
    """Times that the opening balances are read until no fill comes between."""


@dataclass(frozen=True, slots=True)
class ReconcileParts:
    """What reconciling speaks to, beside owner and venue."""

    clock: Clock
    """Of the venue's time."""
    log: Log
    alerts: AlertChannel
    metrics: Metrics


@dataclass(frozen=True, slots=True)
class ReconcileReport:
    """What one reconciling came to."""

    cause: Cause
    settled: tuple[Settled, ...]
    is_whole: bool
    """Whether the books agree now, but for orders of others that were left alone."""
    rounds: int
    left: tuple[Difference, ...] = ()
    """What was dealt with and differs all the same."""

    @property
    def halts(self) -> bool:
        """Whether trading stops until a person re-arms."""
        return any(each.action is Action.HALT for each in self.settled)


class Reconciliation:
    """Compare and settle, one reconciling at a time."""

    def __init__(
        self,
        owner: ReconcileOwner,
        executor: Executor,
        parts: ReconcileParts,
        terms: ReconcileTerms | None = None,
    ) -> None:
        self.terms = terms or ReconcileTerms()
        self.agreed_ns = 0
        """When the books agreed last, by the venue's clock; 0 for never."""
        self._owner, self._executor, self._parts = owner, executor, parts
        self._settling = Settling(owner, executor, self.terms.policy, parts.clock)
        self._turn = asyncio.Lock()
        self._told: OrderedDict[tuple[str, ...], None] = OrderedDict()
        self._disagrees = False

    async def reconcile(self, cause: Cause) -> ReconcileReport:
        """Compare until the books agree.

        Raises:
            VenueError: the venue cannot be asked.
        """
        async with self._turn:
            began_ns = self._parts.clock.monotonic_ns()
            await self._open()
            report = await self._agree(cause)
            self._judge(report)
            self._measure(report, self._parts.clock.monotonic_ns() - began_ns)
            return report

    async def _agree(self, cause: Cause) -> ReconcileReport:
        terms = self.terms
        seen: dict[tuple[str, ...], int] = {}
        settled: list[Settled] = []
        found: tuple[Difference, ...] = ()
        for rounds in range(1, terms.rounds_max + 1):
            now_ns = self._parts.clock.now_ns()
            found, balances = await self._compare()
            reach("reconcile-compared")
            if not found:
                self._agreed(now_ns)
                return ReconcileReport(cause, tuple(settled), is_whole=True, rounds=rounds)
            seen = sightings(seen, found)
            missed = [each for each in found if isinstance(each, MissedFill)]
            rest = [each for each in found if each not in missed]
            believed = [each for each in rest if seen[key_of(each)] >= self._rounds_for(each)]
            done = await self._settling.settle([*missed, *believed], balances)
            reach("reconcile-settled")
            self._tell(cause, done)
            settled += done
            for each in believed:
                del seen[key_of(each)]  # it is dealt with again only if it comes up anew
            if not missed and rounds < terms.rounds_max:
                await asyncio.sleep(terms.confirm_s)
        dealt = {key_of(each.difference) for each in settled}
        left = tuple(each for each in found if key_of(each) in dealt)
        return ReconcileReport(
            cause, tuple(settled), is_whole=False, rounds=terms.rounds_max, left=left
        )

    def _judge(self, report: ReconcileReport) -> None:
        """Let nothing be opened once the books never agree, and let it again when they do.

        Differences that come and go are those of a busy account: they say neither.
        """
        if report.is_whole and self._disagrees:
            self._disagrees = False
            self._owner.disagree("")
            self._call(Severity.INFO, "The books agree with the venue's again", "orders may open")
        elif report.left:
            why = describe(report.left[0])
            self._owner.disagree(why)
            if not self._disagrees:
                self._disagrees = True
                title = "The books do not agree with the venue's: nothing is opened"
                self._call(Severity.CRITICAL, title, why)

    def _call(self, severity: Severity, title: str, detail: str) -> None:
        """Log what the books come to, and call a person."""
        self._parts.log.warning(title, why=detail)
        self._parts.alerts.send(Alert("reconcile:disagreement", severity, title, detail))

    def _rounds_for(self, difference: Difference) -> int:
        """Return how often in a row a difference must be found."""
        halts = self.terms.policy.of(difference) is Action.HALT
        is_number = isinstance(difference, NumberDifference)
        return self.terms.doubtful_rounds if halts or is_number else _FOUND_TWICE

    async def _compare(self) -> tuple[tuple[Difference, ...], tuple[VenueBalance, ...]]:
        """Compare once; orders of others that were told and left alone are no news."""
        owner, executor, account = self._owner, self._executor, self._owner.account
        since_ns = self._since_ns()
        orders = await executor.open_orders()
        asked = await self._ask({each for order in orders for each in order.order_ids})
        fills = await executor.fills(since_ns)
        balances = await executor.balances()
        ours = OwnBooks(
            orders=owner.own_orders(),
            fills=dict(account.fills),
            balances=account.expected(),
            parts=account.parts(),
            since_ns=since_ns,
        )
        found = differences(ours, VenueBooks(orders, asked, fills, balances), self.terms.comparing)
        return tuple(each for each in found if not self._is_left(each)), balances

    async def _ask(self, listed: set[int]) -> dict[int, VenueOrder | None]:
        """Ask for orders of ours that the venue did not list."""
        asked: dict[int, VenueOrder | None] = {}
        for own in self._owner.own_orders():
            if listed.isdisjoint(own.order_ids):
                found = await self._executor.find(own.approved, own.sent_ns)
                asked[own.order_ids[0]] = found
        return asked

    def _is_left(self, difference: Difference) -> bool:
        """Whether it is an order that stands at the venue and is left there by policy."""
        stands = isinstance(difference, ForeignOrder)
        adopts = self.terms.policy.of(difference) is not Action.CANCEL
        return stands and adopts and key_of(difference) in self._told

    # ------------------------------------------------------------------------------------- opening

    async def _open(self) -> None:
        """Note what the account holds when the run begins: between two fills, not during one."""
        owner, executor, clock = self._owner, self._executor, self._parts.clock
        if owner.account.is_open:
            return
        balances: tuple[VenueBalance, ...] = ()
        opened_ns = 0
        for _ in range(self.terms.opening_tries):
            start_ns = max(clock.now_ns() - self.terms.margin_ns, 0)
            before = await executor.fills(start_ns)
            balances = await executor.balances()
            after = await executor.fills(start_ns)
            opened_ns = max([clock.now_ns(), *(fill.ts_ns + 1 for fill in after)])
            if {fill.fill_id for fill in before} == {fill.fill_id for fill in after}:
                break
        totals = {each.currency: each.total for each in balances}
        reach("reconcile-opening")
        owner.keep(Opened(opened_ns, totals, dict(self.terms.capital)))
        reach("reconcile-opened")
        used = {name for each in owner.account.instruments for name in (each.base, each.quote)}
        for balance in balances:
            if balance.currency in used:
                owner.report(balance_event(balance, clock.now_ns()))

    def _since_ns(self) -> int:
        """Return from when on fills are compared: those before were, and may be forgotten.

        A process that has just begun knows no agreement: it begins before the last fill it knows.
        """
        account = self._owner.account
        known_ns = max((fill.ts_ns for fill in account.fills.values()), default=0)
        latest_ns = self.agreed_ns or known_ns
        return max(account.known_since_ns, latest_ns - self.terms.margin_ns)

    def _agreed(self, now_ns: int) -> None:
        self.agreed_ns = now_ns
        self._owner.account.forget(self._since_ns() - self.terms.margin_ns)

    # -------------------------------------------------------------------------------------- telling

    def _tell(self, cause: Cause, settled: Sequence[Settled]) -> None:
        """Log, count and call a person, who hears of each difference once."""
        parts = self._parts
        for each in settled:
            words = describe(each.difference)
            parts.log.warning(
                "the books differ", cause=cause, kind=each.kind, action=each.action, what=words
            )
            parts.metrics.count("reconcile_differences_total", kind=each.kind, action=each.action)
            key = key_of(each.difference)
            if key not in self._told:
                is_halt = each.action is Action.HALT
                severity = Severity.CRITICAL if is_halt else Severity.WARNING
                title = "The books differ from the venue's" + (": trading halts" if is_halt else "")
                parts.alerts.send(Alert(f"reconcile:{':'.join(key)}", severity, title, words))
            self._told[key] = None
            self._told.move_to_end(key)
            while len(self._told) > _TOLD_KEPT:
                self._told.popitem(last=False)

    def _measure(self, report: ReconcileReport, took_ns: int) -> None:
        metrics, outcome = self._parts.metrics, "whole" if report.is_whole else "differs"
        metrics.count("reconcile_runs_total", cause=report.cause, outcome=outcome)
        metrics.observe("reconcile_seconds", took_ns / _SECOND_NS)
        metrics.set("reconcile_whole", float(report.is_whole))
        self._parts.log.info(
            "books compared",
            cause=report.cause,
            outcome=outcome,
            rounds=report.rounds,
            differences=len(report.settled),
        )
