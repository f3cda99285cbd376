"""The kernel's machine code in one file: a warm start loads that, not each function by itself.

Numba keeps two files a function, with types and code to be linked into callers. Nobody compiles a
caller in a warm start, so all of that is loaded for nothing: more than a second of work. Once all
functions are there, what a start needs of them is kept here:

| a function | is kept as |
| --- | --- |
| called from Python | what numba keeps of it |
| called by its symbol | its machine code alone |
| a part of each of its callers | its name alone |

The file lies in the folder of its sources' digest (``cache``), so it never holds older code, and
begins with a checksum. Where it is missing, damaged or of fewer functions, numba's files serve.
"""

import hashlib
import os
import pickle
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from llvmlite import binding
from numba.core import serialize

from traider.kernel.cache import LINKED

_DIGEST_BYTES: Final = 16

PYTHON: Final = "called from Python"
SYMBOL: Final = "called by symbol"
EMBEDDED: Final = "in its callers"

Kept = tuple[str, bytes]
"""One of the three ways above, and what goes with it."""
Numba = Any
"""A dispatcher or a signature of numba, which leaves them untyped."""


def read_linked(folder: Path) -> dict[str, Kept]:
    """Return what is kept of each function by name; nothing where that is missing or damaged."""
    try:
        content = (folder / LINKED).read_bytes()
    except OSError:
        return {}
    digest, body = content[:_DIGEST_BYTES], content[_DIGEST_BYTES:]
    if digest != _digest(body):
        return {}
    kept: dict[str, Kept] = pickle.loads(body)  # noqa: S301 - our own, as numba's files are
    return kept


def write_linked(folder: Path, kept: Mapping[str, Kept]) -> None:
    """Keep functions beside those that are kept already; on a full disk nothing is."""
    body = pickle.dumps({**read_linked(folder), **kept}, protocol=pickle.HIGHEST_PROTOCOL)
    written = folder / f"{LINKED}.{os.getpid()}"
    with suppress(OSError):
        written.write_bytes(_digest(body) + body)
        written.replace(folder / LINKED)
    with suppress(OSError):
        written.unlink(missing_ok=True)


def kept_of(dispatcher: Numba, signature: Numba, way: str) -> Kept | None:
    """Return what to keep of a function; None where numba's own files do not hold it."""
    if way == EMBEDDED:
        return EMBEDDED, b""
    data = _of_numba(dispatcher, signature)
    if data is None:
        return None
    if way == PYTHON:
        return PYTHON, serialize.dumps(data)  # type: ignore[no-untyped-call]
    _, kind, (machine_code, _) = data[0]
    return (SYMBOL, bytes(machine_code)) if kind == "object" else None


def load(functions: Sequence[tuple[Numba, Numba, Kept]]) -> None:
    """Load functions, callees before callers: dispatcher, signature and what is kept of each."""
    for dispatcher, signature, (way, content) in functions:
        if way == SYMBOL:
            code = binding.ObjectFileRef.from_data(content)
            dispatcher.targetctx.codegen()._engine._ee.add_object_file(code)  # noqa: SLF001
        elif way == PYTHON:
            _take(dispatcher, signature, pickle.loads(content))  # noqa: S301 - see above


def load_kept(dispatcher: Numba, signature: Numba) -> bool:
    """Load a function that calls no other from numba's own files; return whether it is there."""
    data = _of_numba(dispatcher, signature)
    if data is None:
        return False
    _take(dispatcher, signature, data)
    return True


def _of_numba(dispatcher: Numba, signature: Numba) -> Any:  # noqa: ANN401 - numba's
    cache = dispatcher._cache  # noqa: SLF001 - numba keeps it to itself
    key = cache._index_key(signature, dispatcher.targetctx.codegen())  # noqa: SLF001 - the same
    return cache._cache_file.load(key)  # noqa: SLF001 - the same


def _take(dispatcher: Numba, signature: Numba, data: Any) -> None:  # noqa: ANN401 - numba's
    """Give a dispatcher what numba kept of it, as ``dispatcher.compile`` does.

    That would first import all that a compilation may need, which takes 0.3 s.
    """
    context = dispatcher.targetctx
    result = dispatcher._cache._impl.rebuild(context, data)  # noqa: SLF001 - numba keeps it
    dispatcher._cache_hits[signature] += 1  # noqa: SLF001 - the same
    context.insert_user_function(result.entry_point, result.fndesc, [result.library])
    dispatcher.disable_compile(False)
    dispatcher.add_overload(result)
    dispatcher.disable_compile()


def _digest(body: bytes) -> bytes:
    return hashlib.blake2b(body, digest_size=_DIGEST_BYTES).digest()
