"""Captures written by hand, for tests."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pyarrow as pa

from tests.venues.binance.wire import NS, combined, snapshot, trade, usdm_depth

QUOTE = {"u": 9, "b": "99.90", "B": "1.5", "a": "100.20", "A": "0.25"}
USDM = "BINANCE-USDM-BTCUSDT-1.txt.zst"
SPOT = "BINANCE-SPOT-BTCUSDT-1.txt.zst"


def usdm_messages() -> list[dict[str, Any]]:
    """A snapshot after the first changes, a trade, a quote and another change."""
    return [
        usdm_depth((90, 95, 89), [("99.90", "9")]),
        usdm_depth((99, 105, 95), [("99.90", "5")], [("100.20", "7")]),
        trade(5),
        snapshot(100, [("99.90", "1"), ("99.80", "2")], [("100.10", "3")]),
        combined("bookTicker", QUOTE),
        usdm_depth((106, 109, 105), [("99.90", "0.000")]),
    ]


def write_capture(
    path: Path, messages: Iterable[Any], start_ns: int = NS, step_ns: int = 1_000_000
) -> Path:
    """Write messages ``step_ns`` apart; bytes are written as they are."""
    with pa.output_stream(str(path), compression="detect") as stream:
        for number, message in enumerate(messages):
            raw = message if isinstance(message, bytes) else json.dumps(message).encode()
            stream.write(b"%d %s\n" % (start_ns + number * step_ns, raw))
    return path
