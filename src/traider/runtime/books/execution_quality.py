"""How well a run's orders were executed, beside the market that its own journal tells of."""

from collections.abc import Mapping
from fractions import Fraction

from traider.compliance.best_execution import (
    ExecutionQuality,
    MarketMet,
    quality_of,
    was_sent,
)
from traider.compliance.order_records import OrderRecord
from traider.domain.units import size_from_lots
from traider.journal.reader import JournalReader
from traider.kernel.specification import MarketSpec
from traider.runtime.books.market_views import Look, MarketView, market_views
from traider.runtime.books.run_records import RunRecords

Views = Mapping[Look, MarketView]


def run_quality(records: RunRecords) -> tuple[ExecutionQuality, ...]:
    """Return every order of a run that was sent, measured, in the order of the decisions.

    Raises:
        DataError: the journal cannot be read.
    """
    sent = [order for order in records.orders if was_sent(order)]
    markets = records.money.markets
    numbers = {market.name: number for number, market in enumerate(markets)}
    looks = {
        order.order_id: _looks(order, numbers[order.terms.instrument], records.end)
        for order in sent
    }
    views = market_views(
        JournalReader(records.run.paths.journal),
        markets,
        (look for each in looks.values() for look in each),
    )
    return tuple(
        quality_of(
            order,
            _met(looks[order.order_id], views, markets[numbers[order.terms.instrument]]),
        )
        for order in sent
    )


def _looks(order: OrderRecord, number: int, end: int) -> tuple[Look, Look, Look]:
    """Return where to look: before the decision, when it was over, and before the last fill."""
    over = order.over
    last = order.executions[-1].position if order.executions else order.position
    return (
        Look(order.position, number),
        Look(end if over is None else over.position, number),
        Look(last, number),
    )


def _met(looks: tuple[Look, Look, Look], views: Views, market: MarketSpec) -> MarketMet:
    arrival, end, last = (views[look] for look in looks)
    lots = last.traded_lots - arrival.traded_lots
    paid = last.paid_ticks - arrival.paid_ticks
    return MarketMet(
        arrival=arrival.mark,
        arrival_of=arrival.source,
        spread=arrival.spread,
        end=end.mark,
        vwap=Fraction(paid, lots) * Fraction(market.tick_size) if lots else None,
        volume=size_from_lots(lots, market.lot_size),
    )
