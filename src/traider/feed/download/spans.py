"""Spans of time, ``[start, end)`` in nanoseconds: joining them, and what of one is left.

A set of spans is a tuple in order of time, disjoint, neighbors joined.
"""

from collections.abc import Iterable
from typing import TypeAlias

Span: TypeAlias = tuple[int, int]
Spans: TypeAlias = tuple[Span, ...]


def joined(spans: Iterable[Span]) -> Spans:
    """Return the set of all instants that lie in one of ``spans``."""
    found: list[Span] = []
    for start, end in sorted(spans):
        if start >= end:
            continue
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((start, end))
    return tuple(found)


def without(span: Span, spans: Spans) -> Spans:
    """Return what of ``span`` lies in none of ``spans``."""
    left: list[Span] = []
    at, last = span
    for start, end in spans:
        if end <= at:
            continue
        if start >= last:
            break
        if start > at:
            left.append((at, start))
        at = max(at, end)
    if at < last:
        left.append((at, last))
    return tuple(left)


def difference(spans: Spans, others: Spans) -> Spans:
    """Return what of ``spans`` lies in none of ``others``, in one pass over both."""
    left: list[Span] = []
    place = 0
    for span in spans:
        while place < len(others) and others[place][1] <= span[0]:
            place += 1
        at, last = span
        near = place
        while near < len(others) and others[near][0] < last:
            start, end = others[near]
            if start > at:
                left.append((at, start))
            at = max(at, end)
            near += 1
        if at < last:
            left.append((at, last))
    return tuple(left)


def within(spans: Spans, span: Span) -> Spans:
    """Return what of ``spans`` lies in ``span``."""
    start, end = span
    return tuple((max(a, start), min(b, end)) for a, b in spans if a < end and b > start)


def holds(spans: Spans, span: Span) -> bool:
    """Whether all of ``span`` lies in ``spans``."""
    return not without(span, spans)


def length_of(spans: Spans) -> int:
    """Return the time that ``spans`` take together, ns."""
    return sum(end - start for start, end in spans)
