"""Feature expressions: ``sma(close, 20)``, ``rsi(close, 14)@4h``, ``(high + low) / 2``.

A name of the base slots, a feature with its input (when it takes one) and its window, a
shorthand, or these and numbers joined by ``+ - * /`` and parentheses. A timeframe after ``@``
holds for everything inside; without it the frame of the bars that arrive.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from operator import add, mul, sub, truediv
from typing import Final

from traider.domain.errors import StrategyError
from traider.features.catalogue import BASE_SLOTS, CATALOGUE, LIVE_COLUMNS, SCORE_PREFIXES
from traider.features.frames import LIVE, frame_of
from traider.features.shorthands import SHORTHANDS

_TOKEN: Final = re.compile(
    r"\s*([A-Za-z_]\w*|(?:\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)(?![\w.])|[-+*/(),]|@[\w.]+)"
)
_EXAMPLE: Final = "write for example sma(close, 20)"
_FOLD: Final[dict[str, Callable[[float, float], float]]] = {
    "+": add,
    "-": sub,
    "*": mul,
    "/": truediv,
}
NUMBER: Final = "number"
"""Name of an expression that is only a number; it stands beside an operator, never alone."""
OPERATORS: Final = tuple(_FOLD)
MAX_WINDOW: Final = 100_000
MAX_NUMBER: Final = 1e100
MAX_TOKENS: Final = 200
"""Longest expression that is read, in words, numbers and signs."""


@dataclass(frozen=True)
class Expression:
    """A parsed feature: its name, input, window and timeframe ("" = the bars that arrive).

    For an operator ``source`` and ``right`` are its two sides, for a feature of two inputs its
    inputs; ``number`` is a number's value, or the share that ends a feature.
    """

    name: str
    source: "Expression | None"
    window: int
    timeframe: str
    right: "Expression | None" = None
    number: float = 0.0

    def __str__(self) -> str:
        # The timeframe of the whole holds for its parts, so it is written once.
        if not self.timeframe:
            return self.written()
        if self.timeframe == LIVE:
            return self.written()
        return f"{self.as_side()}@{self.timeframe}"

    def written(self) -> str:
        """Return it without its timeframe."""
        if self.name == NUMBER:
            return _number_text(self.number)
        if self.name in OPERATORS and self.source and self.right:
            return f"{self._side(self.source)} {self.name} {self._side(self.right)}"
        if is_column(self.name):
            return self.name
        inner = [
            self._side(side) if self._is_elsewhere(side) else side.written()
            for side in (self.source, self.right)
            if side
        ]
        inner += [str(self.window)] if self.window else []
        if CATALOGUE[self.name].takes_share:
            inner.append(_number_text(self.number))
        return f"{self.name}({', '.join(inner)})"

    def as_side(self) -> str:
        """Return it as it is written beside an operator."""
        return f"({self.written()})" if self.name in OPERATORS else self.written()

    def _side(self, side: "Expression") -> str:
        """Return a side as it is written inside, with its frame where that is another one."""
        frame = f"@{side.timeframe}" if self._is_elsewhere(side) else ""
        return f"{side.as_side()}{frame}"

    def _is_elsewhere(self, side: "Expression") -> bool:
        return side.name != NUMBER and side.timeframe not in (self.timeframe, LIVE)


def _number_text(number: float) -> str:
    return repr(number).removesuffix(".0")


def is_column(name: str) -> bool:
    """Return whether ``name`` is written alone: a column of the bar, the book or a model."""
    return name in BASE_SLOTS or is_live_column(name)


def is_live_column(name: str) -> bool:
    """Return whether ``name`` is a column brought up to date between bars."""
    return name in LIVE_COLUMNS or name.startswith(SCORE_PREFIXES)


def parse(text: str, default_timeframe: str = "") -> Expression:
    """Read one expression.

    Raises:
        StrategyError: it is not one; says where and what would be.
    """
    tokens = _tokens(text)
    frame = default_timeframe
    framed = bool(tokens) and tokens[-1].startswith("@")
    if framed:
        frame = tokens.pop()[1:]
        try:
            known = frame_of(frame).name != LIVE
        except StrategyError as fault:
            raise _error(text, fault.what, fault.fix) from None
        if not known:
            raise _error(text, f"unknown timeframe {frame!r}", "leave it out")
    reader = _Reader(text, tokens, frame)
    found = reader.side() if framed else reader.sum()
    if framed and reader.next in OPERATORS:
        raise _error(
            text, f"cannot tell what @{frame} holds for", f"write (… {reader.next} …)@{frame}"
        )
    if reader.next:
        raise _error(text, f"cannot read {reader.next!r}", f"{_EXAMPLE}@4h")
    return reader.feature_only(found)


def _tokens(text: str) -> list[str]:
    found = []
    place = 0
    while place < len(text.rstrip()):
        match = _TOKEN.match(text, place)
        if match is None:
            raise _error(text, f"cannot read {text[place:]!r}", _EXAMPLE)
        found.append(match.group(1))
        place = match.end()
    if len(found) > MAX_TOKENS:
        raise _error(text[:40], f"{len(found)} words and signs", f"use {MAX_TOKENS} at most")
    return found


class _Reader:
    """Reads one expression by recursive descent: sums of products of sides."""

    def __init__(self, text: str, tokens: list[str], frame: str) -> None:
        self._text = text
        self._tokens = tokens
        self._frame = frame
        self._place = 0

    @property
    def next(self) -> str:
        """The token to be read next, "" at the end."""
        return self._tokens[self._place] if self._place < len(self._tokens) else ""

    def sum(self) -> Expression:
        """Read products joined by + and -."""
        found = self._product()
        while self.next in ("+", "-"):
            found = self._joined(self._take(), found, self._product())
        return found

    def _product(self) -> Expression:
        found = self.side()
        while self.next in ("*", "/"):
            found = self._joined(self._take(), found, self.side())
        return found

    def side(self) -> Expression:
        """Read a number, what stands in parentheses, or one feature."""
        if not self.next:
            raise self._error("a feature is missing", _EXAMPLE)
        if self.next == "(":
            self._take()
            found = self.sum()
            self._expect(")")
            return found
        if self.next == "-" or self.next[0].isdigit():
            return self._leaf(NUMBER, self._number("a number"))
        name = self._take()
        if is_column(name):
            return self._leaf(name)
        if name in SHORTHANDS:
            return self._shorthand(name)
        return self._feature(name)

    def feature_only(self, found: Expression) -> Expression:
        """Return ``found`` unless it is a bare number, which never changes."""
        if found.name == NUMBER:
            raise self._error("a number alone is no feature", _EXAMPLE)
        return found

    def _joined(self, operator: str, left: Expression, right: Expression) -> Expression:
        if operator == "/" and right.name == NUMBER and right.number == 0.0:
            raise self._error("division by zero", "divide by another number")
        if left.name == NUMBER and right.name == NUMBER:
            folded = _FOLD[operator](left.number, right.number)
            return self._leaf(NUMBER, self._checked(folded))
        return Expression(operator, left, 0, self._frame, right)

    def _leaf(self, name: str, number: float = 0.0) -> Expression:
        return Expression(name, None, 0, self._frame, None, number)

    def _feature(self, name: str) -> Expression:
        feature = CATALOGUE.get(name)
        if feature is None:
            known = ", ".join([*BASE_SLOTS, *LIVE_COLUMNS, *CATALOGUE, *SHORTHANDS])
            raise self._error(f"unknown feature {name!r}", f"use one of {known}")
        self._expect("(")
        sides: list[Expression] = []
        for _ in range(feature.inputs):
            sides.append(self.feature_only(self.sum()))
            self._expect(",")
        window = self._window(name, feature.least_window) if feature.least_window else 0
        share = self._share(name) if feature.takes_share else 0.0
        self._expect(")")
        source, right = (*sides, None, None)[:2]
        return Expression(name, source, window, self._frame, right, share)

    def _window(self, name: str, least: int) -> int:
        if not self.next.isdigit():
            raise self._error(f"{name} needs a window", f"write {name}(…, 20)")
        window = int(self._take())
        if not least <= window <= MAX_WINDOW:
            raise self._error(f"window {window} of {name}", f"use {least} to {MAX_WINDOW}")
        return window

    def _share(self, name: str) -> float:
        self._expect(",")
        share = self._number(f"share of {name}")
        if not 0.0 <= share <= 1.0:
            raise self._error(f"share {share:g} of {name}", "use 0 to 1, for example 0.05")
        return abs(share)  # so that -0 is 0

    def _shorthand(self, name: str) -> Expression:
        """Read the numbers of a shorthand and return what it stands for."""
        shorthand = SHORTHANDS[name]
        written = {}
        self._expect("(")
        for place, parameter in enumerate(shorthand.parameters):
            if place:
                self._expect(",")
            number = self._number(f"{parameter} of {name}")
            written[parameter] = _number_text(number)
        self._expect(")")
        try:
            return parse(shorthand.written(written), self._frame)
        except StrategyError as fault:
            raise self._error(fault.what, fault.fix) from None

    def _number(self, what: str) -> float:
        sign = -1.0 if self.next == "-" and self._take() else 1.0
        if not self.next[:1].isdigit():
            raise self._error(f"{what} is missing", _EXAMPLE)
        number = sign * float(self._take())
        return self._checked(number)

    def _checked(self, number: float) -> float:
        if abs(number) > MAX_NUMBER:
            raise self._error(f"number {number:g}", f"use {MAX_NUMBER:g} at most")
        return number

    def _take(self) -> str:
        self._place += 1
        return self._tokens[self._place - 1]

    def _expect(self, wanted: str) -> None:
        if self.next != wanted:
            found = repr(self.next) if self.next else "the end"
            raise self._error(f"expected {wanted!r}, found {found}", "write for example atr(14)")
        self._take()

    def _error(self, what: str, fix: str) -> StrategyError:
        return _error(self._text, what, fix)


def _error(text: str, what: str, fix: str) -> StrategyError:
    return StrategyError(what, where=f"feature {text!r}", fix=fix)
