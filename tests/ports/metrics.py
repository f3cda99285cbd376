"""Metrics kept as a plain list of writes."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Write:
    kind: str
    name: str
    value: float
    labels: dict[str, str]


@dataclass
class MemoryMetrics:
    """Keep every write in order."""

    writes: list[Write] = field(default_factory=list)

    def count(self, name: str, amount: float = 1.0, /, **labels: str) -> None:
        self.writes.append(Write("count", name, amount, labels))

    def set(self, name: str, value: float, /, **labels: str) -> None:
        self.writes.append(Write("set", name, value, labels))

    def observe(self, name: str, value: float, /, **labels: str) -> None:
        self.writes.append(Write("observe", name, value, labels))
