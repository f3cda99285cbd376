"""The order book: sizes by price, the best prices, depth, in memory that no price move can grow.

Each side of a book is an array of sizes over a window of prices, and a table for the levels beyond
its far end. Prices are ranked so that better is higher on both sides (bids by price, asks by minus
price); a level's place in the window is its rank less the window's base. The window follows the
best price: it moves when a better price lies beyond its near end, and when the best falls into its
far quarter, so the levels near the touch are always in it. When the table is full a new far level
is dropped and counted in ``lost``.

Decider and simulated venue each keep a book of their own.
"""

from numba import int64, types, void

from traider.domain.events import Kind
from traider.kernel.codes import BookState
from traider.kernel.compiled import compiled
from traider.kernel.numba_types import BOOK, EVENT_TYPE
from traider.kernel.records import Book, Record

BIDS = 0
ASKS = 1
NO_RANK = -(2**62)
"""Below every rank: no level, or a free place of the far table."""

_SNAPSHOT = int(Kind.DEPTH_SNAPSHOT)
_CLEAR = int(Kind.DEPTH_CLEAR)
_EMPTY = int(BookState.EMPTY)
_ONE_SIDED = int(BookState.ONE_SIDED)
_OPEN = int(BookState.OPEN)
_LOCKED = int(BookState.LOCKED)
_CROSSED = int(BookState.CROSSED)


@compiled(int64(BOOK, int64, int64, int64, int64), inline=True, python=True)
def set_level(book: Book, k: int, s: int, price: int, size: int) -> int:
    """Set the size at ``price`` (0 removes the level); return the size that stood there."""
    side = book.sides[k, s]
    rank = int(price if s == BIDS else -price)
    place = rank - side["base"]
    if place >= book.sizes.shape[2] or side["count"] == 0:
        if size == 0 and (place >= book.sizes.shape[2] or side["far"] == 0):
            return 0  # no level is better than the window, and none is in an empty book
        move_window(book, k, s, rank)
        place = rank - side["base"]
    if place < 0:
        return set_far(book, k, s, rank, size)
    row = book.sizes[k, s]
    old = row[place]
    row[place] = size
    if size > 0:
        if old == 0:
            side["count"] += 1
            if side["count"] == 1 or rank > side["best"]:
                side["best"] = rank
    elif old > 0:
        side["count"] -= 1
        if rank == side["best"]:
            find_best(book, k, s)
    return int(old)


@compiled(void(BOOK, int64, int64))
def find_best(book: Book, k: int, s: int) -> None:
    """Look for the next level after the best one went; bring far levels near when needed."""
    side = book.sides[k, s]
    row = book.sizes[k, s]
    if side["count"] == 0:
        if side["far"] > 0:
            move_window(book, k, s, best_far(book, k, s))
        return
    place = side["best"] - side["base"] - 1
    while row[place] == 0:
        place -= 1
    side["best"] = side["base"] + place
    if side["far"] > 0 and 4 * place < len(row):
        move_window(book, k, s, side["best"])


@compiled(int64(BOOK, int64, int64))
def best_far(book: Book, k: int, s: int) -> int:
    """Return the highest rank beyond the window, ``NO_RANK`` without one."""
    best = NO_RANK
    ranks = book.far_ranks[k, s]
    if book.sides[k, s]["far"] > 0:
        for j in range(len(ranks)):
            best = max(best, ranks[j])
    return int(best)


@compiled(void(BOOK, int64, int64, int64))
def move_window(book: Book, k: int, s: int, rank: int) -> None:
    """Move the window so that ``rank`` stands at three quarters of it; no level is forgotten."""
    side = book.sides[k, s]
    row = book.sizes[k, s]
    width = len(row)
    base = rank - width * 3 // 4
    if side["count"] == 0 and side["far"] == 0:
        side["base"] = base
        return
    shift = base - side["base"]
    moved = min(abs(shift), width)
    old_base = side["base"]
    side["base"] = base
    if shift > 0:
        for place in range(moved):
            if row[place] > 0:
                side["count"] -= 1
                set_far(book, k, s, old_base + place, row[place])
        for place in range(width - moved):
            row[place] = row[place + moved]
        for place in range(width - moved, width):
            row[place] = 0
    else:
        # Downward the window only follows the best level, so nothing stands above it.
        for place in range(width - 1, moved - 1, -1):
            row[place] = row[place - moved]
        for place in range(moved):
            row[place] = 0
        _take_from_far(book, k, s)


