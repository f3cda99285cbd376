"""Check a score file, or what a batch feature says: stamps first, then foresight."""

from collections.abc import Iterator, Sequence

import numpy as np

from traider.backtest.lookahead.foresight import (
    SCORES_MIN,
    Agreement,
    agreement_of_jumps,
    strongest_agreement,
)
from traider.backtest.lookahead.leaks import Leak, LeakKind
from traider.backtest.lookahead.subjects import Values
from traider.backtest.score_files import ScoreFile
from traider.features.batch import BarHistory, Floats, Times

_MEND_SCORES = (
    "stamp each score with the time it was known: the close of its newest bar, or later; and "
    "compute it from nothing after that"
)
_P_SHOWN_MIN = 1e-12
_MEND_FEATURE = "read nothing but the bars it is given; data of its own must end where they end"


def early_stamps(file: ScoreFile, histories: Sequence[BarHistory]) -> Iterator[Leak]:
    """Yield a leak for each instrument with scores known before their newest bar had closed."""
    if file.bar_ns is None:
        return
    for number, bars in enumerate(histories):
        rows = np.flatnonzero(file.instrument == number)
        early = rows[file.ts_ns[rows] < file.bar_ns[rows] + bars.length_ns]
        if len(early):
            first = int(early[0])
            yield Leak(
                kind=LeakKind.SCORE_STAMP,
                culprit=file.name,
                told="stamped before the bar it was computed from had closed",
                fix="stamp a score at the close of its bar, not at its opening",
                instrument=bars.instrument,
                ts_ns=int(file.ts_ns[first]),
                bar=int(np.searchsorted(bars.ts_ns, file.bar_ns[first])),
                changed=len(early),
                compared=len(rows),
            )


def scores_with_foresight(
    file: ScoreFile, histories: Sequence[BarHistory], notes: list[str]
) -> Iterator[Leak]:
    """Yield a leak for each instrument whose scores or confidences agree with the future.

    A note is made of each instrument with too few scores to be tested.
    """
    series = [("score", file.score)]
    if np.ptp(file.confidence) > 0.0:
        series.append(("confidence", file.confidence))
    tested = len(series) * len(histories)
    for number, bars in enumerate(histories):
        rows = _during(file, number, bars)
        if len(rows) < SCORES_MIN:
            notes.append(
                f"{file.name}: {len(rows)} scores of {bars.instrument} are too few to be tested "
                f"for foresight (at least {SCORES_MIN})"
            )
            continue
        for name, values in series:
            for agreement in (strongest_agreement, agreement_of_jumps):
                found = agreement(file.ts_ns[rows], values[rows], bars, tested)
                if found is not None and found.is_leak:
                    place = (file.name, name, _MEND_SCORES)
                    yield _foresight(place, found, bars, file.ts_ns[rows], values[rows])
                    break


def _during(file: ScoreFile, number: int, bars: BarHistory) -> Times:
    """Return the rows about an instrument that were known while it had bars."""
    known = (file.ts_ns >= bars.ts_ns[0]) & (file.ts_ns < bars.closed_ns[-1])
    return np.flatnonzero((file.instrument == number) & known)


def is_unproven(file: ScoreFile, histories: Sequence[BarHistory]) -> bool:
    """Whether neither a test nor a column ``bar`` can say that the scores are honest."""
    return file.bar_ns is None and any(
        0 < len(_during(file, number, bars)) < SCORES_MIN for number, bars in enumerate(histories)
    )


def feature_with_foresight(
    name: str, values: Values, histories: Sequence[BarHistory]
) -> Iterator[Leak]:
    """Yield a leak for each instrument on which a feature agrees with the future.

    A feature that reads data of its own cannot be caught by cutting the bars it is given.
    """
    for bars in histories:
        found = strongest_agreement(
            bars.closed_ns, values[bars.instrument], bars, series_tested=len(histories)
        )
        if found is not None and found.is_leak:
            place = (name, "value", _MEND_FEATURE)
            yield _foresight(place, found, bars, bars.closed_ns, values[bars.instrument])


def _foresight(
    place: tuple[str, str, str], found: Agreement, bars: BarHistory, ts_ns: Times, values: Floats
) -> Leak:
    culprit, series, fix = place
    first = int(np.argmax(np.isfinite(values)))
    return Leak(
        kind=LeakKind.FORESIGHT,
        culprit=culprit,
        told=f"its {series} knows {found.target}: correlation {found.correlation:+.2f} "
        f"beyond what the past explains (honest ones stay under {found.most:.2f}), "
        f"p {_p_text(found.p_value)}",
        fix=fix,
        instrument=bars.instrument,
        ts_ns=int(ts_ns[first]),
        bar=bars.known_at(int(ts_ns[first])) - 1,
        changed=found.scores,
        compared=len(values),
    )


def _p_text(p_value: float) -> str:
    return f"{p_value:.0e}" if p_value >= _P_SHOWN_MIN else f"under {_P_SHOWN_MIN:.0e}"
