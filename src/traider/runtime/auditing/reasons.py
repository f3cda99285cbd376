"""Why a step wanted orders: features, scores and target as the kernel held them, the gate asked.

Taken from a machine right after the step, before anything else happens in it. Prices and volumes
among the features are in currency and base units; other features stay as they are.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import numpy as np

from traider.backtest.counterfactual import Counterfactual, in_words, is_check_passed, word
from traider.backtest.gate_checks import GateCheck, gate_checks
from traider.backtest.gate_views import Approvals, as_asked, view_before
from traider.backtest.reasons import alpha_labels
from traider.compliance.telling import text
from traider.domain.events import EventArray, Kind, OrderFlag
from traider.domain.units import price_from_ticks, size_from_lots
from traider.features.measures import measure_of
from traider.kernel.codes import Verdict
from traider.kernel.live_machine import GateAnswer, LiveMachine, Turn
from traider.kernel.records import Gate, Record
from traider.kernel.specification import KernelSpec

Body = dict[str, Any]

_SHAPES: Final = (
    Verdict.INSTRUMENT,
    Verdict.MALFORMED,
    Verdict.NO_PRICE,
    Verdict.SELF_TRADE,
)
"""Checks that measure nothing while they pass."""


@dataclass(frozen=True)
class Reason:
    """What one step decided."""

    position: int
    """Of the event that was decided on."""
    cause: EventArray
    decision: Body
    gates: tuple[Body | None, ...]
    """What the trader's gate said of each intent; None of a cancel."""


class ReasonTeller:
    """Tells the reasons of steps of one kernel.

    Args:
        spec: of the trader.
        hashes: of what features and signals mean, by instrument.
    """

    def __init__(self, spec: KernelSpec, hashes: Sequence[dict[str, str]]) -> None:
        self._spec = spec
        self._hashes = hashes
        self._alphas = alpha_labels(spec)
        self._approvals: Approvals | None = None

    def expect(self, approvals: Approvals) -> None:
        """Note the gate's approvals before the next step that wants orders."""
        self._approvals = approvals

    def reason(self, machine: LiveMachine, turn: Turn) -> Reason:
        """Return the reason of a step that wanted orders; the machine stands right after it."""
        intents, count = turn.intents, len(turn.intents)
        position = machine.sequence - count - 1
        cause = turn.events[-count - 1 : -count].copy()
        is_manual = int(cause["kind"][0]) == Kind.MANUAL_ORDER
        are_orders = (intents["flags"] & int(OrderFlag.CANCEL)) == 0
        decision: Body = {
            "orders": [f"{order_id:016x}" for order_id in intents["order_id"][are_orders].tolist()],
            "is_manual": is_manual,
            "equity": _number(machine.decider.account[0]["equity"]),
        }
        if are_orders.any() and not is_manual:
            numbers = dict.fromkeys(intents["instrument"][are_orders].tolist())
            decision["instruments"] = {
                self._spec.markets[number].name: self._instrument(machine, number)
                for number in numbers
                if number < len(self._spec.markets)
            }
        return Reason(position, cause, decision, self._gates(machine, turn))

    def _instrument(self, machine: LiveMachine, number: int) -> Body:
        """Return what the decider knew and wanted of one instrument."""
        decider, spec = machine.decider, self._spec.markets[number]
        market = decider.markets[number]
        return {
            "definitions": self._hashes[number],
            "features": self._features(decider.values[number], number),
            "scores": self._scores(machine, number),
            "target": {
                "combined": _number(market["combined"]),
                "enter": _number(decider.strategy[0]["enter"]),
                "exit": _number(decider.strategy[0]["exit"]),
                "direction": int(market["direction"]),
                "exposure": _number(market["exposure"]),
                "decided_ns": int(market["decided_ns"]),
            },
            "mark": text(price_from_ticks(int(market["mark_ticks"]), spec.tick_size)),
            "mark_ts": int(market["mark_ts"]),
            "position": text(size_from_lots(int(market["position_lots"]), spec.lot_size)),
        }

    def _features(self, values: Any, number: int) -> Body:  # noqa: ANN401 - a row of floats
        spec = self._spec.markets[number]
        tick, lot = float(spec.tick_size), float(spec.lot_size)
        return {
            name: _number(float(values[slot]) * tick**measure.prices * lot**measure.lots)
            for slot, (name, measure) in enumerate(self._measures)
        }

    @cached_property
    def _measures(self) -> list[tuple[str, Any]]:
        return [(name, measure_of(name)) for name in self._spec.tape.names]

    def _scores(self, machine: LiveMachine, number: int) -> Body:
        row = machine.decider.scores[number]
        alphas = machine.decider.alphas
        return {
            label: {
                "score": _number(row[2 * place]),
                "confidence": _number(row[2 * place + 1]),
                "weight": _number(alphas[place]["weight"]),
            }
            for place, label in enumerate(self._alphas)
        }

    def _gates(self, machine: LiveMachine, turn: Turn) -> tuple[Body | None, ...]:
        """Return what the trader's gate said of each intent, in the view that it met."""
        approvals, self._approvals = self._approvals, None
        if approvals is None:
            return (None,) * len(turn.intents)
        view = view_before(machine.gate, turn.intents, approvals)
        asked = {
            int(order["order_id"][0]): self._gate(seen, order, answer)
            for (order, seen), answer in zip(
                as_asked(view, turn.intents), _answers_of_orders(turn), strict=True
            )
        }
        return tuple(
            None if intent["flags"] & OrderFlag.CANCEL else asked[int(intent["order_id"])]
            for intent in turn.intents
        )

    def _gate(self, view: Gate, order: EventArray, answer: GateAnswer) -> Body:
        checks = gate_checks(view, order)
        other = Counterfactual(view, order)
        is_approved = answer[0] == Verdict.APPROVED
        rows = [_check_row(check, int(answer[0])) for check in checks]
        if is_approved:
            rows = [{"check": word(each), "passed": True} for each in _SHAPES] + rows
        return {
            "answer": {
                "check": word(int(answer[0])),
                "number": _number(answer[1]),
                "limit": _number(answer[2]),
            },
            # The gate, asked again in the view as it was put together, must say the same.
            "agrees": other.code == answer[0],
            "checks": rows,
            "otherwise": in_words(other.found(checks), order, self._spec.markets),
        }


def _answers_of_orders(turn: Turn) -> list[GateAnswer]:
    return [
        answer
        for intent, answer in zip(turn.intents, turn.answers, strict=True)
        if not intent["flags"] & OrderFlag.CANCEL
    ]


def _check_row(check: GateCheck, refusal: int) -> Body:
    return {
        "check": word(check.verdict),
        "number": _number(check.number),
        "limit": _number(check.limit),
        "passed": is_check_passed(check, refusal),
    }


def _number(value: float | np.floating[Any] | Record) -> float | None:
    """Return a number as JSON takes it; what is not finite is null."""
    found = float(value)
    return found if np.isfinite(found) else None
