"""Why an order was wanted, in a few words for a list: what weighed most, and what it led to.

    momentum +0.62, order-flow +0.18 -> buy 0.021 BTC
    guards the position, stop -> sell 0.021 BTC

A number is score times confidence, in [-1, 1]; alphas come by what they gave to the combined score.
"""

from collections.abc import Mapping
from typing import Any, Final

from traider.domain.errors import UsageError
from traider.domain.instruments import InstrumentName

Body = Mapping[str, Any]

ARROW: Final = "\N{RIGHTWARDS ARROW}"
_NAMED_MOST: Final = 3
_GUARDS: Final = ("one_cancels_other", "child")
_GUARD_KINDS: Final = {"stop": "stop", "stop_limit": "stop", "limit": "take profit"}
STOPPED: Final = "emergency stop"
_SEEN_FROM: Final = 0.005
"""What shows as 0.00 is not said."""


def reason_words(order: Body, decided: Body | None, asked: str = "") -> str:
    """Return the reason of an order and what it was.

    Args:
        order: what the audit says of it (``telling``).
        decided: what was decided on its instrument; None where nothing was.
        asked: who asked for it and why, where that was no alpha.
    """
    why = asked or guard_words(order, decided) or score_words((decided or {}).get("scores") or {})
    if not why and decided is not None:
        why = "no alpha speaks"
    return f"{why} {ARROW} {wish_words(order)}" if why else wish_words(order)


def is_of_stop(gate: Body | None) -> bool:
    """Return whether trading was stopped as the gate was asked: what passes closes for the stop."""
    checks = (gate or {}).get("checks") or ()
    return any(each["check"] == "killed" and each.get("number") for each in checks)


def guard_words(order: Body, decided: Body | None) -> str:
    """Return what an order guards a position as; empty for one that opens or closes."""
    properties = order.get("properties") or ()
    if not any(each in properties for each in _GUARDS):
        return ""
    wanted = ((decided or {}).get("target") or {}).get("direction")
    if wanted and (wanted > 0) == (order["side"] == "buy"):
        return ""  # the same way round as what is wanted: it opens
    return f"guards the position, {_GUARD_KINDS.get(str(order['type']), 'exit')}"


def score_words(scores: Mapping[str, Body]) -> str:
    """Return the alphas that weighed most, with score times confidence."""
    parts = {
        name: (each["score"] * each["confidence"], each["weight"])
        for name, each in scores.items()
        if _is_known(each)
    }
    ranked = sorted(parts.items(), key=lambda part: -abs(part[1][0] * part[1][1]))
    said = [(name, value) for name, (value, _) in ranked if abs(value) >= _SEEN_FROM]
    return ", ".join(f"{name} {value:+.2f}" for name, value in said[:_NAMED_MOST])


def wish_words(order: Body) -> str:
    """Return what an order was for: buy 0.021 BTC."""
    side, instrument = str(order["side"]), str(order["instrument"])
    if order.get("size") is None:
        return f"{side} {base_of(instrument)} for {order.get('amount')}"
    return f"{side} {order['size']} {base_of(instrument)}"


def base_of(instrument: str) -> str:
    """Return what is bought of an instrument; its whole name where it cannot be read."""
    try:
        return InstrumentName.parse(instrument).base
    except UsageError:
        return instrument


def _is_known(score: Body) -> bool:
    return all(score.get(name) is not None for name in ("score", "confidence", "weight"))
