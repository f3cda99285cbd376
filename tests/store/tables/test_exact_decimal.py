"""Laws of exact decimals in SQL, on each database.

1. What is kept comes back equal, without trailing zeros; a whole number has no exponent.
2. The database sorts and compares values as numbers.
3. ``exact_sum`` is the sum, to the last digit.
4. What cannot be kept exactly is refused, and so is arithmetic in SQL.
"""

import operator
from collections.abc import Callable
from decimal import Context, Decimal
from typing import Any, Final

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Column, Engine, Integer, MetaData, Table, delete, func, insert, select
from sqlalchemy.exc import StatementError

from traider.domain.errors import DataError
from traider.store.tables.exact_decimal import (
    ExactDecimal,
    decimal_of_text,
    exact_sum,
    ordered_text,
)

WIDE: Final = Context(prec=80)
KEPT: Final = Table(
    "kept", MetaData(), Column("id", Integer, primary_key=True), Column("value", ExactDecimal())
)
COMPARISONS: Final[tuple[Callable[[Any, Any], Any], ...]] = (
    operator.lt,
    operator.le,
    operator.eq,
    operator.ne,
    operator.ge,
    operator.gt,
)

# Any number that fits, many of them close to each other or to a power of ten.
values = st.one_of(
    st.decimals(-(10**20) + 1, 10**20 - 1, allow_nan=False, places=18),
    st.integers(-1_000, 1_000).map(lambda count: WIDE.multiply(Decimal(count), Decimal("0.01"))),
    st.builds(
        lambda sign, power, count: WIDE.add(
            sign * Decimal(10) ** power, WIDE.multiply(Decimal(count), Decimal("1e-18"))
        ),
        st.sampled_from([1, -1]),
        st.integers(-18, 19),
        st.integers(-2, 2),
    ),
)
kept_settings = settings(
    max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@pytest.fixture
def table(empty_engine: Engine) -> Engine:
    KEPT.metadata.create_all(empty_engine)
    return empty_engine


def keep(engine: Engine, numbers: list[Decimal]) -> None:
    with engine.begin() as connection:
        connection.execute(delete(KEPT))
        rows = [{"id": place, "value": number} for place, number in enumerate(numbers)]
        connection.execute(insert(KEPT), rows)


@kept_settings
@given(numbers=st.lists(values, min_size=1, max_size=12), bound=values)
def test_values_are_kept_sorted_compared_and_summed(
    table: Engine, numbers: list[Decimal], bound: Decimal
) -> None:
    keep(table, numbers)
    with table.connect() as connection:
        seen = connection.scalars(select(KEPT.c.value).order_by(KEPT.c.id)).all()
        assert seen == numbers
        assert all("E+" not in str(value) for value in seen)
        ordered = connection.scalars(select(KEPT.c.value).order_by(KEPT.c.value)).all()
        assert ordered == sorted(numbers)
        assert connection.scalar(select(func.max(KEPT.c.value))) == max(numbers)
        for compare in COMPARISONS:
            found = connection.scalars(
                select(KEPT.c.id).where(compare(KEPT.c.value, bound)).order_by(KEPT.c.id)
            ).all()
            wanted = [place for place, number in enumerate(numbers) if compare(number, bound)]
            assert found == wanted


@kept_settings
@given(numbers=st.lists(st.decimals(-(10**18), 10**18, places=18), max_size=8))
def test_sums_are_exact(table: Engine, numbers: list[Decimal]) -> None:
    keep(table, [Decimal(0)])
    with table.begin() as connection:
        connection.execute(delete(KEPT))
        for place, number in enumerate(numbers):
            connection.execute(insert(KEPT).values(id=place, value=number))
        connection.execute(insert(KEPT).values(id=99, value=None))
        total = connection.scalar(select(exact_sum(KEPT.c.value)))
    exact = Decimal(0)
    for number in numbers:
        exact = WIDE.add(exact, number)
    assert total == (exact if numbers else None)


@given(first=values, second=values)
def test_texts_sort_as_numbers(first: Decimal, second: Decimal) -> None:
    assert (ordered_text(first) < ordered_text(second)) == (first < second)
    assert decimal_of_text(ordered_text(first)) == first


def test_texts_are_what_the_page_says() -> None:
    assert ordered_text(Decimal("64123.50")) == "00000000000000064123.5"
    assert ordered_text(Decimal("-1.5")) == "-99999999999999999998.5"
    assert ordered_text(Decimal("-0")) == "00000000000000000000"
    assert str(decimal_of_text("00000000000000000100")) == "100"


@pytest.mark.parametrize(
    "text", ["1e-19", "1e20", "-1e20", "NaN", "Infinity", "0.1234567890123456789"]
)
def test_what_does_not_fit_is_refused_not_rounded(table: Engine, text: str) -> None:
    with pytest.raises((StatementError, DataError)) as refused:
        keep(table, [Decimal(text)])
    assert "digits before the point" in str(refused.value) or "finite" in str(refused.value)


def test_arithmetic_in_sql_is_refused() -> None:
    for act in (operator.add, operator.sub, operator.mul, operator.truediv, operator.mod):
        with pytest.raises(TypeError, match="no exact arithmetic"):
            act(KEPT.c.value, Decimal(1))
        with pytest.raises(TypeError, match="no exact arithmetic"):
            act(Decimal(1), KEPT.c.value)
    with pytest.raises(TypeError, match="no exact arithmetic"):
        operator.neg(KEPT.c.value)
