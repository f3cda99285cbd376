"""A log kept in memory."""

from dataclasses import dataclass, field

from traider.domain.ports import Field


@dataclass(frozen=True)
class Line:
    level: str
    message: str
    fields: dict[str, Field]


@dataclass
class MemoryLog:
    """Keep every line; logs made by ``bind`` write to the same list."""

    lines: list[Line] = field(default_factory=list)
    bound: dict[str, Field] = field(default_factory=dict)

    def debug(self, message: str, /, **fields: Field) -> None:
        self._keep("debug", message, fields)

    def info(self, message: str, /, **fields: Field) -> None:
        self._keep("info", message, fields)

    def warning(self, message: str, /, **fields: Field) -> None:
        self._keep("warning", message, fields)

    def error(self, message: str, /, **fields: Field) -> None:
        self._keep("error", message, fields)

    def bind(self, **fields: Field) -> "MemoryLog":
        return MemoryLog(self.lines, {**self.bound, **fields})

    def _keep(self, level: str, message: str, fields: dict[str, Field]) -> None:
        self.lines.append(Line(level, message, {**self.bound, **fields}))
