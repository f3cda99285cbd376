"""Merge the book changes of a queue that grew too long; everything else stays as it is.

Between two points where a book is set anew (a snapshot, a clear) only the last size of each level
matters to it. ``conflate`` keeps that one, drops those before it, and makes one message of what it
keeps, at the place and time of the last change of that book; each record of it is flagged
CONFLATED. Trades, quotes, gaps and all other events keep place, time and number.

    book(events) == book(conflate(events))     after every other event of the book, and at the end
"""

from typing import Final

import numpy as np
import numpy.typing as npt

from traider.domain.events import EventArray, Kind, MarketFlag

Places = npt.NDArray[np.int64]

_SETS: Final = (int(Kind.DEPTH_SNAPSHOT), int(Kind.DEPTH_CLEAR))
_LAST: Final = int(MarketFlag.LAST_OF_MESSAGE)
_OTHERS: Final = 0xFFFF ^ _LAST
_CONFLATED: Final = int(MarketFlag.CONFLATED)


def conflate(events: EventArray) -> EventArray:
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
