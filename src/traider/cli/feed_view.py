"""The terminal view of a live feed: one line an instrument, one a connection, refreshed at will."""

from dataclasses import dataclass, field
from typing import Final

from rich.console import Group
from rich.table import Table
from rich.text import Text

from traider.domain.market_health import MarketHealth
from traider.feed.connection import ConnectionState, FeedConnection
from traider.feed.feed import Feed
from traider.feed.quality import QualityWatch

_SECOND_NS: Final = 1_000_000_000
_MS_NS: Final = 1_000_000
_COLUMNS: Final = (
    "instrument", "health", "bid", "ask", "spread bps", "msg/s", "levels/s", "trades/s",
    "p50 ms", "p99 ms", "gaps", "blind s", "age s",
)  # fmt: skip
_BAD: Final = MarketHealth.STALE


@dataclass
class _Seen:
    """The counts at the last refresh."""

    messages: int = 0
    level_updates: int = 0
    trades: int = 0


@dataclass
class FeedView:
    """What is shown of a feed; rates are those since the last call."""

    feed: Feed
    _seen: dict[int, _Seen] = field(default_factory=dict)
    _shown_ns: int = 0

    def draw(self, now_ns: int, monotonic_ns: int) -> Group:
        """Return the picture of this moment: rates go by the machine's time, ages by the feed's."""
        elapsed_s = (monotonic_ns - self._shown_ns) / _SECOND_NS if self._shown_ns else 0.0
        self._shown_ns = monotonic_ns
        table = Table(box=None, pad_edge=False)
        for name in _COLUMNS:
            justify = "left" if name in ("instrument", "health") else "right"
            table.add_column(name, justify=justify, no_wrap=True)  # type: ignore[arg-type]
        for number, watch in enumerate(self.feed.watches):
            table.add_row(*self._row(number, watch, now_ns, elapsed_s))
        return Group(table, Text(), *(_line(each) for each in self.feed.connections), self._queue())

    def _row(
        self, number: int, watch: QualityWatch, now_ns: int, elapsed_s: float
    ) -> tuple[str | Text, ...]:
        instrument, counts = self.feed.instruments[number], watch.counts
        top = self.feed.books.top(number)
        spread = top.ask_ticks - top.bid_ticks
        middle = (top.ask_ticks + top.bid_ticks) / 2
        seen = self._seen.setdefault(number, _Seen())
        rates = [
            f"{max(new - old, 0) / elapsed_s:,.0f}" if elapsed_s > 0 else "–"
            for new, old in (
                (counts.messages, seen.messages),
                (counts.level_updates, seen.level_updates),
                (counts.trades, seen.trades),
            )
        ]
        self._seen[number] = _Seen(counts.messages, counts.level_updates, counts.trades)
        age_s = (now_ns - watch.last_heard_ns) / _SECOND_NS if counts.messages else None
        return (
            instrument.name,
            _health(watch.health),
            f"{top.bid_ticks * instrument.tick_size:f}" if top.bid_lots else "–",
            f"{top.ask_ticks * instrument.tick_size:f}" if top.ask_lots else "–",
            f"{1e4 * spread / middle:.2f}" if top.is_two_sided else "–",
            *rates,
            *(_milliseconds(counts.latencies.quantile_ns(q)) for q in (0.5, 0.99)),
            str(counts.gaps),
            f"{watch.blind_ns(now_ns) / _SECOND_NS:.1f}",
            f"{max(age_s, 0.0):.1f}" if age_s is not None else "–",
        )

    def _queue(self) -> Text:
        queue = self.feed.queue
        words = f"queue {len(queue):,} of {queue.capacity:,} events"
        if queue.conflations:
            words += f", {queue.dropped_changes:,} changes merged away"
        return Text(words, style="dim" if not queue.conflations else "yellow")


def _milliseconds(duration_ns: int) -> str:
    return f"{duration_ns / _MS_NS:,.2f}"


def _health(health: MarketHealth) -> Text:
    words = health.name.lower().replace("_", " ")
    if health is MarketHealth.HEALTHY:
        return Text(words, style="green")
    return Text(words, style="red" if health <= _BAD else "yellow")


def _line(connection: FeedConnection) -> Text:
    counts = connection.counts
    words = (
        f"{connection.stream.name}  {connection.state.value}  {counts.messages:,} messages  "
        f"{counts.bytes / 1e6:,.1f} MB  opened {counts.opened}  snapshots asked {counts.asked}"
    )
    if connection.state is not ConnectionState.OPEN and connection.why:
        words += f"  ({connection.why})"
    return Text(words, style="dim" if connection.state is ConnectionState.OPEN else "red")
