"""Compile the kernel once, in order, with one explicit signature each, and say what it cost.

``@compiled(signature)`` only registers a function; ``compile_kernel`` compiles or loads them all,
callees before callers, so importing the kernel is cheap, start-up can show progress, and the
seconds of each function can be printed. Under ``NUMBA_DISABLE_JIT=1`` functions stay Python.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from numba import config, njit

Function = TypeVar("Function", bound=Callable[..., Any])


@dataclass(frozen=True)
class CompileCost:
    """Seconds one kernel function took to compile, or to load when it was cached."""

    function: str
    seconds: float
    cached: bool


@dataclass(frozen=True)
class _Registered:
    dispatcher: Any
    signature: Any
    name: str


_registry: Final[dict[str, list[_Registered]]] = {}
_done: Final[set[str]] = set()


def compiled(signature: Any) -> Callable[[Function], Function]:
    """Register a kernel function under ``signature`` (numba types or their text)."""

    def register(function: Function) -> Function:
        if config.DISABLE_JIT:
            return function
        dispatcher = njit(cache=True, error_model="numpy", nogil=True)(function)
        name = f"{function.__module__.removeprefix('traider.kernel.')}.{function.__name__}"
        _registry.setdefault(function.__module__, []).append(
            _Registered(dispatcher, signature, name)
        )
        return dispatcher  # type: ignore[return-value]  # calls like the function it compiles

    return register


def compile_kernel(progress: Callable[[str], None] | None = None) -> list[CompileCost]:
    """Compile, or load from the cache, every registered function not yet done.

    Modules come in the order of their import, which puts callees' modules first; inside a module
    the last function comes first, since files read from the top down.
    """
    costs = []
    for function in _pending():
        if progress is not None:
            progress(function.name)
        started = time.perf_counter()
        function.dispatcher.compile(function.signature)
        function.dispatcher.disable_compile()
        cached = bool(function.dispatcher.stats.cache_hits)
        costs.append(CompileCost(function.name, time.perf_counter() - started, cached))
        _done.add(function.name)
    return costs


def _pending() -> Iterator[_Registered]:
    for functions in list(_registry.values()):
        for function in reversed(functions):
            if function.name not in _done:
                yield function
