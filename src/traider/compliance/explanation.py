"""Why an order happened, and what became of it, put together from what the audit says of it.

event -> features -> scores -> target -> gate checks -> send -> ack -> fills, with the time between
them, and what would have passed the gate. Nothing is added that was not recorded; what is missing
is missing in the answer too, and a note says why.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from traider.compliance.reading import PLACE
from traider.compliance.records import AuditRecord, Entry
from traider.compliance.telling import EVENT

Told = AuditRecord | Entry
Body = dict[str, Any]

_OVER: Final = frozenset(("refusal", "cancelled", "rejected", "expired"))
_ENDS: Final = ("cancelled", "rejected", "expired", "unknown")
_HIDDEN: Final = frozenset((EVENT, "gate"))
_NS_PER_US: Final = 1_000


def is_over(told: Told) -> bool:
    """Return whether nothing of an order follows what was told of it."""
    if told.action == "fill":
        return str(told.payload["leaves"]) == "0"
    return told.action in _OVER


def is_about(told: Told, order_id: str) -> bool:
    """Return whether something is about an order, or about the decision that wanted it."""
    if told.action == "decision":
        return order_id in told.payload.get("orders", ())
    return told.object_id == order_id


def explanation(order_id: str, parts: Iterable[Told]) -> Body | None:
    """Return the explanation of the order that ``parts`` are about; None when it is not there."""
    by_action: dict[str, list[Told]] = {}
    for told in parts:
        if is_about(told, order_id):
            by_action.setdefault(told.action, []).append(told)
    orders = by_action.get("order")
    if not orders:
        return None
    order = orders[0]
    decision = _first(by_action, "decision")
    verdict = _first(by_action, "refusal") or _first(by_action, "verdict")
    is_refused = "refusal" in by_action
    gate = order.payload.get("gate")
    decided = {} if decision is None else _of_instrument(decision, order)
    return {
        "id": order_id,
        "kind": "refusal" if is_refused else "order",
        "order": _shown(order),
        "event": None if decision is None else _cause(decision),
        "decision": None if decision is None else _decided(decision),
        "features": decided.get("features"),
        "scores": decided.get("scores"),
        "target": decided.get("target"),
        "market": {name: decided[name] for name in ("mark", "position") if name in decided} or None,
        "definitions": decided.get("definitions"),
        "gate": gate,
        "verdict": None if verdict is None else _shown(verdict),
        "sent": _shown_first(by_action, "sent"),
        "ack": _shown_first(by_action, "ack"),
        "fills": [_shown(each) for each in by_action.get("fill", ())],
        "end": next(
            ({"how": name, **_shown(by_action[name][0])} for name in _ENDS if name in by_action),
            None,
        ),
        "cancels": [_shown(each) for each in by_action.get("cancel", ())],
        "stages_us": stages(by_action, decision),
        "would_have_passed": would_have_passed(gate),
        "notes": _notes(decision, gate, verdict),
    }


def stages(by_action: Mapping[str, list[Told]], decision: Told | None) -> Body:
    """Return the microseconds of each stage, those that were journaled.

    ``wire``: the venue's time of the event until it was received. ``decide``: received until the
    gate's verdict. ``send``: verdict until it left. ``ack`` and ``first_fill``, ``last_fill``: left
    until they were heard of. ``signal_to_order``: received until it left.
    """
    found: Body = {}
    verdict = _first(by_action, "verdict") or _first(by_action, "refusal")
    sent = _first(by_action, "sent")
    cause = {} if decision is None else decision.payload.get("cause", {})
    received_ns = cause.get("ts_recv")
    if "instrument" in cause and received_ns is not None:
        found["wire"] = _us(received_ns - cause["ts_event"])
    if verdict is not None and received_ns is not None:
        found["decide"] = _us(verdict.payload["ts_event"] - received_ns)
    if sent is None:
        return found
    left_ns = sent.payload["ts_event"]
    if verdict is not None:
        found["send"] = _us(left_ns - verdict.payload["ts_event"])
    ack, fills = _first(by_action, "ack"), by_action.get("fill", [])
    if ack is not None:
        found["ack"] = _us(ack.ts_ns - left_ns)
    if fills:
        found["first_fill"] = _us(fills[0].ts_ns - left_ns)
        found["last_fill"] = _us(fills[-1].ts_ns - left_ns)
    if received_ns is not None:
        found["signal_to_order"] = _us(left_ns - received_ns)
    return found


def would_have_passed(gate: Mapping[str, Any] | None) -> str | None:
    """Return in a sentence what would have passed the trader's gate."""
    if gate is None:
        return None
    other, check = gate["otherwise"], gate["answer"]["check"]
    if check == "approved":
        return _headroom(other)
    parts = []
    if "smallest_lots" in other:
        size = other.get("smallest_size", other["smallest_lots"])
        parts.append("at no size" if other["smallest_lots"] is None else f"at size {size} and more")
    elif other.get("largest_lots"):
        parts.append(f"at size {other.get('largest_size', other['largest_lots'])} and less")
    else:
        then = other.get("then")
        parts.append("at no size" + (f": {then} would have refused the rest" if then else ""))
    if other.get("price") is not None:
        parts.append(f"at price {other['price']}")
    if other.get("wait_ns") is not None:
        parts.append(f"{other['wait_ns'] / 1e9:.1f} s later, as far as the rate goes")
    return "would have passed " + ", or ".join(parts)


