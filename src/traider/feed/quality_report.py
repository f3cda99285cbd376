"""The quality of a feed's data, an instrument and a day at a time, as a table or as JSON."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from traider.domain.market_health import MarketHealth
from traider.feed.quality import QualityCounts
from traider.venues.rfc3339 import format_ns

_SECOND_NS: Final = 1_000_000_000
_MS_NS: Final = 1_000_000
DAY_NS: Final = 86_400 * _SECOND_NS


@dataclass(frozen=True)
class QualityRow:
    """What was met of one instrument from one time to another, both ns UTC."""

    instrument: str
    from_ns: int
    until_ns: int
    counts: QualityCounts

    @property
    def whole_fraction(self) -> float:
        """How much of the time a whole book stood."""
        lasted_ns = self.until_ns - self.from_ns
        return 1.0 - self.counts.blind_ns / lasted_ns if lasted_ns > 0 else 0.0

    @property
    def healthy_fraction(self) -> float:
        """How much of the time no check found fault."""
        lasted_ns = self.until_ns - self.from_ns
        return 1.0 - self.counts.unhealthy_ns / lasted_ns if lasted_ns > 0 else 0.0

    def body(self) -> dict[str, Any]:
        """Return the row for a program; times in s and ms as their names say."""
        counts = self.counts
        return {
            "instrument": self.instrument,
            "from": format_ns(self.from_ns),
            "until": format_ns(self.until_ns),
            "messages": counts.messages,
            "level_updates": counts.level_updates,
            "trades": counts.trades,
            "snapshots": counts.snapshots,
            "gaps": counts.gaps,
            "resyncs": counts.resyncs,
            "blind_s": round(counts.blind_ns / _SECOND_NS, 6),
            "longest_blind_s": round(counts.longest_blind_ns / _SECOND_NS, 6),
            "whole_fraction": round(self.whole_fraction, 6),
            "healthy_fraction": round(self.healthy_fraction, 6),
            "faults": {
                health.name.lower(): counts.faults.get(health, 0)
                for health in MarketHealth
                if health is not MarketHealth.HEALTHY
            },
            "latencies_negative": counts.latencies.negative,
            "latency_ms": {
                name: round(counts.latencies.quantile_ns(share) / _MS_NS, 3)
                for name, share in (("p50", 0.5), ("p95", 0.95), ("p99", 0.99), ("max", 1.0))
            },
        }


def report_body(rows: Sequence[QualityRow]) -> dict[str, Any]:
    """Return a report for a program."""
    return {"instruments": [row.body() for row in rows]}


def day_of(time_ns: int) -> int:
    """Return the number of the UTC day of a time."""
    return time_ns // DAY_NS
