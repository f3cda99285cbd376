"""Keep Python's own pauses short while a session trades.

A full collection of garbage walks through all objects that live, and a start leaves a million of
them: a third of a second in which no order leaves. What a start made stays, so it is walked through
no more. And a thread that computes gives the interpreter away after half a millisecond, where five
are the rule.
"""

import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

_SWITCH_S: Final = 0.0005


@contextmanager
def short_pauses() -> Iterator[None]:
    """Keep them short until the context is left."""
    before_s = sys.getswitchinterval()
    sys.setswitchinterval(_SWITCH_S)
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()
        sys.setswitchinterval(before_s)
