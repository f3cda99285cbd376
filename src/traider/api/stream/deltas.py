"""What changed from one body of a channel to the next: the deltas of the stream, as pure functions.

An object's delta is a JSON merge patch (RFC 7396), in which null removes a name; so objects have no
null: what is not known is left out. A list's rows have ids: its delta is the rows that are new or
changed, each whole, null included, and the ids of those that went. A page makes the next body of
the last one and a delta by ``patched`` and ``with_rows``; it has its own, and these are the law
that they are tested by.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final, TypeAlias

Json: TypeAlias = Any
Row: TypeAlias = Mapping[str, Json]
Body: TypeAlias = dict[str, Json] | list[dict[str, Json]]

ID_NAMES: Final = ("id", "order_id", "fill_id", "key", "part", "name", "instrument")
"""A row's id is the first of these that it has."""


def bare(value: Json) -> Json:
    """Return an object without the names in it that are null; lists stay as they are."""
    if isinstance(value, Mapping):
        return {name: bare(each) for name, each in value.items() if each is not None}
    return value


def row_id(row: Row) -> str:
    """Return the id of a row.

    Raises:
        KeyError: it has none.
    """
    for name in ID_NAMES:
        if name in row:
            return str(row[name])
    raise KeyError(f"a row without an id: {sorted(row)}")


def delta_of(before: Body, after: Body) -> Json | None:
    """Return what makes ``after`` of ``before``; None where they are equal."""
    if before == after:
        return None
    if isinstance(before, dict) and isinstance(after, dict):
        return _patch(before, after)
    assert isinstance(before, list)  # noqa: S101 - a channel's bodies are all of one sort
    assert isinstance(after, list)  # noqa: S101 - the same
    return _changed_rows(before, after)


def patched(target: Json, change: Json) -> Json:
    """Return ``target`` with a JSON merge patch put on it."""
    if not isinstance(change, Mapping):
        return change
    merged = dict(target) if isinstance(target, Mapping) else {}
    for name, each in change.items():
        if each is None:
            merged.pop(name, None)
        else:
            merged[name] = patched(merged.get(name), each)
    return merged


def with_rows(rows: Sequence[Row], delta: Mapping[str, Json]) -> list[Row]:
    """Return ``rows`` with changed ones in their places, new ones last, and removed ones gone."""
    changed = {row_id(row): row for row in delta["rows"]}
    removed = set(delta["removed"])
    kept = [changed.pop(row_id(row), row) for row in rows if row_id(row) not in removed]
    return [*kept, *changed.values()]


def _patch(before: Row, after: Row) -> dict[str, Json]:
    change: dict[str, Json] = {name: None for name in before if name not in after}
    for name, each in after.items():
        known = before.get(name)
        if isinstance(each, Mapping) and isinstance(known, Mapping):
            if each != known:
                change[name] = _patch(known, each)
        elif name not in before or each != known:
            change[name] = each
    return change


def _changed_rows(before: Sequence[Row], after: Sequence[Row]) -> dict[str, Json]:
    known = {row_id(row): row for row in before}
    now = {row_id(row) for row in after}
    return {
        "rows": [row for row in after if known.get(row_id(row)) != row],
        "removed": [each for each in known if each not in now],
    }
