"""Spans that touch are one.

Law 1: joining keeps exactly the instants that were there, in spans that lie apart.
"""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from traider.store.market_store import Span, joined_spans

spans = st.builds(Span, st.integers(0, 60), st.integers(0, 60))


@given(st.lists(spans, max_size=12))
def test_law_1_the_same_instants_in_spans_apart(given_spans: list[Span]) -> None:
    joined = joined_spans(given_spans)
    assert _instants(joined) == _instants(given_spans)
    assert all(one.end_ns < next_.start_ns for one, next_ in pairwise(joined))
    assert all(span.length_ns > 0 for span in joined)


def _instants(found: tuple[Span, ...] | list[Span]) -> set[int]:
    return {ts for span in found for ts in range(span.start_ns, span.end_ns)}
