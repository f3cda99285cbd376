"""Run a Python file of a person's own and hand out what it declares."""

import hashlib
import importlib.util
import sys
from pathlib import Path
from typing import Final

from traider.domain.errors import StrategyError

FAULTS: Final = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    ImportError,
    LookupError,
    NameError,
    OSError,
    RuntimeError,
    SyntaxError,
    SystemExit,
    TypeError,
    ValueError,
)
"""What a person's own code can raise; Ctrl-C is not among it."""


def run_user_file(file: Path, holds: str) -> dict[str, object]:
    """Run ``file`` as a fresh module and return its names; ``holds`` is what an error calls it for.

    Nothing is remembered from an earlier run of the file, so an edited one is read again.

    Raises:
        StrategyError: the file cannot be read, is no Python, or fails.
    """
    try:
        source = file.read_bytes()
    except OSError as fault:
        raise StrategyError(
            f"cannot read the {holds}'s file: {fault.strerror}",
            where=str(file),
            fix="paths are relative to the configuration file",
        ) from fault
    module_name = f"traider_user_{holds.replace(' ', '_')}_{_digest(source)}"
    spec = importlib.util.spec_from_file_location(module_name, file)
    if spec is None or spec.loader is None:
        raise StrategyError("is no Python file", where=str(file), fix="name it something.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[module_name] = module
    try:
        spec.loader.exec_module(module)
    except StrategyError:
        raise
    except FAULTS as fault:
        raise StrategyError(
            f"fails when imported: {type(fault).__name__}: {fault}",
            where=str(file),
            fix="run it with python to see the whole error",
        ) from fault
    return dict(vars(module))


def _digest(source: bytes) -> str:
    return hashlib.blake2b(source, digest_size=8).hexdigest()
