"""The same reaction written with ccxt.pro: watch the book, and order after each change of it.

``ccxt_client`` runs in a process of its own: how to reach the exchange, and how many reactions, are
its arguments; it says one JSON object, the ids of its orders with the number of the message that
each follows. The orders are those of ``benchmarks.live.reactions``, signed alike; there is no
journal, no gate and no log on the disk.
"""

import json
import subprocess
import sys
from typing import Final

import msgspec

from benchmarks.live.address import REPOSITORY
from benchmarks.live.stamped_exchange import StampedTerms, Stamps, stamped_exchange

_PATIENCE_S: Final = 900.0


def measure_ccxt(count: int, terms: StampedTerms) -> list[int]:
    """Return how long each reaction took, ns, from the message's leaving to the order's coming."""
    with stamped_exchange(terms) as exchange:
        command = [sys.executable, "-m", "benchmarks.live.ccxt_client"]
        command += [msgspec.json.encode(exchange.address).decode(), str(count)]
        done = subprocess.run(
            command, cwd=REPOSITORY, capture_output=True, timeout=_PATIENCE_S, check=True
        )
    followed: dict[str, int] = json.loads(done.stdout)
    return _matched(followed, exchange.stamps())


def _matched(followed: dict[str, int], stamps: Stamps) -> list[int]:
    """Match orders with the messages they follow: ccxt numbers the book by the message."""
    left = [left_ns for _, left_ns in stamps.left]
    came = dict(stamps.came)
    return [came[name] - left[place] for name, place in followed.items() if name in came]
