"""What a recorded run did with money: fills, funding, transfers and corrections of its journal.

    money = read_money(RecordedRun.open(folder))
    money.booked_fills()     # fills for lots, each with its place in the journal
    money.ledger()           # the exact books

A correction of a position (RECONCILE_ADJUSTMENT) is booked at its price like a fill without a fee:
the lots it opens or closes are real. A fee taken in another currency counts at what the fee
balance's value fell by.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property
from itertools import pairwise
from typing import Final

import numpy as np
import numpy.typing as npt

from traider.backtest.fee_values import FeeBalance
from traider.backtest.order_lives import FUNDING_REASON
from traider.domain.events import EventArray, FillFlag, Kind, join_events
from traider.domain.fills import Fill
from traider.domain.money import unpack_currency
from traider.domain.units import amount_from_units, price_from_ticks, size_from_lots
from traider.journal.reader import JournalReader
from traider.kernel.specification import FeeCurrencySpec, KernelSpec, MarketSpec
from traider.portfolio.executions import BookedFill
from traider.portfolio.fill_columns import FillGrid, fill_columns
from traider.portfolio.funding import FundingPayment
from traider.portfolio.ledger import Ledger
from traider.runtime.parity.recorded_run import RecordedRun

MONEY_KINDS: Final = (Kind.FILL, Kind.TRANSFER, Kind.RECONCILE_ADJUSTMENT)
"""Kinds of events that move money or positions."""
_CAPITAL_REASONS: Final = (1, 2)
"""Why a transfer was made that brings or takes capital: deposit, withdrawal."""
_ZERO: Final = Decimal(0)


@dataclass(frozen=True)
class MoneyEvents:
    """Events of a journal that move money or positions, in order, and what their numbers mean."""

    currency: str
    capital: Decimal
    """Cash at the start, in ``currency``."""
    markets: tuple[MarketSpec, ...]
    fees: FeeCurrencySpec | None
    events: EventArray
    sequences: npt.NDArray[np.int64]
    account: str = ""
    """Venue and run, to tell accounts apart that are looked at together."""

    @cached_property
    def fee_units(self) -> list[int]:
        """Each event's fee in money units of ``currency``; 0 for what is no fill."""
        balance = None if self.fees is None else FeeBalance(self.fees, self.fees.balance_units)
        found = []
        for event in self.events:
            units = int(event["fee"]) if event["kind"] == Kind.FILL else 0
            if units and event["flags"] & FillFlag.FEE_IN_OTHER and balance is not None:
                units = balance.take(units)
            found.append(units)
        return found

    @property
    def fees_in_other(self) -> int:
        """What fees took of the fee balance, in units of 1e-8 of its currency."""
        events = self.events
        is_other = (events["kind"] == Kind.FILL) & (events["flags"] & FillFlag.FEE_IN_OTHER != 0)
        return sum(events["fee"][is_other].tolist())

    def booked_fills(self) -> Iterator[BookedFill]:
        """Yield fills, and corrections of positions as such, with their places in the journal."""
        for place, sequence in enumerate(self.sequences.tolist()):
            fill = self._fill(place)
            if fill is not None:
                yield BookedFill(fill, sequence, self.account)

    def ledger(self) -> Ledger:
        """Return the books of the run.

        Raises:
            DataError: an amount lies off the grid.
        """
        ledger = Ledger(self.currency, self.capital)
        if self.fees is not None:
            held = amount_from_units(self.fees.balance_units)
            ledger.transfer(held, 0, "capital", self.fees.currency)
        grids = [
            FillGrid(each.name, each.tick_size, each.lot_size, each.multiplier)
            for each in self.markets
        ]
        for first, last in self._stretches():
            if last > first + 1:
                ledger.apply_columns(fill_columns(self.events[first:last], grids))
            else:
                self._book(ledger, first)
        return ledger

    def _stretches(self) -> Iterator[tuple[int, int]]:
        """Yield where fills that may be booked together begin and end; all else is alone."""
        is_fill = (self.events["kind"] == Kind.FILL) & (self.events["size"] > 0)
        if self.fees is not None:
            # What a fee in another currency was worth depends on those before it.
            is_fill[:] = False
        breaks = np.flatnonzero(~(is_fill[1:] & is_fill[:-1])) + 1
        edges = [0, *breaks.tolist(), len(self.events)]
        yield from ((first, last) for first, last in pairwise(edges) if last > first)

    def _book(self, ledger: Ledger, place: int) -> None:
        """Book one event."""
        event, fill = self.events[place], self._fill(place)
        if event["kind"] == Kind.TRANSFER:
            self._transfer(ledger, event)
        elif event["kind"] == Kind.RECONCILE_ADJUSTMENT:
            if event["w2"]:
                ts_ns = int(event["ts_recv"])
                ledger.adjust_cash(amount_from_units(int(event["w2"])), ts_ns)
            if fill is not None:
                ledger.adjust(fill)
        elif fill is not None:
            ledger.apply(fill)

    def funding(self) -> Iterator[FundingPayment]:
        """Yield what was paid, or received, for holding perpetuals."""
        for event in self.events:
            if event["kind"] == Kind.TRANSFER and event["w3"] == FUNDING_REASON:
                yield self._payment(event)

    def until(self, end_ns: int) -> "MoneyEvents":
        """Return what happened before ``end_ns``."""
        count = int(np.searchsorted(self.events["ts_recv"], end_ns))
        return replace(self, events=self.events[:count], sequences=self.sequences[:count])

    def _payment(self, event: np.void) -> FundingPayment:
        name = self.markets[int(event["instrument"])].name
        return FundingPayment(name, amount_from_units(-int(event["w1"])), int(event["ts_recv"]))

    def _transfer(self, ledger: Ledger, event: np.void) -> None:
        amount, ts_ns = amount_from_units(int(event["w1"])), int(event["ts_recv"])
        currency = unpack_currency(int(event["w0"])) if event["w0"] else self.currency
        if event["w3"] == FUNDING_REASON:
            ledger.fund(self._payment(event), currency)
        elif event["w3"] in _CAPITAL_REASONS:
            ledger.transfer(amount, ts_ns, currency=currency)
        else:
            ledger.adjust_cash(amount, ts_ns, currency)

    def _fill(self, place: int) -> Fill | None:
        """Return the fill of an event; None for one that moves no position."""
        event = self.events[place]
        if event["kind"] == Kind.TRANSFER:
            return None
        is_fill = event["kind"] == Kind.FILL
        lots = int(event["side"]) * int(event["size"]) if is_fill else int(event["w1"])
        if not lots:
            return None
        market = self.markets[int(event["instrument"])]
        is_other = bool(is_fill and event["flags"] & FillFlag.FEE_IN_OTHER and self.fees)
        return Fill(
            instrument=market.name,
            side=1 if lots > 0 else -1,
            price=price_from_ticks(int(event["price" if is_fill else "w4"]), market.tick_size),
            quantity=size_from_lots(abs(lots), market.lot_size),
            fee=amount_from_units(self.fee_units[place]),
            ts_ns=int(event["ts_recv"]),
            order_id=int(event["order_id"]),
            is_maker=bool(is_fill and event["flags"] & FillFlag.MAKER),
            multiplier=market.multiplier,
            is_liquidation=bool(is_fill and event["flags"] & FillFlag.LIQUIDATION),
            fee_currency=self.fees.currency if is_other and self.fees else "",
            fee_taken=amount_from_units(int(event["fee"])) if is_other else _ZERO,
        )


def read_money(run: RecordedRun) -> MoneyEvents:
    """Return what the journal of a run says of money; the run may be under way.

    Raises:
        DataError: the journal cannot be read.
        StrategyError: an alpha of the run is not there any more.
    """
    reader, spec = JournalReader(run.paths.journal), run.spec()
    sequence = reader.first
    kept, places = [], []
    for events in reader.events():
        chosen = np.flatnonzero(np.isin(events["kind"], MONEY_KINDS))
        kept.append(events[chosen])
        places.append(chosen + sequence)
        sequence += len(events)
    account = f"{run.manifest.venue} {run.manifest.run_id}"
    return money_of(spec, run.config.currency, kept, places, account)


def money_of(
    spec: KernelSpec,
    currency: str,
    events: list[EventArray],
    places: list[npt.NDArray[np.int64]],
    account: str = "",
) -> MoneyEvents:
    """Return the money side of events that were chosen, with their places in the journal."""
    return MoneyEvents(
        currency=currency,
        capital=amount_from_units(spec.cash_units),
        markets=tuple(spec.markets),
        fees=spec.fees,
        events=join_events(events),
        sequences=np.concatenate([np.zeros(0, np.int64), *places]),
        account=account,
    )
