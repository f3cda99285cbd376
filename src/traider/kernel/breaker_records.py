"""Circuit breakers as the gate keeps them: codes, records, and what a specification says of each.

A breaker of the account has one switch; a breaker of the market one for each instrument.
"""

from dataclasses import dataclass
from enum import IntEnum
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from traider.domain.errors import UsageError


class Breaker(IntEnum):
    """What is watched. Those from ``PRICE_JUMP`` on are of one instrument, the others of all."""

    DAILY_LOSS = 0
    """Loss since the start of the UTC day, a fraction of equity."""
    DRAWDOWN_REDUCE = 1
    """Fall from the peak of equity, a fraction: the mildest of three tiers."""
    DRAWDOWN_CLOSE = 2
    DRAWDOWN_HALT = 3
    LOSING_STREAK = 4
    """Closed round trips in a row that lost."""
    CONFIDENCE = 5
    """Mean confidence of the last decisions, which falls below the bound."""
    REJECT_RATE = 6
    """Share of the last orders that the venue refused."""
    LATENCY = 7
    """99th percentile from signal to order, seconds."""
    RECONCILE = 8
    """What the venue's books differed by, a fraction of equity."""
    STALE_FEED = 9
    """Share of the instruments without news for the window."""
    OUTAGE = 10
    """Seconds for which no instrument can be traded, or the gateway sends nothing."""
    PRICE_JUMP = 11
    """Move of the mark within the window, a fraction."""
    PRICE_SIGMA = 12
    """The same, in standard deviations of such moves."""
    SPREAD = 13
    """Best ask less best bid over the middle, a fraction."""


OF_ACCOUNT: Final = int(Breaker.PRICE_JUMP)
"""Breakers of the account; their switches come first, each at its own code."""
OF_MARKET: Final = len(Breaker) - OF_ACCOUNT
FIRST_VERDICT: Final = 64
"""The verdict of a refusal is this much above the breaker's code."""


class Action(IntEnum):
    """What an open breaker does, the mildest first."""

    OFF = 0
    ALERT = 1
    REDUCE = 2
    """Opens only up to a share of the caps on exposure."""
    CLOSE_ONLY = 3
    HALT = 4
    """As before, and takes back the resting orders that are no exits."""


class BreakerState(IntEnum):
    """What a BREAKER event tells."""

    TRIPPED = 1
    CLOSED = 2
    """By itself: the cool-down is over."""
    REARMED = 3
    """By a person."""


STATE_SHIFT: Final = 4
"""The action stands in the low bits of the flags of a BREAKER event, the state above it."""
ACCOUNT_FLAG: Final = 0x0100
"""Of a BREAKER event: it is about the whole account."""
BUCKETS: Final = 16
"""Parts of the window of a price jump, a low and a high each."""
SAMPLES_MAX: Final = 256
"""Answers and decisions that are remembered at most."""


@dataclass(frozen=True)
class BreakerSpec:
    """One breaker that is on."""

    breaker: Breaker
    action: Action
    bound: float
    cooldown_ns: int = 0
    """How long it must be over before the breaker closes by itself; 0 leaves that to a person."""
    window_ns: int = 0
    """Of a price jump; the age of data that is stale."""
    count: int = 1
    """Answers or decisions that are looked at together."""
    share: float = 0.5
    """What REDUCE leaves of the caps."""

    def __post_init__(self) -> None:
        """Refuse what the gate could not watch."""
        is_jump = self.breaker in (Breaker.PRICE_JUMP, Breaker.PRICE_SIGMA)
        if (is_jump and self.window_ns < BUCKETS) or not 1 <= self.count <= SAMPLES_MAX:
            raise UsageError(
                f"{self.breaker.name} over {self.window_ns} ns and {self.count} samples",
                fix=f"give a window above 0 and 1 to {SAMPLES_MAX} samples",
            )


