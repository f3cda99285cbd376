from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from traider.api.stream.deltas import bare, delta_of, patched, row_id, with_rows

words = st.text("abc", min_size=1, max_size=2)
values = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 3) | words,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=3),
    max_leaves=8,
)
objects = st.dictionaries(words, values, max_size=4).map(bare)
rows = st.lists(
    st.fixed_dictionaries({"id": st.integers(0, 5), "size": st.integers(0, 2)}),
    max_size=6,
    unique_by=lambda row: row["id"],
)


@given(objects, objects)
def test_a_patch_makes_the_next_object_of_the_last(
    before: dict[str, Any], after: dict[str, Any]
) -> None:
    delta = delta_of(before, after)

    assert (delta is None) == (before == after)
    assert patched(before, {} if delta is None else delta) == after


@given(rows, rows)
def test_changed_rows_make_the_next_list_of_the_last(
    before: list[dict[str, int]], after: list[dict[str, int]]
) -> None:
    delta = delta_of(before, after) or {"rows": [], "removed": []}

    found = with_rows(before, delta)

    assert sorted(found, key=row_id) == sorted(after, key=row_id)


def test_only_what_changed_is_said() -> None:
    before = [{"name": "BTC", "size": "1"}, {"name": "ETH", "size": "2"}]
    after = [{"name": "BTC", "size": "1"}, {"name": "ETH", "size": "3"}]

    assert delta_of(before, after) == {"rows": [{"name": "ETH", "size": "3"}], "removed": []}
    assert delta_of({"a": {"b": 1, "c": 2}}, {"a": {"b": 1}}) == {"a": {"c": None}}
