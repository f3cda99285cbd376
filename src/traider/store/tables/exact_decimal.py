"""Exact decimals on both databases: NUMERIC(38, 18) on PostgreSQL, ordered text on SQLite.

SQLite knows binary floats only, so there a value is text whose order is the order of the numbers.
A value that is not negative is written with its whole part padded to 20 digits, and its fraction,
if any, without trailing zeros: 64123.5 is ``00000000000000064123.5``. A negative value is ``-`` and
the text of 10**20 plus the value: -1.5 is ``-99999999999999999998.5``. The sign sorts below the
digits, and a text that goes on sorts after the text it continues, so comparing, sorting, MIN and
MAX are right in SQL. Sums are not; ``exact_sum`` is exact on both.

A value with more than 20 digits before the point or 18 after it is refused, never rounded.
"""

import sqlite3
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import Dialect, Numeric, String
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql import operators
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.expression import ColumnElement, FunctionElement
from sqlalchemy.types import TypeDecorator, TypeEngine

from traider.domain.errors import DataError

WHOLE_DIGITS: Final = 20
FRACTION_DIGITS: Final = 18
ZERO_TEXT: Final = "0" * WHOLE_DIGITS
"""Zero as ordered text, which PostgreSQL reads as a number too: for constraints on both."""

_SCALE: Final = 10**FRACTION_DIGITS
_SPAN: Final = 10 ** (WHOLE_DIGITS + FRACTION_DIGITS)
_ARITHMETIC: Final = frozenset(
    {operators.add, operators.sub, operators.mul, operators.truediv, operators.neg, operators.mod}
)


def ordered_text(value: Decimal) -> str:
    """Return the text that SQLite keeps for ``value``.

    Raises:
        DataError: it has too many digits, or is not finite.
    """
    count = _count(value)
    sign = "-" if count < 0 else ""
    whole, fraction = divmod(count % _SPAN, _SCALE)
    tail = f"{fraction:0{FRACTION_DIGITS}}".rstrip("0")
    return f"{sign}{whole:0{WHOLE_DIGITS}}" + (f".{tail}" if tail else "")


def decimal_of_text(text: str) -> Decimal:
    """Return the value whose ordered text is ``text``."""
    whole, _, tail = text.lstrip("-").partition(".")
    count = int(whole) * _SCALE + int(tail.ljust(FRACTION_DIGITS, "0"))
    return _plain(count - _SPAN if text.startswith("-") else count)


def _count(value: Decimal) -> int:
    """Return how many 10**-18 make ``value``."""
    if not value.is_finite():
        raise DataError(f"{value} is not a finite number", fix="mend the input")
    top, bottom = value.as_integer_ratio()
    count, rest = divmod(top * _SCALE, bottom)
    if rest or not -_SPAN < count < _SPAN:
        raise DataError(
            f"{value} has more than {WHOLE_DIGITS} digits before the point "
            f"or {FRACTION_DIGITS} after it",
            fix="the tables keep no such number; round it in a named direction first",
        )
    return count


def _plain(count: int) -> Decimal:
    """Return the decimal of ``count`` 10**-18 without trailing zeros or an exponent."""
    whole, fraction = divmod(abs(count), _SCALE)
    tail = f"{fraction:0{FRACTION_DIGITS}}".rstrip("0")
    return Decimal(f"{'-' if count < 0 else ''}{whole}" + (f".{tail}" if tail else ""))


class ExactDecimal(TypeDecorator[Decimal]):
    """A decimal that comes back as it went in, whichever database keeps it.

    In SQL it can be compared and sorted. Arithmetic in SQL is refused when the statement is made:
    on SQLite it would be the arithmetic of floats.
    """

    impl = Numeric(WHOLE_DIGITS + FRACTION_DIGITS, FRACTION_DIGITS)
    cache_ok = True

    class Comparator(TypeDecorator.Comparator[Decimal]):
        """Comparisons, without arithmetic."""

        def operate(
            self,
            op: operators.OperatorType,
            *other: Any,  # noqa: ANN401 - as the library gives it
            **kwargs: Any,  # noqa: ANN401 - the same
        ) -> ColumnElement[Any]:
            """Build a comparison.

            Raises:
                TypeError: the operator is arithmetic.
            """
            _refuse_arithmetic(op)
            return super().operate(op, *other, **kwargs)

        def reverse_operate(
            self,
            op: operators.OperatorType,
            other: Any,  # noqa: ANN401 - as the library gives it
            **kwargs: Any,  # noqa: ANN401 - the same
        ) -> ColumnElement[Any]:
            """Build a comparison with the column on the right.

            Raises:
                TypeError: the operator is arithmetic.
            """
            _refuse_arithmetic(op)
            return super().reverse_operate(op, other, **kwargs)

    comparator_factory = Comparator

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Return text on SQLite, NUMERIC elsewhere."""
        if dialect.name == "sqlite":
            return dialect.type_descriptor(String())
        return dialect.type_descriptor(self.impl_instance)

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> Any:  # noqa: ANN401
        """Return what the database is given."""
        if value is None:
            return None
        if dialect.name == "sqlite":
            return ordered_text(value)
        return _plain(_count(value))

    def process_result_value(
        self,
        value: Any,  # noqa: ANN401 - text or Decimal
        dialect: Dialect,
    ) -> Decimal | None:
        """Return the decimal, without trailing zeros."""
        if value is None:
            return None
        return decimal_of_text(value) if dialect.name == "sqlite" else _plain(_count(value))


def _refuse_arithmetic(op: operators.OperatorType) -> None:
    if op in _ARITHMETIC:
        raise TypeError("SQLite has no exact arithmetic: read the values, or use exact_sum")


class exact_sum(FunctionElement[Decimal]):  # noqa: N801 - a function of SQL
    """The sum of a column of exact decimals, NULL where there are no rows."""

    type = ExactDecimal()
    inherit_cache = True


@compiles(exact_sum)
def _sum(element: exact_sum, compiler: SQLCompiler, **kwargs: Any) -> str:  # noqa: ANN401
    return f"sum({compiler.process(element.clauses, **kwargs)})"


@compiles(exact_sum, "sqlite")
def _sum_of_text(element: exact_sum, compiler: SQLCompiler, **kwargs: Any) -> str:  # noqa: ANN401
    return f"traider_exact_sum({compiler.process(element.clauses, **kwargs)})"


class _TextSum:
    """SQLite's aggregate of ordered texts."""

    def __init__(self) -> None:
        self.count: int | None = None

    def step(self, text: str | None) -> None:
        """Add a value; NULL is left out, as SQL's own sum does."""
        if text is not None:
            self.count = (self.count or 0) + _count(decimal_of_text(text))

    def finalize(self) -> str | None:
        """Return the text of the sum."""
        return None if self.count is None else ordered_text(_plain(self.count))


def register_exact_sum(connection: sqlite3.Connection) -> None:
    """Teach a connection of SQLite the sum of exact decimals."""
    # The library's types know aggregates of integers only.
    connection.create_aggregate("traider_exact_sum", 1, _TextSum)  # type: ignore[arg-type]
