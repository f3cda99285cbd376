"""What became of every order: intents joined with verdicts, fills and ends, an entry an order."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

import numpy as np
import numpy.typing as npt

from traider.backtest.fee_values import fee_values
from traider.domain.events import EventArray, FillFlag, Kind, OrderFlag, join_events
from traider.kernel.codes import Reject, Verdict
from traider.kernel.specification import FeeCurrencySpec

Integers = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

FUNDING_REASON: Final = 3
"""Why a transfer was made: the event table's number for funding."""

_ENDS: Final = (Kind.CANCELLED, Kind.REJECTED, Kind.EXPIRED)


class Outcome(IntEnum):
    """How an order ended; each order has one."""

    OPEN = 0
    """Nothing filled, and it still rested when the data ended."""
    FILLED = 1
    PARTLY = 2
    """Something filled and something did not, whatever became of the rest."""
    CANCELLED = 3
    EXPIRED = 4
    REJECTED = 5
    """By the venue."""
    REFUSED = 6
    """By the gate: it was never sent."""


@dataclass(frozen=True)
class OrderLives:
    """Every order of a run, in the order of the decisions; every array has one entry an order.

    Sizes are lots (money units where the order was sized in money), prices ticks. ``code``,
    ``number`` and ``limit`` are the gate's verdict; ``end_code`` the venue's reason, 0 for none.
    Times are 0 where nothing happened.
    """

    intents: EventArray
    code: Integers
    number: Floats
    limit: Floats
    filled_lots: Integers
    filled_ticks: Floats
    """Average price of what filled, NaN where nothing did."""
    maker_lots: Integers
    fee_units: Integers
    """In the account's currency, whatever the fees were taken in."""
    first_fill_ns: Integers
    last_fill_ns: Integers
    end_kind: Integers
    """CANCELLED, REJECTED or EXPIRED; 0 where the order filled, was refused, or still rests."""
    end_code: Integers
    ended_ns: Integers
    outcome: Integers

    def __len__(self) -> int:
        """Return the number of orders."""
        return len(self.intents)

    @property
    def sent(self) -> Mask:
        """Which orders passed the gate."""
        return np.equal(self.code, int(Verdict.APPROVED))


def order_lives(
    intents: EventArray, verdicts: EventArray, fills: EventArray, ends: EventArray
) -> OrderLives:
    """Join the events of a run, each in journal order; requests to cancel are no orders.

    An approved order's verdict may be left out. Events of orders that are not among the intents,
    and refusals of cancels (``UNKNOWN_ORDER``), are passed over.
    """
    intents = _select(intents, intents["flags"] & OrderFlag.CANCEL == 0)
    ends = _select(ends, ends["code"] != Reject.UNKNOWN_ORDER)
    places = Places(intents["order_id"])
    count = len(intents)
    # A request to cancel has a verdict of its own under the same id: the first one is the order's.
    at, verdicts = places.with_events(first_by_id(verdicts))
    code, number, limit = np.zeros(count, np.int64), np.zeros(count), np.zeros(count)
    code[at], number[at], limit[at] = verdicts["code"], verdicts["number"], verdicts["limit"]
    filled = _Filled(count, *places.with_events(fills))
    end_kind, end_code, ended_ns = (np.zeros(count, np.int64) for _ in range(3))
    at, ends = places.with_events(first_by_id(ends))
    end_kind[at], end_code[at], ended_ns[at] = ends["kind"], ends["code"], ends["ts_recv"]
    return OrderLives(
        intents=intents,
        code=code,
        number=number,
        limit=limit,
        filled_lots=filled.lots,
        filled_ticks=filled.ticks,
        maker_lots=filled.maker_lots,
        fee_units=filled.fee_units,
        first_fill_ns=filled.first_ns,
        last_fill_ns=filled.last_ns,
        end_kind=end_kind,
        end_code=end_code,
        ended_ns=ended_ns,
        outcome=_outcomes(code, filled, end_kind),
    )


class Places:
    """Where each order id stands among the orders."""

    def __init__(self, order_ids: Integers) -> None:
        self._order = np.argsort(order_ids, kind="stable")
        self._sorted = order_ids[self._order]

    def of(self, order_ids: Integers) -> tuple[Integers, Mask]:
        """Return the places of those ids that are known, and which are known."""
        if not len(self._sorted):
            return np.zeros(0, np.int64), np.zeros(len(order_ids), np.bool_)
        at = np.minimum(np.searchsorted(self._sorted, order_ids), len(self._sorted) - 1)
        known = self._sorted[at] == order_ids
        return self._order[at[known]], known

    def with_events(self, events: EventArray) -> tuple[Integers, EventArray]:
        """Return the places of the orders that ``events`` are about, and those with one."""
        at, known = self.of(events["order_id"])
        return at, _select(events, known)


