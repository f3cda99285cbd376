"""Where the windows lie: train spans, the tests after them, what purge and embargo take away.

Times are those at which facts are known. A span (start, end] holds the events received after its
start and up to its end, so a bar belongs to the span in which it closes, and nothing is shared by
a train span and the test after it. With test length T, step S >= T, purge P and the data's first
instant F:

    test k    begins at  A_k = F + train + P + k * S  and ends at  min(A_k + T, end of the data)
    train k   ends at    A_k - P
              begins at  A_k - P - train   (rolling)   or   F   (expanding)

Tests of S = T tile everything after the first train span; the last one ends with the data and may
be shorter.

Purge and embargo are those of López de Prado (Advances in Financial Machine Learning, 2018,
chapter 7), where observations are the days of a run. *Purging* takes away training observations
that reach into the test: here the last P before it. *Embargo* takes away training observations
that follow a test: a later train span may cover an earlier test, and what lies within E after that
test's end is not scored there, since it still answers to what the test saw. An embargo never
touches the window's own train span, which ends before its test.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final, Literal

from traider.backtest.report.number_text import duration
from traider.backtest.stream import Span
from traider.domain.errors import ConfigError
from traider.domain.timeframes import DAY_NS

Kind = Literal["rolling", "expanding"]

WINDOWS_MAX: Final = 10_000


@dataclass(frozen=True)
class Schedule:
    """Lengths of the windows, all in nanoseconds."""

    train_ns: int
    test_ns: int
    step_ns: int
    kind: Kind = "rolling"
    purge_ns: int = 0
    embargo_ns: int = 0


@dataclass(frozen=True)
class Window:
    """One train span and the test after it; ``number`` counts from 1.

    ``embargoed`` are the parts of the train span that are not scored, in order.
    """

    number: int
    train: Span
    test: Span
    embargoed: tuple[Span, ...] = ()

    def scored(self) -> tuple[Span, ...]:
        """Return the parts of the train span that are scored: all but the embargoed ones."""
        parts = []
        start_ns = self.train.start_ns
        for span in self.embargoed:
            if span.start_ns > start_ns:
                parts.append(Span(start_ns, span.start_ns))
            start_ns = max(start_ns, span.end_ns)
        if start_ns < self.train.end_ns:
            parts.append(Span(start_ns, self.train.end_ns))
        return tuple(parts)


def plan_windows(schedule: Schedule, first_ns: int, last_ns: int) -> tuple[Window, ...]:
    """Return the windows over data from ``first_ns`` to ``last_ns``, in order.

    Where train, test and step are at least a day the first window begins at the first midnight
    (UTC), so that no day is cut in two.

    Raises:
        ConfigError: the tests would overlap, there is not enough data for one window, or there
            would be more windows than ``WINDOWS_MAX``.
    """
    if schedule.step_ns < schedule.test_ns:
        raise ConfigError(
            "a step shorter than the test makes tests overlap, and days would count twice",
            where="walk_forward.step",
            fix="make it as long as walk_forward.test, or leave it out",
        )
    data_ns = last_ns - first_ns
    if min(schedule.train_ns, schedule.test_ns) >= DAY_NS:
        first_ns = -(-first_ns // DAY_NS) * DAY_NS
    start_ns = first_ns + schedule.train_ns + schedule.purge_ns
    if start_ns >= last_ns:
        needed_ns = schedule.train_ns + schedule.purge_ns
        whole = f" ({duration(max(last_ns - first_ns, 0))} of them after the first midnight)"
        raise ConfigError(
            f"the data last {duration(data_ns)}{whole if data_ns > needed_ns else ''}, and train "
            f"with purge {duration(needed_ns)}: nothing is left to test on",
            where="walk_forward.train",
            fix="use more data or shorter spans",
        )
    if (last_ns - start_ns) // schedule.step_ns >= WINDOWS_MAX:
        raise ConfigError(
            f"there would be more than {WINDOWS_MAX:,} windows",
            where="walk_forward.step",
            fix="use longer steps",
        )
    windows: list[Window] = []
    for number, begin_ns in enumerate(range(start_ns, last_ns, schedule.step_ns), 1):
        end_ns = begin_ns - schedule.purge_ns
        train_ns = end_ns - schedule.train_ns if schedule.kind == "rolling" else first_ns
        test = Span(begin_ns, min(begin_ns + schedule.test_ns, last_ns))
        window = Window(number, Span(train_ns, end_ns), test)
        earlier = (one.test for one in reversed(windows))
        parts = embargoed(window.train, earlier, schedule.embargo_ns)
        windows.append(replace(window, embargoed=parts))
    return tuple(windows)


def embargoed(train: Span, tests: Iterable[Span], embargo_ns: int) -> tuple[Span, ...]:
    """Return the parts of ``train`` within the embargo after ``tests``, latest first, in order."""
    found: list[Span] = []
    for test in tests:
        if embargo_ns == 0 or test.end_ns + embargo_ns <= train.start_ns:
            break
        start_ns = max(test.end_ns, train.start_ns)
        end_ns = min(test.end_ns + embargo_ns, train.end_ns)
        if start_ns < end_ns:
            found.append(Span(start_ns, end_ns))
    return tuple(reversed(found))
