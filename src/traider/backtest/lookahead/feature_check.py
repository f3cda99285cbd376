"""Evaluate a batch feature on other futures of one past, and compare what it says of the past."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np

from traider.backtest.lookahead.comparing import changed, settled
from traider.backtest.lookahead.leaks import Leak, LeakKind
from traider.backtest.lookahead.subjects import Subject, Values
from traider.backtest.lookahead.telling_bars import telling_bars
from traider.backtest.lookahead.variants import between, perturbed, truncated
from traider.domain.errors import StrategyError
from traider.features.batch import BarHistory

_ENDS: Final = "data that end there"
_GOES_ON: Final = "data that go on differently"
_MEND = (
    "for bar i use bars up to i alone: no shift(-n), centered window, fill backward or mean of all"
)
PAST_BARS: Final = 1_000
FUTURE_BARS: Final = 300
"""How many bars before and after its cut a stretch has."""
_LEAST_BARS: Final = 200
"""Data that end sooner are no test: an honest feature may fail on them, or wrap round."""
_STRETCH_TOLERANCE: Final = 1e-3
"""How far a stretch may leave a value from that on all bars, as a share of the usual one."""
_WARM_UPS: Final = 3
"""A stretch has this many times the bars that a feature needs before its first value."""
_FINEST_TICK: Final = 1e-8
"""Features are no venues: the prices they see need not stand on the tick."""


@dataclass(frozen=True)
class _Place:
    """One value of the past that changed."""

    ts_ns: int
    instrument: str
    bar: int
    before: float
    after: float


@dataclass
class FeatureCheck:
    """What was found about one feature so far; ``base`` are its values on the whole data."""

    subject: Subject
    histories: Sequence[BarHistory]
    base: Values
    notes: list[str] = field(default_factory=list)
    evaluations: int = 0
    is_repeatable: bool = True
    sees_universe: bool = False
    _first: _Place | None = None
    _worst: tuple[int, int] = (0, 1)
    _ends: set[str] = field(default_factory=set)

    @classmethod
    def begin(cls, subject: Subject, histories: Sequence[BarHistory]) -> "FeatureCheck":
        """Evaluate on the whole data, twice; a feature that is not repeatable is not cut.

        Raises:
            StrategyError: the feature fails, or says nothing about any bar.
        """
        base, again = subject.values(histories), subject.values(histories)
        if not any(np.isfinite(values).any() for values in base.values()):
            raise StrategyError(
                f"has no value at any of {sum(len(bars) for bars in histories)} bars",
                where=f"batch feature {subject.name}",
                fix="give it more data, or mend it: what says nothing cannot be checked",
            )
        check = cls(subject, histories, base, evaluations=2, sees_universe=subject.sees_universe())
        check._compare(base, again, histories, "the same data")
        check.is_repeatable = check._first is None
        return check

    def on_truncated(self, cut_ns: int) -> Values:
        """Compare with the values on data that end at ``cut_ns``, and return those.

        A feature that fails on so few bars is noted and keeps its base values: there it is
        compared on other futures of full length alone.
        """
        past = truncated(self.histories, cut_ns)
        try:
            found = self._values(past)
        except StrategyError as fault:
            self._note(past, fault)
            return self._known(past)
        return self._compare(self._known(past), found, past, _ENDS)

    def on_perturbed(self, other: Sequence[BarHistory], cut_ns: int) -> Values:
        """Compare with the values on another future; return those, the past settled to the base.

        Raises:
            StrategyError: the feature fails.
        """
        past = truncated(self.histories, cut_ns)
        found = self._values(other)
        self._compare(self._known(past), found, past, _GOES_ON)
        return {
            name: np.concatenate(
                [settled(self.base[name][: len(bars)], values[: len(bars)]), values[len(bars) :]]
            )
            for (name, values), bars in zip(found.items(), past, strict=True)
        }

    def telling(self, count: int, seed: int) -> Iterator[tuple[int, int]]:
        """Yield instrument and bar of each stretch to check, ``count`` for a way of telling."""
        share = -(-count // len(self.histories))
        for number, bars in enumerate(self.histories):
            values = self.base[bars.instrument]
            for bar in telling_bars(bars, values, share, seed + number):
                yield number, bar

    def on_stretch(self, number: int, bar: int, seed: int) -> None:
        """Cut after one bar of an instrument, on a stretch of bars as if there were no others.

        That takes a small part of the time of a cut through all bars. A feature that fails on the
        stretch, or says something else there, remembers more and is cut through all of them.
        """
        bars = self.histories[number]
        cut_ns = int(bars.closed_ns[bar])
        before = max(PAST_BARS, _WARM_UPS * int(np.argmax(np.isfinite(self.base[bars.instrument]))))
        start, stop = max(bar + 1 - before, 0), min(bar + 1 + FUTURE_BARS, len(bars))
        seen = self.histories if self.sees_universe else (bars,)
        whole = between(seen, int(bars.ts_ns[start]), int(bars.closed_ns[stop - 1]))
        past = truncated(whole, cut_ns)
        base: Values = {}
        with suppress(StrategyError):
            base = self._values(whole)
        is_long = bar + 1 >= _LEAST_BARS
        if is_long and (
            not base or self._remembers_more(bars, bar, base[bars.instrument][bar - start])
        ):
            self.on_truncated(cut_ns)
        if not base:
            return
        # Whoever says nothing about so few bars, or fails on them, has said nothing wrong.
        with suppress(StrategyError):
            ends = self._values(past) if is_long else {}
            if any(np.isfinite(values).any() for values in ends.values()):
                self._compare(base, ends, past, _ENDS)
        with suppress(StrategyError):
            other = perturbed(whole, [_FINEST_TICK] * len(whole), cut_ns, seed)
            self._compare(base, self._values(other), past, _GOES_ON)

    def _remembers_more(self, bars: BarHistory, bar: int, found: float) -> bool:
        """Whether the value of a stretch is far from that on all bars."""
        values = self.base[bars.instrument]
        usual = np.sqrt(np.nanmean(values * values)) if np.isfinite(values).any() else 0.0
        return not (
            abs(found - values[bar]) <= _STRETCH_TOLERANCE * usual
            or (np.isnan(found) and np.isnan(values[bar]))
        )

    def leak(self) -> Leak | None:
        """Return what was found."""
        if self._first is None:
            return None
        first, (count, compared) = self._first, self._worst
        leak = Leak(
            kind=LeakKind.BATCH_FEATURE,
            culprit=self.subject.name,
            told=f"past values change with {' and '.join(sorted(self._ends))}",
            fix=_MEND,
            instrument=first.instrument,
            ts_ns=first.ts_ns,
            bar=first.bar,
            changed=count,
            compared=compared,
            before=first.before,
            after=first.after,
        )
        if self.is_repeatable:
            return leak
        return replace(
            leak,
            kind=LeakKind.UNREPEATABLE,
            told="answers differently to the same data",
            fix="draw random numbers from a generator with a fixed seed, and read no clock",
        )

    def past_of_base(self, cut_ns: int) -> Values:
        """Return the base values of the bars known at ``cut_ns``."""
        return self._known(truncated(self.histories, cut_ns))

    def _values(self, histories: Sequence[BarHistory]) -> Values:
        self.evaluations += 1
        return self.subject.values(histories)

    def _known(self, past: Sequence[BarHistory]) -> Values:
        return {bars.instrument: self.base[bars.instrument][: len(bars)] for bars in past}

    def _note(self, past: Sequence[BarHistory], fault: StrategyError) -> None:
        if not self.notes:
            bars = ", ".join(f"{len(one)} of {one.instrument}" for one in past)
            self.notes.append(f"{self.subject.name} fails on the first bars ({bars}): {fault.what}")

    def _compare(
        self, base: Values, found: Values, past: Sequence[BarHistory], variant: str
    ) -> Values:
        """Note every past value that differs from ``base``; return the others settled to it."""
        whole = {bars.instrument: bars for bars in self.histories}
        count, kept = 0, {}
        for bars in past:
            name = bars.instrument
            ours, theirs = base[name][: len(bars)], found[name][: len(bars)]
            kept[name] = settled(ours, theirs)
            where = np.flatnonzero(changed(ours, theirs))
            count += len(where)
            if len(where):
                first = int(where[0])
                self._keep_first(
                    _Place(
                        int(bars.closed_ns[first]),
                        name,
                        int(np.searchsorted(whole[name].ts_ns, bars.ts_ns[first])),
                        float(ours[first]),
                        float(theirs[first]),
                    )
                )
        compared = sum(len(bars) for bars in past)
        if count:
            self._ends.add(variant)
        if count > self._worst[0]:
            self._worst = count, compared
        return kept

    def _keep_first(self, place: _Place) -> None:
        if self._first is None or place.ts_ns < self._first.ts_ns:
            self._first = place