@compiled(void(BOOK, int64, int64))
def _take_from_far(book: Book, k: int, s: int) -> None:
    """Move the far levels that the window now covers into it."""
    side = book.sides[k, s]
    row = book.sizes[k, s]
    ranks = book.far_ranks[k, s]
    j = 0
    while j < len(ranks):
        rank = ranks[j]
        if rank >= side["base"]:
            row[rank - side["base"]] = book.far_sizes[k, s, j]
            if side["count"] == 0 or rank > side["best"]:
                side["best"] = rank
            side["count"] += 1
            _free_far(book, k, s, j)  # another level may have moved to this place: look again
        else:
            j += 1


@compiled(int64(int64, int64), inline=True)
def _home(rank: int, capacity: int) -> int:
    """Return where in a table of ``capacity`` (a power of two) the search for a rank begins."""
    return (rank ^ (rank >> 13)) & (capacity - 1)


@compiled(int64(BOOK, int64, int64, int64, int64))
def set_far(book: Book, k: int, s: int, rank: int, size: int) -> int:
    """Set a level beyond the window in its table (linear probing); return the size before."""
    ranks = book.far_ranks[k, s]
    sizes = book.far_sizes[k, s]
    capacity = len(ranks)
    j = _home(rank, capacity)
    while ranks[j] != NO_RANK and ranks[j] != rank:
        j = (j + 1) & (capacity - 1)
    side = book.sides[k, s]
    if ranks[j] == rank:
        old = sizes[j]
        if size > 0:
            sizes[j] = size
        else:
            _free_far(book, k, s, j)
        return int(old)
    if size > 0:
        if 8 * (side["far"] + 1) > 7 * capacity:
            side["lost"] += 1
            return 0
        ranks[j] = rank
        sizes[j] = size
        side["far"] += 1
    return 0


@compiled(void(BOOK, int64, int64, int64))
def _free_far(book: Book, k: int, s: int, hole: int) -> None:
    """Empty place ``hole`` of the table and close the gap in the search paths through it."""
    ranks = book.far_ranks[k, s]
    sizes = book.far_sizes[k, s]
    mask = len(ranks) - 1
    j = hole
    while True:
        j = (j + 1) & mask
        if ranks[j] == NO_RANK:
            break
        # A level may move up to the hole when its search began at or before it.
        if ((j - _home(ranks[j], mask + 1)) & mask) >= ((j - hole) & mask):
            ranks[hole] = ranks[j]
            sizes[hole] = sizes[j]
            hole = j
    ranks[hole] = NO_RANK
    sizes[hole] = 0
    book.sides[k, s]["far"] -= 1


@compiled(void(BOOK, int64, int64), python=True)
def clear_side(book: Book, k: int, s: int) -> None:
    """Empty one side."""
    side = book.sides[k, s]
    if side["count"] > 0:
        row = book.sizes[k, s]
        for place in range(len(row)):
            row[place] = 0
    if side["far"] > 0:
        ranks = book.far_ranks[k, s]
        for j in range(len(ranks)):
            ranks[j] = NO_RANK
            book.far_sizes[k, s, j] = 0
    side["count"] = 0
    side["far"] = 0


@compiled(int64(BOOK, int64, int64), inline=True, python=True)
def best_price(book: Book, k: int, s: int) -> int:
    """Return the best price of a side in ticks, 0 when it is empty."""
    side = book.sides[k, s]
    if side["count"] == 0:
        return 0
    return int(side["best"] if s == BIDS else -side["best"])


