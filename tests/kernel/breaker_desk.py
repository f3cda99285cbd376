"""A gate with circuit breakers to trip by hand-made events."""

from typing import Final

from tests.kernel.gate_desk import Desk, desk
from tests.kernel.scenario import PERPETUAL
from traider.domain.events import Kind
from traider.kernel.breaker_records import FIRST_VERDICT, Action, Breaker, BreakerSpec

SECOND: Final = 1_000_000_000
MINUTE: Final = 60 * SECOND
DAY: Final = 1_440 * MINUTE
CLOSE_ONLY: Final = Action.CLOSE_ONLY


def spec(breaker: Breaker, bound: float, action: Action = CLOSE_ONLY, **more: float) -> BreakerSpec:
    """Return a breaker; ``more`` are its other fields."""
    return BreakerSpec(breaker, action, bound, **more)  # type: ignore[arg-type]  # given whole


def one(breaker: Breaker, bound: float, action: Action = CLOSE_ONLY, **more: float) -> Desk:
    """Return a desk with one breaker, 10,000 of cash, and a first timer seen."""
    traders = desk(PERPETUAL, cash=10_000, breakers=(spec(breaker, bound, action, **more),))
    traders.see(Kind.TIMER)
    return traders


def later(traders: Desk, by_ns: int) -> None:
    """Let time pass, with a price that does not move."""
    traders.now += by_ns
    traders.mark(int(traders.gate.markets[0]["mark_ticks"]))
    traders.see(Kind.TIMER)


def is_open(traders: Desk, breaker: Breaker) -> bool:
    """Return whether a breaker is open, of the account or of any instrument."""
    switches = traders.gate.breakers.switches
    return bool(switches["is_open"][switches["breaker"] == breaker].any())


def refusal(traders: Desk) -> Breaker | None:
    """Return the breaker that refuses a purchase; None where it passes."""
    code = traders.ask()[0]
    return Breaker(code - FIRST_VERDICT) if code else None
