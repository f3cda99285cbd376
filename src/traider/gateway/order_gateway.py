"""The gateway: orders of the trader go out here, and nowhere else.

    gateway = OrderGateway(house, executor, terms)
    running = asyncio.create_task(gateway.run())
    await gateway.start(epoch, reports_known, unanswered)
    gateway.submit(intents, answers)

What is wanted is logged with its verdict and the word that it left, in one write that is forced
onto the disk; only then is it sent, once. So whatever the moment a process dies at, an order that
may be at the venue is in the log: it is asked for by its id when the gateway starts again, and
never sent a second time.

| an order is refused when | verdict |
| --- | --- |
| the trader's gate refused it, or a gate of the gateway's own | that one's |
| the gateway is not reconciled with the venue | NOT_READY |
| its leader was replaced | OLD_EPOCH |
| everything was stopped, and it does not reduce a position | KILLED |
| the books differ (a halt, or for good), and it does not reduce a position | PAUSED |
| too many orders live, or come at once | OPEN_ORDERS, ORDER_RATE |

Cancels always pass; one of an order that is still on its way waits for the venue's answer.
"""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from typing import Final

import numpy as np

from traider.domain.approvals import ApprovedOrder, NotApprovedError
from traider.domain.errors import UsageError
from traider.domain.events import EVENT, EventArray, Kind, OrderFlag, empty_events, join_events
from traider.domain.fault_points import reach
from traider.domain.instruments import Instrument, InstrumentKind
from traider.domain.intent_words import IntentWords, words_of
from traider.domain.orders import OrderType
from traider.domain.payload_table import PAYLOADS
from traider.gateway.admission import APPROVED, NOT_SENT, Admission, is_cancel
from traider.gateway.executor import Executor
from traider.gateway.gateway_terms import GatewayTerms
from traider.gateway.latency import Stage
from traider.gateway.order_groups import groups_of, whole_brackets
from traider.gateway.order_lives import OrderLife
from traider.gateway.order_words import PersonWord
from traider.gateway.own_orders import own_order_id
from traider.gateway.paper_executor import PaperExecutor
from traider.gateway.port import GateAnswer, Stand
from traider.gateway.reconcile_port import Cause
from traider.gateway.reports import is_report, sent_record, verdict_record
from traider.gateway.settling import GatewayParts, SettlingGateway
from traider.journal import JournalFailedError
from traider.kernel.codes import Verdict

_COMMANDS: Final = frozenset(map(int, (Kind.PAUSE, Kind.KILL, Kind.REARM, Kind.LIMITS_CHANGE)))
_CANCEL: Final = int(OrderFlag.CANCEL)
_APPROVED: Final = int(Verdict.APPROVED)


