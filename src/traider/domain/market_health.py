"""What can be wrong with the data of an instrument: the codes of HEALTH events.

The lower the number, the worse: of several faults at a time the worst is told. 0 is none.
"""

from enum import IntEnum


class MarketHealth(IntEnum):
    """Why an instrument's data is not to be trusted."""

    HEALTHY = 0
    DISCONNECTED = 1
    """No connection brings its data."""
    GAP = 2
    """Its book broke, or has not begun."""
    LEVELS_LOST = 3
    """Levels found no room in its book."""
    CROSSED = 4
    """The best bid is not below the best ask."""
    ONE_SIDED = 5
    """Its book has no bid, no ask, or neither."""
    FROZEN = 6
    """Its book does not change any more, while the venue's quotes do."""
    STALE = 7
    """Nothing was heard of it for a while."""
    SCHEMA = 8
    """A message could not be read."""
    SKEW = 9
    """The venue's clock and ours differ, or messages come late."""
    OUTLIER = 10
    """The price jumped beyond belief."""
    OFF_BOOK = 11
    """A trade far outside the book."""
    SPREAD = 12
    """The best prices are far apart."""
