"""What every table stands on: names of constraints, and the types of its columns.

Times are int64 nanoseconds UTC. Prices, sizes and money are exact decimals; ticks, lots and event
words are integers of 64 bits. Constraints have names made by rule, so that migrations can name them
on both databases.
"""

from collections.abc import Iterable
from decimal import Decimal
from typing import Annotated, Any, ClassVar, Final

from sqlalchemy import JSON, BigInteger, CheckConstraint, Double, Integer, MetaData, String
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, mapped_column

from traider.store.tables.exact_decimal import ExactDecimal

NAMES: Final = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

# SQLite numbers rows by itself only where the key is exactly INTEGER.
_ROW_NUMBER: Final = BigInteger().with_variant(Integer(), "sqlite")

RowNumber = Annotated[int, mapped_column(_ROW_NUMBER, primary_key=True, autoincrement=True)]
"""The key of a table that numbers its own rows."""

JsonObject = dict[str, Any]


class Base(DeclarativeBase):
    """The base of every table."""

    metadata = MetaData(naming_convention=NAMES)
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        int: BigInteger(),
        float: Double(),
        Decimal: ExactDecimal(),
        str: String(),
        JsonObject: JSON().with_variant(JSONB(), "postgresql"),
    }


def one_of(column: str, values: Iterable[str], name: str = "") -> CheckConstraint:
    """Return the constraint that ``column`` has one of ``values``."""
    listed = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} IN ({listed})", name=name or f"{column}_known")
