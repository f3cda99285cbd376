"""Orders and fills: create, preview, edit, cancel, list."""

from collections.abc import Callable, Iterable
from typing import Final

from aiohttp import web

from traider.venues.simulated.exchange import Exchange
from traider.venues.simulated.order_entry import OrderRequest
from traider.venues.simulated.orders import Fill, Order
from traider.venues.simulated.portfolios import Portfolio
from traider.venues.simulated.refusals import Refusal
from traider.venues.simulated.rest.answers import answer, bad_argument, json_body, not_found
from traider.venues.simulated.rest.doors import BASE, portfolio_of
from traider.venues.simulated.rest.order_shapes import (
    created,
    fill_shape,
    order_shape,
    preview_shape,
    refused,
    side_name,
)
from traider.venues.simulated.rest.pages import chosen, page_of
from traider.venues.simulated.times import parse_time_ns

CANCELS_MAX: Final = 100
PAGE_MAX: Final = 1_000
_CANCELLED: Final = "UNKNOWN_CANCEL_FAILURE_REASON"
"""What the venue says of a cancel that succeeded, too."""


class OrderRoutes:
    """Answer what concerns orders."""

    def __init__(self, exchange: Exchange, told: Callable[[], None]) -> None:
        self._exchange = exchange
        self._told = told

    def routes(self) -> list[web.RouteDef]:
        """Return the paths answered here."""
        orders = f"{BASE}/orders"
        return [
            web.post(orders, self.create),
            web.post(f"{orders}/preview", self.preview),
            web.post(f"{orders}/batch_cancel", self.cancel),
            web.post(f"{orders}/edit", self.edit),
            web.post(f"{orders}/edit_preview", self.edit_preview),
            web.get(f"{orders}/historical/batch", self.listed),
            web.get(f"{orders}/historical/fills", self.fills),
            web.get(f"{orders}/historical/{{order_id}}", self.one),
        ]

    async def create(self, request: web.Request) -> web.Response:
        """Open an order; a refusal is HTTP 200 too."""
        wanted = await _order_request(request)
        if wanted is None or not wanted.client_order_id:
            return bad_argument("client_order_id, product_id, side and order_configuration")
        outcome = self._exchange.entry.create(portfolio_of(request), wanted)
        self._told()
        if isinstance(outcome, Refusal):
            return answer(refused(outcome, wanted.configuration))
        return answer(created(outcome))

    async def preview(self, request: web.Request) -> web.Response:
        """Say what an order would cost."""
        wanted = await _order_request(request)
        if wanted is None:
            return bad_argument("product_id, side and order_configuration")
        outcome = self._exchange.entry.preview(portfolio_of(request), wanted)
        desk = self._exchange.desk
        return answer(preview_shape(desk, outcome, desk.new_id()))

    async def cancel(self, request: web.Request) -> web.Response:
        """Cancel orders; each has an outcome of its own."""
        body = await json_body(request)
        order_ids = body.get("order_ids") if body else None
        if not isinstance(order_ids, list) or not order_ids:
            return bad_argument("order_ids is required")
        if len(order_ids) > CANCELS_MAX:
            return bad_argument(f"at most {CANCELS_MAX} order_ids")
        results = []
        for order_id in map(str, order_ids):
            reason = self._exchange.entry.cancel(portfolio_of(request), order_id)
            results.append({
                "success": not reason,
                "failure_reason": reason or _CANCELLED,
                "order_id": order_id,
            })  # fmt: skip
        self._told()
        return answer({"results": results})

    async def edit(self, request: web.Request) -> web.Response:
        """Change price and size of an open order."""
        body = await json_body(request)
        if body is None:
            return bad_argument("order_id, price and size")
        refusal = self._exchange.entry.edit(portfolio_of(request), body)
        self._told()
        if refusal:
            return answer({"success": False, "errors": [_edit_error(refusal)]})
        return answer({"success": True, "errors": []})

    async def edit_preview(self, request: web.Request) -> web.Response:
        """Say what an edit would make of an order."""
        body = await json_body(request)
        if body is None:
            return bad_argument("order_id, price and size")
        outcome = self._exchange.entry.check_edit(portfolio_of(request), body)
        if isinstance(outcome, Refusal):
            return answer({"errors": [_edit_error(outcome)]})
        desk = self._exchange.desk
        return answer({**preview_shape(desk, outcome, desk.new_id()), "errors": []})

    async def listed(self, request: web.Request) -> web.Response:
        """List orders, newest first."""
        portfolio, query = portfolio_of(request), request.query
        since, until = _times(query.get("start_date"), query.get("end_date"))
        if since is None or until is None:
            return bad_argument("start_date and end_date are RFC 3339")
        statuses = ",".join(query.getall("order_status", [])).split(",")
        if "OPEN" in statuses and set(statuses) != {"OPEN"}:
            return bad_argument("cannot pair open orders with other order types")
        sources = set(query.getall("order_placement_source", ["RETAIL_ADVANCED"]))
        orders = [
            order
            for order in reversed(portfolio.orders.values())
            if chosen(request, ("order_ids",), order.order_id)
            and chosen(request, ("product_ids", "product_id"), order.product.product_id)
            and chosen(request, ("order_status",), str(order.status))
            and chosen(request, ("order_types", "order_type"), str(order.terms.order_type))
            and chosen(request, ("order_side",), side_name(order))
            and chosen(request, ("time_in_forces",), str(order.terms.time_in_force))
            and chosen(request, ("product_type",), "SPOT")
            and "RETAIL_ADVANCED" in sources
            and since <= order.created_ns < until
        ]
        page = page_of(request, [(order.order_id, order) for order in orders], PAGE_MAX)
        if page is None:
            return bad_argument("limit or cursor")
        shapes = [order_shape(order, portfolio) for order in page.rows]
        return answer(
            {"orders": shapes, "sequence": "0", "has_next": bool(page.cursor),
             "cursor": page.cursor}
        )  # fmt: skip

    async def one(self, request: web.Request) -> web.Response:
        """Tell one order."""
        portfolio = portfolio_of(request)
        order = portfolio.orders.get(request.match_info["order_id"])
        if order is None:
            return not_found("order")
        return answer({"order": order_shape(order, portfolio)})

    async def fills(self, request: web.Request) -> web.Response:
        """List fills, newest first."""
        query = request.query
        since, until = _times(
            query.get("start_sequence_timestamp"), query.get("end_sequence_timestamp")
        )
        if since is None or until is None:
            return bad_argument("start_sequence_timestamp and end_sequence_timestamp are RFC 3339")
        if "order_ids" in query and {"product_ids", "product_id", "trade_ids"} & set(query):
            return bad_argument("cannot pass order_ids with other filters")
        portfolio = portfolio_of(request)
        rows = [
            (fill.fill_id, (order, fill))
            for order, fill in _newest(portfolio)
            if chosen(request, ("order_ids", "order_id"), order.order_id)
            and chosen(request, ("product_ids", "product_id"), order.product.product_id)
            and chosen(request, ("trade_ids",), str(fill.trade_id))
            and since <= fill.time_ns <= until
        ]
        page = page_of(request, rows, PAGE_MAX)
        if page is None:
            return bad_argument("limit or cursor")
        shapes = [fill_shape(order, fill, portfolio) for order, fill in page.rows]
        return answer({"fills": shapes, "cursor": page.cursor})


def _newest(portfolio: Portfolio) -> Iterable[tuple[Order, Fill]]:
    return reversed(portfolio.fills)


def _edit_error(refusal: Refusal) -> dict[str, str]:
    return {
        "edit_failure_reason": refusal.reason,
        "preview_failure_reason": refusal.preview or "UNKNOWN_PREVIEW_FAILURE_REASON",
    }


async def _order_request(request: web.Request) -> OrderRequest | None:
    """Return what a body asks; None when it lacks what every order has."""
    body = await json_body(request)
    if body is None or not isinstance(body.get("order_configuration"), dict):
        return None
    attached = body.get("attached_order_configuration")
    return OrderRequest(
        client_order_id=str(body.get("client_order_id") or ""),
        product_id=str(body.get("product_id") or ""),
        side=str(body.get("side") or ""),
        configuration=body["order_configuration"],
        attached=attached if isinstance(attached, dict) and attached else None,
    )


def _times(start: str | None, end: str | None) -> tuple[int | None, int | None]:
    """Return a span of time; a bound that is not given is open, None one that cannot be read."""
    return (
        parse_time_ns(start) if start else 0,
        parse_time_ns(end) if end else 2**63,
    )
