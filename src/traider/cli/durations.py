"""Lengths of time as a person writes them: ``90``, ``60s``, ``5m``, ``1h30m``."""

import re
from typing import Any, Final

import click

_UNITS_S: Final = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3_600.0, "d": 86_400.0}
_PART: Final = re.compile(r"(\d+(?:\.\d+)?)(ms|s|m|h|d)")


class DurationType(click.ParamType[float]):
    """Seconds, from a number or from numbers with units."""

    name = "duration"

    def convert(
        self,
        value: Any,  # noqa: ANN401 - click's own signature
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> float:
        """Return the seconds that ``value`` spells."""
        if isinstance(value, float):
            return value
        text = str(value).strip().lower()
        if re.fullmatch(r"\d+(\.\d+)?", text):
            return float(text)
        if not text or _PART.sub("", text):
            self.fail(f"{value!r} is no length of time: write 60s, 5m or 1h30m", param, ctx)
        return sum(float(number) * _UNITS_S[unit] for number, unit in _PART.findall(text))


DURATION: Final = DurationType()
