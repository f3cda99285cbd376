"""Open a record of events, whatever kept it: a journal, a lake, a venue's raw messages."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from traider.backtest.journal_source import (
    from_whole_books,
    journal_events,
    listed_instruments,
)
from traider.domain.errors import DataError, UsageError
from traider.domain.events import EventArray
from traider.domain.payloads import config_digest_event
from traider.feed.recorded import RecordedFeed
from traider.journal.segment_files import list_segments
from traider.runtime.event_stream import EventStream
from traider.store.lake import grid_of
from traider.store.lake_replay import recorded_series, replayed
from traider.store.parquet_lake import ParquetLake
from traider.venues.catalogue import recorded_venue
from traider.venues.recordings import open_recording


def open_stream(
    paths: Sequence[Path], venue: str = "", span: tuple[int | None, int | None] = (None, None)
) -> EventStream:
    """Return the record that ``paths`` name: one folder, or the files of one recording.

    Args:
        paths: a journal, a lake, or raw messages in any format that is known.
        venue: whose messages they are, where nothing tells it.
        span: first and end time of receipt, ns UTC; raw messages are read whole. Where it begins
            amid a book, changes before the next snapshot are left out.

    Raises:
        DataError: there is nothing there, or it cannot be read.
        UsageError: several folders are named, or a span of raw messages.
    """
    for path in paths:
        if not path.exists():
            raise DataError("there is no such file", where=str(path), fix="check the path")
    if span[0] is not None and span[1] is not None and span[0] >= span[1]:
        raise UsageError("the end is not after the beginning", where="--to", fix="give a later one")
    folders = [path for path in paths if path.is_dir()]
    if not folders:
        return _of_capture(paths, venue, span)
    if len(paths) > 1:
        raise UsageError("one record at a time", fix="name one folder, or files of one recording")
    if list_segments(folders[0]):
        return _of_journal(folders[0], span)
    return _of_lake(folders[0], span)


def _of_journal(folder: Path, span: tuple[int | None, int | None]) -> EventStream:
    return EventStream("journal", listed_instruments(folder), lambda: journal_events(folder, *span))


def _of_lake(folder: Path, span: tuple[int | None, int | None]) -> EventStream:
    """Return the events of a lake; instruments have the numbers of the journal they came from."""
    store = ParquetLake(folder)
    series = recorded_series(store)
    if not series:
        raise DataError(
            "holds no journal, and no events of a lake",
            where=str(folder),
            fix="name a folder that traider record wrote",
        )
    found: dict[int, _LakeInstrument] = {}
    for key in series:
        first = next(store.read(key), None)
        if first is None:
            continue
        number, grid = int(first.column("number")[0].as_py()), grid_of(first)
        each = _LakeInstrument(str(key.name), Decimal(grid.tick_size), Decimal(grid.lot_size))
        if found.setdefault(number, each) != each:
            raise DataError(
                f"{each.name} and {found[number].name} have the number {number}",
                where=str(folder),
                fix="replay the lakes of two journals apart",
            )
    if sorted(found) != list(range(len(found))):
        raise DataError(
            "lacks instruments of the journal it came from",
            where=str(folder),
            fix="replay the journal",
        )
    instruments = [found[number] for number in range(len(found))]

    def chunks() -> Iterator[EventArray]:
        events = replayed(store, *span)
        return events if span[0] is None else from_whole_books(events)

    return EventStream("lake", instruments, chunks)


@dataclass(frozen=True)
class _LakeInstrument:
    name: str
    tick_size: Decimal
    lot_size: Decimal


def _of_capture(
    paths: Sequence[Path], venue: str, span: tuple[int | None, int | None]
) -> EventStream:
    if span != (None, None):
        raise UsageError(
            "raw messages are replayed whole: a book cannot begin in their middle",
            where="--from" if span[0] is not None else "--to",
            fix="leave it out",
        )
    recording = open_recording(paths)

    def opened() -> RecordedFeed:
        return RecordedFeed(recording, recorded_venue(recording, venue))

    return EventStream("capture", opened().instruments, lambda: opened().chunks())


def begun_by(digest: bytes, stream: EventStream) -> EventStream:
    """Return a stream with the record that every run begins with, where the record has none."""

    def chunks() -> Iterator[EventArray]:
        rest = stream.chunks()
        first = next(rest, None)
        if first is not None:
            yield config_digest_event(digest, int(first["ts_recv"][0]))
            yield first
        yield from rest

    return EventStream(stream.kind, stream.instruments, chunks)
