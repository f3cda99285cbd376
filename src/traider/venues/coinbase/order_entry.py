"""Place, cancel and edit orders: what came of it is a value, not an error.

    entry = OrderEntry(session, approver.verifier, instruments)
    match await entry.place([approved]):
        case Accepted(order_id=...): ...     # the venue has it; its life is told elsewhere
        case Refused(code=...): ...          # the venue did nothing
        case Unknown(): ...                  # ask for ``client_order_id`` before anything else

Only orders that the gate approved are placed: one, or those that ``approved_orders`` makes one of.
Placing is sent once. What came of it is told by the answer:

| answer | result |
| --- | --- |
| 200, ``success`` true, an order | Accepted |
| 200, ``success`` false, a reason | Refused |
| 200, ``success`` false, DUPLICATE_CLIENT_ORDER_ID | Unknown: an order of that id exists |
| 200, neither an order nor a reason; what cannot be read | Unknown |
| no connection; 400, 401, 403, 404, another 4xx | Refused |
| 429, 408, 409, 425, 499, 5xx, another 2xx or 3xx; a time-out, a broken connection | Unknown |

``AccountReads.find`` looks an order up by its ``client_order_id``. One whose id was used before is
not made: the venue answers with the one that exists, which may be another; ``Accepted.differs``
names what does. A reason comes in up to three fields of which the newest is filled last:
``new_order_failure_reason``, ``preview_failure_reason``, ``error``.

Canceling may be repeated. Its ``failure_reason`` has a value on success too, so only ``success``
counts; and it says that the cancel was queued: the order may still fill.

Source: docs.cdp.coinbase.com, "Create order", "Cancel orders", "Edit order" (2026-07); samples in
coinbase-advanced-py 1.8.4.
"""

from collections.abc import Awaitable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from msgspec import Struct

from traider.domain.approvals import ApprovedOrder, Verifier
from traider.domain.errors import DataError
from traider.domain.instruments import Instrument
from traider.venues.coinbase.approved_orders import ApprovedOrderTerms, request_of
from traider.venues.coinbase.order_configurations import text
from traider.venues.coinbase.place_request import PlaceRequest
from traider.venues.coinbase.rest_messages import amount, decode
from traider.venues.coinbase.rest_session import Begun, RestSession
from traider.venues.errors import (
    VenueError,
    VenueRefusalError,
    VenueUnreachableError,
)

CANCELS_MAX: Final = 100
"""Orders that one request cancels."""

_PATH: Final = "/orders"
_DUPLICATE: Final = "DUPLICATE_CLIENT_ORDER_ID"
_UNSUPPORTED: Final = "UNSUPPORTED_ORDER"


@dataclass(frozen=True)
class Accepted:
    """The venue has the order."""

    order_id: str
    client_order_id: str
    attached_order_id: str = ""
    differs: tuple[str, ...] = ()
    """What the order at the venue has otherwise than asked: it was there before.

    ``order_configuration`` stands for one of another kind, or, beside other names, for one that was
    not told.
    """


@dataclass(frozen=True)
class Refused:
    """The venue did nothing, and will not."""

    code: str
    """Its word: ``INSUFFICIENT_FUND``, ``INVALID_LIMIT_PRICE_POST_ONLY``, …; or ours:
    ``UNREACHABLE``, and ``UNSUPPORTED_ORDER`` for one that the venue has no kind for."""
    message: str = ""


@dataclass(frozen=True)
class Unknown:
    """It was sent, and whether it was done is not known."""

    why: str


PlaceResult = Accepted | Refused | Unknown


class _Placed(Struct, frozen=True):
    order_id: str
    product_id: str = ""
    side: str = ""
    client_order_id: str = ""
    attached_order_id: str = ""


class _Failure(Struct, frozen=True):
    error: str = ""
    message: str = ""
    error_details: str = ""
    preview_failure_reason: str = ""
    new_order_failure_reason: str = ""

    def code(self) -> str:
        """Return the most telling of its codes."""
        codes = (self.new_order_failure_reason, self.error, self.preview_failure_reason)
        telling = [code for code in codes if code and not code.startswith("UNKNOWN_")]
        return next(iter(telling), next(filter(None, codes), "UNKNOWN_FAILURE_REASON"))

    def is_duplicate(self) -> bool:
        """Whether an order with this ``client_order_id`` exists."""
        codes = (self.new_order_failure_reason, self.error, self.preview_failure_reason)
        return any(code.endswith(_DUPLICATE) for code in codes)


