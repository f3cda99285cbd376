"""Which ids of an audit look like one that is not there."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import numpy as np

from traider.compliance.reading import mapped
from traider.compliance.segments import list_segments
from traider.domain.errors import UsageError

_ORDER: Final = re.compile(rb'"object":"([0-9a-f]{16})"')
_SHOWN: Final = 3


def order_ids(folder: Path) -> Iterator[bytes]:
    """Yield the ids of orders in the order of the chain; one may come often."""
    try:
        segments = list_segments(folder)
    except UsageError:
        return
    for path in segments.values():
        with mapped(path) as raw:
            for match in _ORDER.finditer(raw):
                yield match[1]


def near_matches(folder: Path, wanted: str) -> tuple[str, ...]:
    """Return the ids of orders that differ least from ``wanted``, digit by digit; a few."""
    known = list(dict.fromkeys(order_ids(folder)))
    if not known:
        return ()
    digits = np.frombuffer(b"".join(known), np.uint8).reshape(-1, 16)
    asked = np.frombuffer(wanted.encode("ascii", "replace")[:16].rjust(16, b"0"), np.uint8)
    differing = (digits != asked).sum(axis=1)
    nearest = np.argsort(differing, kind="stable")[:_SHOWN]
    return tuple(known[place].decode() for place in nearest.tolist())
