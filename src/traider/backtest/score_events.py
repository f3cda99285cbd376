"""Batch features' values and score files as events: MODEL_SCORE, known when they are stamped.

A bar's values are stamped at its close; their rank puts them after the bar and before the
decision of that instant. A value of NaN takes the one before away.
"""

from collections.abc import Mapping, Sequence

import numpy as np

from traider.backtest.score_files import ScoreFile
from traider.domain.events import EventArray, Kind, empty_events, join_events, sort_events
from traider.features.batch import BarHistory, Floats

FeatureValues = Mapping[str, Mapping[str, Floats]]
"""Values by feature and instrument, one a bar."""


def feature_events(
    histories: Sequence[BarHistory], values: FeatureValues, models: Mapping[str, int]
) -> EventArray:
    """Return the events of all values, sorted; instruments are numbered as in ``histories``."""
    parts = [
        _bar_scores(bars, number, by_instrument[bars.instrument], models[name])
        for name, by_instrument in values.items()
        for number, bars in enumerate(histories)
    ]
    return sort_events(join_events(parts))


def _bar_scores(bars: BarHistory, instrument: int, values: Floats, model: int) -> EventArray:
    # One event a bar, NaN too: where events stand in the journal must not hang on the values.
    events = _scores(len(bars), model)
    events["ts_event"] = events["ts_recv"] = bars.closed_ns
    events["instrument"] = instrument
    events["f0"] = values
    events["f1"] = np.where(np.isnan(values), np.nan, 1.0)
    return events


def score_events(file: ScoreFile, model: int, first_ns: int, last_ns: int) -> EventArray:
    """Return the scores known in [first_ns, last_ns], sorted.

    Of what was known before, the last score of each instrument holds at ``first_ns``.
    """
    ts_ns = np.maximum(file.ts_ns, first_ns)
    keep = file.ts_ns <= last_ns
    for number in np.unique(file.instrument).tolist():
        early = np.flatnonzero((file.instrument == number) & (file.ts_ns <= first_ns))
        keep[early[:-1]] = False
    events = _scores(int(keep.sum()), model)
    events["ts_event"] = file.ts_ns[keep]
    events["ts_recv"] = ts_ns[keep]
    events["instrument"] = file.instrument[keep]
    events["f0"] = file.score[keep]
    events["f1"] = file.confidence[keep]
    return sort_events(events)


def _scores(count: int, model: int) -> EventArray:
    events = empty_events(count)
    events["kind"] = Kind.MODEL_SCORE
    events["version"] = 1
    events["w2"] = model
    return events
