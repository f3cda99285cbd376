"""Candles a minute of a download, against a local server that answers as the venues do.

With the venue's own limit of requests, and without; beside ccxt alone, asked page after page in the
same process, with nothing kept. The server is a process of its own on the same machine.
"""

import asyncio
import importlib
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from benchmarks.tables import print_table
from traider.feed.download import DownloadRequest, DownloadTerms, Place, Session, Watch
from traider.feed.download.bar_rules import bar_rule, until_parameter
from traider.feed.download.ccxt_exchange import open_exchange
from traider.ops.clock import SystemClock
from traider.store.parquet_lake import ParquetLake

BASES: Final = ("BTC", "ETH", "SOL")
COUNT: Final = 10_000
"""Bars of each of the three symbols."""
MINUTE_MS: Final = 60_000
START_MS: Final = 20_000 * 86_400_000
GOAL: Final = 10_000
QUOTES: Final = {"coinbase": "USD", "binance": "USDT", "bybit": "USDT", "okx": "USDT"}
ROOT: Final = Path(__file__).resolve().parents[1]

SERVER: Final = f"""
import json, sys, time
from tests.servers.history_exchange import serving
from tests.servers.history_exchange_data import History, made_bars
bars = made_bars({START_MS}, {COUNT}, {MINUTE_MS})
histories = {{base: History({MINUTE_MS}, bars) for base in {BASES!r}}}
with serving(histories, {START_MS + COUNT * MINUTE_MS + 3_600_000}) as exchange:
    print(json.dumps(exchange.url), flush=True)
    sys.stdin.read()
"""


def measure() -> None:
    """Print candles a minute, venue by venue."""
    rows = []
    with _server() as url:
        for venue in QUOTES:
            kept, free = (_download(venue, url, is_throttled=limit) for limit in (True, False))
            bare = asyncio.run(_bare(venue, url))
            rows.append(
                (venue, f"{kept:,.0f}", f"{free:,.0f}", f"{bare:,.0f}", f"{free / bare:.2f}")
            )
    print_table(
        f"Download of {len(BASES) * COUNT:,} one-minute candles into the lake, candles a minute "
        f"(goal {GOAL:,} where the venue's limits allow)",
        (
            "venue",
            "within the venue's limits",
            "without limits",
            "ccxt alone, nothing kept",
            "ratio to it",
        ),
        rows,
    )


@contextmanager
def _server() -> Iterator[str]:
    with subprocess.Popen(
        [sys.executable, "-c", SERVER],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        if process.stdout is None or process.stdin is None:
            raise RuntimeError("a process without pipes")
        try:
            yield json.loads(process.stdout.readline())
        finally:
            process.stdin.close()


def _symbols(venue: str) -> tuple[str, ...]:
    return tuple(f"{base}/{QUOTES[venue]}" for base in BASES)


def _download(venue: str, url: str, *, is_throttled: bool) -> float:
    """Return candles a minute of the product's own download."""
    with tempfile.TemporaryDirectory() as folder:
        request = DownloadRequest(
            place=Place(venue, url),
            symbols=_symbols(venue),
            lake=Path(folder),
            since_ns=START_MS * 1_000_000,
            until_ns=(START_MS + COUNT * MINUTE_MS) * 1_000_000,
            timeframes=("1m",),
        )
        watch = Watch(lambda: False, lambda _: None, lambda *_: None, lambda _: None)
        terms = DownloadTerms(is_throttled=is_throttled)
        session = Session(request, ParquetLake(request.lake), terms, SystemClock(), watch)
        outcome = asyncio.run(session.run())
    rows = sum(series.stored.fresh for series in outcome.series)
    if rows != len(BASES) * COUNT:
        raise RuntimeError(f"{venue} brought {rows} rows: {outcome.error}")
    return rows / outcome.seconds * 60.0


async def _bare(venue: str, url: str) -> float:
    """Return candles a minute of ccxt alone, its limit off, one page after another."""
    importlib.import_module("ccxt.async_support")
    terms = DownloadTerms(is_throttled=False)
    exchange = open_exchange(Place(venue, url), terms, SystemClock())
    started = time.perf_counter()
    await exchange.load_markets()
    end_ns = (START_MS + COUNT * MINUTE_MS) * 1_000_000
    found = 0
    for symbol in _symbols(venue):
        rule = bar_rule(exchange, symbol)
        step_ns = rule.limit * MINUTE_MS * 1_000_000
        for at in range(START_MS * 1_000_000, end_ns, step_ns):
            until = until_parameter(rule, (at, min(at + step_ns, end_ns)))
            found += len(
                await exchange.fetch_ohlcv(symbol, "1m", at // 1_000_000, rule.limit, until)
            )
    seconds = time.perf_counter() - started
    await exchange.close()
    return found / seconds * 60.0


if __name__ == "__main__":
    measure()
