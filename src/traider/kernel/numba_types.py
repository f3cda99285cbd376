"""Numba's names for the kernel's types, so that each compiled function has one signature."""

from typing import Any, Final

import numpy as np
from numba import from_dtype, types

from traider.domain.events import EVENT
from traider.kernel import breaker_records as b
from traider.kernel import order_records as o
from traider.kernel import records as r
from traider.kernel import venue_records as v


def numba_vector(dtype: "np.dtype[np.void]") -> types.Array:
    """Return the type of a one-dimensional contiguous array of ``dtype`` records."""
    return types.Array(from_dtype(dtype), 1, "C")


NumbaType = Any
"""A type of numba's, which leaves its constructors untyped."""


def fixed_tuple(*members: types.Type) -> NumbaType:
    """Return the type of a tuple of ``members``."""
    return types.Tuple(members)  # type: ignore[no-untyped-call]  # numba leaves it untyped


def named_tuple(members: tuple[types.Type, ...], kind: type) -> NumbaType:
    """Return the type of the named tuple class ``kind`` with fields of types ``members``."""
    return types.NamedTuple(members, kind)  # type: ignore[no-untyped-call]  # the same


VECTOR: Final = types.Array(types.float64, 1, "C")
MATRIX: Final = types.Array(types.float64, 2, "C")
INTEGERS: Final = types.Array(types.int64, 1, "C")

EVENT_TYPE: Final = from_dtype(EVENT)
EVENTS: Final = numba_vector(EVENT)
MARKET_TYPE: Final = from_dtype(r.MARKET)
OPERATION_TYPE: Final = from_dtype(r.OPERATION)
ACCOUNT_TYPE: Final = from_dtype(r.ACCOUNT)
STRATEGY_TYPE: Final = from_dtype(r.STRATEGY)
PLAN_TYPE: Final = from_dtype(o.PLAN)
WORK_TYPE: Final = from_dtype(o.WORK)
MARKETS: Final = numba_vector(r.MARKET)
TIERS: Final = numba_vector(v.MARGIN_TIER)

READ_ONLY_VECTOR: Final = types.Array(types.float64, 1, "C", readonly=True)
ALPHA_SIGNATURE: Final = fixed_tuple(types.float64, types.float64)(
    READ_ONLY_VECTOR, READ_ONLY_VECTOR
)
"""An alpha: (features, parameters) -> (score in [-1, 1], confidence in [0, 1])."""
ADDRESSES: Final = INTEGERS
"""Addresses of the compiled alphas, see ``traider.kernel.calling``."""

BOOK: Final = named_tuple(
    (
        types.Array(from_dtype(r.BOOK_SIDE), 2, "C"),
        types.Array(types.int64, 3, "C"),
        types.Array(types.int64, 3, "C"),
        types.Array(types.int64, 3, "C"),
    ),
    r.Book,
)
DECIDER: Final = named_tuple(
    (
        numba_vector(r.ACCOUNT),
        numba_vector(r.STRATEGY),
        numba_vector(r.MARKET),
        numba_vector(r.FRAME),
        types.Array(from_dtype(r.AGGREGATE), 2, "C"),
        numba_vector(r.OPERATION),
        numba_vector(r.ALPHA),
        INTEGERS,
        VECTOR,
        MATRIX,
        MATRIX,
        MATRIX,
        MATRIX,
        VECTOR,
        BOOK,
        numba_vector(o.PLAN),
        types.Array(from_dtype(o.SLICE), 2, "C"),
        types.Array(from_dtype(o.WORK), 2, "C"),
        numba_vector(o.ORDER),
    ),
    r.Decider,
)
DESK: Final = named_tuple(
    (
        from_dtype(r.ACCOUNT),
        from_dtype(r.STRATEGY),
        from_dtype(r.MARKET),
        from_dtype(o.PLAN),
        numba_vector(o.SLICE),
        numba_vector(o.WORK),
        VECTOR,
        EVENTS,
        types.int64,
    ),
    o.Desk,
)
BREAKERS: Final = named_tuple(
    (
        numba_vector(b.BREAKER_STATE),
        numba_vector(b.BREAKER),
        numba_vector(b.BREAKER_MARKET),
        MATRIX,
        MATRIX,
    ),
    b.Breakers,
)
GATE: Final = named_tuple(
    (
        VECTOR,
        numba_vector(r.GATE_ACCOUNT),
        numba_vector(r.GATE_MARKET),
        numba_vector(r.GATE_ORDER),
        INTEGERS,
        numba_vector(r.GATE_RISK),
        MATRIX,
        MATRIX,
        MATRIX,
        VECTOR,
        TIERS,
        BREAKERS,
    ),
    r.Gate,
)
VENUE: Final = named_tuple(
    (
        numba_vector(v.VENUE),
        numba_vector(v.VENUE_MARKET),
        numba_vector(v.VENUE_ORDER),
        EVENTS,
        BOOK,
        INTEGERS,
        TIERS,
    ),
    r.Venue,
)
MATCHING_SIGNATURE: Final = types.int64(VENUE, EVENTS, types.int64, types.int64)
"""A matching function of the venue: (venue, events, place of the one to meet, Task) -> answer."""
OUTPUT: Final = named_tuple(
    (
        EVENTS,
        numba_vector(r.NAV),
        numba_vector(r.DECISION),
        MATRIX,
        MATRIX,
        EVENTS,
        EVENTS,
        EVENTS,
        numba_vector(r.OBSERVATION),
        MATRIX,
        MATRIX,
        INTEGERS,
    ),
    r.Output,
)
LOOP: Final = numba_vector(r.LOOP)
KERNEL: Final = named_tuple((DECIDER, GATE, VENUE, ADDRESSES, LOOP, OUTPUT), r.Kernel)
TAPE: Final = named_tuple((numba_vector(r.OPERATION), MATRIX, MATRIX, MATRIX), r.Tape)
