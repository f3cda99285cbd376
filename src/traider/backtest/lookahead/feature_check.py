"""Evaluate a batch feature on other futures of one past, and compare what it says of the past."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np

from traider.backtest.lookahead.comparing import changed, settled
from traider.backtest.lookahead.cuts import sharp_cuts
from traider.backtest.lookahead.leaks import Leak, LeakKind
from traider.backtest.lookahead.subjects import Subject, Values
from traider.backtest.lookahead.variants import truncated
from traider.domain.errors import StrategyError
from traider.features.batch import BarHistory

_MEND = (
    "for bar i use bars up to i alone: no shift(-n), centered window, fill backward or mean of all"
)
_LEAST_BARS: Final = 30
"""With fewer bars there is nothing to learn from a cut."""


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
    _first: _Place | None = None
    _worst: tuple[int, int] = (0, 1)
    _ends: set[str] = field(default_factory=set)

    @classmethod
    def begin(cls, subject: Subject, histories: Sequence[BarHistory]) -> "FeatureCheck":
        """Evaluate on the whole data, twice; a feature that is not repeatable is not cut.

        Raises:
            StrategyError: the feature fails.
        """
        base, again = subject.values(histories), subject.values(histories)
        check = cls(subject, histories, base, evaluations=2)
        check._compare(again, histories, "the same data")
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
        return self._compare(found, past, "data that end there")

    def on_perturbed(self, other: Sequence[BarHistory], cut_ns: int) -> Values:
        """Compare with the values on another future; return those, the past settled to the base.

        Raises:
            StrategyError: the feature fails.
        """
        past = truncated(self.histories, cut_ns)
        found = self._values(other)
        self._compare(
            {
                name: values[: len(bars)]
                for (name, values), bars in zip(found.items(), past, strict=True)
            },
            past,
            "data that go on differently",
        )
        return {
            name: np.concatenate(
                [settled(self.base[name][: len(bars)], values[: len(bars)]), values[len(bars) :]]
            )
            for (name, values), bars in zip(found.items(), past, strict=True)
        }

    def sharp_cuts_ns(self, count: int, seed: int) -> list[int]:
        """Return ``count`` cuts where the feature says most, and as many anywhere."""
        whole, rest = divmod(count, len(self.histories))
        cuts = {
            int(bars.closed_ns[bar])
            for number, bars in enumerate(self.histories)
            for bar in sharp_cuts(
                self.base[bars.instrument], whole + (number < rest), seed + number
            )
            if _LEAST_BARS <= bar < len(bars) - 1
        }
        return sorted(cuts)

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

    def _compare(self, found: Values, past: Sequence[BarHistory], variant: str) -> Values:
        """Note every value that differs from the base; return the others settled to it."""
        known = self._known(past)
        count = 0
        for bars in past:
            base, other = known[bars.instrument], found[bars.instrument]
            where = np.flatnonzero(changed(base, other))
            count += len(where)
            if len(where):
                bar = int(where[0])
                self._keep_first(
                    _Place(
                        int(bars.closed_ns[bar]),
                        bars.instrument,
                        bar,
                        float(base[bar]),
                        float(other[bar]),
                    )
                )
        compared = sum(len(bars) for bars in past)
        if count:
            self._ends.add(variant)
        if count > self._worst[0]:
            self._worst = count, compared
        return {name: settled(base, found[name]) for name, base in known.items()}

    def _keep_first(self, place: _Place) -> None:
        if self._first is None or place.ts_ns < self._first.ts_ns:
            self._first = place
