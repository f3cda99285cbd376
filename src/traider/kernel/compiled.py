"""Compile the kernel once, in order, with one explicit signature each, and say what it cost.

``@compiled(signature)`` only registers a function; ``compile_kernel`` compiles or loads them all,
callees before callers (so that each has exactly its one signature). Importing the kernel is
cheap, start-up can show progress, and the seconds of each function can be printed. Under
``NUMBA_DISABLE_JIT=1`` functions stay Python.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, TypeVar, cast

from numba import config, njit

from traider.kernel.compile_ahead import SHARE, CompileAhead

Function = TypeVar("Function", bound=Callable[..., Any])
Signature = Any
"""A numba signature, or its text."""

INTERPRETED: Final = bool(config.DISABLE_JIT)  # type: ignore[attr-defined]  # set when imported
"""Whether the kernel runs as plain Python."""


# Without reference counting (_nrt) reading an array costs a load, not two atomic additions; the
# kernel allocates nothing, so it needs none.
_OPTIONS: Final[dict[str, Any]] = {
    "cache": True,
    "error_model": "numpy",
    "nogil": True,
    "_nrt": False,
}


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

    @property
    def room(self) -> str:
        """First part of the name: the module or package of the kernel it stands in."""
        return self.name.partition(".")[0]


_registry: Final[dict[int, _Registered]] = {}
"""Registered functions by the identity of their dispatcher, in the order of registration."""
_done: Final[set[str]] = set()


def compiled(signature: Signature, *, inline: bool = False) -> Callable[[Function], Function]:
    """Register a kernel function under ``signature`` (numba types or their text).

    A machine of many arrays costs some 100 ns to pass, so functions called for every event are
    marked ``inline``; each inlining adds compile time, so only those are.
    """

    def register(function: Function) -> Function:
        if INTERPRETED:
            return function
        dispatcher: Any = njit(**_OPTIONS, forceinline=inline)(function)
        name = f"{function.__module__.removeprefix('traider.kernel.')}.{function.__name__}"
        _registry[id(dispatcher)] = _Registered(dispatcher, signature, name)
        return cast("Function", dispatcher)

    return register


def compile_kernel(
    progress: Callable[[str], None] | None = None, *, ahead: bool = False
) -> list[CompileCost]:
    """Compile, or load from the cache, every registered function not yet done.

    ``ahead`` lets a second process compile a share meanwhile: for a first start, when nothing is
    in the cache. An exception raised by ``progress`` ends both.
    """
    if len(_done) == len(_registry):
        return []
    if not ahead or INTERPRETED:
        return [_compile(function, progress) for function in _callees_first()]
    other = CompileAhead()
    try:
        mine = [f for f in _callees_first() if f.room not in SHARE and f.room != "run"]
        costs = [_compile(function, progress) for function in mine]
        other.wait()
        costs += [_compile(function, progress) for function in _callees_first()]
    finally:
        other.stop()
    return [replace(cost, seconds=other.seconds.get(cost.function, cost.seconds)) for cost in costs]


def compile_rooms(rooms: Sequence[str]) -> list[CompileCost]:
    """Compile the functions of some rooms of the kernel, with those they call."""
    wanted = {f.name for f in _callees_first() if f.room in rooms or f.room == "arithmetic"}
    return [_compile(function, None) for function in _callees_first() if function.name in wanted]


def _compile(function: _Registered, progress: Callable[[str], None] | None) -> CompileCost:
    if progress is not None:
        progress(function.name)
    started = time.perf_counter()
    function.dispatcher.compile(function.signature)
    function.dispatcher.disable_compile()
    cached = bool(function.dispatcher.stats.cache_hits)
    _done.add(function.name)
    return CompileCost(function.name, time.perf_counter() - started, cached)


def _callees_first() -> Iterator[_Registered]:
    """Yield the functions not yet done, each after those it calls; calls must not be circular."""
    visited: set[int] = set()

    def visit(key: int) -> Iterator[_Registered]:
        if key in visited:
            return
        visited.add(key)
        function = _registry[key].dispatcher.py_func
        for name in function.__code__.co_names:
            callee = id(function.__globals__.get(name))
            if callee in _registry:
                yield from visit(callee)
        if _registry[key].name not in _done:
            yield _registry[key]

    for key in list(_registry):
        yield from visit(key)
