"""Run a Python file of a person's own and hand out what it declares."""

import hashlib
import importlib.util
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from traider.domain.errors import StrategyError


@contextmanager
def faults_told(error: Callable[[str], StrategyError]) -> Iterator[None]:
    """Turn whatever a person's own code raises into what ``error`` makes of its name and words.

    It may raise anything, classes of its own included; Ctrl-C passes through.

    Raises:
        StrategyError: the code raised.
    """
    try:
        yield
    except StrategyError:
        raise
    except (Exception, SystemExit) as fault:
        words = " ".join(str(fault).split())
        raise error(
            f"{type(fault).__name__}: {words}" if words else type(fault).__name__
        ) from fault


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

    def failed(words: str) -> StrategyError:
        return StrategyError(
            f"fails when imported: {words}",
            where=str(file),
            fix="run it with python to see the whole error",
        )

    with faults_told(failed):
        # Not by its loader: it keeps bytecode, and takes a file for unchanged that was edited
        # within a second and is as long as before.
        exec(compile(source, str(file), "exec"), vars(module))  # noqa: S102 - what was asked for
    return dict(vars(module))


def _digest(source: bytes) -> str:
    return hashlib.blake2b(source, digest_size=8).hexdigest()