class OrderGateway(SettlingGateway):
    """The ``TradingGateway`` and the ``ExecutionOwner`` of one account.

    Args:
        parts: log, sink, instruments and so on.
        executor: the venue.
        terms: patience and bounds.
    """

    def __init__(
        self, parts: GatewayParts, executor: Executor, terms: GatewayTerms | None = None
    ) -> None:
        super().__init__(parts, executor, terms or GatewayTerms())
        self._paper = executor if isinstance(executor, PaperExecutor) else None
        self._admission = Admission(parts.log, self.terms)

    # ------------------------------------------------------------------------ asked by the trader

    @property
    def reports(self) -> int:
        """How many reports the log holds."""
        return self.log.reports

    @property
    def instruments(self) -> Sequence[Instrument]:
        """What is traded, by number."""
        return self._parts.instruments

    @property
    def is_killed(self) -> bool:
        """Whether everything was stopped, and nobody re-armed it."""
        return self.log.stance.is_killed

    @property
    def stand(self) -> Stand:
        """Whether it lets through what is wanted."""
        stance = self.log.stance
        if stance.is_killed:
            return Stand.KILLED
        return Stand.HALTED if stance.is_halted or self.disagreement else Stand.OPEN

    @property
    def holds_commands(self) -> bool:
        """Whether its log holds every command that it was shown: ``observe`` returns no earlier."""
        return True

    def begin(self) -> None:
        """Ask for orders and reconcile before any leader starts: a stop may come before one does.

        Reports wait in the log for the first leader.
        """
        if self._paper is None and not self._is_started:
            self._is_started = True
            self._settle(Cause.START)

    async def start(self, epoch: int, reports_known: int, unanswered: EventArray) -> None:
        """Take over for a leader: report what it does not know, ask for orders, reconcile.

        When the venue cannot be asked in time it returns not ready, and goes on trying.

        Raises:
            UsageError: a later leader was here.
            DataError: the leader's journal holds reports that the log does not.
        """
        if epoch < self.log.stance.epoch:
            raise UsageError(
                f"epoch {epoch} is over: epoch {self.log.stance.epoch} leads",
                fix="stop this trader, or start it anew",
            )
        if self._paper is not None:
            self._keep(self._command(Kind.LEADER_EPOCH, w0=epoch))
            self._is_started = self._is_whole = self._tells = True
            self._is_settled.set()
            return
        late_cancels = self._catch_up(reports_known, unanswered)
        if epoch > self.log.stance.epoch:
            self._keep(self._command(Kind.LEADER_EPOCH, w0=epoch))
        if late_cancels:
            self._give(join_events(late_cancels), [APPROVED] * len(late_cancels))
        reach("gateway-started")
        if not self.is_ready:
            self._is_started = True
            self._settle(Cause.START)
        with suppress(TimeoutError):
            async with asyncio.timeout(self.terms.start_s):
                await self._is_settled.wait()

    def submit(
        self,
        intents: EventArray,
        answers: Sequence[GateAnswer],
        person: tuple[str, str] | None = None,
    ) -> None:
        """Take orders and cancels of one decision; ``answers`` are those of the trader's gate.

        Args:
            intents: as journaled.
            answers: one of each intent.
            person: who wanted them and why, where a person did.

        Raises:
            JournalFailedError: the log cannot be kept; nothing is sent.
        """
        began_ns = self._clock.monotonic_ns()
        if person is not None:
            ids = tuple(int(order_id) for order_id in intents["order_id"])
            self.log.note(PersonWord("order", person[0], person[1], ids))
        if self._paper is not None:
            self._simulate(self._paper, intents, answers)
        else:
            several = [intents[place : place + 1] for place in range(len(intents))]
            words = [words_of(each.tobytes()) for each in several]
            fresh = [place for place, each in enumerate(words) if self._is_fresh(each)]
            own = [self._answer(several[each], words[each], answers[each]) for each in fresh]
            if len(own) > 1:
                own = whole_brackets([words[each] for each in fresh], own)
            self._parts.latencies.record(Stage.GATE, self._clock.monotonic_ns() - began_ns)
            if fresh:
                self._give(intents if len(fresh) == len(intents) else intents[fresh], own)

    def observe(self, events: EventArray) -> None:
        """See what the trader journaled: commands; in a simulated venue what became of orders."""
        kinds = events["kind"]
        if not len(kinds) or (self._paper is None and _COMMANDS.isdisjoint(kinds.tolist())):
            return
        wanted = np.isin(kinds, tuple(_COMMANDS))
        if self._paper is not None:
            wanted |= is_report(events)
        if not wanted.any():
            return
        told = events[wanted]
        kills = told[told["kind"] == int(Kind.KILL)]
        is_kill = self._paper is None and len(kills) > 0
        keeps = is_kill and bool(kills["w2"][-1])
        living = self.lives.living() if is_kill else ()
        wishes = [self._wish(life) for life in living if not (keeps and self.lives.guards(life))]
        self._keep(join_events([told, *wishes]), is_new=self._paper is None)
        if is_kill:
            reach("gateway-killed")
            self._cancel_unwanted()

    def kill(self, who: str, why: str, *, keep_positions: bool = False) -> None:
        """Stop everything: cancel all orders, and refuse what does not close a position.

        With ``keep_positions`` the orders that guard a position stay. It is kept in the log: a
        gateway that starts again stays stopped until ``rearm``.

        Raises:
            JournalFailedError: the log cannot be kept; the orders are cancelled all the same.
        """
        try:
            self.log.note(PersonWord("kill", who, why))
            self.observe(self._command(Kind.KILL, w2=int(keep_positions)))
        except JournalFailedError:
            living, guards = self.lives.living(), self.lives.guards
            unwanted = [each for each in living if not (keep_positions and guards(each))]
            self._executor.cancel([life.order_id for life in unwanted])
            raise

    def close_lots(self, instrument: int, lots: int) -> int:
        """Send an order of the gateway's own that closes a position at the market.

        It asks no gate: the position is what the log adds up to, the order can only shrink it, and
        an emergency needs no price. It is logged as every order is.

        Args:
            instrument: its number.
            lots: signed as the position, at most what is held and not on its way already.

        Returns:
            The order's packed id; see ``own_orders``.

        Raises:
            JournalFailedError: the log cannot be kept; nothing is sent.
        """
        kind = self._parts.instruments[instrument].kind
        reduces = 0 if kind is InstrumentKind.SPOT else int(OrderFlag.REDUCE_ONLY)
        intent = self._command(Kind.ORDER_INTENT)
        order_id = own_order_id(self.log.stance.epoch, self.log.sequence)
        intent["order_id"], intent["instrument"] = order_id, instrument
        intent["side"], intent["size"] = (-1 if lots > 0 else 1), abs(lots)
        intent["flags"] = int(OrderType.MARKET) | reduces
        self._give(intent, [APPROVED])
        return order_id

    def rearm(self, who: str, why: str) -> None:
        """End a stop or a halt: a person takes responsibility.

        Raises:
            JournalFailedError: the log cannot be kept.
        """
        self.log.note(PersonWord("rearm", who, why))
        self.observe(self._command(Kind.REARM))

    def halt(self, why: str) -> None:
        """Send nothing any more but cancels and what reduces, until a person re-arms."""
        self._lines.error("trading halts", why=why)
        if not self.log.stance.is_halted:
            self.log.note(PersonWord("halt", "gateway", why))
            self._keep(self._command(Kind.PAUSE))

    def disagree(self, why: str) -> None:
        """Open nothing as long as the books do not agree; no reason says that they do again."""
        self._admission.disagreement = why

    @property
    def disagreement(self) -> str:
        """How the books still differ after all that was done about it; empty when they agree."""
        return self._admission.disagreement

    # ---------------------------------------------------------------------------------- sending

    def _give(self, intents: EventArray, answers: Sequence[GateAnswer]) -> None:
        """Log intents with their answers, then send what is approved.

        Whatever else follows from them waits until they have left.
        """
        logged: list[bytes] = []
        orders: list[ApprovedOrder] = []
        cancels: list[int] = []
        for place, answer in enumerate(answers):
            record = intents[place : place + 1].tobytes()
            words = words_of(record)
            logged += (record, verdict_record(words, self._stamp(), answer))
            if answer[0] != _APPROVED:
                continue
            logged.append(sent_record(words, self._stamp()))
            if is_cancel(words):
                cancels.append(words.order_id)
            else:
                name = self._parts.ids.of(words.order_id)
                orders.append(self._parts.approver.approve(intents[place : place + 1], name))
        began_ns = self._clock.monotonic_ns()
        events = np.frombuffer(bytearray().join(logged), EVENT)
        self.keep_entries()
        self.log.write(events)
        try:
            self._send(orders, began_ns)
        except NotApprovedError:
            self._take_up(events)
            raise
        self._take_up(events)
        if cancels:
            self._take_back(cancels)

    def _send(self, orders: Sequence[ApprovedOrder], began_ns: int) -> None:
        """Send what is in the log."""
        for group in groups_of(orders):
            reach("gateway-before-send")
            self._executor.send(group)
            left_ns = self._clock.monotonic_ns()
            self._left_at.update(dict.fromkeys((order.order_id for order in group), left_ns))
            self._parts.latencies.record(Stage.SEND, left_ns - began_ns)
            reach("gateway-sent")

    def _take_back(self, order_ids: Sequence[int]) -> None:
        """Ask for the end of orders; one still on its way waits for the venue's answer."""
        known = []
        for order_id in order_ids:
            life = self.log.find(order_id)
            if life is None or life.is_acknowledged or life.is_over:
                known.append(order_id)
        if known:
            reach("gateway-before-cancel")
            self._executor.cancel(known)
            reach("gateway-cancelled")

    def _cancel_unwanted(self) -> None:
        self._take_back([life.order_id for life in self.lives.living() if life.wants_cancel])

    def _simulate(
        self, paper: PaperExecutor, intents: EventArray, answers: Sequence[GateAnswer]
    ) -> None:
        """Log intents, then hand each with the trader's answer to the simulated venue."""
        self.log.append(intents)
        for place, answer in enumerate(answers):
            intent = intents[place : place + 1]
            seal = None
            words = words_of(intent.tobytes())
            if answer[0] == _APPROVED and not is_cancel(words):
                name = self._parts.ids.of(words.order_id)
                seal = self._parts.approver.approve(intent, name)
            paper.decide(intent, answer, seal)

    def _is_fresh(self, words: IntentWords) -> bool:
        """Return whether an intent is a cancel, or an order of an id that was never used.

        One that repeats an order gets no verdict: that would be the order's.
        """
        if is_cancel(words) or self.log.find(words.order_id) is None:
            return True
        self._dispute(f"order {words.order_id:016x} was wanted twice")
        return False

    def _answer(self, intent: EventArray, words: IntentWords, answer: GateAnswer) -> GateAnswer:
        """Return the gateway's answer to an intent that the trader's gate answered."""
        if is_cancel(words):
            return APPROVED
        if answer[0] != _APPROVED:
            return answer
        now_ns = self._clock.monotonic_ns()
        own = self._admission.answer(words, is_ready=self.is_ready, now_ns=now_ns)
        if own[0] != _APPROVED:
            return own
        return answer if self._parts.gate is None else self._parts.gate.answer(intent)

    # --------------------------------------------------------------------------------- starting

    def _catch_up(self, reports_known: int, unanswered: EventArray) -> list[EventArray]:
        """Report what the trader does not know; return cancels that were never asked for.

        An order that the log does not know was never sent, and is out of date by now.
        """
        known: set[bytes] = set()
        for events in self.log.events_after(reports_known):
            told = events[is_report(events)]
            if len(told):
                self._sink.append(told)
            intents = events[events["kind"] == int(Kind.ORDER_INTENT)]
            known |= {intents[place : place + 1].tobytes() for place in range(len(intents))}
        self._tells = True
        reach("gateway-caught-up")
        lost: list[EventArray] = []
        cancels: list[EventArray] = []
        for place in range(len(unanswered)):
            intent = unanswered[place : place + 1]
            record = intent.tobytes()
            if record not in known:
                (cancels if is_cancel(words_of(record)) else lost).append(intent)
        if lost:
            self._give(join_events(lost), [NOT_SENT] * len(lost))
        return cancels

    def _wish(self, life: OrderLife) -> EventArray:
        """Return the wish to take an order back, as the gateway's own."""
        wish = life.intent.copy()
        wish["flags"] = _CANCEL
        wish["ts_event"] = wish["ts_recv"] = self._stamp()
        wish["price"] = wish["size"] = wish["trigger"] = wish["expire"] = 0
        return wish

    def _command(self, kind: Kind, **words: int) -> EventArray:
        event = empty_events(1)
        event["kind"], event["version"] = kind, PAYLOADS[kind].version
        event["ts_event"] = event["ts_recv"] = self._stamp()
        for name, value in words.items():
            event[name] = value
        return event
