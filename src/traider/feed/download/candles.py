"""Candles of ccxt as rows of the lake: the nearest float of each decimal, nothing missing."""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import pyarrow as pa

from traider.feed.download.asking import Asking
from traider.feed.download.bar_rules import MS_NS
from traider.feed.download.ccxt_exchange import AnswerFault, Exchange
from traider.store.kinds import Content, DataKind

_FIELDS: Final = ("open", "high", "low", "close", "volume")


def bar_table(candles: Sequence[Sequence[Any]]) -> pa.Table:
    """Return candles of ccxt with the columns of the lake.

    Raises:
        AnswerFault: one has a value that is none.
    """
    schema = DataKind(Content.BARS, "1m").schema
    try:
        ts = np.array([int(candle[0]) for candle in candles], np.int64) * MS_NS
        values = [
            np.array([float(candle[place]) for candle in candles], np.float64)
            for place in range(1, 6)
        ]
    except (TypeError, ValueError, IndexError) as fault:
        raise AnswerFault(f"a candle cannot be read: {fault}") from fault
    for name, column in zip(_FIELDS, values, strict=True):
        if not np.isfinite(column).all():
            raise AnswerFault(f"a candle has no {name}")
    return pa.table([pa.array(ts), *(pa.array(column) for column in values)], schema=schema)


async def ask_bars(venue: Asking, symbol: str, timeframe: str, *asked: object) -> pa.Table:
    """Ask for candles and return them as rows; ``asked`` is since, limit and parameters of ccxt.

    Raises:
        VenueError: the venue refused, or answered nothing that can be read for too long.
    """

    async def question(exchange: Exchange) -> pa.Table:
        return bar_table(await exchange.fetch_ohlcv(symbol, timeframe, *asked))

    rows: pa.Table = await venue.ask(f"{symbol} {timeframe}", question)
    return rows
