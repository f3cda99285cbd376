"""Merge the book changes of a queue that grew too long; everything else stays as it is.

Of books that were set anew (the first level of a snapshot, a clear of both sides) only the last
matters: changes and snapshots of a book before it are dropped, and it is flagged CONFLATED, and
GAP_BEFORE when one of them was. After it, between points that set a part of a book, only the last
size of each level matters. ``conflate`` keeps that one, drops those before it, and makes one
message of what it keeps, at the place and time of the last change of that book; each record of it
is flagged CONFLATED. Clears, trades, quotes, gaps and all other events keep place, time and number.

    book(events) == book(conflate(events))     wherever a clear follows the last setting, at the end
"""

from typing import Final

import numpy as np
import numpy.typing as npt

from traider.domain.events import EventArray, Kind, MarketFlag

Places = npt.NDArray[np.int64]

_SNAPSHOT: Final = int(Kind.DEPTH_SNAPSHOT)
_CLEAR: Final = int(Kind.DEPTH_CLEAR)
_SETS: Final = (_SNAPSHOT, _CLEAR)
_LEVELS: Final = (_SNAPSHOT, int(Kind.DEPTH_UPDATE))
_LAST: Final = int(MarketFlag.LAST_OF_MESSAGE)
_OTHERS: Final = 0xFFFF ^ _LAST
_CONFLATED: Final = int(MarketFlag.CONFLATED)
_GAP_BEFORE: Final = int(MarketFlag.GAP_BEFORE)


def conflate(events: EventArray) -> EventArray:
    """Return ``events`` without books that another replaced, and with changes merged."""
    return _merge_changes(_drop_replaced(events))


def _drop_replaced(events: EventArray) -> EventArray:
    """Return ``events`` without the levels of each book from before it was set anew last."""
    kinds = events["kind"]
    sets = (kinds == _SNAPSHOT) & (events["w3"] == 0) | (kinds == _CLEAR) & (events["side"] == 0)
    settings: Places = np.flatnonzero(sets)
    if not len(settings):
        return events
    books = events["instrument"]
    last = np.full(int(books.max()) + 1, -1, dtype=np.int64)
    last[books[settings]] = settings  # later ones overwrite earlier ones
    levels: Places = np.flatnonzero(np.isin(kinds, _LEVELS))
    replaced = levels[levels < last[books[levels]]]
    if not len(replaced):
        return events
    kept = np.ones(len(events), dtype=np.bool_)
    kept[replaced] = False
    out: EventArray = events.copy()
    out["flags"][last[books[replaced]]] |= _CONFLATED
    broken = replaced[events["flags"][replaced] & _GAP_BEFORE > 0]
    out["flags"][last[books[broken]]] |= _GAP_BEFORE
    left: EventArray = out[kept]
    return left


def _merge_changes(events: EventArray) -> EventArray:
    """Return ``events`` with the changes of each book between two settings merged."""
    kinds = events["kind"]
    changes: Places = np.flatnonzero(kinds == int(Kind.DEPTH_UPDATE))
    if not len(changes):
        return events
    # The stretch of a change: how many settings, of any book, came before it. A setting of another
    # book divides more often than it must, which only merges less.
    stretch = np.cumsum(np.isin(kinds, _SETS), dtype=np.int64)[changes]
    books = events["instrument"][changes].astype(np.int64)
    sides = events["side"][changes].astype(np.int64)
    prices = events["price"][changes]
    order = np.lexsort((changes, prices, sides, books, stretch))
    keys = np.stack((stretch, books, sides, prices), axis=1)[order]
    is_last = np.ones(len(order), dtype=np.bool_)
    is_last[:-1] = (keys[1:] != keys[:-1]).any(axis=1)
    kept = np.sort(order[is_last])
    anchors = _anchors(changes, stretch, books)[kept]
    others = np.flatnonzero(kinds != int(Kind.DEPTH_UPDATE))
    places = np.concatenate((changes[kept], others))
    positions = np.concatenate((anchors, others))
    merged = np.lexsort((places, positions))
    out: EventArray = events[places[merged]].copy()
    _stamp(out, events, positions[merged])
    return out


def _anchors(
    changes: Places,
    stretch: Places,
    books: Places,
) -> Places:
    """Return, for each change, the place of the last change of its book in its stretch."""
    pairs = np.stack((stretch, books), axis=1)
    _, group = np.unique(pairs, axis=0, return_inverse=True)
    last = np.zeros(int(group.max()) + 1, dtype=np.int64)
    last[group] = changes  # later ones overwrite earlier ones
    found: Places = last[group]
    return found


def _stamp(out: EventArray, events: EventArray, positions: Places) -> None:
    """Give the merged changes the times of the last one, and let them be one message."""
    merged = out["kind"] == int(Kind.DEPTH_UPDATE)
    anchors = positions[merged]
    for name in ("ts_event", "ts_recv"):
        out[name][merged] = events[name][anchors]
    flags = (out["flags"][merged] & _OTHERS) | _CONFLATED
    ends = np.ones(len(anchors), dtype=np.bool_)
    ends[:-1] = anchors[1:] != anchors[:-1]
    flags[ends] |= _LAST
    out["flags"][merged] = flags
