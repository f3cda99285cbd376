"""What the doctor found: one thing, how it is, and what to do about it."""

from dataclasses import dataclass
from enum import StrEnum


class Status(StrEnum):
    """How a thing was found."""

    OK = "ok"
    OPTIONAL = "optional"
    """Absent, and needed only for something special."""
    MISSING = "missing"
    """Absent, and needed."""
    FAULTY = "faulty"
    """There, but not usable as it is."""


@dataclass(frozen=True)
class Finding:
    """One thing that was examined, and what to do about it if it is not well."""

    name: str
    status: Status
    detail: str
    fix: str = ""
