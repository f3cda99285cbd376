"""How far the streams of a partition are, as text beside the commit that says so.

Brokers keep a text with each commit, by default at most 4096 bytes. Where that is too short for
all streams of a partition the newest are kept: of the others duplicates across a restart are known
by the reader's own ``Progress`` alone.
"""

import json
from typing import Final

from traider.bus.batches import Position

TEXT_BYTES_MAX: Final = 4_000


def written(positions: dict[str, Position]) -> str:
    """Return ``positions`` as text; the last ones are the newest."""
    kept: list[str] = []
    room = TEXT_BYTES_MAX
    for key, position in reversed(positions.items()):
        text = f"{json.dumps(key)}:[{position.epoch},{position.next}]"
        room -= len(text) + 1
        if room < 1:
            break
        kept.append(text)
    return f"{{{','.join(reversed(kept))}}}"


def read(text: str | None) -> dict[str, Position]:
    """Return what ``written`` wrote; nothing of a text of others."""
    try:
        found = json.loads(text or "{}")
        return {str(key): Position(int(epoch), int(end)) for key, (epoch, end) in found.items()}
    except (AttributeError, TypeError, ValueError):
        return {}
