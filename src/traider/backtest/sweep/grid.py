"""The points of a sweep: axes of values, their product, and a sample of it.

A point is named by its number, counting through the product with the last axis turning fastest, so
that the same grid gives the same numbers whatever is run of it.
"""

import math
import operator
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from typing import Final

import numpy as np

from traider.portfolio.bootstrap import uniforms

Value = bool | int | float | Decimal | str
Point = tuple[Value, ...]

_SHUFFLED_MAX: Final = 1_000_000
_STREAM: Final = 0x53_57_45_45_50  # apart from every other use of the same seed


@dataclass(frozen=True)
class Axis:
    """One setting and the values it takes, in the order given.

    ``label`` is the key as the person wrote it, such as ``momentum.fast``; the whole key without.
    """

    key: str
    values: tuple[Value, ...]
    label: str = ""

    @property
    def is_ordered(self) -> bool:
        """Whether the values are rising numbers, so that the first and the last are its edges."""
        numbers = [value for value in self.values if isinstance(value, int | float | Decimal)]
        if len(numbers) < len(self.values) or any(isinstance(value, bool) for value in numbers):
            return False
        return all(float(one) < float(next_) for one, next_ in pairwise(numbers))

    @property
    def name(self) -> str:
        """Last part of the key, as a heading shows it."""
        return self.key.rpartition(".")[2]

    @property
    def shown(self) -> str:
        """The key as a person knows it."""
        return self.label or self.key


_SIGNS: Final[dict[str, Callable[[float, float], bool]]] = {
    "<=": operator.le,
    ">=": operator.ge,
    "<": operator.lt,
    ">": operator.gt,
}
SIGNS: Final = tuple(_SIGNS)
"""How two axes can be required to compare; the longer signs first, so that they are found first."""


@dataclass(frozen=True)
class Requirement:
    """A comparison that a point must meet, such as fast < slow; both sides are swept keys.

    ``text`` is what the person wrote.
    """

    left: str
    sign: str
    right: str
    text: str

    def is_met(self, axes: Sequence[Axis], point: Point) -> bool:
        """Return whether ``point`` meets it; values must be numbers."""
        values = {axis.key: value for axis, value in zip(axes, point, strict=True)}
        return _SIGNS[self.sign](float(values[self.left]), float(values[self.right]))

    @property
    def canonical(self) -> str:
        """The comparison by whole keys, however it was written."""
        return f"{self.left} {self.sign} {self.right}"


@dataclass(frozen=True)
class Grid:
    """The product of some axes."""

    axes: tuple[Axis, ...]

    @property
    def size(self) -> int:
        """Number of points."""
        return math.prod(len(axis.values) for axis in self.axes)

    def point(self, number: int) -> Point:
        """Return the values of point ``number``, one an axis."""
        values: list[Value] = []
        for axis in reversed(self.axes):
            number, place = divmod(number, len(axis.values))
            values.append(axis.values[place])
        return tuple(reversed(values))

    def sample(self, count: int, seed: int) -> list[int]:
        """Return ``count`` different point numbers, rising; all of them when there are no more.

        The choice is a pure function of the seed, and of more points every smaller sample of the
        same seed is a part.
        """
        if count >= self.size:
            return list(range(self.size))
        if self.size <= _SHUFFLED_MAX:
            order = np.argsort(uniforms(seed, _STREAM, self.size), kind="stable")
            return sorted(order[:count].tolist())
        found: dict[int, None] = {}
        drawn = 2 * count
        while len(found) < count:
            # Drawn anew from the start, so that the numbers do not depend on how many at a time.
            places = uniforms(seed, _STREAM, drawn) * self.size
            found = dict.fromkeys(int(place) for place in places.tolist())
            drawn *= 2
        return sorted(list(found)[:count])


def value_text(value: Value) -> str:
    """Return a value as a person would write it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return f"{value:f}"
    return f"{value:g}" if isinstance(value, float) else str(value)


def plain_value(value: Value) -> bool | int | float | str:
    """Return a value in JSON's own types."""
    return float(value) if isinstance(value, Decimal) else value
