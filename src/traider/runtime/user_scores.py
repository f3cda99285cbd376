"""A person's own numbers: batch features and score files of a configuration, as events of a run.

Both are read by alphas as ``score_NAME``; the kernel numbers the models in the order in which the
strategy lists them.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Final

from traider.backtest.files import utc_text
from traider.backtest.histories import read_history
from traider.backtest.lookahead import Subject
from traider.backtest.score_events import feature_events, score_events
from traider.backtest.score_files import ScoreFile, read_scores
from traider.domain.errors import DataError, StrategyError, UsageError
from traider.domain.events import EventArray
from traider.features.batch import BarHistory, batch_features_in, load_batch_feature
from traider.runtime.config import Config, EnsembleStrategy, FeatureConfig
from traider.runtime.config_strategy import NAME
from traider.runtime.data_plan import RunData

_NO_WORD: Final = re.compile(r"\W+")

Stream = Callable[[], Iterator[EventArray]]


def model_numbers(config: Config) -> dict[str, int]:
    """Return the number of each model that alphas can read."""
    if not isinstance(config.strategy, EnsembleStrategy):
        return {}
    return {name: number for number, name in enumerate(config.strategy.models)}


def with_user_files(config: Config, features: Sequence[Path], scores: Sequence[str]) -> Config:
    """Return ``config`` with every batch feature of the files, and with the score files.

    A feature the configuration names already keeps its parameters. A score file is ``NAME=FILE``,
    or ``FILE``, whose model is named after it.

    Raises:
        StrategyError: a file cannot be read, or declares no batch feature.
        UsageError: the strategy reads no scores, or a name cannot be one.
    """
    if not features and not scores:
        return config
    strategy = config.strategy
    if not isinstance(strategy, EnsembleStrategy):
        raise UsageError(
            f"the strategy {strategy.kind} reads no scores",
            where="--features" if features else "--scores",
            fix='use a configuration with strategy.kind = "ensemble"',
        )
    given = score_paths(scores)
    entries = {entry.name: entry for entry in strategy.features}
    for file in features:
        for name in batch_features_in(file):
            known = entries.get(name)
            params = known.params if known is not None else {}
            entries[name] = FeatureConfig(name=name, file=file, params=params)
    for name in entries:
        if name in given or name in strategy.scores:
            raise _twice(name)
    update = {"features": tuple(entries.values()), "scores": {**strategy.scores, **given}}
    # Made anew, so that the model's own checks are run.
    changed = EnsembleStrategy.model_validate({**dict(strategy), **update})
    return config.model_copy(update={"strategy": changed})


def named_score_file(text: str) -> tuple[str, Path]:
    """Return model and file of ``NAME=FILE`` or ``FILE``.

    Raises:
        UsageError: the model's name cannot be written in a feature expression.
    """
    name, equals, file = text.rpartition("=")
    if not equals:
        name = _NO_WORD.sub("_", Path(file).stem)
    if not re.match(NAME, name):
        raise UsageError(
            f"{name!r} cannot be read as score_{name}", where="--scores", fix="write NAME=FILE"
        )
    return name, Path(file)


def score_paths(scores: Sequence[str]) -> dict[str, Path]:
    """Return the file of each model of ``--scores``.

    Raises:
        UsageError: a name cannot be one, or is given twice.
    """
    given: dict[str, Path] = {}
    for text in scores:
        name, path = named_score_file(text)
        if name in given:
            raise _twice(name)
        given[name] = path
    return given


def _twice(name: str) -> UsageError:
    return UsageError(
        f"two features or score files are called {name}",
        where="--scores",
        fix="give each a name of its own with --scores NAME=FILE",
    )


def subjects_of(config: Config) -> tuple[Subject, ...]:
    """Return the batch features of a configuration."""
    if not isinstance(config.strategy, EnsembleStrategy):
        return ()
    return tuple(
        Subject(entry.name, partial(load_batch_feature, entry.name, entry.file), entry.params)
        for entry in config.strategy.features
    )


def histories_of(config: Config, data: RunData) -> tuple[BarHistory, ...]:
    """Return the bars of a run, whole.

    Raises:
        DataError: a file cannot be read any more.
    """
    start_ns, end_ns = config.data.start_ns, config.data.end_ns
    return tuple(read_history(file, start_ns, end_ns) for file in data.bar_files)


def score_files_of(config: Config, data: RunData) -> tuple[ScoreFile, ...]:
    """Read the score files of a configuration.

    Raises:
        DataError: a file cannot be used.
    """
    if not isinstance(config.strategy, EnsembleStrategy):
        return ()
    return scores_of_run(config.strategy.scores, data)


def scores_of_run(paths: Mapping[str, Path], data: RunData) -> tuple[ScoreFile, ...]:
    """Read the score file of each model.

    Raises:
        DataError: a file cannot be used, or knows nothing during the run.
    """
    names = [source.instrument for source in data.sources]
    files = tuple(read_scores(path, name, names) for name, path in paths.items())
    for file in files:
        first_ns, last_ns = int(file.ts_ns[0]), int(file.ts_ns[-1])
        if first_ns > data.end_ns or last_ns < data.first_ns:
            raise DataError(
                f"its scores run from {utc_text(first_ns)} to {utc_text(last_ns)}, the bars from "
                f"{utc_text(data.first_ns)} to {utc_text(data.end_ns)}",
                where=str(file.path),
                fix="stamp scores in UTC, at times of the run",
            )
    return files


def score_streams(config: Config, data: RunData) -> tuple[Stream, ...]:
    """Evaluate the batch features, read the score files, and return what makes their events.

    Raises:
        StrategyError: a feature fails, or there are no bars for it to see.
        DataError: a score file cannot be used.
    """
    numbers = model_numbers(config)
    subjects = subjects_of(config)
    streams = []
    if subjects:
        check_bars(data)
        bars = histories_of(config, data)
        values = {subject.name: subject.values(bars) for subject in subjects}
        streams.append(feature_events(bars, values, numbers))
    streams += [
        score_events(file, numbers[file.name], data.first_ns, data.end_ns)
        for file in score_files_of(config, data)
    ]
    return tuple(partial(_once, events) for events in streams)


def check_bars(data: RunData) -> None:
    """Refuse batch features where there are no bar files.

    Raises:
        StrategyError: the data are raw captures.
    """
    if data.is_captured:
        raise StrategyError(
            "batch features see bars, and raw captures hold none",
            where="strategy.features",
            fix="use bar files, or write the values to a score file",
        )


def _once(events: EventArray) -> Iterator[EventArray]:
    if len(events):
        yield events
