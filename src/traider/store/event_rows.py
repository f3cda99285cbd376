"""Events as rows of the lake and back, the same bytes.

A row has all a record has: times, position in the journal, instrument's number there, kind, flags,
side, version, and the payload words its kind uses; those it does not use are zero in the contract
of events, and an event that breaks it is refused. ``(ts, seq)`` orders rows of all series together,
so a lake can be read as the one sequence it was recorded from (``lake_replay``).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

import numpy as np
import pyarrow as pa

from traider.domain.errors import DataError
from traider.domain.events import EventArray, Kind, empty_events
from traider.domain.instruments import InstrumentName
from traider.domain.payload_words import WORD_COUNT
from traider.store.kinds import Content, DataKind, IntArray, event_words
from traider.store.lake_paths import SeriesKey

CONTENTS: Final = {
    Kind.INSTRUMENT_STATUS: Content.STATUS,
    Kind.TICK_LOT_CHANGE: Content.STATUS,
    Kind.FUNDING_INTERVAL: Content.STATUS,
    Kind.HEALTH: Content.STATUS,
    Kind.GAP: Content.STATUS,
    Kind.RESYNC: Content.STATUS,
    Kind.DEPTH_SNAPSHOT: Content.DEPTH,
    Kind.DEPTH_UPDATE: Content.DEPTH,
    Kind.DEPTH_CLEAR: Content.DEPTH,
    Kind.TRADE: Content.TRADE_EVENTS,
    Kind.QUOTE: Content.QUOTES,
    Kind.BAR: Content.BAR_EVENTS,
    Kind.MARK: Content.MARKS,
    Kind.FUNDING: Content.FUNDING_EVENTS,
}
"""Kinds of events that the lake keeps, and where. The others are the account's, not the market's,
and live in the journal and the tables."""

EVENT_CONTENTS: Final = tuple(dict.fromkeys(CONTENTS.values()))
_PLACES: Final = np.full(max(Kind) + 1, -1, np.int64)
_PLACES[[int(kind) for kind in CONTENTS]] = [EVENT_CONTENTS.index(c) for c in CONTENTS.values()]
_HEAD: Final = {
    "ts": "ts_recv",
    "ts_event": "ts_event",
    "number": "instrument",
    "event": "kind",
    "flags": "flags",
    "side": "side",
    "version": "version",
}


@dataclass(frozen=True)
class RecordedGrid:
    """An instrument of a journal: its name, and what its ticks and lots count."""

    name: InstrumentName
    tick_size: Decimal
    lot_size: Decimal

    @property
    def metadata(self) -> dict[str, str]:
        """What a table of its rows carries."""
        return {"tick_size": f"{self.tick_size:f}", "lot_size": f"{self.lot_size:f}"}


def is_kept(events: EventArray) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Return which events the lake keeps."""
    kept: np.ndarray[tuple[int], np.dtype[np.bool_]] = _places(events) >= 0
    return kept


def _places(events: EventArray) -> IntArray:
    kinds = np.minimum(events["kind"], len(_PLACES) - 1)
    places: IntArray = _PLACES[kinds]
    return places


def rows_by_series(
    events: EventArray, seq: IntArray, instruments: Sequence[RecordedGrid]
) -> Iterator[tuple[SeriesKey, pa.Table]]:
    """Yield the rows of each series that events belong to, in order of time and journal.

    Args:
        events: of any kinds; those the lake does not keep are passed over.
        seq: their positions in the journal.
        instruments: those of the journal; an event's number is a place in them.

    Raises:
        DataError: an event is of no instrument, or says more than its kind has words for.
    """
    places, numbers = _places(events), events["instrument"]
    kept = places >= 0
    if kept.any() and int(numbers[kept].max()) >= len(instruments):
        raise DataError(
            f"an event is of instrument {int(numbers[kept].max())}",
            where="events",
            fix=f"give all instruments of the journal, here are {len(instruments)}",
        )
    series = np.where(kept, places * len(instruments) + numbers, -1)
    for code in np.unique(series[kept]).tolist():
        content = EVENT_CONTENTS[code // len(instruments)]
        instrument = instruments[code % len(instruments)]
        mine = np.flatnonzero(series == code)
        table = rows_of(events[mine], seq[mine], content)
        key = SeriesKey(instrument.name, DataKind(content))
        yield key, table.replace_schema_metadata(instrument.metadata)


def rows_of(events: EventArray, seq: IntArray, content: Content) -> pa.Table:
    """Return events of one content as rows, in order of time and journal.

    Raises:
        DataError: an event says more than its kind has words for.
    """
    words = event_words(content)
    for place in range(len(words), WORD_COUNT):
        if events[f"w{place}"].any():
            row = int(np.argmax(events[f"w{place}"] != 0))
            kind = Kind(int(events["kind"][row]))
            raise DataError(
                f"a {kind.name} has {int(events[f'w{place}'][row])} in word {place}, "
                "which has no meaning",
                where=f"event {int(seq[row])}",
                fix="mend what wrote it; see docs/events.md",
            )
    columns = {name: events[field] for name, field in _HEAD.items()}
    columns |= {name: events[f"w{place}"] for place, name in enumerate(words)}
    columns["seq"] = seq
    order = _order(columns["ts"], seq)
    schema = DataKind(content).schema
    arrays = []
    for field in schema:
        values = columns[field.name] if order is None else columns[field.name][order]
        arrays.append(pa.array(values.astype(field.type.to_pandas_dtype()), field.type))
    return pa.table(arrays, schema=schema)


def _order(ts: IntArray, seq: IntArray) -> IntArray | None:
    """Return the order of time and journal, None where rows stand in it."""
    steps = np.diff(ts)
    if ((steps > 0) | ((steps == 0) & (np.diff(seq) > 0))).all():
        return None
    order: IntArray = np.lexsort((seq, ts))
    return order


def events_of(rows: pa.Table, content: Content) -> EventArray:
    """Return the events that rows were made of, byte for byte, in the order of the rows."""
    events = empty_events(rows.num_rows)
    for name, field in _HEAD.items():
        events[field] = rows.column(name).to_numpy()
    for place, name in enumerate(event_words(content)):
        events[f"w{place}"] = rows.column(name).to_numpy()
    return events
