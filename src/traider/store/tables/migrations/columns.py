"""Columns as migrations write them. What a released revision uses here is never changed."""

from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

_ROW_NUMBER: Final = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_DECIMAL: Final = sa.Numeric(38, 18).with_variant(sa.String(), "sqlite")
_JSON: Final = sa.JSON().with_variant(JSONB(), "postgresql")


def row_number(name: str = "id") -> sa.Column[Any]:
    """Return a key that the database counts."""
    return sa.Column(name, _ROW_NUMBER, autoincrement=True, nullable=False)


def whole(name: str, *, optional: bool = False) -> sa.Column[Any]:
    """Return a column of 64-bit integers."""
    return sa.Column(name, sa.BigInteger(), autoincrement=False, nullable=optional)


def reference(name: str, *, optional: bool = False) -> sa.Column[Any]:
    """Return a column that holds the key of a row elsewhere."""
    return sa.Column(name, _ROW_NUMBER, autoincrement=False, nullable=optional)


def decimal(name: str, *, optional: bool = False) -> sa.Column[Any]:
    """Return a column of exact decimals."""
    return sa.Column(name, _DECIMAL, nullable=optional)


def words(name: str, *, optional: bool = False) -> sa.Column[Any]:
    """Return a column of text."""
    return sa.Column(name, sa.String(), nullable=optional)


def real(name: str, *, optional: bool = False) -> sa.Column[Any]:
    """Return a column of binary floats."""
    return sa.Column(name, sa.Double(), nullable=optional)


def flag(name: str) -> sa.Column[Any]:
    """Return a column of yes and no."""
    return sa.Column(name, sa.Boolean(), nullable=False)


def json(name: str) -> sa.Column[Any]:
    """Return a column of JSON."""
    return sa.Column(name, _JSON, nullable=False)
