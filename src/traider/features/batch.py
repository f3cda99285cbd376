"""``@batch_feature``: a Python function over the whole history of an instrument's bars.

The tape's features are causal by construction; a batch feature sees all bars at once, so it can
look ahead by mistake. It is therefore unsafe until ``traider check lookahead`` has passed it. Its
values reach the alphas as scores of a model of its name, known when their bars close.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from traider.domain.errors import StrategyError
from traider.features.user_files import faults_told, run_user_file

Floats = npt.NDArray[np.float64]
Times = npt.NDArray[np.int64]
Parameters: TypeAlias = Mapping[str, float]


@dataclass(frozen=True)
class BarHistory:
    """The bars of one instrument, oldest first; nothing in it can be written to.

    ``ts_ns`` are opening times, UTC; prices are in the quote currency, volume in base units.
    """

    instrument: str
    length_ns: int
    ts_ns: Times
    open: Floats
    high: Floats
    low: Floats
    close: Floats
    volume: Floats

    def __post_init__(self) -> None:
        for column in fields(self):
            values = getattr(self, column.name)
            if isinstance(values, np.ndarray):
                values = values.view()
                values.setflags(write=False)
                object.__setattr__(self, column.name, values)

    def __len__(self) -> int:
        """Return the number of bars."""
        return len(self.ts_ns)

    @property
    def closed_ns(self) -> Times:
        """When each bar closed, and so became known."""
        return self.ts_ns + self.length_ns

    def first(self, bars: int) -> "BarHistory":
        """Return the first ``bars`` bars."""
        return self.part(0, bars)

    def part(self, start: int, stop: int) -> "BarHistory":
        """Return the bars from number ``start`` up to ``stop``, which is left out."""
        wanted = slice(start, stop)
        return BarHistory(
            instrument=self.instrument,
            length_ns=self.length_ns,
            ts_ns=self.ts_ns[wanted],
            open=self.open[wanted],
            high=self.high[wanted],
            low=self.low[wanted],
            close=self.close[wanted],
            volume=self.volume[wanted],
        )

    def known_at(self, ts_ns: int) -> int:
        """Return how many bars had closed at ``ts_ns``."""
        return int(np.searchsorted(self.closed_ns, ts_ns, "right"))


@dataclass(frozen=True)
class BatchFeature:
    """A function over bars with its parameters' defaults.

    It is called with an instrument's bars and the parameters, or, where it sees the ``universe``,
    with a mapping from instrument to bars. It answers with one value a bar, NaN for none.
    """

    name: str
    params: Parameters
    python: Callable[..., Any]
    universe: bool = False

    def with_params(self, given: Parameters) -> Parameters:
        """Return the defaults overridden by ``given``; whole numbers become integers.

        Raises:
            StrategyError: a name is no parameter of this feature.
        """
        for name in given:
            if name not in self.params:
                raise StrategyError(
                    f"unknown parameter {name!r}",
                    where=f"batch feature {self.name}",
                    fix=f"its parameters are: {', '.join(self.params) or 'none'}",
                )
        chosen = {**self.params, **given}
        return {
            name: int(value) if value == int(value) else value for name, value in chosen.items()
        }

    def values(self, histories: Mapping[str, BarHistory], params: Parameters) -> dict[str, Floats]:
        """Return the values of every instrument, one a bar.

        Raises:
            StrategyError: the function fails, or answers something else.
        """
        params = MappingProxyType(dict(params))
        if self.universe:
            found = self._call(MappingProxyType(dict(histories)), params, "the universe")
            if not isinstance(found, Mapping):
                raise self._error(
                    f"answers with {type(found).__name__}",
                    "the universe",
                    "return a dict of one array an instrument",
                )
            return {name: self._checked(found.get(name), bars) for name, bars in histories.items()}
        return {
            name: self._checked(self._call(bars, params, name), bars) if len(bars) else np.zeros(0)
            for name, bars in histories.items()
        }

    def _call(self, bars: object, params: Parameters, where: str) -> object:
        def failed(words: str) -> StrategyError:
            fix = "call it on the bars yourself to see the whole error"
            return self._error(f"raised {words}", where, fix)

        # Zero volume and flat prices divide by zero in any honest feature; NaN says so.
        with faults_told(failed), np.errstate(divide="ignore", invalid="ignore"):
            return self.python(bars, params)

    def _checked(self, found: object, bars: BarHistory) -> Floats:
        if isinstance(found, np.ndarray) and np.iscomplexobj(found):
            raise self._error("answers with complex numbers", bars.instrument, "return real ones")
        try:
            values = np.array(found, np.float64)
        except (TypeError, ValueError) as fault:
            raise self._error(
                f"answers with {type(found).__name__}, not numbers",
                bars.instrument,
                "return an array of floats, NaN where there is no value",
            ) from fault
        if values.shape != (len(bars),):
            raise self._error(
                f"answers with shape {values.shape} to {len(bars)} bars",
                bars.instrument,
                "return one value a bar, NaN where there is no value",
            )
        if np.isinf(values).any():
            bar = int(np.argmax(np.isinf(values)))
            raise self._error(
                f"answers with {values[bar]} at bar {bar}",
                bars.instrument,
                "return NaN where there is no value",
            )
        return values

    def _error(self, what: str, instrument: str, fix: str) -> StrategyError:
        return StrategyError(what, where=f"batch feature {self.name} on {instrument}", fix=fix)


def batch_feature(
    *, params: Parameters | None = None, universe: bool = False, name: str = ""
) -> Callable[[Callable[..., Any]], BatchFeature]:
    """Declare a function ``(bars, params) -> array`` as a batch feature.

    Args:
        params: defaults of its parameters; a configuration may override them.
        universe: whether it gets the bars of every instrument at once, as a mapping, and returns
            a mapping of arrays.
        name: the feature's name; the function's own without it. Alphas read it as ``score_NAME``.

    Raises:
        StrategyError: the name cannot be written in a feature expression.
    """

    def declare(function: Callable[..., Any]) -> BatchFeature:
        chosen = name or function.__name__
        if not chosen.isidentifier() or not chosen.isascii():
            raise StrategyError(
                f"{chosen!r} cannot be read as score_{chosen}",
                where="@batch_feature",
                fix="name it with letters, digits and underscores",
            )
        return BatchFeature(chosen, dict(params or {}), function, universe)

    return declare


def batch_features_in(file: Path) -> dict[str, BatchFeature]:
    """Run ``file`` afresh and return the batch features it declares, by name.

    Raises:
        StrategyError: the file cannot be read or run, or declares none.
    """
    declared = run_user_file(file, "batch feature").values()
    found = {value.name: value for value in declared if isinstance(value, BatchFeature)}
    if not found:
        raise StrategyError(
            "declares no batch feature",
            where=str(file),
            fix="decorate a function with @batch_feature()",
        )
    return found


def load_batch_feature(name: str, file: Path) -> BatchFeature:
    """Return the batch feature ``name`` that ``file`` declares; - and _ are the same.

    Raises:
        StrategyError: there is none of that name, or the file cannot be read or run.
    """
    found = batch_features_in(file)
    wanted = name.replace("-", "_")
    if wanted not in found:
        raise StrategyError(
            f"declares no batch feature {name!r}",
            where=str(file),
            fix=f"it declares: {', '.join(found)}",
        )
    return found[wanted]
