"""Pages of long lists: some rows, and the cursor that the next page begins at.

    @router.get("")
    def orders(facts: FactsNow, asked: PageAskedNow) -> Page[OrderShape]:
        return page_of(rows, asked)                              # of rows at hand

    last = asked.after(int)                                      # of a query, by its key
    return keyed_page(rows_after(last, asked.limit + 1), asked, lambda row: row.sequence)

A cursor is opaque text: it is taken from ``next_cursor`` and given back as it is.
"""

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Final, Generic, TypeVar

from fastapi import Depends, Query
from pydantic import Field

from traider.api.problems import NotUnderstoodError
from traider.api.shapes.shape import Shape

LIMIT: Final = 100
LIMIT_MAX: Final = 500
_CURSOR_MAX: Final = 512
_OFFSET_MAX: Final = 2**53

Row = TypeVar("Row")
Key = TypeVar("Key", int, str)


class Page(Shape, Generic[Row]):
    """Some rows of a list."""

    items: list[Row]
    """The rows, in the order that the operation names."""
    next_cursor: Annotated[str | None, Field(examples=["WzEwMF0"])] = None
    """What to ask for as ``cursor`` to get the next rows; null after the last ones."""


@dataclass(frozen=True)
class PageAsked:
    """Which page is asked for."""

    limit: int = LIMIT
    cursor: str = ""

    def after(self, kind: type[Key]) -> Key | None:
        """Return the key of the last row of the page before; None for the first page.

        Raises:
            NotUnderstoodError: the cursor is none of this list.
        """
        if not self.cursor:
            return None
        try:
            padded = self.cursor + "=" * (-len(self.cursor) % 4)
            told = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
        except (binascii.Error, ValueError, RecursionError):
            raise _bad_cursor() from None
        if not (isinstance(told, list) and len(told) == 1 and type(told[0]) is kind):
            raise _bad_cursor()
        key: Key = told[0]
        return key


def _asked(
    limit: Annotated[int, Query(ge=1, le=LIMIT_MAX, description="Most rows of the page.")] = LIMIT,
    cursor: Annotated[
        str,
        Query(max_length=_CURSOR_MAX, description="``next_cursor`` of the page before."),
    ] = "",
) -> PageAsked:
    return PageAsked(limit, cursor)


PageAskedNow = Annotated[PageAsked, Depends(_asked)]
"""The page that a route is asked for: query parameters ``limit`` and ``cursor``."""


def cursor_of(key: int | str) -> str:
    """Return the cursor of what follows the row with ``key``."""
    return base64.urlsafe_b64encode(json.dumps([key]).encode()).decode().rstrip("=")


def page_of(rows: Sequence[Row], asked: PageAsked) -> Page[Row]:
    """Return a page of rows that are all at hand.

    Raises:
        NotUnderstoodError: the cursor is none of this list.
    """
    first = asked.after(int) or 0
    if not 0 <= first <= _OFFSET_MAX:
        raise _bad_cursor()
    end = first + asked.limit
    return Page(
        items=list(rows[first:end]), next_cursor=cursor_of(end) if end < len(rows) else None
    )


def keyed_page(rows: Sequence[Row], asked: PageAsked, key: Callable[[Row], int | str]) -> Page[Row]:
    """Return a page of rows that a query gave, one more than ``asked.limit`` where there are."""
    items = list(rows[: asked.limit])
    return Page(
        items=items, next_cursor=cursor_of(key(items[-1])) if len(rows) > len(items) else None
    )


def _bad_cursor() -> NotUnderstoodError:
    return NotUnderstoodError(
        "the cursor is none of this list",
        where="query.cursor",
        fix="give back next_cursor as it came, or leave it out for the first page",
    )
