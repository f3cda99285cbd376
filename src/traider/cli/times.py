"""Instants as a person writes them: ``2026-01-01T12:00:00Z``, or a day, ``2026-01-01``."""

from typing import Any, Final

import click

from traider.domain.errors import DataError, UsageError
from traider.venues.rfc3339 import parse_ns


class TimeType(click.ParamType[int]):
    """Nanoseconds UTC, from RFC 3339 text or a day."""

    name = "time"

    def convert(
        self,
        value: Any,  # noqa: ANN401 - click's own signature
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> int:
        """Return the instant that ``value`` spells."""
        if isinstance(value, int):
            return value
        text = str(value).strip()
        try:
            return parse_ns(text if "T" in text else f"{text}T00:00:00Z")
        except DataError:
            self.fail(f"{value!r} is no time: write 2026-01-01T00:00:00Z or 2026-01-01", param, ctx)


TIME: Final = TimeType()


def option_instant(text: str | None, option: str) -> int | None:
    """Return the instant that an option names; None where it is left out.

    Raises:
        UsageError: it names none.
    """
    from traider.runtime.config_sections import instant_ns

    if not text:
        return None
    try:
        return instant_ns(text)
    except ValueError as fault:
        raise UsageError(str(fault), where=option, fix="write 2024-01-31") from None
