"""A gate to show events to and to ask about orders, one at a time."""

from dataclasses import dataclass, replace
from typing import Any, Final

from numba import njit

from tests.kernel.scenario import START, record, spec_of
from traider.domain.events import EventArray, Kind
from traider.domain.orders import OrderType
from traider.kernel.breaker_records import BreakerSpec
from traider.kernel.codes import Limit, Verdict
from traider.kernel.compiled import compile_kernel
from traider.kernel.construction import build_gate
from traider.kernel.gate import approve, check_order, observe
from traider.kernel.machine import arrays_of
from traider.kernel.records import Gate, Records
from traider.kernel.specification import MarketSpec, RiskSpec

Answer = tuple[Verdict, float, float]
MARKET: Final = int(OrderType.MARKET)


# Python cannot hand a single record to compiled code, only an array of them.
def _observe_first(gate: Gate, events: Records) -> None:
    observe(gate, events[0])


def _check_first(gate: Gate, events: Records) -> tuple[int, float, float]:
    return check_order(gate, events[0])


def _approve_first(gate: Gate, events: Records) -> None:
    approve(gate, events[0])


compile_function: Any = njit
observe_first: Final = compile_function(_observe_first)
check_first: Final = compile_function(_check_first)
approve_first: Final = compile_function(_approve_first)

APPROVED: Final = (Verdict.APPROVED, 0.0, 0.0)


@dataclass
class Desk:
    """A gate with 1,000 of cash at a price of 100, unless told otherwise, and its clock."""

    gate: Gate
    now: int = START

    def see(self, kind: Kind, **words: float) -> None:
        """Show the gate one event."""
        observe_first(self.gate, record(kind, self.now, **words))

    def order(self, **words: int) -> EventArray:
        """Return an intent: a purchase of one lot at the market unless ``words`` say otherwise."""
        words = {"side": 1, "size": 1, "flags": MARKET, "order_id": 256, **words}
        return record(Kind.ORDER_INTENT, self.now, **words)

    def ask(self, **words: int) -> Answer:
        """Return the answer to an order, which must change nothing."""
        before = [array.tobytes() for array in arrays_of(self.gate)]
        code, number, limit = check_first(self.gate, self.order(**words))
        assert [array.tobytes() for array in arrays_of(self.gate)] == before
        return Verdict(code), number, limit

    def accept(self, **words: int) -> None:
        """Approve an order."""
        approve_first(self.gate, self.order(**words))

    def fill(self, side: int, size: int, price: int = 100, **words: int) -> None:
        """Book a fill that ends its order unless ``leaves`` says otherwise."""
        self.see(Kind.FILL, side=side, size=size, price=price, **words)

    def mark(self, price: int, instrument: int = 0) -> None:
        """Let the instrument trade at ``price``."""
        self.see(Kind.TRADE, price=price, instrument=instrument)


def desk(
    *markets: MarketSpec,
    cash: int = 1_000,
    limits: dict[Limit, float] | None = None,
    risk: RiskSpec | None = None,
    breakers: tuple[BreakerSpec, ...] = (),
) -> Desk:
    """Return a desk whose instruments all trade at 100."""
    compile_kernel()
    plain = spec_of(*markets, cash=cash, limits=limits, breakers=breakers)
    spec = replace(plain, risk=risk or RiskSpec())
    made = Desk(build_gate(spec))
    for instrument in range(max(len(markets), 1)):
        made.mark(100, instrument)
    return made
