"""What a download did, series by series."""

from dataclasses import dataclass, field

from traider.domain.errors import TraiderError
from traider.feed.download.funding_intervals import IntervalPhase
from traider.feed.download.publishing import Published
from traider.feed.download.spans import Span
from traider.feed.download.verifying import Verification
from traider.store.lake_paths import SeriesKey


@dataclass
class SeriesOutcome:
    """One series; filled in as it goes on."""

    key: SeriesKey
    symbol: str
    wanted: Span
    """What was asked for."""
    known: Span = (0, 0)
    """From the first to the last instant of it that is settled now."""
    stored: Published = field(default_factory=Published)
    held: int = 0
    """Rows that the store has of the series."""
    pages: int = 0
    """Pages kept in this run."""
    gaps: int = 0
    """Holes between the first and the last bar; so are those below."""
    missing: int = 0
    """Bars that the holes have room for."""
    confirmed: int = 0
    """Holes of which the venue has nothing, asked again."""
    repaired: int = 0
    """Bars that asking again brought."""
    differing: int = 0
    """Rows that came again with other values in this run; the first stayed."""
    intervals: tuple[IntervalPhase, ...] = ()
    """Lengths of the funding interval, each from when on."""
    verification: Verification | None = None
    notes: list[str] = field(default_factory=list)
    seconds: float = 0.0
    error: TraiderError | None = None

    @property
    def is_begun(self) -> bool:
        """Whether anything of the span is settled."""
        return self.known[1] > self.known[0]


@dataclass(frozen=True)
class DownloadOutcome:
    """A whole download."""

    venue: str
    series: tuple[SeriesOutcome, ...]
    requests: int
    """Questions sent, those sent again included."""
    faults: int
    """Answers that were none, and were asked for again."""
    seconds: float

    @property
    def error(self) -> TraiderError | None:
        """The first fault of a series, a stop before all others."""
        errors = [each.error for each in self.series if each.error is not None]
        return min(errors, key=lambda error: error.exit_code != 130, default=None)
