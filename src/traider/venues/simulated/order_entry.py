"""Order entry: create, preview, edit and cancel, with the venue's outcomes.

A refusal is a value. The same ``client_order_id`` again opens no second order: the existing one is
returned, whatever the second request says.
"""

from dataclasses import dataclass, replace
from typing import Final

from traider.venues.simulated.desk import Desk
from traider.venues.simulated.faults.plan import FaultPlan
from traider.venues.simulated.faults.rules import FaultKind
from traider.venues.simulated.order_checks import check_funds, check_order, check_price, check_size
from traider.venues.simulated.orders import (
    Attached,
    Edit,
    JsonObject,
    Order,
    OrderType,
    Status,
    TimeInForce,
    Trigger,
)
from traider.venues.simulated.portfolios import Portfolio
from traider.venues.simulated.products import Product
from traider.venues.simulated.refusals import (
    BAD_REQUEST,
    INVALID_PRODUCT,
    INVALID_SIDE,
    UNSUPPORTED,
    Refusal,
)
from traider.venues.simulated.terms import grid_count, terms_of

EDITS_MAX: Final = 100
_SIDES: Final = {"BUY": 1, "SELL": -1}


@dataclass(frozen=True, slots=True)
class OrderRequest:
    """A request to create or preview an order, as it came."""

    client_order_id: str
    product_id: str
    side: str
    configuration: JsonObject
    attached: JsonObject | None = None


class OrderEntry:
    """The way orders come in."""

    def __init__(self, desk: Desk, faults: FaultPlan) -> None:
        self._desk, self._faults = desk, faults

    def create(self, portfolio: Portfolio, request: OrderRequest) -> Order | Refusal:
        """Open an order, or say why not; an order of the same client id is returned as it is."""
        existing = portfolio.by_client_id.get(request.client_order_id)
        if existing is not None:
            return existing
        order = self.preview(portfolio, request)
        if isinstance(order, Refusal):
            return order
        if self._faults.for_order(FaultKind.FAILED_AFTER_ACCEPT, request.product_id):
            self._desk.fail(order, "COMMANDER_REJECTED_NEW_ORDER")
        else:
            self._desk.place(order)
        return order

    def preview(self, portfolio: Portfolio, request: OrderRequest) -> Order | Refusal:
        """Return the order that would be opened, checked, without opening it."""
        product = self._desk.products.get(request.product_id)
        if product is None:
            return INVALID_PRODUCT
        if request.side not in _SIDES:
            return INVALID_SIDE
        order = self._built(portfolio, request, product)
        if isinstance(order, Refusal):
            return order
        return check_order(self._desk, order) or order

    def cancel(self, portfolio: Portfolio, order_id: str) -> str:
        """Cancel an order; return the failure reason, or ``""``."""
        order = portfolio.orders.get(order_id)
        if order is None:
            return "UNKNOWN_CANCEL_ORDER"
        if order.status is Status.FILLED:
            return "ORDER_IS_FULLY_FILLED"
        if not order.is_live:
            return "DUPLICATE_CANCEL_REQUEST"
        if rule := self._faults.for_order(FaultKind.FILL_BEFORE_CANCEL, order.product.product_id):
            self._desk.fill_part(order, rule.share)
        if order.is_live:
            self._desk.cancel(order, "User requested cancel")
        return ""

    def edit(self, portfolio: Portfolio, body: JsonObject) -> Refusal | None:
        """Change price and size of an open order; return why not."""
        order = portfolio.orders.get(str(body.get("order_id", "")))
        if order is None:
            return Refusal("ORDER_NOT_FOUND")
        changed = self._edited(order, body)
        if isinstance(changed, Refusal):
            return changed
        keeps = changed.limit_ticks == order.limit_ticks and changed.lots <= order.lots
        order.lots, order.limit_ticks = changed.lots, changed.limit_ticks
        order.stop_ticks = changed.stop_ticks
        product = order.product
        order.edits.append(
            Edit(
                product.price_text(order.limit_ticks),
                product.size_text(order.lots),
                self._desk.now_ns,
            )
        )
        self._desk.rest_anew(order, keeps_place=keeps)
        return None

    def check_edit(self, portfolio: Portfolio, body: JsonObject) -> Order | Refusal:
        """Return the order as an edit would make it, or why it is refused."""
        order = portfolio.orders.get(str(body.get("order_id", "")))
        return Refusal("ORDER_NOT_FOUND") if order is None else self._edited(order, body)

    def _edited(self, order: Order, body: JsonObject) -> Order | Refusal:
        """Return a copy of ``order`` as it would be, or why it cannot."""
        if refusal := _not_editable(order):
            return refusal
        product = order.product
        changed = _changed_terms(order, body)
        if isinstance(changed, Refusal):
            return changed
        limit, lots, stop = changed
        edited = replace(order, lots=lots, limit_ticks=limit, stop_ticks=stop)
        refusal = check_size(product, replace(order.terms, lots=lots))
        if refusal is None and limit != order.limit_ticks:
            refusal = check_price(self._desk.market_of(product), edited)
        refusal = refusal or check_funds(self._desk, edited)
        if refusal:
            return Refusal("COMMANDER_REJECTED_EDIT_ORDER", refusal.preview_reason)
        return edited

    def _built(
        self, portfolio: Portfolio, request: OrderRequest, product: Product
    ) -> Order | Refusal:
        """Return the order that a request describes, not yet checked against the market."""
        terms = terms_of(request.configuration, product)
        if isinstance(terms, Refusal):
            return terms
        tier = portfolio.tier(self._desk.now_ns)
        order = Order(
            order_id=self._desk.new_id(),
            client_order_id=request.client_order_id,
            owner=portfolio.portfolio_id,
            product=product,
            side=_SIDES[request.side],
            terms=terms,
            configuration=request.configuration,
            created_ns=self._desk.now_ns,
            maker_rate_millionths=tier.maker_millionths,
            taker_rate_millionths=tier.taker_millionths,
            trigger=Trigger.PENDING if terms.stop_ticks else Trigger.NONE,
            lots=terms.lots,
            limit_ticks=terms.limit_ticks,
            stop_ticks=terms.stop_ticks,
        )
        if request.attached:
            attached = _attached(request.attached, order)
            if isinstance(attached, Refusal):
                return attached
            order.attached, order.attached_order_id = attached, self._desk.new_id()
        return order


