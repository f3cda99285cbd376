"""Filters and pages of lists. A cursor is the id of the last row told."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from aiohttp import web

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """Some rows, and where the next ones begin; no cursor when these are the last."""

    rows: list[Row]
    cursor: str


def chosen(request: web.Request, names: tuple[str, ...], value: str) -> bool:
    """Whether ``value`` passes a filter; repeated parameters and commas are both read."""
    wanted = [
        part
        for name in names
        for text in request.query.getall(name, [])
        for part in text.split(",")
        if part
    ]
    return not wanted or value in wanted


def page_of(
    request: web.Request, rows: Sequence[tuple[str, Row]], size_max: int
) -> Page[Row] | None:
    """Return the page a request asks for; None when its limit or cursor cannot be used."""
    text, cursor = request.query.get("limit") or str(size_max), request.query.get("cursor", "")
    if not text.isdigit():
        return None
    size = min(int(text) or size_max, size_max)
    first = 0
    if cursor:
        places = [place for place, (row_id, _) in enumerate(rows) if row_id == cursor]
        if not places:
            return None
        first = places[0] + 1
    part = rows[first : first + size]
    more = first + size < len(rows)
    return Page([row for _, row in part], part[-1][0] if more and part else "")
