"""What a run needs to know of its data, whatever they are: bar files or raw captures."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Protocol

from traider.backtest.bar_files import BarFile
from traider.backtest.capture_scan import Capture
from traider.backtest.captures import CaptureReader
from traider.backtest.event_source import bar_stream
from traider.backtest.journal_source import JournalSource, journal_events
from traider.backtest.merging import merge_streams
from traider.domain.events import EventArray


class Source(Protocol):
    """One instrument's data, scanned."""

    @property
    def instrument(self) -> str:
        """Name of the instrument."""

    @property
    def is_derivative(self) -> bool:
        """Whether positions are held on margin and may be short."""

    @property
    def tick_size(self) -> Decimal:
        """Step of prices, in the quote currency."""

    @property
    def lot_size(self) -> Decimal:
        """Step of sizes, in base units."""

    @property
    def min_size(self) -> Decimal:
        """Smallest order, in base units."""

    @property
    def min_notional(self) -> Decimal:
        """Smallest order, in the quote currency."""

    @property
    def lowest(self) -> float:
        """Lowest price."""

    @property
    def first_ns(self) -> int:
        """When the first event happened."""

    @property
    def end_ns(self) -> int:
        """When the last event was known."""

    @property
    def records(self) -> int:
        """Events it will bring, for progress."""


def market_events(
    sources: Sequence[Source],
    extra: Sequence[Iterator[EventArray]] = (),
    start_ns: int | None = None,
    end_ns: int | None = None,
) -> Iterator[EventArray]:
    """Yield the events of all sources and of ``extra`` streams in the total order, in chunks.

    The range cuts bar files and journals; captures are taken whole. The instruments of a journal
    share one stream.
    """
    streams = []
    journals = {source.folder for source in sources if isinstance(source, JournalSource)}
    streams += [journal_events(folder, start_ns, end_ns) for folder in sorted(journals)]
    for k, source in enumerate(sources):
        if isinstance(source, BarFile):
            streams.append(bar_stream(source, k, start_ns, end_ns))
        elif isinstance(source, Capture):
            streams.append(CaptureReader(source, k).chunks())
    return merge_streams([*streams, *extra])
