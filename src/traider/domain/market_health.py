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
    CROSSED = 3
    """The best bid is not below the best ask."""
    STALE = 4
    """Nothing was heard of it for a while."""
    SCHEMA = 5
    """A message could not be read."""
    SKEW = 6
    """The venue's clock and ours differ, or messages come late."""
    OUTLIER = 7
    """The price jumped beyond belief."""
    OFF_BOOK = 8
    """A trade far outside the book."""
    SPREAD = 9
    """The best prices are far apart."""
