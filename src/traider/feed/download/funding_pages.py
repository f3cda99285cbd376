"""Pages of settled funding rates, at their full hour."""

import math
from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
import pyarrow as pa

from traider.domain.errors import UsageError
from traider.feed.download.asking import Asking
from traider.feed.download.bar_rules import MS_NS
from traider.feed.download.ccxt_exchange import AnswerFault, Exchange
from traider.feed.download.markets import Market
from traider.feed.download.page import Page, settle_window, sorted_rows, stamps
from traider.feed.download.spans import Span
from traider.store.kinds import Content, DataKind
from traider.store.stamps import HOUR_NS, settled_at

_LIMITS: Final = {"binance": 1000, "binanceusdm": 1000, "bybit": 200, "okx": 100}
_UNKNOWN_LIMIT: Final = 100
_USUAL_NS: Final = 8 * HOUR_NS


def funding_table(rates: Sequence[Mapping[str, Any]]) -> pa.Table:
    """Return rates of ccxt with the columns of the lake, as they came.

    Raises:
        AnswerFault: one has no time, or no rate.
    """
    try:
        stamped = np.array([int(rate["timestamp"]) for rate in rates], np.int64) * MS_NS
        values = [float(rate["fundingRate"]) for rate in rates]
        marks = [_mark(rate.get("info")) for rate in rates]
    except (TypeError, ValueError, KeyError) as fault:
        raise AnswerFault(f"a funding rate cannot be read: {fault}") from fault
    if not all(map(math.isfinite, values)):
        raise AnswerFault("a funding rate is no number")
    hours, _ = settled_at(stamped)
    schema = DataKind(Content.FUNDING).schema
    columns = [pa.array(hours), pa.array(values, pa.float64()), pa.array(marks, pa.float64())]
    return pa.table([*columns, pa.nulls(len(values), pa.float64())], schema=schema)


def _mark(info: object) -> float | None:
    told = info.get("markPrice") if isinstance(info, dict) else None
    return float(told) if told else None


class FundingPages:
    """The settled rates of one perpetual."""

    length_ns = HOUR_NS

    def __init__(self, venue: Asking, market: Market) -> None:
        if not (market.is_contract and venue.exchange.has.get("fetchFundingRateHistory")):
            what = "pays no funding" if not market.is_contract else "has no funding history"
            raise UsageError(
                f"{market.symbol} of {venue.exchange.id} {what}",
                where="--what",
                fix="ask for a perpetual, such as BTC/USDT:USDT",
            )
        self._venue = venue
        self._market = market
        self._name = str(venue.exchange.id)
        limit = _LIMITS.get(self._name, _UNKNOWN_LIMIT)
        self._limit = min(limit, venue.terms.page_rows_max or limit)

    def window(self, span: Span) -> Span:
        """Return the first part of ``span`` that is asked for at a time."""
        return span[0], min(span[1], span[0] + self._limit * _USUAL_NS)

    def end_ns(self) -> int:
        """Return the first full hour that has not passed."""
        return self._venue.closed_before_ns(0) // HOUR_NS * HOUR_NS + HOUR_NS

    async def page(self, window: Span, edge: str) -> Page:
        """Return the rates of ``window``.

        Raises:
            VenueError: it could not be asked.
        """
        del edge
        # No interval is shorter than an hour: what follows the last rate by that is asked for.
        found = await settle_window(window, self._ask, HOUR_NS, self._venue.terms.empty_asks)
        if not found.rows.num_rows:
            return Page(found.rows, window)
        rows, differing = sorted_rows(found.rows)
        return Page(rows, found.settled, differing=differing)

    async def _ask(self, window: Span) -> pa.Table:
        since_ms, until_ms = window[0] // MS_NS, window[1] // MS_NS - 1
        # The venue stamps a settlement up to some minutes late, which is still its hour.
        ends = {"after": until_ms + 1} if self._name == "okx" else {"until": until_ms}

        async def question(exchange: Exchange) -> pa.Table:
            rates = await exchange.fetch_funding_rate_history(
                self._market.symbol, since_ms, self._limit, ends
            )
            return funding_table(rates)

        table: pa.Table = await self._venue.ask(f"{self._market.symbol} funding", question)
        return table.filter(pa.array(stamps(table) < self.end_ns()))
