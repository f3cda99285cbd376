"""Run a program on the quick event loop: what goes over sockets takes half the time there.

    run(serve())        # as ``asyncio.run``

Its transports hold what is written until the callback ends; who must have it on the wire at once
writes to a socket of its own (``venues.warm_connections``).
"""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

import uvloop

_Result = TypeVar("_Result")


def run(main: Coroutine[Any, Any, _Result]) -> _Result:
    """Run ``main`` in a loop of its own, to its end; Ctrl-C cancels it."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(main)
