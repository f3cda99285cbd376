"""Why each order was wanted: the scores and features at its decision, kept while a run streams."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from traider.backtest.gate_checks import GateCheck
from traider.backtest.order_lives import OrderLives, Places
from traider.domain.events import EventArray, Kind
from traider.kernel.machine import Drained
from traider.kernel.records import DECISION, Records
from traider.kernel.specification import KernelSpec, MarketSpec

Integers = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

MANUAL: Final = "manual"
"""Who asked for an order that a person gave."""
UNSCORED: Final = "unscored"
"""Who asked for an order placed on a direction still held while every score was zero."""

_NOISE: Final = 1e-9
_TERMS: Final = ("ts_recv", "instrument", "side", "flags", "price", "size", "trigger", "expire")


@dataclass(frozen=True)
class Reasons:
    """Why each order was wanted; rows are orders, as in ``OrderLives``.

    ``scores`` and ``confidences`` have a column an alpha, ``values`` one a feature that an alpha
    reads, as the tape holds it (prices in ticks); NaN where it was not kept or not yet warm, and
    for orders of a person, which no score explains.
    """

    alphas: tuple[str, ...]
    weights: tuple[float, ...]
    features: tuple[str, ...]
    enter: float
    exit: float
    sequence: Integers
    """Journal position of the event that was decided on."""
    combined: Floats
    exposure: Floats
    """Target of the instrument before the gross cap, a signed fraction of equity."""
    equity: Floats
    scores: Floats
    confidences: Floats
    values: Floats
    is_manual: Mask


@dataclass(frozen=True)
class ExplainedOrders:
    """Every order of a run: what became of it, why it was wanted, and the grids it stands on."""

    lives: OrderLives
    reasons: Reasons
    markets: tuple[MarketSpec, ...]
    checks: Mapping[int, tuple[GateCheck, ...]] = field(default_factory=dict)
    """What the gate measured, by order id; of the orders that a report shows, and of refusals."""
    otherwise: Mapping[int, Mapping[str, Any]] = field(default_factory=dict)
    """What would have passed the gate, of the same orders."""


def alpha_labels(spec: KernelSpec) -> tuple[str, ...]:
    """Return the alphas' names; one that comes again is numbered, ``momentum (2)``."""
    seen: Counter[str] = Counter()
    labels = []
    for alpha in spec.alphas:
        seen[alpha.name] += 1
        again = seen[alpha.name]
        labels.append(f"{alpha.name} ({again})" if again > 1 else alpha.name)
    return tuple(labels)


class DecisionJournal:
    """Keep the reasons of orders while a run streams; features only where they are asked for."""

    def __init__(self, spec: KernelSpec, *, with_features: bool = True) -> None:
        self._spec = spec
        slots = [slot for alpha in spec.alphas for slot in alpha.inputs]
        # A feature that several alphas read is kept once, in the place where it comes first.
        self._columns = (
            [slots.index(slot) for slot in dict.fromkeys(slots)] if with_features else []
        )
        self._features = tuple(spec.tape.names[slots[column]] for column in self._columns)
        self._manual: Counter[tuple[int, ...]] = Counter()
        self._manual_ids: list[int] = []
        self._rows: list[Records] = []
        self._scores: list[Floats] = []
        self._values: list[Floats] = []

    def expect(self, events: EventArray) -> None:
        """Note a chunk of input: an intent with the terms of a person's order is that order."""
        orders = events[events["kind"] == Kind.MANUAL_ORDER]
        self._manual.update(_terms(orders))

    def add(self, drained: Drained) -> None:
        """Take in a chunk of output."""
        if self._manual.total():
            intents = drained.events[drained.events["kind"] == Kind.ORDER_INTENT]
            for terms, event in zip(_terms(intents), intents, strict=True):
                if self._manual[terms] > 0:
                    self._manual[terms] -= 1
                    self._manual_ids.append(int(event["order_id"]))
        self._rows.append(drained.decisions)
        self._scores.append(drained.scores)
        self._values.append(drained.features[:, self._columns])

    def reasons(self, lives: OrderLives) -> Reasons:
        """Return the reasons of the orders of ``lives``."""
        rows = np.concatenate([np.zeros(0, DECISION), *self._rows])
        count = len(lives)
        # A request to cancel has a row of its own under the order's id: the first is the order's.
        ids, first = np.unique(rows["order_id"], return_index=True)
        at, known = Places(lives.intents["order_id"]).of(ids)
        first = first[known]
        is_manual = np.isin(lives.intents["order_id"], np.array(self._manual_ids, np.int64))

        def spread(values: Floats) -> Floats:
            found = np.full((count, *values.shape[1:]), np.nan)
            found[at] = values[first]
            found[is_manual] = np.nan
            return found

        alphas = self._spec.alphas
        scores = spread(_joined(self._scores, 2 * len(alphas)))
        sequence = np.zeros(count, np.int64)
        sequence[at] = rows["sequence"][first]
        equity = np.full(count, np.nan)
        equity[at] = rows["equity"][first]
        return Reasons(
            alphas=alpha_labels(self._spec),
            weights=tuple(alpha.weight for alpha in alphas),
            features=self._features,
            enter=self._spec.strategy.enter,
            exit=self._spec.strategy.exit,
            sequence=sequence,
            combined=spread(rows["combined"]),
            exposure=spread(rows["exposure"]),
            equity=equity,
            scores=scores[:, 0::2],
            confidences=scores[:, 1::2],
            values=spread(_joined(self._values, len(self._columns))),
            is_manual=is_manual,
        )


def order_shares(lives: OrderLives, reasons: Reasons) -> dict[int, dict[str, float]]:
    """Return, by order id, what part of the combined score each alpha gave; parts sum to 1.

    An alpha that spoke against the order has a negative part.
    """
    parts = np.nan_to_num(reasons.scores * reasons.confidences) * np.array(reasons.weights)
    totals = parts.sum(axis=1)
    # What is left where alphas cancel each other out to the last bits says nothing.
    totals[np.abs(totals) < _NOISE * np.abs(parts).sum(axis=1)] = 0.0
    shares = np.divide(parts, totals[:, None], out=parts, where=totals[:, None] != 0.0)
    found: dict[int, dict[str, float]] = {}
    order_ids = lives.intents["order_id"].tolist()
    rows = zip(order_ids, reasons.is_manual.tolist(), totals.tolist(), shares, strict=True)
    for order_id, is_manual, total, row in rows:
        if is_manual:
            found[order_id] = {MANUAL: 1.0}
        elif total == 0.0:
            found[order_id] = {UNSCORED: 1.0}
        else:
            found[order_id] = dict(zip(reasons.alphas, row.tolist(), strict=True))
    return found


def _terms(events: EventArray) -> list[tuple[int, ...]]:
    """Return what makes a person's order and its intent the same."""
    columns = [events[name].tolist() for name in _TERMS]
    return list(zip(*columns, strict=True))


def _joined(parts: Sequence[Floats], columns: int) -> Floats:
    return np.concatenate([np.zeros((0, columns)), *parts])
