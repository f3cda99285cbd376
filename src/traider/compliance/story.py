"""An explained order told to a person: one headline, a few sentences, and a waterfall of its time.

Made of an explanation (``explanation.explanation``, ``AuditLookup.explain``) and of nothing else.
"""

import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from traider.compliance.check_words import measured
from traider.compliance.reason_words import (
    ARROW,
    STOPPED,
    base_of,
    guard_words,
    is_of_stop,
    reason_words,
    score_words,
    wish_words,
)
from traider.domain.units import EXACT

Body = Mapping[str, Any]

__all__ = [
    "ARROW",
    "Stage",
    "command_line",
    "headline",
    "sentences",
    "waterfall",
]

_CAUSES: Final = {
    "ack": "the venue's acknowledgement of an order",
    "bar": "a bar that closed",
    "cancelled": "the end of an order that was taken back",
    "depth_update": "a change of the book",
    "expired": "the expiry of an order",
    "fill": "a fill",
    "quote": "a change of the best prices",
    "rejected": "a rejection by the venue",
    "timer": "a timer",
    "trade": "a trade of the market",
}
_US_PER_MS: Final = 1_000.0
_US_PER_S: Final = 1_000_000.0


@dataclass(frozen=True, slots=True)
class Stage:
    """A stage of an order's way, in microseconds after the event was received."""

    name: str
    begin_us: float
    length_us: float


def headline(found: Body) -> str:
    """Return why an order was wanted and what it was for, in one line."""
    return reason_words(found["order"], found, _asker(found))


def sentences(found: Body) -> list[str]:
    """Return the story of an order, a sentence a step."""
    return [*_decided(found), *_checked(found), *_became(found)]


def command_line(found: Body, state: str) -> str:
    """Return the command that explains the same order at a terminal."""
    return f"traider explain {found['id']} --state {shlex.quote(state)}"


def waterfall(stages_us: Mapping[str, float]) -> tuple[Stage, ...]:
    """Return the stages one after the other; those that were not journaled are left out.

    ``wire`` ends at 0, when the event was received; ``decide`` begins there; ``send`` follows it;
    ``ack`` begins when the order left, ``fill`` when it was acknowledged, and lasts until the last
    fill was heard of.
    """
    found = []
    if "wire" in stages_us:
        found.append(Stage("wire", 0.0 - stages_us["wire"], stages_us["wire"]))
    if "decide" in stages_us:
        found.append(Stage("decide", 0.0, stages_us["decide"]))
    decided = stages_us.get("decide", 0.0)
    if "send" in stages_us:
        found.append(Stage("send", decided, stages_us["send"]))
    left = stages_us.get("signal_to_order", decided + stages_us.get("send", 0.0))
    acknowledged = stages_us.get("ack", 0.0)
    if "ack" in stages_us:
        found.append(Stage("ack", left, acknowledged))
    if "last_fill" in stages_us:
        length = max(stages_us["last_fill"] - acknowledged, 0.0)
        found.append(Stage("fill", left + acknowledged, length))
    return tuple(found)


def _asker(found: Body) -> str:
    """Return who asked for an order that no alpha asked for, and why."""
    decision = found["decision"] or {}
    order = found["order"]
    if "why" in order:
        return str(order["why"])
    if is_of_stop(found["gate"]):
        return STOPPED
    return "by hand" if decision.get("is_manual") else ""


def _decided(found: Body) -> Iterator[str]:
    event, target = found["event"], found["target"]
    if event is not None and "kind" in event:
        of = f" ({event['instrument']})" if "instrument" in event else ""
        kind = event["kind"]
        yield f"It was decided on {_CAUSES.get(kind, kind.replace('_', ' '))}{of}."
    if (found["decision"] or {}).get("is_manual"):
        yield f"A person asked to {wish_words(found['order'])}."
        return
    if is_of_stop(found["gate"]):
        yield f"Trading was stopped, so it wanted to hold no {_base(found)}."
        return
    if not target:
        return
    guard = guard_words(found["order"], found)
    if guard:
        yield f"It {guard}."
        return
    scores = score_words(found["scores"] or {})
    together = _signed(target["combined"])
    bound = f"enters from {target['enter']:g} and leaves below {target['exit']:g}"
    yield (
        f"The alphas said {scores}: together {together}, where it {bound}."
        if scores
        else f"No alpha spoke up: together {together}, where it {bound}."
    )
    if target.get("exposure"):
        yield f"So it wanted {target['exposure']:+.1%} of the account in {_base(found)}."
    elif target.get("exposure") is not None:
        yield f"So it wanted to hold no {_base(found)}."


def _checked(found: Body) -> Iterator[str]:
    verdict, gate = found["verdict"], found["gate"]
    if verdict is None:
        return
    checks = (gate or {}).get("checks") or ()
    if verdict["check"] == "approved":
        many = f"all {len(checks)} checks" if checks else "the gate"
        yield f"It passed {many}{_nearest(gate)}."
        return
    yield (
        f"The check {verdict['check']} refused it: "
        f"{measured(verdict['check'], verdict['number'])} against "
        f"{measured(verdict['check'], verdict['limit'])}."
    )
    if found["would_have_passed"]:
        yield f"It {found['would_have_passed']}."


def _nearest(gate: Body | None) -> str:
    nearest = (gate or {}).get("otherwise", {}).get("nearest")
    if not nearest or not nearest.get("share"):
        return ""
    return f"; the nearest limit was {nearest['check']}, used to {nearest['share']:.1%}"


def _became(found: Body) -> Iterator[str]:
    stages = found["stages_us"]
    if "signal_to_order" in stages:
        yield f"It left {_time(stages['signal_to_order'])} after the event was received."
    fills = found["fills"]
    if fills:
        yield _filled(found, fills)
    end = found["end"]
    if end is not None:
        rest = f", {end['unfilled']} unfilled" if end.get("unfilled") else ""
        yield f"It was {end['how']} ({end['reason'].replace('-', ' ')}){rest}."
    elif found["sent"] is not None and not (fills and fills[-1]["leaves"] == "0"):
        yield "It is still at the venue."


def _filled(found: Body, fills: list[Body]) -> str:
    size, paid = Decimal(0), Decimal(0)
    for each in fills:
        quantity = Decimal(each["size"])
        size = EXACT.add(size, quantity)
        paid = EXACT.add(paid, EXACT.multiply(quantity, Decimal(each["price"])))
    side = "bought" if found["order"]["side"] == "buy" else "sold"
    number = "one fill" if len(fills) == 1 else f"{len(fills)} fills"
    price = fills[0]["price"] if len(fills) == 1 else f"{float(paid / size):,.8g} on average"
    after = found["stages_us"].get("last_fill")
    late = "" if after is None else f", {_time(after)} after it left"
    return f"It {side} {size.normalize():f} {_base(found)} at {price} in {number}{late}."


def _base(found: Body) -> str:
    return base_of(str(found["order"]["instrument"]))


def _signed(value: float | None) -> str:
    return "not known" if value is None else f"{value:+.2f}"


def _time(us: float) -> str:
    """Return a length of time with its unit."""
    if us < _US_PER_MS:
        return f"{us:.0f} µs"
    return f"{us / _US_PER_MS:.1f} ms" if us < _US_PER_S else f"{us / _US_PER_S:.1f} s"