def _attached(configuration: JsonObject, parent: Order) -> Attached | Refusal:
    """Return the bracket to attach; its size is the parent's, so the request has none."""
    if tuple(configuration) != ("trigger_bracket_gtc",):
        return UNSUPPORTED
    fields = configuration["trigger_bracket_gtc"]
    if not isinstance(fields, dict) or fields.get("base_size"):
        return BAD_REQUEST
    size = parent.product.size_text(max(1, parent.lots))
    terms = terms_of({"trigger_bracket_gtc": {**fields, "base_size": size}}, parent.product)
    if isinstance(terms, Refusal):
        return terms
    if (terms.limit_ticks - terms.stop_ticks) * parent.side <= 0:
        return Refusal("INVALID_BRACKET_PRICES")
    return Attached(terms, configuration)


def _changed_terms(order: Order, body: JsonObject) -> tuple[int, int, int] | Refusal:
    """Return limit, lots and stop as an edit asks for them, or why it cannot."""
    product = order.product
    limit = grid_count(body.get("price"), product.tick_units)
    # The venue reads a size that is left out as zero.
    lots = grid_count(body.get("size", "0"), product.lot_units)
    stop_text = body.get("stop_price") or body.get("stop_trigger_price")
    stop = grid_count(stop_text, product.tick_units) if stop_text else order.stop_ticks
    if not limit or stop is None:
        return Refusal("INVALID_EDITED_PRICE", "PREVIEW_INVALID_LIMIT_PRICE")
    if lots is None:
        return Refusal("INVALID_EDITED_SIZE", "PREVIEW_INVALID_SIZE_PRECISION")
    if lots <= order.filled_lots:
        return Refusal("CANNOT_EDIT_TO_BELOW_FILLED_SIZE")
    if (limit, lots, stop) == (order.limit_ticks, order.lots, order.stop_ticks):
        return Refusal("EDIT_REQUEST_EQUAL_TO_ORIGINAL_REQUEST")
    return limit, lots, stop


def _not_editable(order: Order) -> Refusal | None:
    if order.status is not Status.OPEN:
        return Refusal("ONLY_OPEN_ORDERS_CAN_BE_EDITED")
    if order.terms.order_type is OrderType.MARKET or (
        order.terms.time_in_force is not TimeInForce.GTC
    ):
        return Refusal("ONLY_LIMIT_ORDER_EDITS_SUPPORTED")
    if len(order.edits) >= EDITS_MAX:
        return Refusal("EXCEEDED_MAX_ALLOWED_EDIT_REQUEST_COUNT")
    return None