class _Filled:
    """The fills of each order, summed up."""

    def __init__(self, count: int, at: Integers, fills: EventArray) -> None:
        self.lots = _sums(count, at, fills["size"])
        is_maker = fills["flags"] & FillFlag.MAKER != 0
        self.maker_lots = _sums(count, at[is_maker], fills["size"][is_maker])
        self.fee_units = _sums(count, at, fills["fee"])
        paid = np.bincount(at, fills["price"] * fills["size"].astype(np.float64), count)
        lots = self.lots.astype(np.float64)
        self.ticks = np.divide(paid, lots, out=np.full(count, np.nan), where=lots > 0.0)
        self.first_ns = np.full(count, np.iinfo(np.int64).max)
        np.minimum.at(self.first_ns, at, fills["ts_recv"])
        self.first_ns[self.lots == 0] = 0
        self.last_ns = np.zeros(count, np.int64)
        np.maximum.at(self.last_ns, at, fills["ts_recv"])
        self.is_whole = np.zeros(count, np.bool_)
        self.is_whole[at[fills["leaves"] == 0]] = True


def _sums(count: int, at: Integers, values: Integers) -> Integers:
    total = np.zeros(count, np.int64)
    np.add.at(total, at, values)
    return total


def _outcomes(code: Integers, filled: _Filled, end_kind: Integers) -> Integers:
    choices = [
        (code != Verdict.APPROVED, Outcome.REFUSED),
        (filled.is_whole, Outcome.FILLED),
        (filled.lots > 0, Outcome.PARTLY),
        (end_kind == Kind.CANCELLED, Outcome.CANCELLED),
        (end_kind == Kind.EXPIRED, Outcome.EXPIRED),
        (end_kind == Kind.REJECTED, Outcome.REJECTED),
    ]
    return np.select(
        [chosen for chosen, _ in choices],
        [np.int64(outcome) for _, outcome in choices],
        np.int64(Outcome.OPEN),
    )


def first_by_id(events: EventArray) -> EventArray:
    """Return the first record of each order id, in order."""
    _, first = np.unique(events["order_id"], return_index=True)
    return events[np.sort(first)]


def _select(events: EventArray, chosen: Mask) -> EventArray:
    return events if chosen.all() else events[chosen]


class OrderJournal:
    """Keep the events about orders, and the funding payments, while a run streams."""

    def __init__(self, *, every_verdict: bool = True) -> None:
        self._every_verdict = every_verdict
        self._kept: dict[str, list[EventArray]] = {
            name: [] for name in ("intents", "verdicts", "fills", "ends", "funding")
        }

    def add(self, events: EventArray) -> None:
        """Take in a chunk of the journal."""
        kinds = events["kind"]
        verdicts = kinds == Kind.VERDICT
        if not self._every_verdict:
            verdicts &= events["code"] != Verdict.APPROVED
        self._kept["intents"].append(events[kinds == Kind.ORDER_INTENT])
        self._kept["verdicts"].append(events[verdicts])
        self._kept["fills"].append(events[kinds == Kind.FILL])
        self._kept["ends"].append(events[np.isin(kinds, _ENDS)])
        is_funding = (kinds == Kind.TRANSFER) & (events["w3"] == FUNDING_REASON)
        self._kept["funding"].append(events[is_funding])

    def of(self, name: str) -> EventArray:
        """Return the ``intents``, ``verdicts``, ``fills``, ``ends`` or ``funding``, in order."""
        return join_events(self._kept[name])

    def lives(self, fees: FeeCurrencySpec | None = None) -> OrderLives:
        """Return what became of every order so far; fees taken in ``fees`` count as their value."""
        fills = self.of("fills")
        fills["fee"] = fee_values(fills, fees)
        return order_lives(self.of("intents"), self.of("verdicts"), fills, self.of("ends"))


def count_names(codes: Integers, names: type[IntEnum]) -> dict[str, int]:
    """Return how often each code occurs, by its name in small letters, the most frequent first."""
    found, counts = np.unique(codes, return_counts=True)
    pairs: Sequence[tuple[int, int]] = sorted(
        zip(found.tolist(), counts.tolist(), strict=True), key=lambda pair: (-pair[1], pair[0])
    )
    return {names(code).name.lower(): number for code, number in pairs}