def _headroom(other: Mapping[str, Any]) -> str:
    largest = other.get("largest_size", other.get("largest_lots"))
    text = (
        "would have passed at any size"
        if other.get("largest_lots") is None
        else f"would have passed up to size {largest}"
    )
    nearest = other.get("nearest")
    if nearest and nearest["share"] > 0:
        text += f"; nearest limit {nearest['check']} at {nearest['share']:.1%}"
    return text


def _notes(
    decision: Told | None, gate: Mapping[str, Any] | None, verdict: Told | None
) -> list[str]:
    notes = []
    if decision is None:
        notes.append("no decision of the trader: the gateway's own order, or a person's")
    elif "unexplained" in decision.payload:
        notes.append(f"features and scores are not known: {decision.payload['unexplained']}")
    if gate is not None and not gate["agrees"]:
        notes.append("the gate, asked again, answers otherwise: its view could not be had again")
    if gate is not None and verdict is not None:
        asked, told = gate["answer"]["check"], verdict.payload["check"]
        if asked != told:
            notes.append(f"the trader's gate said {asked}; the gateway's own answer was {told}")
    if verdict is None:
        notes.append("no verdict is journaled yet")
    return notes


def _of_instrument(decision: Told, order: Told) -> Body:
    found = decision.payload.get("instruments", {}).get(order.payload["instrument"], {})
    return dict(found)


def _cause(decision: Told) -> Body:
    return {"position": decision.payload["position"], **decision.payload.get("cause", {})}


def _decided(decision: Told) -> Body:
    names = ("orders", "is_manual", "equity", "versions")
    return {name: decision.payload[name] for name in names if name in decision.payload}


def _first(by_action: Mapping[str, list[Told]], action: str) -> Told | None:
    found = by_action.get(action)
    return found[0] if found else None


def _shown_first(by_action: Mapping[str, list[Told]], action: str) -> Body | None:
    told = _first(by_action, action)
    return None if told is None else _shown(told)


def _shown(told: Told) -> Body:
    """Return what was told, with its position and time, without what is shown elsewhere."""
    payload = {name: value for name, value in told.payload.items() if name not in _HIDDEN}
    position = payload.pop(PLACE)[0]
    found: Body = {"position": position, "ts": told.ts_ns, **payload}
    if isinstance(told, AuditRecord):
        found["record"] = told.seq
    return found


def _us(duration_ns: int) -> float:
    return duration_ns / _NS_PER_US