class _PlaceAnswer(Struct, frozen=True):
    success: bool
    success_response: _Placed | None = None
    error_response: _Failure | None = None
    order_configuration: dict[str, dict[str, str | bool | int | float | None]] | None = None


class _CancelResult(Struct, frozen=True):
    order_id: str
    success: bool
    failure_reason: str = ""


class _CancelAnswer(Struct, frozen=True):
    results: list[_CancelResult]


class _EditFailure(Struct, frozen=True):
    edit_failure_reason: str = ""
    preview_failure_reason: str = ""


class _EditAnswer(Struct, frozen=True):
    success: bool
    errors: list[_EditFailure] = []


class Preview(Struct, frozen=True):
    """What an order would cost; ``errs`` is empty when it would be taken."""

    order_total: str = ""
    commission_total: str = ""
    errs: list[str] = []
    warning: list[str] = []
    base_size: str = ""
    quote_size: str = ""
    best_bid: str = ""
    best_ask: str = ""


@dataclass(frozen=True)
class BegunPlace:
    """Orders that were sent, and have no answer yet."""

    request: PlaceRequest
    begun: Begun


class OrderEntry:
    """Place, cancel, edit and preview.

    Args:
        session: where requests go.
        verifier: of the gateway whose orders are placed.
        instruments: by the number that intents name them with.
        terms: what intents leave open.
    """

    def __init__(
        self,
        session: RestSession,
        verifier: Verifier,
        instruments: Sequence[Instrument],
        terms: ApprovedOrderTerms | None = None,
    ) -> None:
        self._session = session
        self._verifier = verifier
        self._instruments = tuple(instruments)
        self._terms = terms or ApprovedOrderTerms()

    def check(self, orders: Sequence[ApprovedOrder]) -> None:
        """Refuse orders of which one is not exactly what was approved.

        Raises:
            NotApprovedError: a seal does not fit.
        """
        for order in orders:
            self._verifier.check(order)

    async def place(self, orders: Sequence[ApprovedOrder]) -> PlaceResult:
        """Send approved orders once, as one order of the venue.

        An outcome that leaves a doubt is Unknown: look the order up before sending it again.

        Raises:
            NotApprovedError: one of them has no seal that fits; nothing is sent.
        """
        self.check(orders)
        try:
            request = request_of(orders, self._instruments, self._terms)
        except DataError as fault:
            return Refused(_UNSUPPORTED, fault.line())
        return await _placed(request, self._session.post(_PATH, request.wire(), repeats=False))

    def begin(self, orders: Sequence[ApprovedOrder]) -> BegunPlace | None:
        """Send as ``place`` does, but now; None where that cannot be: nothing was sent.

        Raises:
            NotApprovedError: one of them has no seal that fits; nothing is sent.
        """
        self.check(orders)
        try:
            request = request_of(orders, self._instruments, self._terms)
        except DataError:
            return None
        begun = self._session.begin(_PATH, request.wire())
        return None if begun is None else BegunPlace(request, begun)

    async def finish(self, begun: BegunPlace) -> PlaceResult:
        """Return what came of orders that were begun."""
        return await _placed(begun.request, self._session.finish(begun.begun))

    async def cancel(self, order_ids: Sequence[str]) -> dict[str, Refused | Unknown | None]:
        """Ask for the end of orders; return what came of it, None where it was accepted.

        Unknown are those that no answer names, after several tries.
        """
        results: dict[str, Refused | Unknown | None] = {}
        for first in range(0, len(order_ids), CANCELS_MAX):
            results |= await self._cancel(order_ids[first : first + CANCELS_MAX])
        return results

    async def _cancel(self, order_ids: Sequence[str]) -> dict[str, Refused | Unknown | None]:
        """Cancel as many as one request may."""
        path = f"{_PATH}/batch_cancel"
        try:
            body = await self._session.post(path, {"order_ids": list(order_ids)}, repeats=True)
            answer = decode(body, _CancelAnswer, path)
        except VenueRefusalError as fault:
            return dict.fromkeys(order_ids, Refused(fault.code, fault.what))
        except VenueError as fault:
            return dict.fromkeys(order_ids, Unknown(fault.what))
        told = {each.order_id: each for each in answer.results}
        return {name: _canceled(told.get(name)) for name in order_ids}

    async def edit(self, order_id: str, price: Decimal, size: Decimal) -> Refused | Unknown | None:
        """Change price and size of an order that rests; None when the venue accepted it.

        Both are always sent: one that is left out counts as zero there.
        """
        path = f"{_PATH}/edit"
        wire = {"order_id": order_id, "price": text(price), "size": text(size)}
        try:
            body = await self._session.post(path, wire, repeats=False)
            answer = decode(body, _EditAnswer, path)
        except VenueError as fault:
            return _not_done(fault)
        if answer.success:
            return None
        failure = answer.errors[0] if answer.errors else _EditFailure()
        code = failure.edit_failure_reason or failure.preview_failure_reason
        return Refused(code or "UNKNOWN_EDIT_ORDER_FAILURE_REASON")

    async def preview(self, request: PlaceRequest) -> Preview:
        """Return what an order would cost, without placing it.

        Raises:
            VenueError: see ``RestSession``.
        """
        path = f"{_PATH}/preview"
        wire = request.wire()
        del wire["client_order_id"]
        return decode(await self._session.post(path, wire, repeats=True), Preview, path)


