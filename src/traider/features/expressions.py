"""Feature expressions: ``sma(close, 20)``, ``rsi(close, 14)@4h``, ``lag(sma(close, 5), 1)``.

A name of the base slots, or a feature with its input (when it takes one) and its window. A
timeframe after ``@`` holds for everything inside; without it the frame of the bars that arrive.
"""

import re
from dataclasses import dataclass
from typing import Final

from traider.domain.errors import StrategyError
from traider.domain.timeframes import TIMEFRAMES
from traider.features.catalogue import BASE_SLOTS, CATALOGUE

_TOKEN: Final = re.compile(r"\s*([A-Za-z_]\w*|\d+|[(),]|@\w+)")
MAX_WINDOW: Final = 100_000


@dataclass(frozen=True)
class Expression:
    """A parsed feature: its name, input, window and timeframe ("" = the bars that arrive)."""

    name: str
    source: "Expression | None"
    window: int
    timeframe: str

    def __str__(self) -> str:
        frame = f"@{self.timeframe}" if self.timeframe else ""
        if self.name in BASE_SLOTS:
            return f"{self.name}{frame}"
        # The timeframe of the whole holds for its parts, so it is written once.
        inner = f"{str(self.source).partition('@')[0]}, " if self.source else ""
        return f"{self.name}({inner}{self.window}){frame}"


def parse(text: str, default_timeframe: str = "") -> Expression:
    """Read one expression.

    Raises:
        StrategyError: it is not one; says where and what would be.
    """
    tokens = _tokens(text)
    frame = default_timeframe
    if tokens and tokens[-1].startswith("@"):
        frame = tokens.pop()[1:]
        if frame not in TIMEFRAMES:
            raise _error(text, f"unknown timeframe {frame!r}", f"use {', '.join(TIMEFRAMES)}")
    expression, rest = _expression(tokens, text, frame)
    if rest:
        raise _error(text, f"cannot read {rest[0]!r}", "write for example sma(close, 20)@4h")
    return expression


def _tokens(text: str) -> list[str]:
    found = []
    place = 0
    while place < len(text.rstrip()):
        match = _TOKEN.match(text, place)
        if match is None:
            raise _error(text, f"cannot read {text[place:]!r}", "write for example sma(close, 20)")
        found.append(match.group(1))
        place = match.end()
    return found


def _expression(tokens: list[str], text: str, frame: str) -> tuple[Expression, list[str]]:
    if not tokens:
        raise _error(text, "a feature is missing", "write for example sma(close, 20)")
    name, rest = tokens[0], tokens[1:]
    if name in BASE_SLOTS:
        return Expression(name, None, 0, frame), rest
    feature = CATALOGUE.get(name)
    if feature is None:
        known = ", ".join([*BASE_SLOTS, *CATALOGUE])
        raise _error(text, f"unknown feature {name!r}", f"use one of {known}")
    rest = _expect(rest, "(", text)
    source = None
    if feature.inputs:
        source, rest = _expression(rest, text, frame)
        rest = _expect(rest, ",", text)
    if not rest or not rest[0].isdigit():
        raise _error(text, f"{name} needs a window", f"write {name}(…, 20)")
    window = int(rest[0])
    least = 2 if feature.rings == 3 or feature.annualized else 1
    if not least <= window <= MAX_WINDOW:
        raise _error(text, f"window {window} of {name}", f"use {least} to {MAX_WINDOW}")
    return Expression(name, source, window, frame), _expect(rest[1:], ")", text)


def _expect(tokens: list[str], wanted: str, text: str) -> list[str]:
    if not tokens or tokens[0] != wanted:
        found = repr(tokens[0]) if tokens else "the end"
        raise _error(
            text, f"expected {wanted!r}, found {found}", "write for example rsi(close, 14)"
        )
    return tokens[1:]


def _error(text: str, what: str, fix: str) -> StrategyError:
    return StrategyError(what, where=f"feature {text!r}", fix=fix)
