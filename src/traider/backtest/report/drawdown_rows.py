"""The worst drawdowns as table rows."""

from dataclasses import dataclass

from traider.backtest.report.number_text import fixed, instant_text, percent
from traider.domain.timeframes import DAY_NS
from traider.portfolio.drawdown_episodes import DrawdownEpisode

SHOWN_MAX = 8


@dataclass(frozen=True)
class DrawdownRow:
    """One drawdown in words; ``width`` is its depth as a fraction of the deepest one's."""

    depth: str
    width: float
    peak: str
    trough: str
    recovered: str
    days: str


def drawdown_rows(episodes: tuple[DrawdownEpisode, ...], span_ns: int) -> tuple[DrawdownRow, ...]:
    """Return the deepest drawdowns, deepest first; a run under two days is told by the clock."""
    deepest = min((episode.depth for episode in episodes), default=0.0)
    return tuple(
        DrawdownRow(
            depth=percent(episode.depth, 2),
            width=round(episode.depth / deepest, 4) if deepest else 0.0,
            peak=instant_text(episode.peak_ns, span_ns),
            trough=instant_text(episode.trough_ns, span_ns),
            recovered=instant_text(episode.recovered_ns, span_ns)
            if episode.recovered_ns
            else "not yet",
            days=fixed(episode.length_ns / DAY_NS, 0 if episode.length_ns >= 10 * DAY_NS else 1),
        )
        for episode in episodes[:SHOWN_MAX]
    )
