"""The emergency stop: what it would do, the stop itself, and how it stands.

It needs no fresh code, no key of the request and no trader that answers: nothing that a page may
lack in an emergency stands in its way but being signed in. The word of the session that every
change carries lasts as long as the session does, so it cannot run out before.
"""

from typing import Annotated

from fastapi import APIRouter, Depends, Header, Path, Query, Response

from traider.api.asking import Asker, needs
from traider.api.facts import FactsNow
from traider.api.openapi import problems
from traider.api.rights import Right
from traider.api.shapes.control import StopAsked, StopOrder, StopPosition, StopPreview, StopShape
from traider.api.stops import TERMS, StopRecord, StopsNow
from traider.runtime.status_body import PositionBody
from traider.runtime.status_source import FoundStatus, Liveness

router = APIRouter(prefix="/control/emergency-stop", tags=["control"])

_NS_PER_MS = 1_000_000
_KEY = "idempotency-key"

StopInPath = Annotated[
    str,
    Path(
        description="The ``id`` that the stop was answered with.",
        examples=["6f9619ff8b86d011b42d00c04fc964ff"],
    ),
]
Reader = Annotated[Asker, Depends(needs(Right.READ))]
Stopper = Annotated[Asker, Depends(needs(Right.STOP))]


@router.get(
    "/preview", summary="What an emergency stop would do", responses=problems(401, 403, 409, 422)
)
def preview_stop(
    asker: Reader,
    facts: FactsNow,
    keep_positions: Annotated[  # noqa: FBT002 - a query parameter
        bool, Query(description="Whether what is held would be kept.")
    ] = False,
) -> StopPreview:
    """Say which orders would be cancelled and which positions closed, and by whom."""
    del asker
    found = facts.status()
    has_gateway = facts.paths.gateway_socket.exists()
    return _preview(found, keeps=keep_positions, has_gateway=has_gateway)


@router.post("", summary="Stop everything", status_code=202, responses=problems(401, 403, 409, 422))
def stop_everything(
    asked: StopAsked,
    asker: Stopper,
    stops: StopsNow,
    response: Response,
    key: Annotated[
        str,
        Header(
            alias=_KEY,
            max_length=128,
            description="May be left out here: a stop that is asked for twice harms nothing.",
        ),
    ] = "",
) -> StopShape:
    """Cancel every order, close every position unless they are kept, refuse all that follows.

    It is answered at once; ``GET /api/v1/control/emergency-stop/{id}`` tells how it goes. The stop
    lies in the state folder when this is answered: a trader that is frozen or not there finds it
    when it goes on or starts, and a gateway that is a process of its own does it meanwhile.
    """
    record = stops.begin(asker.who, asked.why, keeps_positions=asked.keep_positions, key=key)
    response.headers["Location"] = f"/api/v1/control/emergency-stop/{record.id}"
    return _shape(record)


@router.get("/{stop_id}", summary="How an emergency stop stands", responses=problems(401, 403, 404))
def get_stop(stop_id: StopInPath, asker: Reader, stops: StopsNow) -> StopShape:
    """Return how many orders are cancelled and what is flat, with the time it took."""
    del asker
    return _shape(stops.get(stop_id))


def _preview(found: FoundStatus, *, keeps: bool, has_gateway: bool) -> StopPreview:
    body = found.body
    cancels = [
        StopOrder(id=each.order_id, instrument=each.name, side=each.side, leaves=each.leaves)  # type: ignore[arg-type]  # buy or sell
        for each in body.orders
        if not (keeps and each.guards)
    ]
    held = [_position(each) for each in body.positions]
    by = "gateway" if has_gateway else "folder"
    if found.liveness is Liveness.RUNNING:
        by = "trader"
    return StopPreview(
        by=by,  # type: ignore[arg-type]  # one of the three
        liveness=found.liveness,
        age_s=found.age_s,
        currency=body.currency,
        cancels=cancels,
        closes=[] if keeps else held,
        keeps=held if keeps else [],
        line=_words(len(cancels), len(held), keeps=keeps),
    )


def _position(body: PositionBody) -> StopPosition:
    return StopPosition(instrument=body.name, size=body.size, value=body.value)


def _words(orders: int, held: int, *, keeps: bool) -> str:
    cancels = f"cancels {orders} order{'' if orders == 1 else 's'}"
    positions = f"{held} position{'' if held == 1 else 's'}"
    if keeps:
        return f"{cancels} and keeps {positions} with what guards them"
    return f"{cancels} and closes {positions} at the market"


def _shape(record: StopRecord) -> StopShape:
    seen = record.seen
    return StopShape(
        id=record.id,
        who=record.who,
        why=record.why,
        keep_positions=record.keeps_positions,
        asked_ns=record.asked_ns,
        phase=seen.phase,
        by=seen.by,
        orders=seen.orders,
        cancelled=seen.cancelled,
        positions=list(seen.positions),
        closed=list(seen.closed),
        held=list(seen.held),
        answered_ms=_ms(seen.answered_ns),
        last_cancel_ms=_ms(seen.last_cancel_ns),
        flat_ms=_ms(seen.flat_ns),
        resolution_ms=TERMS.look_s * 1e3,
        line=seen.line,
    )


def _ms(duration_ns: int | None) -> float | None:
    return None if duration_ns is None else duration_ns / _NS_PER_MS
