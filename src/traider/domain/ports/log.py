"""The log port: what happened, in words, with its numbers as fields."""

from typing import Protocol, TypeAlias

Field: TypeAlias = str | int | float | bool | None
"""A value that a log line can carry as it is; decimals and times are given as text."""


class Log(Protocol):
    """Write one line a fact: a constant message, and the values as fields.

    A constant message can be counted and searched for; ``"order refused", code="price-collar"``
    is better than a sentence with the code inside.
    """

    def debug(self, message: str, /, **fields: Field) -> None:
        """Write what only a developer wants to know."""

    def info(self, message: str, /, **fields: Field) -> None:
        """Write what an operator may want to know later."""

    def warning(self, message: str, /, **fields: Field) -> None:
        """Write what an operator should look at today."""

    def error(self, message: str, /, **fields: Field) -> None:
        """Write what went wrong and stopped something."""

    def bind(self, **fields: Field) -> "Log":
        """Return a log that adds ``fields`` to each of its lines."""