@compiled(int64(BOOK, int64, int64), inline=True, python=True)
def best_size(book: Book, k: int, s: int) -> int:
    """Return the size at the best price in lots, 0 when the side is empty."""
    side = book.sides[k, s]
    if side["count"] == 0:
        return 0
    return int(book.sizes[k, s, side["best"] - side["base"]])


@compiled(int64(BOOK, int64, int64), inline=True)
def first_rank(book: Book, k: int, s: int) -> int:
    """Return the rank of the best level, ``NO_RANK`` when the side is empty."""
    side = book.sides[k, s]
    return int(side["best"]) if side["count"] > 0 else NO_RANK


@compiled(int64(BOOK, int64, int64, int64), inline=True, python=True)
def next_rank(book: Book, k: int, s: int, rank: int) -> int:
    """Return the next rank below ``rank`` that has a size, ``NO_RANK`` when there is none.

    Start with ``first_rank``; levels beyond the window are found too, slowly.
    """
    side = book.sides[k, s]
    row = book.sizes[k, s]
    place = min(rank - side["base"], len(row)) - 1
    while place >= 0:
        if row[place] > 0:
            return int(side["base"] + place)
        place -= 1
    return _next_far(book, k, s, rank)


@compiled(int64(BOOK, int64, int64, int64))
def _next_far(book: Book, k: int, s: int, rank: int) -> int:
    best = NO_RANK
    if book.sides[k, s]["far"] > 0:
        ranks = book.far_ranks[k, s]
        for j in range(len(ranks)):
            if ranks[j] < rank:
                best = max(best, ranks[j])
    return int(best)


@compiled(int64(BOOK, int64, int64, int64), python=True)
def size_at(book: Book, k: int, s: int, price: int) -> int:
    """Return the size at ``price`` in lots, 0 without a level."""
    side = book.sides[k, s]
    rank = int(price if s == BIDS else -price)
    place = rank - side["base"]
    if side["count"] > 0 and 0 <= place < book.sizes.shape[2]:
        return int(book.sizes[k, s, place])
    if side["far"] == 0:
        return 0
    ranks = book.far_ranks[k, s]
    j = _home(rank, len(ranks))
    while ranks[j] != NO_RANK:
        if ranks[j] == rank:
            return int(book.far_sizes[k, s, j])
        j = (j + 1) & (len(ranks) - 1)
    return 0


@compiled(int64(BOOK, int64), inline=True, python=True)
def book_state(book: Book, k: int) -> int:
    """Return the ``BookState`` of instrument ``k``."""
    bids, asks = book.sides[k, BIDS], book.sides[k, ASKS]
    if bids["count"] == 0 or asks["count"] == 0:
        return _EMPTY if bids["count"] + asks["count"] == 0 else _ONE_SIDED
    gap = -asks["best"] - bids["best"]
    if gap > 0:
        return _OPEN
    return _LOCKED if gap == 0 else _CROSSED


@compiled(types.boolean(BOOK, int64), inline=True)
def has_both_sides(book: Book, k: int) -> bool:
    """Return whether instrument ``k`` has a bid and an ask."""
    return bool(book.sides[k, BIDS]["count"] > 0 and book.sides[k, ASKS]["count"] > 0)


@compiled(int64(BOOK, EVENT_TYPE), inline=True, python=True)
def apply_depth(book: Book, event: Record) -> int:
    """Apply one depth record: a level of a snapshot, a changed level, or an emptied side.

    Return the size that stood at the level before.
    """
    k = int(event["instrument"])
    side = event["side"]
    if event["kind"] == _CLEAR:
        if side >= 0:
            clear_side(book, k, BIDS)
        if side <= 0:
            clear_side(book, k, ASKS)
        return 0
    if event["kind"] == _SNAPSHOT and event["w3"] == 0:
        clear_side(book, k, BIDS)
        clear_side(book, k, ASKS)
    return set_level(book, k, BIDS if side > 0 else ASKS, event["price"], event["size"])
