"""Compile the kernel once, in order, with one explicit signature each, and say what it cost.

``@compiled(signature)`` only registers a function; ``compile_kernel`` compiles or loads them all,
callees before callers (so that each has exactly its one signature). Importing the kernel is
cheap, start-up can show progress, and the seconds of each function can be printed.
``ready_kernel`` is the quick way to a kernel that runs: from one file, once it was compiled
(``linked_code``). Under ``NUMBA_DISABLE_JIT=1`` functions stay Python.
"""

import os
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from pickle import UnpicklingError
from typing import Any, Final, TypeVar, cast

from numba import config, njit
from numba.core.compiler import Compiler

from traider.kernel import linked_code
from traider.kernel.cache_seal import discard_damaged, seal
from traider.kernel.compile_ahead import SHARE, CompileAhead

Function = TypeVar("Function", bound=Callable[..., Any])
Signature = Any
"""A numba signature, or its text."""

INTERPRETED: Final = bool(config.DISABLE_JIT)  # type: ignore[attr-defined]  # set when imported
"""Whether the kernel runs as plain Python."""


class _StableNames(Compiler):
    """Numba's own compiler, but symbols are named without its count of compilations.

    Functions call each other by symbol, and the cache is filled by several processes: a symbol has
    to be the same whoever compiled it, and whatever was compiled before.
    """

    def define_pipelines(self) -> Any:  # noqa: ANN401 - a type of numba
        identity = self.state.func_id
        identity.unique_id = 0
        identity.unique_name = identity.func_qualname
        return super().define_pipelines()  # type: ignore[no-untyped-call]


