"""What a process says when it is asked whether it lives, and whether it is ready.

    board = HealthBoard(clock)
    board.report("gateway", is_good=False, detail="reconciling")
    board.beat()

A process lives while its loop beats; it is ready while it lives, says so, and every part is good.
An orchestrator restarts what does not live and sends no work to what is not ready.
"""

import threading
from dataclasses import dataclass

from traider.domain.ports import Clock

_NS_PER_S = 1_000_000_000


@dataclass(frozen=True)
class PartHealth:
    """How one part is."""

    part: str
    is_good: bool
    detail: str
    """What is wrong, in words; empty when nothing is."""
    since_ns: int
    """When it became so, ns UTC."""


@dataclass(frozen=True)
class HealthAnswer:
    """The answer to one question."""

    is_good: bool
    why: str
    """What stands against it; empty when nothing does."""
    parts: tuple[PartHealth, ...]


class HealthBoard:
    """Keep what each part says of itself; safe to use from several threads.

    Args:
        clock: of the machine, never of an exchange that is replayed.
        silent_s: silence of the loop after which the process counts as hung.
    """

    def __init__(self, clock: Clock, *, silent_s: float = 30.0) -> None:
        self._clock = clock
        self._silent_ns = round(silent_s * _NS_PER_S)
        self._lock = threading.Lock()
        self._parts: dict[str, PartHealth] = {}
        self._beat_ns: int | None = None
        self._is_ready = False

    def beat(self) -> None:
        """Say that the loop goes round. Until the first beat nobody expects one."""
        self._beat_ns = self._clock.monotonic_ns()

    def set_ready(self, *, is_ready: bool) -> None:
        """Say whether the process takes work: not before it has started, nor while it stops."""
        self._is_ready = is_ready

    def report(self, part: str, *, is_good: bool, detail: str = "") -> None:
        """Say how a part is; its age counts from the last change."""
        with self._lock:
            known = self._parts.get(part)
            changed = known is None or known.is_good != is_good
            since_ns = self._clock.now_ns() if changed or known is None else known.since_ns
            self._parts[part] = PartHealth(part, is_good, detail, since_ns)

    def forget(self, part: str) -> None:
        """Drop a part that is not there any more."""
        with self._lock:
            self._parts.pop(part, None)

    def parts(self) -> tuple[PartHealth, ...]:
        """Return every part in the order of the alphabet."""
        with self._lock:
            return tuple(self._parts[name] for name in sorted(self._parts))

    def live(self) -> HealthAnswer:
        """Return whether the loop goes round."""
        if self._beat_ns is None:
            return HealthAnswer(is_good=True, why="", parts=self.parts())
        silent_ns = self._clock.monotonic_ns() - self._beat_ns
        is_good = silent_ns <= self._silent_ns
        why = "" if is_good else f"the loop has not gone round for {silent_ns / _NS_PER_S:.1f} s"
        return HealthAnswer(is_good=is_good, why=why, parts=self.parts())

    def ready(self) -> HealthAnswer:
        """Return whether work can be given to the process."""
        live = self.live()
        bad = [part for part in live.parts if not part.is_good]
        against = [live.why] if live.why else []
        if not self._is_ready:
            against.append("not ready")
        against += [f"{part.part}: {part.detail or 'not good'}" for part in bad]
        return HealthAnswer(is_good=not against, why="; ".join(against), parts=live.parts)
