"""A book of positions from a file: instrument, quantity and, if it is told, a price.

CSV with a header ``instrument,quantity[,price]``, or JSON: a list of such objects, an object with
the list under ``positions``, or an object of quantities by instrument. Shorts are negative.
"""

import csv
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Final

from traider.domain.errors import UsageError

_FIELDS: Final = ("instrument", "quantity", "price")
_DIGITS_MAX: Final = 18
_FORM: Final = "give instrument,quantity[,price] as CSV, or a JSON list of such objects"


@dataclass(frozen=True, slots=True)
class HeldPosition:
    """What is held of an instrument, as a person names it."""

    instrument: str
    quantity: Decimal
    """In base units (contracts of derivatives), negative when short."""
    price: Decimal | None = None
    """What one is worth; None takes the last close of the data."""


def read_positions(path: Path) -> tuple[HeldPosition, ...]:
    """Return the positions of a file, one an instrument.

    Raises:
        UsageError: the file is not there, or a row of it says nothing, or one is there twice.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as fault:
        raise UsageError(f"cannot be read: {fault}", where=str(path), fix=_FORM) from None
    rows = _json_rows(text, path) if text.lstrip()[:1] in ("[", "{") else _csv_rows(text, path)
    found = tuple(_position(row, f"{path} row {place}") for place, row in enumerate(rows, 1))
    names = [position.instrument.upper() for position in found]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise UsageError(f"{twice[0]} is there twice", where=str(path), fix="add the rows up")
    if not found:
        raise UsageError("holds no position", where=str(path), fix=_FORM)
    return found


def _csv_rows(text: str, path: Path) -> list[Mapping[str, object]]:
    reader = csv.DictReader(text.splitlines(), skipinitialspace=True)
    names = [name.strip().lower() for name in reader.fieldnames or ()]
    _check_fields(names, f"{path} header")
    reader.fieldnames = names
    rows: list[Mapping[str, object]] = []
    for place, row in enumerate(reader, 1):
        if None in row:
            raise UsageError(
                "has more cells than the header", where=f"{path} row {place}", fix=_FORM
            )
        rows.append({name: value for name, value in row.items() if value})
    return rows


def _json_rows(text: str, path: Path) -> list[Mapping[str, object]]:
    try:
        body = json.loads(text, parse_float=Decimal, parse_int=Decimal)
    except ValueError as fault:
        raise UsageError(f"is no JSON: {fault}", where=str(path), fix=_FORM) from None
    if isinstance(body, dict) and isinstance(body.get("positions"), list):
        body = body["positions"]
    if isinstance(body, dict):
        body = [{"instrument": name, "quantity": value} for name, value in body.items()]
    if not isinstance(body, list) or not all(isinstance(row, dict) for row in body):
        raise UsageError("is no list of positions", where=str(path), fix=_FORM)
    for place, row in enumerate(body, 1):
        _check_fields(row, f"{path} row {place}")
    return body


def _check_fields(names: Iterable[str], where: str) -> None:
    given = set(names)
    for name in _FIELDS[:2]:
        if name not in given:
            raise UsageError(f"has no {name}", where=where, fix=_FORM)
    unknown = sorted(given - set(_FIELDS))
    if unknown:
        raise UsageError(f"{unknown[0]!r} is no field of a position", where=where, fix=_FORM)


def _position(row: Mapping[str, object], where: str) -> HeldPosition:
    name = row.get("instrument")
    if not isinstance(name, str) or not name.strip():
        raise UsageError("names no instrument", where=where, fix=_FORM)
    quantity = _number(row.get("quantity"), f"{where} quantity")
    price = None
    if row.get("price") is not None:
        price = _number(row["price"], f"{where} price")
        if price <= 0:
            raise UsageError(f"price {price} is not above 0", where=where, fix="give its price")
    return HeldPosition(name.strip(), quantity, price)


def _number(value: object, where: str) -> Decimal:
    try:
        number = Decimal(value) if isinstance(value, str | Decimal) else None
    except InvalidOperation:
        number = None
    if number is not None and number.is_finite() and number.adjusted() > _DIGITS_MAX:
        raise UsageError(f"{value} is no size of a position", where=where, fix="mend the number")
    if number is None or not number.is_finite():
        raise UsageError(f"{value!r} is no number", where=where, fix="write it like -1.25")
    return number
