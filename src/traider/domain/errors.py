"""Errors that reach a person: one line that says what, where and how to mend it.

    TraiderError
    ├── ConfigError        a setting is unknown, missing or out of range       exit 2
    ├── UsageError         a command was called with arguments it cannot use   exit 2
    ├── DataError          market data is missing, damaged or inconsistent     exit 3
    ├── StrategyError      a strategy or alpha cannot be loaded or misbehaves  exit 4
    ├── KernelError        the compiled kernel stopped with a failure code     exit 5
    ├── VenueError         a venue cannot be reached, or did not answer        exit 6
    ├── DatabaseError      a database cannot be reached, or refuses            exit 7
    └── BusError           the bus cannot be reached, or a batch not be read   exit 8
    Interrupted            the person stopped the run; what is done is kept    exit 130

Expected outcomes (a refused order, a rejected fill) are values, not errors.
"""


class TraiderError(Exception):
    """Say what went wrong, where, and how to mend it.

    Args:
        what: the fault, without a full stop.
        where: file, key, row or option the fault was found at.
        fix: what the person can do about it.
    """

    exit_code = 1

    def __init__(self, what: str, *, where: str = "", fix: str = "") -> None:
        self.what = what
        self.where = where
        self.fix = fix
        super().__init__(self.line())

    def line(self) -> str:
        """Return the whole error as one line."""
        head = f"{self.where}: {self.what}" if self.where else self.what
        text = f"{head}; {self.fix}" if self.fix else head
        return " ".join(text.split())


class ConfigError(TraiderError):
    """A setting is unknown, missing or out of range."""

    exit_code = 2


class UsageError(TraiderError):
    """A command was called with arguments it cannot use."""

    exit_code = 2


class DataError(TraiderError):
    """Market data is missing, damaged or inconsistent."""

    exit_code = 3


class StrategyError(TraiderError):
    """A strategy or alpha cannot be loaded, or misbehaves while it runs."""

    exit_code = 4


class KernelError(TraiderError):
    """The compiled kernel stopped with a failure code."""

    exit_code = 5


class VenueError(TraiderError):
    """A venue cannot be reached, refused a request, or left it without an answer."""

    exit_code = 6


class DatabaseError(DataError):
    """A database cannot be reached, refuses, is busy, or is of another version than the code."""

    exit_code = 7


class BusError(TraiderError):
    """The bus between roles cannot be reached, is full, or holds what cannot be read."""

    exit_code = 8


class Interrupted(TraiderError):  # noqa: N818 - not a fault: a person's decision
    """The person stopped the run; what was done so far is kept."""

    exit_code = 130
