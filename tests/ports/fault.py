"""Faults kept in memory."""

from dataclasses import dataclass, field

from traider.domain.ports import Field


@dataclass
class MemoryFaults:
    """Keep every fault in order."""

    told: list[tuple[BaseException, dict[str, Field]]] = field(default_factory=list)

    def report(self, error: BaseException, /, **fields: Field) -> None:
        self.told.append((error, fields))
