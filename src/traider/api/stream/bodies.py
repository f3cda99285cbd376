"""What each channel says: the shapes of the routes.

| channel | body | is |
| --- | --- | --- |
| `freshness` | object | how old what is read was, and what could not be; each time anew |
| `status` | object | `GET /status` |
| `pnl_update` | object | what the account is worth, and what it made |
| `position_update` | rows by `name` | what is held |
| `order_update` | rows by `order_id` | orders that are not over |
| `order_latest` | rows by `order_id`, newest last | the last orders of `GET /orders` |
| `trade_executed` | rows by `fill_id`, newest last | the last fills, with why they were wanted |
| `signal_update` | rows by `instrument` | `GET /signals` |
| `risk_alert` | rows by `key` | alerts sent last, and circuit breakers that are open |
| `health_update` | rows by `part` | how each part is |
| `role_update` | rows by `key` | `GET /system/roles` |
| `limit_update` | rows by `name` | `GET /risk/limits` |
| `exposure_update` | object | `GET /risk/exposure` |
| `breaker_update` | rows by `key` | `GET /risk/breakers` |
| `var_update` | object | what was measured of `GET /risk/var` |
| `market_update` | rows by `name` | `GET /market/products` |
| `book:INSTRUMENT` | object | `GET /market/book/{instrument}`, 15 levels a side |
| `depth:INSTRUMENT` | object | the same of 100 levels, `bids` and `asks` as sizes by price |
| `tape:INSTRUMENT` | rows by `id`, newest last | the last trades of `GET /market/trades` |
| `bars:INSTRUMENT FRAME INDICATORS` | object | the last three bars of `GET /market/bars` |

Rows are as their route has them; of objects what is null is left out.
"""

import contextlib
import time
from collections.abc import Callable, Collection, Mapping
from typing import Any, Final

from traider.api.books.orders import OrdersAsked, find_fills, find_orders
from traider.api.facts import Facts
from traider.api.following import ViewState
from traider.api.reading import signals
from traider.api.reading.looking import looked
from traider.api.routes.system import system_roles
from traider.api.shapes.status import TraderStatus, status_shape
from traider.api.stream.channel import BARS, BOOK, DEPTH, NAMED, TAPE
from traider.api.stream.deltas import Body, bare
from traider.api.stream.market_bodies import MarketBodies, bars_asked
from traider.api.stream.risk_bodies import RiskBodies
from traider.domain.errors import TraiderError
from traider.domain.ports import Severity

FRESHNESS: Final = "freshness"
FILLS: Final = 50
ORDERS: Final = 100
_SETTLE_S: Final = 0.1
"""How long the others wait for a journal that is still read for the first time."""
_OF_JOURNAL: Final = frozenset(
    (
        "signal_update", "role_update", "limit_update", "exposure_update", "breaker_update",
        "market_update",
    )
)  # fmt: skip
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
        self._unread: set[str] = set()
        """Channels that were wanted last and could not be read."""
        market, risk = MarketBodies(facts), RiskBodies(facts)
        self._readers: dict[str, Callable[[], Body]] = {
            FRESHNESS: self._freshness,
            "status": self._status,
            "pnl_update": self._pnl,
            "position_update": lambda: _rows(self._now().positions),
            "order_update": lambda: [_without(row, "age_s") for row in _rows(self._now().orders)],
            "order_latest": self._orders,
            "trade_executed": self._fills,
            "signal_update": self._signals,
            "risk_alert": self._alerts,
            "health_update": lambda: _rows(self._now().health),
            "role_update": self._roles,
            "limit_update": risk.limits,
            "exposure_update": risk.exposure,
            "breaker_update": risk.breakers,
            "var_update": risk.value_at_risk,
            "market_update": market.products,
        }
        self._named: dict[str, Callable[[str], Body]] = {
            BOOK: market.book,
            DEPTH: market.depth,
            TAPE: market.tape,
            BARS: market.bars,
        }

    def knows(self, name: str) -> bool:
        """Whether there is a channel of that name; an instrument may come to be traded."""
        if name.startswith(BARS):
            try:
                bars_asked(name)
            except TraiderError:
                return False
        prefix = _prefix_of(name)
        return name in self._readers or (prefix != "" and len(name) > len(prefix))

    def read(self, wanted: Collection[str]) -> Mapping[str, Body]:
        """Return what is so now of those of ``wanted`` that something is known of.

        What cannot be read says so elsewhere: routes answer with the reason, and readiness tells.
        A journal that is being read for the first time is left out until it has been.
        """
        found: dict[str, Body] = {}
        of_journal = {name for name in wanted if name in _OF_JOURNAL or _prefix_of(name)}
        left_out = of_journal if of_journal and not self._has_caught_up() else set()
        failed = set(left_out)
        for name in set(wanted) - left_out - {FRESHNESS}:
            reader = self._readers.get(name)
            try:
                found[name] = self._named[_prefix_of(name)](name) if reader is None else reader()
            except TraiderError:
                failed.add(name)
        if FRESHNESS in wanted:
            self._unread = failed
            found[FRESHNESS] = self._freshness()
        else:
            # Somebody came to channels that nobody had yet: the rest stands as it was.
            self._unread |= failed
        return found

    def _has_caught_up(self) -> bool:
        return self._facts.view.wait_until_live(_SETTLE_S).state is not ViewState.CATCHING_UP

    def _now(self) -> TraderStatus:
        return status_shape(self._facts.status())

    def _freshness(self) -> Body:
        body: dict[str, Any] = {"at_ns": time.time_ns(), "unread": sorted(self._unread)}
        with contextlib.suppress(TraiderError):
            body["trader_age_s"] = self._facts.status().age_s
        standing = self._facts.standing()
        if standing is not None:
            body["journal_lag_s"] = standing.lag_s
        return body

    def _status(self) -> Body:
        body: dict[str, Any] = bare(self._now().model_dump(mode="json"))
        return body

    def _pnl(self) -> Body:
        body: dict[str, Any] = bare(self._now().model_dump(mode="json", include=set(_PNL)))
        return body

    def _orders(self) -> Body:
        return _rows(find_orders(self._facts.books, OrdersAsked(), ORDERS)[::-1])

    def _fills(self) -> Body:
        # The newest last: there a page puts what a delta brings.
        return _rows(find_fills(self._facts.books, OrdersAsked(), FILLS)[::-1])

    def _signals(self) -> Body:
        rows, _ = looked(
            self._facts.view,
            lambda run: [signals.signal_row(run, each) for each in range(len(run.instruments))],
        )
        return _rows(rows)

    def _roles(self) -> Body:
        # Several may stand by under one name.
        return [
            {"key": f"{row['part']} {row['pid'] or ''}".rstrip(), **row}
            for row in _rows(system_roles(self._facts).items)
        ]

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


def _prefix_of(name: str) -> str:
    """Return what a channel of one market begins with; empty of any other."""
    return next((prefix for prefix in NAMED if name.startswith(prefix)), "")


def _rows(shapes: Collection[Any]) -> list[dict[str, Any]]:
    return [each.model_dump(mode="json") for each in shapes]


def _without(row: dict[str, Any], name: str) -> dict[str, Any]:
    """Return a row without what changes with the clock alone."""
    return {key: value for key, value in row.items() if key != name}
