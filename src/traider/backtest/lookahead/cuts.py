"""Where a history is cut into past and future: spread over time, and where orders were decided.

A leak may be blind at some cuts. A price of two hours written back over both shows nothing at the
end of every second bar, so neighboring cuts lie at different places of two, three, four, six and
twelve bars. A rare signal shows nothing where there is no signal, so every second cut is taken at
a decision that led to an order.
"""

from typing import Final

import numpy as np
import numpy.typing as npt

from traider.domain.errors import DataError, UsageError

Times = npt.NDArray[np.int64]

CUTS_MAX: Final = 200
BARS_MIN: Final = 100
FIRST_SHARE: Final = 0.10
LAST_SHARE: Final = 0.95
_PHASES: Final = 12
_PHASE_STEP: Final = 5
"""Has no factor in common with the phases, so that consecutive cuts differ modulo 2, 3 and 4."""


def choose_cuts(closes_ns: Times, decided_ns: Times, count: int, seed: int) -> Times:
    """Return up to ``count`` closing times, rising; fewer where the data are short.

    Args:
        closes_ns: when bars closed, rising, each once.
        decided_ns: when orders were decided.
        count: how many cuts are wanted.
        seed: key of the draw.

    Raises:
        UsageError: the number of cuts means nothing.
        DataError: there are too few bars to cut.
    """
    if not 1 <= count <= CUTS_MAX:
        raise UsageError(f"{count} cuts", where="--cuts", fix=f"give 1 to {CUTS_MAX}")
    if len(closes_ns) < BARS_MIN:
        raise DataError(
            f"{len(closes_ns)} bars are too few to be cut into past and future",
            where="data.files",
            fix=f"give {BARS_MIN} bars or more",
        )
    draw = np.random.default_rng([seed, 1])
    edges = np.linspace(FIRST_SHARE, LAST_SHARE, count + 1) * len(closes_ns)
    phase = int(draw.integers(_PHASES))
    chosen = []
    for number in range(count):
        start, stop = int(edges[number]), max(int(edges[number + 1]), int(edges[number]) + 1)
        if number % 2:
            inside = (decided_ns >= closes_ns[start]) & (decided_ns <= closes_ns[stop - 1])
            if inside.any():
                chosen.append(int(draw.choice(decided_ns[inside])))
                continue
        wanted = (phase + number * _PHASE_STEP) % _PHASES
        place = int(draw.integers(start, stop))
        chosen.append(int(closes_ns[_in_phase(closes_ns, place, wanted)]))
    return np.unique(np.array(chosen, np.int64))


def _in_phase(closes_ns: Times, place: int, wanted: int) -> int:
    """Return the first place from ``place`` on whose bar has number ``wanted`` of twelve."""
    length_ns = int(np.min(np.diff(closes_ns)))
    numbers = closes_ns[place : place + 2 * _PHASES] // length_ns % _PHASES
    found = np.flatnonzero(numbers == wanted)
    return place + int(found[0]) if len(found) else place
