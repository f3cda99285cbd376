"""Gateways for tests of the trader: as little as one must do."""

from collections.abc import Sequence

from traider.domain.events import EventArray, Kind, OrderFlag, empty_events, join_events
from traider.domain.payload_table import PAYLOADS
from traider.gateway.port import GateAnswer
from traider.kernel.codes import Verdict
from traider.kernel.live_machine import LiveMachine
from traider.runtime.trading.trader import Trader


class PassingGateway:
    """Hands orders and their verdicts to the simulated venue."""

    def __init__(self, machine: LiveMachine) -> None:
        self.is_ready = True
        self.observed: list[EventArray] = []
        self.people: list[tuple[str, str] | None] = []
        self._machine = machine

    async def start(self, epoch: int, reports_known: int, unanswered: EventArray) -> None:
        """Be ready."""

    def submit(
        self,
        intents: EventArray,
        answers: Sequence[GateAnswer],
        person: tuple[str, str] | None = None,
    ) -> None:
        self.people.append(person)
        for place, answer in enumerate(answers):
            self._machine.submit(intents[place : place + 1], answer)

    def observe(self, events: EventArray) -> None:
        self.observed.append(events)


class FillingGateway:
    """A venue outside that fills every order at once at ``price``, and reports it at once."""

    def __init__(self, trader: Trader, price: int) -> None:
        self.is_ready = True
        self.refuses = False
        """Whether it answers every order with a refusal, at once too."""
        self.asked = 0
        self.decisions: list[tuple[int, ...]] = []
        """Ids of the orders that were given together."""
        self._trader = trader
        self._price = price

    async def start(self, epoch: int, reports_known: int, unanswered: EventArray) -> None:
        """Be ready."""

    def submit(
        self,
        intents: EventArray,
        answers: Sequence[GateAnswer],
        person: tuple[str, str] | None = None,  # noqa: ARG002 - the port's
    ) -> None:
        reports = []
        self.asked += len(answers)
        self.decisions.append(tuple(intents["order_id"].tolist()))
        for place, (gate_code, number, limit) in enumerate(answers):
            intent = intents[place]
            code = int(Verdict.NOT_READY) if self.refuses else gate_code
            verdict = self._about(intent, Kind.VERDICT)
            verdict["code"], verdict["number"], verdict["limit"] = code, number, limit
            reports.append(verdict)
            if code != Verdict.APPROVED:
                continue
            reports.append(self._about(intent, Kind.SENT))
            if int(intent["flags"]) & (OrderFlag.CANCEL | OrderFlag.QUOTE_SIZED):
                reports.append(self._about(intent, Kind.CANCELLED))
                continue
            fill = self._about(intent, Kind.FILL)
            fill["price"], fill["size"], fill["fee"] = self._price, intent["size"], 1
            reports.append(fill)
        self._trader.report(join_events(reports))

    def observe(self, events: EventArray) -> None:
        """Nothing here asks."""

    def _about(self, intent: EventArray, kind: Kind) -> EventArray:
        event = empty_events(1)
        event["kind"], event["version"] = kind, PAYLOADS[kind].version
        for name in ("ts_event", "ts_recv", "instrument", "side", "order_id"):
            event[name] = intent[name]
        return event
