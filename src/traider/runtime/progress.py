"""What long work says of itself, in words that a front door may look for."""

from collections.abc import Callable
from typing import Final

COMPILING: Final = "compiling (once)"
"""How progress begins while the kernel is compiled for the first time."""

Progress = Callable[[float, str], None]
"""Takes how far work is, 0 to 1, and what is being done."""


def within(progress: Progress | None, begin: float, end: float) -> Progress | None:
    """Return what tells of a part of longer work, which goes from ``begin`` to ``end`` of it."""
    if progress is None:
        return None
    return lambda share, note: progress(begin + (end - begin) * min(max(share, 0.0), 1.0), note)


def say(progress: Progress | None, share: float, note: str) -> None:
    """Tell what begins, where somebody listens."""
    if progress is not None:
        progress(share, note)
