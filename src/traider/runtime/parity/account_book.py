"""Gather the money side of a run from its events, while they stream past.

What is kept grows with the orders of the run, not with the events of the market.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import groupby
from typing import Final

import numpy as np

from traider.backtest.order_lives import FUNDING_REASON, OrderJournal
from traider.backtest.outcome import Booked, account_equity, fills_of, funding_of
from traider.domain.events import EventArray, Kind, OrderFlag
from traider.domain.fills import Fill
from traider.domain.money import notional_units, pack_currency
from traider.domain.units import amount_from_units, price_from_ticks, size_from_lots
from traider.kernel.specification import KernelSpec
from traider.runtime.parity.accounts import RunAccount, TradedOrder

_DEPOSIT: Final = 1
_WITHDRAWAL: Final = 2
_ZERO: Final = Decimal(0)


@dataclass
class AccountBook:
    """Take a run's events, in order; ``account`` is what they came to."""

    spec: KernelSpec
    _orders: OrderJournal = field(default_factory=lambda: OrderJournal(every_verdict=False))
    _paid_in: int = 0
    """Money units that came in less those that went out, after the start."""
    _other_cash: int = 0
    _adjusted_cash: int = 0
    _adjusted_lots: dict[int, int] = field(default_factory=dict)

    def add(self, events: EventArray) -> None:
        """Take the next events."""
        about_orders = events[events["kind"] >= Kind.ACK]
        if not len(about_orders):
            return
        self._orders.add(about_orders)
        transfers = about_orders[about_orders["kind"] == Kind.TRANSFER]
        for each in transfers[transfers["w3"] != FUNDING_REASON]:
            units = self._value_units(int(each["w0"]), int(each["w1"]))
            if each["w3"] in (_DEPOSIT, _WITHDRAWAL):
                self._paid_in += units
            else:
                self._other_cash += units
        for each in about_orders[about_orders["kind"] == Kind.RECONCILE_ADJUSTMENT]:
            number = int(each["instrument"])
            self._adjusted_cash += int(each["w2"])
            self._adjusted_lots[number] = self._adjusted_lots.get(number, 0) + int(each["size"])

    def _value_units(self, currency: int, units: int) -> int:
        fees = self.spec.fees
        if fees is not None and currency == pack_currency(fees.currency):
            return fees.value_units(units)
        return units

    @property
    def fills(self) -> int:
        """Fills so far."""
        return len(self._orders.of("fills"))

    def account(self, machine: Booked) -> RunAccount:
        """Return what the events came to; ``machine`` is the state they led to."""
        marks = {
            spec.name: price_from_ticks(int(row["mark_ticks"]), spec.tick_size)
            for spec, row in zip(self.spec.markets, machine.decider.markets, strict=True)
        }
        paid_in = amount_from_units(self.spec.capital_units + self._paid_in)
        return RunAccount(
            profit=account_equity(machine) - paid_in,
            marks={name: mark for name, mark in marks.items() if mark},
            orders=tuple(traded_orders(self._orders, self.spec)),
            funding=tuple(funding_of(self._orders.of("funding"), self.spec)),
            corrections=self._corrections(marks),
            sent=self._sent(),
        )

    def _sent(self) -> dict[tuple[str, int], list[int]]:
        """Return when the orders were decided that passed the gate, by instrument and side."""
        intents = self._orders.of("intents")
        verdicts = self._orders.of("verdicts")
        refused = np.isin(intents["order_id"], verdicts["order_id"])
        asked = intents[~refused & (intents["flags"] & OrderFlag.CANCEL == 0)]
        columns = (asked[name].tolist() for name in ("instrument", "side", "ts_recv"))
        found: dict[tuple[str, int], list[int]] = {}
        for number, side, ts_ns in zip(*columns, strict=True):
            found.setdefault((self.spec.markets[number].name, side), []).append(ts_ns)
        return found

    def _corrections(self, marks: Mapping[str, Decimal]) -> dict[str, Decimal]:
        found = {"": amount_from_units(self._adjusted_cash + self._other_cash)}
        for number, lots in self._adjusted_lots.items():
            market = self.spec.markets[number]
            size = size_from_lots(lots, market.lot_size)
            units = notional_units(marks[market.name], size, market.multiplier)
            found[market.name] = amount_from_units(units)
        return {name: amount for name, amount in found.items() if amount}


@dataclass(frozen=True)
class _Asked:
    """What is known of an order before it trades."""

    decided_ns: int
    wanted: Decimal


def traded_orders(orders: OrderJournal, spec: KernelSpec) -> Iterator[TradedOrder]:
    """Yield every order that traded; a fill behind which no order of ours is known is its own."""
    intents = orders.of("intents")
    asked = _asked_for(intents[intents["flags"] & OrderFlag.CANCEL == 0], spec)
    events = orders.of("fills")
    decided = [
        asked[each].decided_ns if each in asked else 0 for each in events["order_id"].tolist()
    ]
    fills = fills_of(_at_the_trade(events, np.array(decided, np.int64)), spec)
    known = sorted(
        (fill for fill in fills if fill.order_id in asked), key=lambda fill: fill.order_id
    )
    for order_id, group in groupby(known, key=lambda fill: fill.order_id):
        yield _traded(asked[order_id], list(group))
    for fill in fills:
        if fill.order_id not in asked:
            yield _traded(_Asked(fill.ts_ns, _ZERO), [fill])


def _traded(asked: _Asked, fills: Sequence[Fill]) -> TradedOrder:
    first = fills[0]
    return TradedOrder(
        first.instrument, first.side, asked.decided_ns, asked.wanted, fills, (first.order_id,)
    )


def _asked_for(intents: EventArray, spec: KernelSpec) -> dict[int, _Asked]:
    columns = (intents[name].tolist() for name in ("order_id", "ts_recv", "instrument", "size"))
    in_money = (intents["flags"] & OrderFlag.QUOTE_SIZED != 0).tolist()
    return {
        order_id: _Asked(
            ts_ns, _ZERO if money else size_from_lots(size, spec.markets[number].lot_size)
        )
        for order_id, ts_ns, number, size, money in zip(*columns, in_money, strict=True)
    }


def _at_the_trade(
    fills: EventArray, decided_ns: "np.ndarray[tuple[int], np.dtype[np.int64]]"
) -> EventArray:
    """Return the fills stamped with the venue's time of the trade, as far as it can be true.

    A simulated venue stamps what its last event of the market was, which may lie before the order:
    then it traded when it was told.
    """
    found = fills.copy()
    told, venue = fills["ts_recv"], fills["ts_event"]
    found["ts_recv"] = np.where((venue < decided_ns) | (venue > told), told, venue)
    return found
