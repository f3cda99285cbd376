"""Which column of a source is which of ours: by its spelling, or as the person says.

Spellings are compared without case, spaces and signs, so ``Open Time``, ``open_time`` and
``openTime`` are one. What is not taken is named, never dropped in silence.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from traider.domain.errors import DataError, UsageError
from traider.store.kinds import OPTIONAL, PRICES, REQUIRED, Content
from traider.store.source_files import Source

SPELLINGS: Final[dict[str, tuple[str, ...]]] = {
    "ts": (
        "ts", "opentime", "opentimestamp", "starttime", "startat", "openat", "time", "timestamp",
        "datetime", "date", "candlebegintime", "unix", "unixtime", "epoch", "timestampms", "timems",
        "fundingtime", "calctime", "settlementtime", "fundingratetimestamp", "transacttime",
        "tradetime", "exchangetime", "createdat", "t", "closetime", "closetimestamp", "endtime",
    ),
    "symbol": ("symbol", "instrument", "instid", "pair", "market", "ticker", "productid", "sym"),
    "open": ("open", "o", "openprice", "priceopen", "px_open"),
    "high": ("high", "h", "highprice", "pricehigh", "max"),
    "low": ("low", "l", "lowprice", "pricelow", "min"),
    "close": ("close", "c", "closeprice", "priceclose", "last"),
    "volume": ("volume", "vol", "v", "basevolume", "volumebase", "volumetraded"),
    "price": ("price", "px", "p", "tradeprice"),
    "size": ("size", "qty", "quantity", "amount", "volume", "q", "sz", "basesize", "homenotional"),
    "side": ("side", "takerside", "aggressorside", "isbuyermaker", "buyermaker", "m"),
    "id": ("id", "tradeid", "aggtradeid", "aggregatetradeid", "trdmatchid", "execid", "a"),
    "rate": ("rate", "fundingrate", "lastfundingrate", "realizedrate", "funding"),
    "mark": ("mark", "markprice"),
    "premium": ("premium", "premiumindex"),
}  # fmt: skip
"""Spellings of each field, the first that is there taken."""

CLOSE_SPELLINGS: Final = frozenset(("closetime", "closetimestamp", "endtime"))
BUYER_IS_MAKER: Final = frozenset(("isbuyermaker", "buyermaker", "m"))

BINANCE_KLINES: Final = 12
"""Cells of a Binance Vision kline line, which has no header: open_time, open, high, low, close,
volume, close_time, quote volume, trades, taker base, taker quote, ignore (binance-public-data)."""


@dataclass(frozen=True)
class ColumnMap:
    """The columns of a source that are taken, by our name, and those that are not."""

    content: Content
    fields: Mapping[str, str]
    ignored: tuple[str, ...]

    @property
    def is_close_column(self) -> bool:
        """Whether the time column is called a closing time."""
        return _plain(self.fields["ts"]) in CLOSE_SPELLINGS

    @property
    def is_side_of_maker(self) -> bool:
        """Whether the side column says that the buyer was the maker, not who took."""
        return _plain(self.fields.get("side", "")) in BUYER_IS_MAKER


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())


def map_columns(
    source: Source, content: Content | None, said: Mapping[str, str], base: str = ""
) -> ColumnMap:
    """Return the columns of ``source`` to take.

    Args:
        source: the file.
        content: what the file holds; None finds it out from its columns.
        said: our field to the source's column, its name or its number from 1.
        base: the currency bought; of ``Volume BTC`` and ``Volume USD`` the first is then taken.

    Raises:
        UsageError: ``said`` names a field or a column that there is not.
        DataError: a needed column is not found.
    """
    names = source.table.column_names
    fields = {field: _column_of(field, text, source) for field, text in said.items()}
    fields = _guessed(source, fields, base)
    content = content or _content_of(fields, source)
    wanted = (*REQUIRED[content], *OPTIONAL[content])
    taken = {field: fields[field] for field in wanted if field in fields}
    missing = [field for field in REQUIRED[content] if field not in taken]
    if missing:
        raise _missing(missing, names, source)
    unused = sorted(set(said) - set(taken))
    if unused:
        raise UsageError(
            f"{content.value} have no {', '.join(unused)}",
            where="--map",
            fix=f"{content.value} take {', '.join(wanted)}",
        )
    ignored = tuple(name for name in names if name not in taken.values())
    return ColumnMap(content, taken, ignored)


def _column_of(field: str, text: str, source: Source) -> str:
    names = source.table.column_names
    if field not in SPELLINGS:
        raise UsageError(
            f"there is no field {field!r}", where="--map", fix=f"use {', '.join(SPELLINGS)}"
        )
    if text in names:
        return text
    if text.isdigit() and 1 <= int(text) <= len(names):
        return names[int(text) - 1]
    raise UsageError(
        f"{source.path} has no column {text!r}",
        where="--map",
        fix=f"it has {', '.join(names)}; a number counts columns from 1",
    )


def _guessed(source: Source, said: dict[str, str], base: str) -> dict[str, str]:
    names = source.table.column_names
    if not source.has_header:
        if len(names) == BINANCE_KLINES and not said:
            return dict(zip(("ts", *PRICES, "volume"), names, strict=False))
        return said
    plain = {_plain(name): name for name in reversed(names)}
    fields = dict(said)
    for field, spellings in SPELLINGS.items():
        own = (f"volume{base.lower()}",) if field == "volume" and base else ()
        found = next((plain[text] for text in (*spellings, *own) if text in plain), None)
        if found is not None and field not in fields and found not in said.values():
            fields[field] = found
    return fields


def _content_of(fields: Mapping[str, str], source: Source) -> Content:
    """Return what the columns make: bars where there are four prices, and so on."""
    if set(PRICES) <= set(fields):
        return _bars_of(fields, source)
    if "rate" in fields and not set(PRICES) & set(fields):
        return Content.FUNDING
    if {"price", "size"} <= set(fields):
        return Content.TRADES
    names = source.table.column_names
    if not source.has_header:
        raise DataError(
            f"has no header, and {len(names)} columns could be anything",
            where=str(source.path),
            fix="say which is which: --map ts=1,open=2,high=3,low=4,close=5,volume=6",
        )
    if len(set(PRICES) & set(fields)) > 1:
        raise _missing([name for name in PRICES if name not in fields], names, source)
    raise DataError(
        f"has columns {', '.join(names)}, which make neither bars nor trades nor funding",
        where=str(source.path),
        fix="say which is which with --map ts=…,open=…",
    )


def _bars_of(fields: Mapping[str, str], source: Source) -> Content:
    """Return the kind of bars: without volume they are of a price that nobody trades at."""
    if "volume" in fields:
        return Content.BARS
    like = [name for name in source.table.column_names if "vol" in name.lower()]
    if like:
        raise DataError(
            f"has no column volume, but {', '.join(like)}",
            where=str(source.path),
            fix="say --map volume=COLUMN, or --kind mark-bars for bars without volume",
        )
    return Content.MARK_BARS


def symbol_column(source: Source) -> str | None:
    """Return the column that names the instrument of each row."""
    plain = {_plain(name): name for name in reversed(source.table.column_names)}
    return next((plain[text] for text in SPELLINGS["symbol"] if text in plain), None)


def _missing(fields: Sequence[str], names: Sequence[str], source: Source) -> DataError:
    return DataError(
        f"has no column {', '.join(fields)} among {', '.join(names)}",
        where=str(source.path),
        fix=f"say which it is with --map {fields[0]}=COLUMN",
    )