BREAKER_STATE = np.dtype(
    [
        ("on", "<i8"),  # a breaker is configured
        ("warming", "<i8"),  # history is told: nothing is judged
        ("began_ns", "<i8"),  # first look, or end of the history: prices are waited for from here
        ("look_ns", "<i8"),  # when what only time brings is looked at again
        ("pending", "<i8"),  # switches with something to tell
        ("day", "<i8"),  # UTC day of the last look
        ("losses", "<i8"),  # round trips in a row that lost
        ("unready_ns", "<i8"),  # since when the gateway sends nothing, 0 it does
        ("answers", "<i8"),  # answers in the ring of samples,
        ("answer_cursor", "<i8"),
        ("decisions", "<i8"),  # and decisions
        ("decision_cursor", "<i8"),
        ("level", "<i8"),  # highest Action of an open breaker of the account
        ("share", "<f8"),  # lowest share that one with REDUCE leaves; 0 none
    ],
    align=True,
)

BREAKER = np.dtype(
    [
        ("breaker", "<i8"),  # Breaker
        ("instrument", "<i8"),  # -1 the account
        ("action", "<i8"),  # Action
        ("bound", "<f8"),
        ("share", "<f8"),
        ("window_ns", "<i8"),
        ("count", "<i8"),
        ("cooldown_ns", "<i8"),
        ("is_open", "<i8"),
        ("number", "<f8"),  # what tripped it, or was measured when it closed
        ("since_ns", "<i8"),
        ("last_ns", "<i8"),  # when it was beyond its bound last
        ("base", "<f8"),  # equity that a loss is measured from; 0 unknown
        ("telling", "<i8"),  # BreakerState that no event said yet
    ],
    align=True,
)

BREAKER_MARKET = np.dtype(
    [
        ("trip_units", "<i8"),  # money of the round trip under way
        ("bucket", "<i8"),  # number of the part of the window that the last mark fell into
        ("last_mark", "<f8"),
        ("variance", "<f8"),  # of the change from part to part, of the logarithm
        ("changes", "<i8"),  # that it was learned from
        ("down_ns", "<i8"),  # since when it cannot be traded, 0 it can
        ("halted", "<i8"),  # what the venue says,
        ("unheard", "<i8"),  # and the feed
        ("level", "<i8"),  # as in BREAKER_STATE, of its own breakers
        ("share", "<f8"),
    ],
    align=True,
)


class Breakers(NamedTuple):
    """Everything of the gate's circuit breakers."""

    state: npt.NDArray[np.void]  # (1,) BREAKER_STATE
    switches: npt.NDArray[np.void]  # (breakers,) BREAKER
    markets: npt.NDArray[np.void]  # (instruments,) BREAKER_MARKET
    ranges: Any  # (instruments, 2 * BUCKETS) lows, then highs of the window's parts
    samples: Any  # (2, SAMPLES_MAX) 1 for an order refused; confidence of decisions


def build_breakers(specs: tuple[BreakerSpec, ...], instruments: int) -> Breakers:
    """Allocate the breakers of a gate."""
    state = np.zeros(1, BREAKER_STATE)
    state[0]["on"] = int(bool(specs))
    switches = np.zeros(OF_ACCOUNT + OF_MARKET * instruments, BREAKER)
    for place in range(len(switches)):
        beyond = place - OF_ACCOUNT
        code = place if beyond < 0 else OF_ACCOUNT + beyond // instruments
        switches[place]["breaker"] = code
        switches[place]["instrument"] = -1 if beyond < 0 else beyond % instruments
    for spec in specs:
        chosen = switches["breaker"] == spec.breaker
        for name in ("action", "bound", "share", "window_ns", "count", "cooldown_ns"):
            switches[name][chosen] = getattr(spec, name)
    return Breakers(
        state,
        switches,
        np.zeros(instruments, BREAKER_MARKET),
        np.zeros((instruments, 2 * BUCKETS)),
        np.zeros((2, SAMPLES_MAX)),
    )
