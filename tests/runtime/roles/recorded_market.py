"""A journal of two instruments: real Level-2 data of one of them, told twice."""

from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Final

from traider.domain.events import EventArray, join_events, sort_events
from traider.feed.recorded import RecordedFeed
from traider.journal.instruments import JournalInstrument
from traider.journal.writer import JournalWriter
from traider.runtime.config import Config, load_config
from traider.venues.catalogue import recorded_venue
from traider.venues.recordings import open_recording

ROOT: Final = Path(__file__).resolve().parents[3]
CAPTURE: Final = ROOT / "data" / "sample" / "BINANCE-USDM-BTCUSDT-20240718.txt.zst"
EXAMPLE: Final = ROOT / "examples" / "level2.toml"
NAMES: Final = ("BINANCE:BTC-USDT-PERP", "BINANCE:ETH-USDT-PERP")
_EVENTS: Final = 40_000


@cache
def market_events() -> EventArray:
    """Return the events of both instruments, in order."""
    recording = open_recording([CAPTURE])
    feed = RecordedFeed(recording, recorded_venue(recording, ""))
    one = join_events(list(feed.chunks()))[:_EVENTS]
    other = join_events([one])
    other["instrument"] = 1
    return sort_events(join_events([one, other]))


def level2_config() -> Config:
    """Return the settings of the example on Level-2 data."""
    return load_config(EXAMPLE)


def write_journal(folder: Path) -> Path:
    """Write the events into a journal."""
    instruments = [
        JournalInstrument(name, name, Decimal("0.1"), Decimal("0.001")) for name in NAMES
    ]
    with JournalWriter.open(folder, instruments) as journal:
        journal.append(market_events())
    return folder


def files_of(lake: Path) -> dict[str, bytes]:
    """Return every file of a lake, but the empty ones that lock it."""
    return {
        path.relative_to(lake).as_posix(): path.read_bytes()
        for path in sorted(lake.rglob("*"))
        if path.is_file() and path.name != ".lock"
    }
