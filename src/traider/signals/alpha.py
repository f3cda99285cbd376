"""``@alpha``: declare what a scoring function reads, and compile it for the kernel."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pickle import UnpicklingError
from string import Template
from typing import Any, cast

from numba import njit
from numba.core.errors import NumbaError, UnsupportedBytecodeError

from traider.domain.errors import StrategyError
from traider.features.expressions import Expression, parse
from traider.kernel.compiled import INTERPRETED
from traider.kernel.linked_code import load_kept
from traider.kernel.numba_types import ALPHA_SIGNATURE

Score = tuple[float, float]


@dataclass(frozen=True)
class Alpha:
    """A scoring function with the features it reads and its parameters' defaults.

    ``features`` are expressions in which ``$name`` stands for a parameter (a window). The
    function gets the features' values and the parameters' values as arrays, in the order
    declared here, and is called only when every feature is warm.
    """

    name: str
    features: tuple[str, ...]
    params: Mapping[str, float]
    python: Callable[..., Score]
    cached: bool = False

    def with_params(self, given: Mapping[str, float]) -> dict[str, float]:
        """Return the defaults overridden by ``given``.

        Raises:
            StrategyError: a name is no parameter of this alpha.
        """
        for name in given:
            if name not in self.params:
                known = ", ".join(self.params) or "none"
                raise StrategyError(
                    f"unknown parameter {name!r}",
                    where=f"alpha {self.name}",
                    fix=f"its parameters are: {known}",
                )
        return {**self.params, **given}

    def expressions(self, params: Mapping[str, float], timeframe: str = "") -> list[Expression]:
        """Return the features with ``params`` written into them."""
        written = {
            name: repr(float(value)) if value % 1 else str(int(value))
            for name, value in params.items()
        }
        return [parse(Template(text).safe_substitute(written), timeframe) for text in self.features]

    def compiled(self) -> Callable[..., Any]:
        """Return the function as the kernel calls it.

        Raises:
            StrategyError: numba cannot compile it.
        """
        if INTERPRETED:
            return self.python
        try:
            return self._compiled(cached=self.cached)
        except (EOFError, OSError, UnpicklingError):
            return self._compiled(cached=False)  # what is cached is damaged, or the disk full
        except (NumbaError, UnsupportedBytecodeError, TypeError, ValueError) as fault:
            raise StrategyError(
                f"cannot compile: {_reason(fault)}",
                where=f"alpha {self.name}",
                fix="use plain arithmetic and math.* and return (score, confidence) as floats",
            ) from fault

    def _compiled(self, *, cached: bool) -> Callable[..., Any]:
        # A person's function is the one place where an index may be wrong, and the one that may
        # want memory of its own.
        memory: dict[str, Any] = {"_nrt": not self.cached}
        function: Any = njit(cache=cached, error_model="numpy", boundscheck=True, **memory)(
            self.python
        )
        if not (cached and load_kept(function, ALPHA_SIGNATURE)):
            function.compile(ALPHA_SIGNATURE)
            function.disable_compile()
        return cast("Callable[..., Any]", function)


def _reason(fault: Exception) -> str:
    """Return the line of numba's long message that says what is wrong."""
    frames = ("Failed in", "During:", "File ", "[1]", "<source")
    lines = [line.strip() for line in str(fault).splitlines()]
    if any("built-in function setitem" in line for line in lines):
        return "it writes to x or p, which can only be read"
    telling = [line for line in lines if line and not line.startswith(frames)]
    return telling[0] if telling else type(fault).__name__


def alpha(
    *, features: Sequence[str], params: Mapping[str, float] | None = None, name: str = ""
) -> Callable[[Callable[..., Score]], Alpha]:
    """Declare a function ``(x, p) -> (score, confidence)`` as an alpha.

    Args:
        features: what ``x`` holds, e.g. ``"sma(close, $fast)"``; see the feature catalogue.
        params: what ``p`` holds, with defaults; a configuration may override them.
        name: the alpha's name; the function's own without it.
    """
    if isinstance(features, str) or not all(isinstance(text, str) for text in features):
        raise StrategyError(
            f"features is {features!r}",
            where="@alpha",
            fix='give a list of texts, such as features=("close", "sma(close, 20)")',
        )

    def declare(function: Callable[..., Score]) -> Alpha:
        shipped = function.__module__.startswith("traider.signals.")
        return Alpha(
            name=name or function.__name__,
            features=tuple(features),
            params=dict(params or {}),
            python=function,
            cached=shipped,
        )

    return declare
