"""Which parts were begun anew in this process: how often, why and when the last time."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Restarted:
    """The restarts of one part."""

    part: str
    count: int
    why: str
    """The last fault, in one line."""
    at_ns: int
    """When it came, ns UTC of the machine's clock."""


class RestartBook:
    """Counts the restarts of a process, by part."""

    def __init__(self) -> None:
        self._parts: dict[str, Restarted] = {}

    def note(self, part: str, why: str, at_ns: int) -> None:
        """Count a restart."""
        known = self._parts.get(part)
        self._parts[part] = Restarted(part, 1 if known is None else known.count + 1, why, at_ns)

    def rows(self) -> tuple[Restarted, ...]:
        """Return every part that was begun anew, by name."""
        return tuple(self._parts[name] for name in sorted(self._parts))
