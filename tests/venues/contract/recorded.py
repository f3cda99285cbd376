"""The recordings that every venue's mapper is held to, and how they are read."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Final

from traider.domain.events import EventArray, join_events
from traider.feed.recorded import RecordedFeed
from traider.venues.catalogue import recorded_venue
from traider.venues.recordings import Received, Record, Recording, open_recording

FILES: Final[dict[str, tuple[str, ...]]] = {
    "BINANCE-USDM-BTCUSDT-20230404": ("BINANCE-USDM-BTCUSDT-20230404.txt.zst",),
    "BINANCE-USDM-BTCUSDT-20230405": (
        "BINANCE-USDM-BTCUSDT-20230404.txt.zst",
        "BINANCE-USDM-BTCUSDT-20230405.txt.zst",
    ),
    "BINANCE-SPOT-BTCUSDT-20230405": ("BINANCE-SPOT-BTCUSDT-20230405.txt.zst",),
    "BINANCE-USDM-BTCUSDT-20240718": ("BINANCE-USDM-BTCUSDT-20240718.txt.zst",),
    "BINANCE-USDM-BTCUSDT-20240719": (
        "BINANCE-USDM-BTCUSDT-20240718.txt.zst",
        "BINANCE-USDM-BTCUSDT-20240719.txt.zst",
    ),
    "BINANCE-USDM-BTCUSDT-20240808": ("BINANCE-USDM-BTCUSDT-20240808.txt.zst",),
    "BINANCE-SPOT-BTCUSDT-20240808": ("BINANCE-SPOT-BTCUSDT-20240808.txt.zst",),
    "BINANCE-SPOT-ETHUSDT-20240808": ("BINANCE-SPOT-ETHUSDT-20240808.txt.zst",),
    "BINANCE-20211012": ("BINANCE-20211012.jsonl.zst",),
    "BINANCE_FUTURES-20210722": ("BINANCE_FUTURES-20210722.jsonl.zst",),
    "BITFINEX-20210417": ("BITFINEX-20210417.jsonl.zst",),
    "BITSTAMP-20220105": ("BITSTAMP-20220105.jsonl.zst",),
    "BYBIT-20260809": ("BYBIT-20260809.jsonl.zst",),
    "COINBASE-20260809": ("COINBASE-20260809-part1.jsonl.zst",),
    "COINBASE-PRO-20210417": ("COINBASE-PRO-20210417.txt.zst",),
    "DERIBIT-20210722": ("DERIBIT-20210722.jsonl.zst",),
    "KRAKEN-20210417": ("KRAKEN-20210417.jsonl.zst",),
    "OKX-20220513": ("OKX-20220513.jsonl.zst",),
}
"""Files of each entry of EXPECTED.json (and of one that has none), first one first."""

NUMBERED: Final = ("BINANCE", "BITFINEX", "BYBIT", "COINBASE-2026", "DERIBIT")
"""Recordings whose messages are numbered: any that is lost shows at the next one."""
CHECKED: Final = ("KRAKEN", "OKX")
"""Recordings whose books have a checksum: what is lost near the touch shows at the next change."""

SHIPPED: Final = "BINANCE-USDM-BTCUSDT-20240718"
"""The one that is in the repository: it is read where the shared data is not there."""

SHORT: Final = 2_500


@dataclass(frozen=True)
class Reading:
    """One recording read to its end."""

    recording: Recording
    feed: RecordedFeed
    events: EventArray


def opened(folder: Path, name: str) -> Recording:
    """Open a recording."""
    return open_recording([folder / file for file in FILES[name]])


@cache
def shortened(folder: Path, name: str) -> Recording:
    """Return the first records of a recording: those before its first books are all among them."""
    recording = opened(folder, name)
    records: list[Record] = []
    for record in recording.records():
        records.append(record)
        if len(records) == SHORT:
            break
    return replace(recording, held=tuple(records))


def without(recording: Recording, dropped: Sequence[Record]) -> Recording:
    """Return a recording in which some messages were lost."""
    gone = {(record.path, record.line) for record in dropped}
    assert recording.held is not None
    kept = tuple(each for each in recording.held if (each.path, each.line) not in gone)
    assert len(kept) == len(recording.held) - len(dropped)
    return replace(recording, held=kept)


def read(recording: Recording, chunk_events: int = 65_536) -> Reading:
    """Read a recording to its end."""
    feed = RecordedFeed(recording, recorded_venue(recording))
    return Reading(recording, feed, join_events(list(feed.chunks(chunk_events))))


@cache
def whole(folder: Path, name: str) -> Reading:
    """Read a recording to its end; tests share what comes of it."""
    return read(opened(folder, name))


def messages(recording: Recording) -> list[Received]:
    """Return what was received."""
    return [record for record in recording.records() if isinstance(record, Received)]
