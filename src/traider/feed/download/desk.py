"""What all series of a download share, and where the rows of each come from."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from traider.feed.download.outcome import SeriesOutcome
from traider.feed.download.page import Page
from traider.feed.download.spans import Span
from traider.store.market_store import MarketStore


class Pages(Protocol):
    """Where the rows of a series come from."""

    length_ns: int

    def window(self, span: Span) -> Span:
        """Return the first part of ``span`` that is asked for at a time."""

    def end_ns(self) -> int:
        """Return the time up to which there is anything to ask for."""

    async def page(self, window: Span, edge: str) -> Page:
        """Return what ``window`` holds."""


@dataclass(frozen=True)
class Desk:
    """What all series of a download share."""

    store: MarketStore
    writing: asyncio.Lock
    """One series writes to the store at a time."""
    stop: Callable[[], bool]
    publish_rows: int
    is_repairing: bool
    changed: Callable[[SeriesOutcome, float, int], None]
    """Told of each page: the series, the share of the span that is settled, rows of the page."""
