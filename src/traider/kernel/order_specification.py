"""How orders are made of a decision: exits of a plan, working style, quotes, as values."""

from dataclasses import dataclass
from decimal import Decimal
from itertools import accumulate, pairwise

from traider.domain.errors import UsageError

TARGETS_MAX = 3
_WHOLE = 1.0 + 1e-9


@dataclass(frozen=True)
class PlanSpec:
    """The exits of a position; a distance is a multiple of a slot's value, or of the price.

    ``targets`` are pairs of a multiple of the stop distance and the fraction of the position that
    is sold there; what no target sells runs until a stop.
    """

    stop: float
    stop_slot: int = -1
    """Slot of an average true range, in ticks; -1 makes ``stop`` a fraction of the price."""
    targets: tuple[tuple[float, float], ...] = ()
    trail: float = 0.0
    """Distance of the trailing stop, armed by the first target or, without one, at once; 0 none."""
    trail_slot: int = -1
    trail_step: float = 0.1
    """Part of the trailing distance that a better stop must be worth to be placed."""
    break_even: bool = False
    time_stop_ns: int = 0
    reenter: bool = False
    """Whether a position may be opened again in a direction that its exits just ended."""

    def __post_init__(self) -> None:
        """Refuse exits that contradict each other."""
        multiples = [multiple for multiple, _ in self.targets]
        shares = [share for _, share in self.targets]
        if not self.stop > 0.0 or self.trail < 0.0 or self.time_stop_ns < 0:
            raise UsageError(
                f"a plan with stop {self.stop}, trailing {self.trail}, time {self.time_stop_ns}",
                fix="a stop is positive; the others are 0 or positive",
            )
        if len(multiples) > TARGETS_MAX or any(
            near >= far for near, far in pairwise([0.0, *multiples])
        ):
            raise UsageError(f"targets at {multiples}", fix=f"give up to {TARGETS_MAX}, rising")
        if any(share <= 0.0 for share in shares) or sum(shares) > _WHOLE:
            raise UsageError(f"targets for {shares}", fix="fractions sum to at most 1")

    def fields(self) -> dict[str, float]:
        """Return the plan as the fields of the kernel's strategy record."""
        ends = [min(end, 1.0) for end in accumulate(share for _, share in self.targets)]
        found = {
            "plan_on": 1,
            "plan_stop": self.stop,
            "plan_stop_slot": self.stop_slot,
            "plan_trail": self.trail,
            "plan_trail_slot": self.trail_slot,
            "plan_trail_step": self.trail_step,
            "plan_break_even": int(self.break_even),
            "plan_time_stop_ns": self.time_stop_ns,
            "plan_reenter": int(self.reenter),
        }
        for place, ((multiple, _), end) in enumerate(zip(self.targets, ends, strict=True)):
            found[f"plan_target_{place}"] = multiple
            found[f"plan_share_{place}"] = end
        return found


@dataclass(frozen=True)
class WorkSpec:
    """How a size is worked: prices, patience and parts; which of them count, the style says.

    The distance from the best price is ``offset_ticks`` plus ``offset`` times the price.
    """

    limit_ns: int = 60_000_000_000
    """How long an order is worked, a TWAP's duration too; the rest is then taken or dropped."""
    take_rest: bool = True
    offset_ticks: float = 0.0
    offset: float = 0.0
    step_ticks: int = 1
    """Of backing off after an order that would have taken, and of widening."""
    repeg_ns: int = 1_000_000_000
    repeg_ticks: int = 1
    widen_ns: int = 0
    """One step nearer to the other side after each such time; 0 never."""
    slippage: float = 0.0
    """Move against us, a fraction of the price, that the rest is taken or dropped at; 0 never."""
    slices: int = 1
    """Parts of a TWAP."""
    display: float = 1.0
    """Part of the whole that an iceberg shows."""

    def __post_init__(self) -> None:
        """Refuse work that never ends or has no parts."""
        if self.limit_ns <= 0 or self.slices < 1 or not 0.0 < self.display <= 1.0:
            raise UsageError(
                f"work of {self.limit_ns} ns, {self.slices} slices, {self.display} shown",
                fix="give a time, a slice and a part above 0",
            )

    def fields(self) -> dict[str, float]:
        """Return the work as the fields of the kernel's strategy record."""
        return {f"work_{name}": float(value) for name, value in vars(self).items()}


@dataclass(frozen=True)
class QuoteSpec:
    """Two standing quotes around the best prices; sizes in base units."""

    size: Decimal
    max_position: Decimal
    offset_ticks: int = 1
    skew_ticks: float = 0.0
    """Ticks that both quotes move up at a combined score of 1, and down at -1."""

    def __post_init__(self) -> None:
        """Refuse quotes for nothing."""
        if not (self.size > 0 and self.max_position > 0):
            raise UsageError(
                f"quotes of {self.size} up to {self.max_position}", fix="give sizes above 0"
            )

    def fields(self) -> dict[str, float]:
        """Return the quotes as the fields of the kernel's strategy record."""
        return {
            "quote_offset_ticks": self.offset_ticks,
            "quote_skew_ticks": self.skew_ticks,
        }
