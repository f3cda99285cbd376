"""What each channel says: the shapes of the routes, without what is null.

| channel | body | is |
| --- | --- | --- |
| `status` | object | `GET /status` |
| `pnl_update` | object | what the account is worth, and what it made |
| `position_update` | rows by `name` | what is held |
| `order_update` | rows by `order_id` | orders that are not over |
| `trade_executed` | rows by `fill_id`, newest last | the last fills, with why they were wanted |
| `signal_update` | rows by `instrument` | `GET /signals` |
| `risk_alert` | rows by `key` | alerts sent last, and circuit breakers that are open |
| `health_update` | rows by `part` | how each part is |
| `book:INSTRUMENT` | object | `GET /market/book/{instrument}`, 15 levels a side |
"""

from collections.abc import Callable, Collection, Mapping
from typing import Any, Final

from traider.api.books.orders import OrdersAsked, find_fills
from traider.api.facts import Facts
from traider.api.reading import markets, signals
from traider.api.reading.looking import looked
from traider.api.shapes.status import TraderStatus, status_shape
from traider.api.stream.channel import BOOK
from traider.api.stream.deltas import Body, bare
from traider.domain.errors import TraiderError
from traider.domain.ports import Severity

FILLS: Final = 50
LEVELS: Final = 15
_PNL: Final = frozenset(
    (
        "now_ns", "currency", "nav", "cash", "pnl", "pnl_day", "fees", "drawdown", "unrealized",
        "realized", "funding", "paid_in",
    )
)  # fmt: skip


class RunBodies:
    """Reads the channels of the run that is served."""

    def __init__(self, facts: Facts) -> None:
        self._facts = facts
        self._readers: dict[str, Callable[[], Body]] = {
            "status": self._status,
            "pnl_update": self._pnl,
            "position_update": lambda: _rows(self._now().positions),
            "order_update": lambda: [_without(row, "age_s") for row in _rows(self._now().orders)],
            "trade_executed": self._fills,
            "signal_update": self._signals,
            "risk_alert": self._alerts,
            "health_update": lambda: _rows(self._now().health),
        }

    def knows(self, name: str) -> bool:
        """Whether there is a channel of that name; a book's instrument may come to be traded."""
        return name in self._readers or (name.startswith(BOOK) and len(name) > len(BOOK))

    def read(self, wanted: Collection[str]) -> Mapping[str, Body]:
        """Return what is so now of those of ``wanted`` that something is known of.

        What cannot be read says so elsewhere: routes answer with the reason, and readiness tells.
        """
        found: dict[str, Body] = {}
        for name in wanted:
            reader = self._readers.get(name)
            try:
                found[name] = self._book(name) if reader is None else reader()
            except TraiderError:
                continue
        return found

    def _now(self) -> TraderStatus:
        return status_shape(self._facts.status())

    def _status(self) -> Body:
        body: dict[str, Any] = bare(self._now().model_dump(mode="json"))
        return body

    def _pnl(self) -> Body:
        body: dict[str, Any] = bare(self._now().model_dump(mode="json", include=set(_PNL)))
        return body

    def _fills(self) -> Body:
        # The newest last: there a page puts what a delta brings.
        return _rows(find_fills(self._facts.books, OrdersAsked(), FILLS)[::-1])

    def _signals(self) -> Body:
        rows, _ = looked(
            self._facts.view,
            lambda run: [signals.signal_row(run, each) for each in range(len(run.instruments))],
        )
        return _rows(rows)

    def _book(self, name: str) -> Body:
        instrument = name.removeprefix(BOOK)
        found, stands = looked(self._facts.view, lambda run: markets.book(run, instrument, LEVELS))
        shape = markets.book_shape(found, stands)
        body: dict[str, Any] = bare(shape.model_dump(mode="json", exclude={"as_of"}))
        return body

    def _alerts(self) -> Body:
        now = self._now()
        rows = list({row["key"]: row for row in _rows(now.alerts)}.values())
        for breaker in _rows(now.breakers):
            about = f" on {breaker['instrument']}" if breaker.get("instrument") else ""
            rows.append(
                {
                    "key": f"breaker:{breaker['name']}:{breaker.get('instrument', '')}",
                    "severity": Severity.WARNING.value,
                    "title": f"circuit breaker {breaker['name']}{about} is open",
                    "detail": breaker["words"],
                    "at_ns": breaker["since_ns"],
                }
            )
        return rows


def _rows(shapes: Collection[Any]) -> list[dict[str, Any]]:
    return [bare(each.model_dump(mode="json")) for each in shapes]


def _without(row: dict[str, Any], name: str) -> dict[str, Any]:
    """Return a row without what changes with the clock alone."""
    return {key: value for key, value in row.items() if key != name}
