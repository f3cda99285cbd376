"""Holes of a series of bars: openings without a bar inside what the venue was asked for.

A hole is either the venue's own (nobody traded, it was down) or a fault on the way. ``--repair``
asks for each again; what the venue has not, is remembered, so that it is asked once.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, Self

import numpy as np
import pyarrow as pa

from traider.domain.errors import DataError
from traider.feed.download.page import stamps
from traider.feed.download.spans import Span, Spans, difference, joined, length_of, within
from traider.feed.download.staging import write_file
from traider.store.kinds import IntArray

_FILE: Final = "holes.json"


@dataclass(frozen=True)
class Holes:
    """What is missing between the first and the last row of a series."""

    found: Spans = ()
    """Spans without rows in what was asked for."""
    confirmed: Spans = ()
    """Those of which the venue has nothing, asked again."""

    @classmethod
    def read(cls, folder: Path) -> Self:
        """Return the holes kept in ``folder``, none when there is no file.

        Raises:
            DataError: the file is damaged.
        """
        path = folder / _FILE
        if not path.is_file():
            return cls()
        try:
            told = json.loads(path.read_text(encoding="utf-8"))
            return cls(*(tuple((int(a), int(b)) for a, b in told[name]) for name in _FIELDS))
        except (ValueError, TypeError, KeyError) as fault:
            raise DataError(
                f"cannot be read: {fault}", where=str(path), fix="remove the file, then --repair"
            ) from fault

    def write(self, folder: Path) -> None:
        """Keep them in ``folder``.

        Raises:
            DataError: the disk refuses.
        """
        body = {name: getattr(self, name) for name in _FIELDS}
        write_file(folder / _FILE, json.dumps(body, separators=(",", ":")).encode())

    def seen(self, spans: Spans, rows: pa.Table, length_ns: int) -> Self:
        """Return the holes once ``spans`` are known to hold ``rows``."""
        found = list(difference(self.found, spans))
        for span in spans:
            found += missing(stamps(rows), span, length_ns)
        return replace(self, found=joined(found))

    def between(self, span: Span) -> Spans:
        """Return the holes inside ``span`` that are not confirmed."""
        return difference(within(self.found, span), self.confirmed)

    def confirmed_between(self, span: Span) -> Spans:
        """Return the holes inside ``span`` of which the venue has nothing."""
        return within(self.confirmed, span)


_FIELDS: Final = ("found", "confirmed")


def missing(ts_ns: IntArray, span: Span, length_ns: int) -> list[Span]:
    """Return the spans of ``span`` in which no bar opens; ``ts_ns`` is in order."""
    inner = ts_ns[(ts_ns >= span[0]) & (ts_ns < span[1])]
    ends = np.concatenate([[span[0]], inner + length_ns])
    starts = np.concatenate([inner, [span[1]]])
    at = np.flatnonzero(starts > ends)
    return [(int(ends[place]), int(starts[place])) for place in at]


def bars_in(spans: Iterable[Span], length_ns: int) -> int:
    """Return how many bars fit into ``spans``."""
    return length_of(tuple(spans)) // length_ns
