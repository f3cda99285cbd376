"""Orders and fills: what was wanted, what became of it, and why."""

from dataclasses import replace
from typing import Annotated, Final, Literal

from fastapi import APIRouter, Depends, Path, Query, Response

from traider.api.asking import needs
from traider.api.books.orders import (
    OrdersAsked,
    find_fills,
    find_order,
    find_orders,
    order_shape,
)
from traider.api.books.stories import order_story
from traider.api.csv_answers import CSV_ANSWER, CSV_ROWS_MAX, FormNow, csv_answer, shapes_csv
from traider.api.facts import FactsNow
from traider.api.openapi import problems
from traider.api.paging import Page, PageAsked, PageAskedNow, keyed_page
from traider.api.rights import Right
from traider.api.shapes.orders import FillShape, OrderShape, OrderStory
from traider.api.spans import SpanNow

router = APIRouter(dependencies=[Depends(needs(Right.READ))])

_WORD_MAX: Final = 64
OrderIdAsked = Annotated[
    str,
    Path(
        max_length=_WORD_MAX,
        description="16 hexadecimal digits, or the id that the venue knows it by.",
        examples=["00100000000eac00"],
    ),
]
InstrumentAsked = Annotated[
    str,
    Query(
        max_length=_WORD_MAX,
        description="Name of an instrument, with its venue or without.",
        examples=["COINBASE:BTC-USDT"],
    ),
]
SideAsked = Annotated[Literal["", "buy", "sell"], Query(description="Buy or sell; both if empty.")]
TextAsked = Annotated[
    str,
    Query(
        max_length=_WORD_MAX,
        description="Any part of ids, instrument, who asked and why; capitals or not.",
    ),
]
State = Literal[
    "waiting", "refused", "open", "filled", "partly-filled", "cancelled", "rejected", "expired"
]


def _orders_asked(
    span: SpanNow,
    instrument: InstrumentAsked = "",
    side: SideAsked = "",
    state: Annotated[
        list[State] | None,
        Query(
            description="How they stand; repeat for several, all of them without it.",
            examples=[["open"]],
        ),
    ] = None,
    kind: Annotated[
        Literal["", "market", "limit", "stop", "stop-limit"],
        Query(description="Type of the order; all of them if empty."),
    ] = "",
    text: TextAsked = "",
) -> OrdersAsked:
    return OrdersAsked(
        instrument, side, frozenset(state or ()), kind, span.from_ns, span.to_ns, text
    )


def _fills_asked(
    span: SpanNow,
    instrument: InstrumentAsked = "",
    side: SideAsked = "",
    kind: Annotated[
        Literal["", "fill", "liquidation", "correction"],
        Query(description="What moved the position; all of them if empty."),
    ] = "",
    text: TextAsked = "",
) -> OrdersAsked:
    return OrdersAsked(instrument, side, frozenset(), kind, span.from_ns, span.to_ns, text)


OrdersAskedNow = Annotated[OrdersAsked, Depends(_orders_asked)]
FillsAskedNow = Annotated[OrdersAsked, Depends(_fills_asked)]


@router.get(
    "/orders",
    tags=["orders"],
    summary="Orders, newest first",
    response_model=Page[OrderShape],
    responses=CSV_ANSWER | problems(401, 403, 409, 422),
)
def list_orders(
    facts: FactsNow, asked: OrdersAskedNow, page: PageAskedNow, form: FormNow
) -> Page[OrderShape] | Response:
    """Return orders from their decision on: open ones, and those that are over.

    As CSV all that are looked for come at once, up to 100,000.
    """
    if form.is_csv:
        rows = find_orders(facts.books, asked, CSV_ROWS_MAX)
        return csv_answer(shapes_csv(rows, OrderShape), "orders")
    found = find_orders(facts.books, _from_page(asked, page), page.limit + 1)
    return keyed_page(found, page, lambda order: order.position)


@router.get(
    "/orders/{order_id}",
    tags=["orders"],
    summary="One order",
    responses=problems(401, 403, 404, 409, 422),
)
def get_order(facts: FactsNow, order_id: OrderIdAsked) -> OrderShape:
    """Return an order as it stands."""
    return order_shape(find_order(facts.books, order_id), facts.books)


@router.get(
    "/orders/{order_id}/why",
    tags=["orders"],
    summary="Why an order happened",
    responses=problems(401, 403, 404, 409, 422),
)
def explain_order(facts: FactsNow, order_id: OrderIdAsked) -> OrderStory:
    """Tell the event, features, scores, checks, stages and fills of an order, and it in words.

    It comes from the audit; what that does not tell yet is replayed from the journal.
    """
    return order_story(facts.books, order_id)


@router.get(
    "/fills",
    tags=["fills"],
    summary="What traded, newest first",
    response_model=Page[FillShape],
    responses=CSV_ANSWER | problems(401, 403, 409, 422),
)
def list_fills(
    facts: FactsNow, asked: FillsAskedNow, page: PageAskedNow, form: FormNow
) -> Page[FillShape] | Response:
    """Return fills with the reason of their orders; liquidations and corrections among them.

    As CSV all that are looked for come at once, up to 100,000.
    """
    if form.is_csv:
        rows = find_fills(facts.books, asked, CSV_ROWS_MAX)
        return csv_answer(shapes_csv(rows, FillShape), "fills")
    found = find_fills(facts.books, _from_page(asked, page), page.limit + 1)
    return keyed_page(found, page, lambda fill: int(fill.fill_id))


def _from_page(asked: OrdersAsked, page: PageAsked) -> OrdersAsked:
    return replace(asked, before=page.after(int))
