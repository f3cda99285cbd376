"""Laws of pages: followed to the end they are the whole list, and nothing else is a cursor.

1. Whatever the limit, the pages of a list are the list, each row once.
2. A cursor comes back as the key it was made of.
3. Any text that is no cursor is refused as a fault of the request.
"""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from traider.api.paging import Page, PageAsked, cursor_of, keyed_page, page_of
from traider.api.problems import NotUnderstoodError


@given(st.lists(st.integers(), max_size=40), st.integers(1, 9))
def test_pages_of_rows_at_hand_are_the_whole_list(rows: list[int], limit: int) -> None:
    got: list[int] = []
    page: Page[int] = page_of(rows, PageAsked(limit))
    while True:
        got += page.items
        if page.next_cursor is None:
            break
        page = page_of(rows, PageAsked(limit, page.next_cursor))
    assert got == rows


@given(st.sets(st.integers(0, 2**60), max_size=40), st.integers(1, 9))
def test_pages_of_a_query_are_the_whole_list(keys: set[int], limit: int) -> None:
    rows, got, cursor = sorted(keys), [], ""
    while True:
        asked = PageAsked(limit, cursor)
        last = asked.after(int)
        found = [row for row in rows if last is None or row > last][: limit + 1]
        page = keyed_page(found, asked, lambda row: row)
        got += page.items
        if page.next_cursor is None:
            break
        cursor = page.next_cursor
    assert got == rows


@given(st.integers(), st.text(max_size=60))
def test_a_cursor_comes_back_as_its_key(number: int, text: str) -> None:
    assert PageAsked(1, cursor_of(number)).after(int) == number
    assert PageAsked(1, cursor_of(text)).after(str) == text
    with pytest.raises(NotUnderstoodError):
        PageAsked(1, cursor_of(number)).after(str)
    with pytest.raises(NotUnderstoodError):
        PageAsked(1, cursor_of(text)).after(int)


@given(st.text(min_size=1, max_size=30))
def test_other_text_is_refused_or_is_a_key(text: str) -> None:
    with contextlib.suppress(NotUnderstoodError):
        assert isinstance(PageAsked(1, text).after(str), str)
