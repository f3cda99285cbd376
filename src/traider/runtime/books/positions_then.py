"""What a run held at a place of its journal: ledger, lots, and the marks of that moment."""

from dataclasses import dataclass
from decimal import Decimal

from traider.compliance.position_report import Mark, PositionReport, position_report
from traider.domain.events import MONEY_UNITS_PER_CURRENCY_UNIT
from traider.journal.reader import JournalReader
from traider.portfolio.lot_matching import LotTerms
from traider.runtime.books.market_views import Look, market_views, position_at
from traider.runtime.books.money_events import MoneyEvents, read_money
from traider.runtime.books.run_lots import lots_of
from traider.runtime.books.run_records import money_before
from traider.runtime.parity.recorded_run import RecordedRun


@dataclass(frozen=True)
class PositionsThen:
    """A report, and which events it is of."""

    report: PositionReport
    end: int
    """How many events of the journal it is of."""
    at_ns: int
    """The instant asked for; without one, ``last_ns``."""
    last_ns: int
    """When the last of these events was received; 0 where there is none."""


def positions_then(run: RecordedRun, at_ns: int | None, terms: LotTerms) -> PositionsThen:
    """Return what a run held after everything it had received by ``at_ns``, or until now.

    Raises:
        DataError: the journal cannot be read, or lots and ledger differ.
        StrategyError: an alpha of the run is not there any more.
    """
    reader = JournalReader(run.paths.journal)
    end = reader.end if at_ns is None else position_at(reader, at_ns, reader.end)
    last = list(reader.events(end - 1, end)) if end > reader.first else []
    last_ns = int(last[-1]["ts_recv"][-1]) if last else 0
    report = positions_before(reader, read_money(run), end, terms)
    return PositionsThen(report, end, last_ns if at_ns is None else at_ns, last_ns)


def positions_before(
    reader: JournalReader, money: MoneyEvents, end: int, terms: LotTerms
) -> PositionReport:
    """Return what the books hold before event ``end`` of the journal."""
    money = money_before(money, end)
    ledger = money.ledger()
    numbers = {market.name: number for number, market in enumerate(money.markets)}
    views = market_views(reader, money.markets, [Look(end, numbers[n]) for n in ledger.positions])
    marks = {}
    for name in ledger.positions:
        view = views[Look(end, numbers[name])]
        if view.mark is not None:
            marks[name] = Mark(view.mark, view.source, view.mark_ns)
    fees = money.fees
    rates = (
        {}
        if fees is None
        else {fees.currency: Decimal(fees.price_e8) / MONEY_UNITS_PER_CURRENCY_UNIT}
    )
    multipliers = {market.name: market.multiplier for market in money.markets}
    return position_report(ledger, lots_of(money, terms), marks, multipliers, rates)
