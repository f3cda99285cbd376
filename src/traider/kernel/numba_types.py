"""Numba's names for the kernel's types, so that every compiled function has one explicit signature."""

from typing import Final

import numpy as np
from numba import from_dtype, types

from traider.domain.events import EVENT
from traider.kernel import records as r


def numba_vector(dtype: "np.dtype[np.void]") -> types.Array:
    """Return the type of a one-dimensional contiguous array of ``dtype`` records."""
    return types.Array(from_dtype(dtype), 1, "C")


VECTOR: Final = types.Array(types.float64, 1, "C")
MATRIX: Final = types.Array(types.float64, 2, "C")
INTEGERS: Final = types.Array(types.int64, 1, "C")

EVENT_TYPE: Final = from_dtype(EVENT)
EVENTS: Final = numba_vector(EVENT)
OPERATION_TYPE: Final = from_dtype(r.OPERATION)

ALPHA_SIGNATURE: Final = types.UniTuple(types.float64, 2)(VECTOR, VECTOR)
"""An alpha: (features, parameters) -> (score in [-1, 1], confidence in [0, 1])."""
ADDRESSES: Final = INTEGERS
"""Addresses of the compiled alphas, see ``traider.kernel.calling``."""

DECIDER: Final = types.NamedTuple(
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
    ),
    r.Decider,
)
GATE: Final = types.NamedTuple(
    (VECTOR, numba_vector(r.GATE_ACCOUNT), numba_vector(r.GATE_MARKET), numba_vector(r.GATE_ORDER), INTEGERS),
    r.Gate,
)
VENUE: Final = types.NamedTuple(
    (numba_vector(r.VENUE), numba_vector(r.VENUE_MARKET), numba_vector(r.VENUE_ORDER), EVENTS), r.Venue
)
OUTPUT: Final = types.NamedTuple(
    (EVENTS, numba_vector(r.NAV), numba_vector(r.DECISION), MATRIX, EVENTS, EVENTS), r.Output
)
LOOP: Final = numba_vector(r.LOOP)
