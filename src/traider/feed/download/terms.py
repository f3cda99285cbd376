"""How a venue is asked: how many series at once, how patiently, and when the lake is written."""

from dataclasses import dataclass


@dataclass(frozen=True)
class DownloadTerms:
    """Bounds of a download."""

    series_at_once: int = 8
    """Series that ask side by side; they share one limit of requests."""
    timeout_s: float = 15.0
    """Longest wait for one answer."""
    patience_s: float = 180.0
    """Longest time that one question is asked again while the venue fails."""
    contact_patience_s: float = 8.0
    """The same, as long as the venue has not answered at all: no network is told soon."""
    pause_first_s: float = 0.5
    pause_longest_s: float = 30.0
    empty_asks: int = 3
    """How often a range without rows is asked before the venue is believed."""
    settle_s: float = 2.0
    """A bar is taken so long after its close, since venues mend their newest one."""
    publish_rows: int = 50_000
    """Rows that are staged before whole days go to the lake."""
    page_rows_max: int = 0
    """Rows asked for at a time, 0 as many as the venue gives."""
    is_throttled: bool = True
    """Whether the venue's own limit of requests is kept; a local server needs none."""