async def _placed(request: PlaceRequest, asked: Awaitable[bytes]) -> PlaceResult:
    """Return what the answer to a request to place says."""
    try:
        answer = decode(await asked, _PlaceAnswer, _PATH)
    except VenueError as fault:
        return _not_done(fault)
    if answer.success and answer.success_response and answer.success_response.order_id:
        return _accepted(request, answer.success_response, answer)
    if answer.success or answer.error_response is None:
        return Unknown("the answer tells neither an order nor a reason")
    failure = answer.error_response
    if failure.is_duplicate():
        return Unknown(f"{_DUPLICATE}: an order with this id exists")
    return Refused(failure.code(), failure.message or failure.error_details)


def _not_done(fault: VenueError) -> Refused | Unknown:
    """Return what a failed request that must not be repeated came to."""
    match fault:
        case VenueRefusalError():
            return Refused(fault.code, fault.what)
        case VenueUnreachableError():
            return Refused("UNREACHABLE", fault.what)
        case _:
            return Unknown(fault.what)


def _canceled(result: _CancelResult | None) -> Refused | Unknown | None:
    """Return what came of a cancel; None when it was accepted."""
    if result is None:
        return Unknown("the answer does not name the order")
    if result.success:
        return None
    return Refused(result.failure_reason or "UNKNOWN_CANCEL_FAILURE_REASON")


def _accepted(request: PlaceRequest, placed: _Placed, answer: _PlaceAnswer) -> Accepted:
    """Compare what the venue has with what was asked."""
    wanted = {
        "client_order_id": request.client_order_id,
        "product_id": request.product_id,
        "side": request.side,
    }
    found = {
        "client_order_id": placed.client_order_id,
        "product_id": placed.product_id,
        "side": placed.side,
    }
    differs = [name for name, value in wanted.items() if found[name] not in ("", value)]
    kind, words = next(iter(request.configuration.wire().items()))
    told = answer.order_configuration
    if (told and kind not in told) or (not told and differs):
        differs.append("order_configuration")
    elif told:
        given = told[kind]
        differs += [name for name, value in words.items() if not _same(value, given.get(name))]
    return Accepted(
        placed.order_id, request.client_order_id, placed.attached_order_id, tuple(differs)
    )


def _same(wanted: str | bool, found: str | bool | float | None) -> bool:  # noqa: FBT001 - a word
    """Whether a word came back as it was sent; ``0.10`` is ``0.1``, and none is false."""
    if isinstance(wanted, bool):
        return wanted == bool(found)
    if found is None:
        return False
    text_found = str(found)
    if wanted == text_found:
        return True
    is_number = wanted.replace(".", "", 1).isdigit() and text_found.replace(".", "", 1).isdigit()
    return is_number and amount(wanted) == amount(text_found)