# Without reference counting (_nrt) reading an array costs a load, not two atomic additions; the
# kernel allocates nothing, so it needs none.
_OPTIONS: Final[dict[str, Any]] = {
    "cache": True,
    "error_model": "numpy",
    "nogil": True,
    "_nrt": False,
    "pipeline_class": _StableNames,
    "no_cfunc_wrapper": True,
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
    inline: bool
    python: bool

    @property
    def room(self) -> str:
        """First part of the name: the module or package of the kernel it stands in."""
        return self.name.partition(".")[0]


_LINKED_INSTRUCTIONS_MAX: Final = 200
_CALLERS: Final = ("gate_step", "run")
"""Rooms that call what the other process compiles: they wait for it."""

_registry: Final[dict[int, _Registered]] = {}
"""Registered functions by the identity of their dispatcher, in the order of registration."""
_done: Final[set[str]] = set()
_linked: Final[set[str]] = set()
"""Functions loaded from the one file: they run, and nothing that calls them can be compiled."""


def compiled(
    signature: Signature, *, inline: bool = False, python: bool = False
) -> Callable[[Function], Function]:
    """Register a kernel function under ``signature`` (numba types or their text).

    A machine of many arrays costs some 100 ns to pass, so functions called for every event are
    marked ``inline``; each inlining adds compile time, so only those are. Only functions marked
    ``python`` can be called from Python: unpacking their arguments costs more to compile than most
    of them.
    """

    def register(function: Function) -> Function:
        if INTERPRETED:
            return function
        options = {**_OPTIONS, "forceinline": inline, "no_cpython_wrapper": not python}
        dispatcher: Any = njit(**options)(function)
        dispatcher._can_compile = False  # noqa: SLF001 - called too early it raises, not crashes
        name = f"{function.__module__.removeprefix('traider.kernel.')}.{function.__name__}"
        _registry[id(dispatcher)] = _Registered(dispatcher, signature, name, inline, python)
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
    folder = Path(os.environ["NUMBA_CACHE_DIR"])
    discard_damaged(folder)
    costs = _compile_all(progress, ahead=ahead)
    if not all(cost.cached for cost in costs):
        seal(folder)
    return costs


def _compile_all(progress: Callable[[str], None] | None, *, ahead: bool) -> list[CompileCost]:
    if not ahead:
        return [_compile(function, progress) for function in _callees_first()]
    other = CompileAhead()
    try:
        mine = [f for f in _callees_first() if f.room not in {*SHARE, *_CALLERS}]
        costs = [_compile(function, progress) for function in mine]
        other.wait()
        costs += [_compile(function, progress) for function in _callees_first()]
    finally:
        other.stop()
    return [replace(cost, seconds=other.seconds.get(cost.function, cost.seconds)) for cost in costs]


def ready_kernel(progress: Callable[[str], None] | None = None, *, ahead: bool = False) -> None:
    """Have all that runs loaded from the one file; where that is none, compile as above."""
    if not _load_linked():
        compile_kernel(progress, ahead=ahead)
        _keep_linked()


def direct(function: Function) -> Function:
    """Return the machine code of a function that is ready, for whoever gives it the right types.

    Called so, a function of many arrays takes a tenth of the time: their types are not looked up.
    """
    if INTERPRETED:
        return function
    (only,) = _registry[id(function)].dispatcher.overloads.values()
    return cast("Function", only.entry_point)


def ready_rooms(rooms: Sequence[str]) -> None:
    """Have some rooms ready: with all the rest from the one file, or compiled alone."""
    if not INTERPRETED and not _load_linked():
        discard_damaged(Path(os.environ["NUMBA_CACHE_DIR"]))
        compile_rooms(rooms)


def compile_rooms(rooms: Sequence[str]) -> list[CompileCost]:
    """Compile the functions of some rooms of the kernel, with those they call."""
    return [_compile(function, None) for function in _callees_first(rooms)]


def _compile(function: _Registered, progress: Callable[[str], None] | None) -> CompileCost:
    if progress is not None:
        progress(function.name)
    started = time.perf_counter()
    function.dispatcher.disable_compile(False)
    _load_or_compile(function.dispatcher, function.signature)
    function.dispatcher.disable_compile()
    if not function.inline and not _is_small(function.dispatcher):
        _call_by_symbol(function.dispatcher)
    if not function.python:
        function.dispatcher._clear()  # noqa: SLF001 - a call from Python then raises, not crashes
    cached = bool(function.dispatcher.stats.cache_hits)
    _done.add(function.name)
    return CompileCost(function.name, time.perf_counter() - started, cached)


def _load_or_compile(dispatcher: Any, signature: Any) -> None:  # noqa: ANN401 - without types
    """Compile one function, whatever is wrong with its files in the cache."""
    try:
        dispatcher.compile(signature)
    except (EOFError, OSError, UnpicklingError):
        if dispatcher.overloads:
            return  # compiled, but the disk is full: it cannot be kept for the next start
        dispatcher._cache.disable()  # noqa: SLF001 - its files are damaged, and not sealed yet
        dispatcher.compile(signature)


def _load_linked() -> bool:
    """Load what is not there yet from the one file; return whether all is there."""
    missing = [function for function in _callees_first() if function.name not in _linked]
    if not missing:
        return True
    kept = linked_code.read_linked(Path(os.environ["NUMBA_CACHE_DIR"]))
    if any(function.name not in kept for function in missing):
        return False
    linked_code.load([(each.dispatcher, each.signature, kept[each.name]) for each in missing])
    _linked.update(function.name for function in missing)
    return True


def _keep_linked() -> None:
    """Write the one file, where numba could keep each function."""
    kept = {}
    for function in _registry.values():
        way = linked_code.SYMBOL
        if function.python:
            way = linked_code.PYTHON
        elif function.inline or _is_small(function.dispatcher):
            way = linked_code.EMBEDDED
        try:
            found = linked_code.kept_of(function.dispatcher, function.signature, way)
        except (EOFError, OSError, UnpicklingError):
            found = None
        if found is None:
            return
        kept[function.name] = found
    linked_code.write_linked(Path(os.environ["NUMBA_CACHE_DIR"]), kept)


def _is_small(dispatcher: Any) -> bool:  # noqa: ANN401 - numba has no types
    (only,) = dispatcher.overloads.values()
    module = only.library._get_module_for_linking()  # noqa: SLF001 - what a caller would link
    instructions = (
        one for part in module.functions for block in part.blocks for one in block.instructions
    )
    return next(islice(instructions, _LINKED_INSTRUCTIONS_MAX, None), None) is None


def _call_by_symbol(dispatcher: Any) -> None:  # noqa: ANN401 - numba has no types
    """Let callers find the machine code of ``dispatcher`` in memory.

    Numba would link its whole code, and that of all it calls, into each caller, and optimize it
    there again: half the time of a compilation. Only what is small, and may gain from becoming a
    part of its caller, is worth that.
    """
    context = dispatcher.targetctx
    for compiled_one in dispatcher.overloads.values():
        context.remove_user_function(compiled_one.entry_point)
        context.insert_user_function(compiled_one.entry_point, compiled_one.fndesc)


def _callees_first(rooms: Sequence[str] | None = None) -> Iterator[_Registered]:
    """Yield the functions not yet done, each after those it calls; calls must not be circular.

    With ``rooms`` only what these need is meant.
    """
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

    for key, function in list(_registry.items()):
        if rooms is None or function.room in rooms:
            yield from visit(key)
