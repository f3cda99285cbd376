"""Laws of spans.

1. Joined spans are in order, apart, and hold the same instants.
2. The difference of two sets holds the instants of the one that the other has not.
3. What is left without some spans, and the spans within, make up the whole again.
"""

from hypothesis import given
from hypothesis import strategies as st

from traider.feed.download.spans import (
    Span,
    difference,
    holds,
    joined,
    length_of,
    within,
    without,
)

spans = st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), max_size=8)


def instants(parts: list[Span] | tuple[Span, ...]) -> set[int]:
    return {at for start, end in parts for at in range(start, end)}


@given(spans)
def test_joined_spans_are_apart_and_hold_the_same(parts: list[Span]) -> None:
    found = joined(parts)
    assert instants(found) == instants(parts)
    assert length_of(found) == len(instants(parts))
    edges = [edge for span in found for edge in span]
    assert edges == sorted(set(edges))


@given(spans, st.integers(0, 60), st.integers(0, 60))
def test_what_is_left_and_what_is_within_make_up_the_whole(
    parts: list[Span], start: int, end: int
) -> None:
    known, whole = joined(parts), (start, end)
    left, inner = without(whole, known), within(known, whole)
    assert instants(left) | instants(inner) == instants((whole,))
    assert not instants(left) & instants(known)
    assert holds(known, whole) == (instants((whole,)) <= instants(known))


@given(spans, spans)
def test_the_difference_holds_what_the_other_has_not(some: list[Span], others: list[Span]) -> None:
    found = difference(joined(some), joined(others))
    assert instants(found) == instants(some) - instants(others)
    assert found == joined(found)
