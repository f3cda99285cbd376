"""The story of an order, a fill or a refusal: what ``traider explain`` tells, ready to be shown."""

import math
from collections.abc import Mapping
from typing import Any, Final

from traider.api.books.orders import fill_shape, find_order
from traider.api.books.run_books import RunBooks
from traider.api.problems import NotFoundError
from traider.api.shapes.orders import CheckShape, OrderStory, ScoreShape, StageShape
from traider.compliance import story
from traider.compliance.lookup import AuditLookup
from traider.compliance.order_records import OrderRecord
from traider.domain.errors import UsageError
from traider.runtime.auditing.explaining import BeyondAudit

_AT_LEAST: Final = ("min-size", "min-notional")
"""Checks whose limit is the least that is allowed."""


def order_story(books: RunBooks, order_id: str) -> OrderStory:
    """Return why an order happened and what became of it.

    Raises:
        NotFoundError: there is no such order.
        DataError: the audit or the journal cannot be read.
    """
    order = find_order(books, order_id)
    return _told(books, order, _found(books, f"{order.order_id:016x}"))


def named_story(books: RunBooks, text: str) -> OrderStory:
    """Return the story of whatever a person names, as ``traider explain`` takes it.

    Args:
        books: of the run.
        text: the id of an order, the house's or the venue's, of a fill, or a position in the
            journal: of a fill, a verdict, or the event that was decided on.

    Raises:
        NotFoundError: nothing is called so.
        UsageError: there is no run, or it journaled nothing yet.
        DataError: the audit or the journal cannot be read.
    """
    books.records()
    try:
        found = _found(books, text)
    except UsageError as fault:
        raise NotFoundError(fault.what, where=text, fix=fault.fix) from fault
    return _told(books, find_order(books, found["id"]), found)


def _found(books: RunBooks, text: str) -> dict[str, Any]:
    folder = books.paths.folder
    return AuditLookup(folder, BeyondAudit(folder)).explain(text)


def _told(books: RunBooks, order: OrderRecord, found: Mapping[str, Any]) -> OrderStory:
    return OrderStory(
        order_id=f"{order.order_id:016x}",
        headline=_headline(found, order, books),
        sentences=story.sentences(found),
        scores=[ScoreShape(alpha=alpha, **each) for alpha, each in (found["scores"] or {}).items()],
        features=found["features"] or {},
        checks=[_check(row) for row in (found["gate"] or {}).get("checks") or ()],
        waterfall=[
            StageShape(stage=each.name, begin_us=each.begin_us, length_us=each.length_us)
            for each in story.waterfall(found["stages_us"])
        ],
        fills=[fill_shape(each, order, books) for each in order.executions],
        command=story.command_line(found, str(books.paths.folder)),
        explanation=dict(found),
    )


def _headline(found: Mapping[str, Any], order: OrderRecord, books: RunBooks) -> str:
    """Return the words of the list, which know a person's name; the audit's where it lags."""
    words = books.reason_of(order)
    return words if story.ARROW in words else story.headline(found)


def _check(row: Mapping[str, Any]) -> CheckShape:
    number, limit = row.get("number"), row.get("limit") or None
    used = None
    if number is not None and limit is not None and row["check"] not in _AT_LEAST:
        share = number / limit
        used = share if math.isfinite(share) and share >= 0.0 else None
    return CheckShape(
        check=row["check"], passed=row["passed"], number=number, limit=limit, used=used
    )
