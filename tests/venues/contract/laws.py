"""What holds for the events of any mapper; each function fails where it does not."""

from itertools import pairwise

import numpy as np

from traider.domain.events import EventArray, Kind, MarketFlag, sort_events
from traider.domain.payload_table import PAYLOADS

DEPTH = (Kind.DEPTH_SNAPSHOT, Kind.DEPTH_UPDATE, Kind.DEPTH_CLEAR)
TOLD = (
    *DEPTH,
    Kind.TRADE,
    Kind.QUOTE,
    Kind.MARK,
    Kind.FUNDING,
    Kind.GAP,
    Kind.RESYNC,
    Kind.INSTRUMENT_STATUS,
)
"""All that a mapper may say."""

_FIRST_NS = 978_307_200_000_000_000
_LAST_NS = 4_102_444_800_000_000_000
_LAST = int(MarketFlag.LAST_OF_MESSAGE)
_BEFORE = int(MarketFlag.GAP_BEFORE)
_KNOWN_FLAGS = _LAST | _BEFORE | int(MarketFlag.HISTORY)


def check_form(events: EventArray, instruments: int) -> None:
    """Check that each record has a form, and that they stand in the total order."""
    assert set(np.unique(events["kind"]).tolist()) <= {int(kind) for kind in TOLD}
    assert (events["instrument"] < instruments).all()
    for kind, version in set(zip(events["kind"].tolist(), events["version"].tolist(), strict=True)):
        assert version == PAYLOADS[Kind(kind)].version
    assert (np.diff(events["ts_recv"]) >= 0).all()
    for name in ("ts_event", "ts_recv"):
        assert ((events[name] >= _FIRST_NS) & (events[name] < _LAST_NS)).all()
    assert not (events["flags"] & ~np.uint16(_KNOWN_FLAGS)).any()
    for number in range(instruments):
        mine = events[events["instrument"] == number]
        assert sort_events(mine).tobytes() == mine.tobytes()
        _check_words(mine)
        _check_messages(mine)


def _check_words(events: EventArray) -> None:
    """Check sides, prices and sizes by kind."""
    levels = events[np.isin(events["kind"], (Kind.DEPTH_SNAPSHOT, Kind.DEPTH_UPDATE))]
    assert (levels["price"] != 0).all()
    assert (levels["size"] >= 0).all()
    assert (np.abs(levels["side"]) == 1).all()
    trades = events[events["kind"] == Kind.TRADE]
    assert (trades["price"] != 0).all()
    assert (trades["size"] > 0).all()
    assert (np.abs(trades["side"]) <= 1).all()
    quotes = events[events["kind"] == Kind.QUOTE]
    assert all((quotes[word] >= 0).all() for word in ("w1", "w3"))


def _check_messages(events: EventArray) -> None:
    """Check that a change of the receive time or of the kind of depth ends a message."""
    depth = events[np.isin(events["kind"], DEPTH)]
    if not len(depth):
        return
    assert depth["flags"][-1] & _LAST
    for name in ("ts_recv", "kind"):
        ends = np.flatnonzero(depth[name][1:] != depth[name][:-1])
        assert (depth["flags"][ends] & _LAST).all()
    snapshots = depth[depth["kind"] == Kind.DEPTH_SNAPSHOT]
    starts = snapshots["w3"] == 0
    counted_on = snapshots["w3"][1:] == snapshots["w3"][:-1] + 1
    assert (counted_on | starts[1:]).all()
    if len(snapshots):
        assert starts[0]


def check_breaks(events: EventArray, *, starts_empty: bool = False) -> None:
    """Check the life of one instrument's book: GAP, clear, silence, RESYNC, snapshot."""
    stands, broken = starts_empty, False
    told = [int(kind) for kind in (*DEPTH, Kind.GAP, Kind.RESYNC)]
    mine = events[np.isin(events["kind"], told)]
    columns = [mine[name].tolist() for name in ("kind", "flags", "ts_recv", "w3")]
    rows = list(zip(*columns, strict=True))
    for (kind, flags, ts_recv, index), following in pairwise([*rows, (0, 0, 0, 0)]):
        if kind == Kind.GAP:
            assert stands, "a gap in a book that was none"
            assert following[0] in (Kind.DEPTH_CLEAR, Kind.RESYNC)
            assert following[2] == ts_recv
            stands, broken = False, True
        elif kind == Kind.RESYNC:
            assert broken, "a resync without a gap"
            assert following[0] in (Kind.DEPTH_SNAPSHOT, 0)
            broken, stands = False, True
            assert not following[0] or following[1] & _BEFORE
        elif kind == Kind.DEPTH_SNAPSHOT:
            assert not broken, "a book without a resync"
            assert bool(flags & _BEFORE) <= (index == 0)
            stands = True
        elif kind == Kind.DEPTH_UPDATE:
            assert stands, "a change of no book"
