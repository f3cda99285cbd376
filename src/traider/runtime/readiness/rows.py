"""One thing that must be so before real money is traded."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """What was looked at, whether it is as it must be, and how to mend it."""

    name: str
    ok: bool
    found: str
    fix: str = ""
    """What to do; empty when it is as it must be."""


def judged(name: str, faults: Iterable[str], found: str, fix: str) -> Row:
    """Return a row that is well without ``faults``, which are told instead of ``found``."""
    listed = tuple(faults)
    if listed:
        return Row(name, ok=False, found="; ".join(listed), fix=fix)
    return Row(name, ok=True, found=found)
