"""End in order: one step after the other, each with a time limit, none skipped for another's fault.

The order of a trader: stop deciding, cancel or keep the orders, then the gateway, the feed, and the
journal last. A step that fails or takes too long is told, and the next one is taken: what stays
undone is found by the next start, from the journal and the venue.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from traider.domain.errors import TraiderError
from traider.domain.ports import Alert, AlertChannel, Log, Severity


@dataclass(frozen=True)
class Step:
    """One step of an ordered end."""

    name: str
    action: Callable[[], Awaitable[None]]
    limit_s: float = 5.0


async def take_steps(steps: Sequence[Step], log: Log, alerts: AlertChannel) -> tuple[str, ...]:
    """Take every step; return what went wrong, a line each."""
    faults = []
    for step in steps:
        fault = await _fault_of(step)
        if fault:
            faults.append(f"{step.name}: {fault}")
            log.error("a step of the shutdown failed", step=step.name, why=fault)
            alerts.send(
                Alert(
                    f"shutdown:{step.name}",
                    Severity.CRITICAL,
                    "the trader did not stop in order",
                    f"{step.name}: {fault}",
                )
            )
        else:
            log.info("shutdown", step=step.name)
    return tuple(faults)


async def _fault_of(step: Step) -> str:
    """Take one step; return what went wrong, nothing when it is done."""
    # Not waited for after its time, even where it does not let itself be cancelled.
    task = asyncio.ensure_future(step.action())
    await asyncio.wait({task}, timeout=step.limit_s)
    if not task.done():
        task.cancel()
        return f"not done in {step.limit_s:g} s"
    if task.cancelled():
        return "cut off"
    error = task.exception()
    return "" if error is None else line_of(error)


def line_of(error: BaseException) -> str:
    """Return a fault as one line."""
    if isinstance(error, TraiderError):
        return error.line()
    return " ".join(f"{type(error).__name__}: {error}".split())
