"""ccxt.pro's own handler of Coinbase's messages of depth, beside ours on the same bytes.

    .venv-ccxt/bin/python -m benchmarks.peers.engines.ccxt_depth FILE BOOKS

``FILE`` has a message a line; the first ``BOOKS`` of them are not measured. Prints one JSON object:
the version, and the processor seconds from bytes to book. The handler keeps a book of floats,
follows no ``sequence_num`` and makes no events.
"""

import json
import sys
import time
from pathlib import Path
from typing import Any

import ccxt
import ccxt.pro

ROUNDS = 3


class Client:
    """What the handler asks of a connection: nobody waits for anything."""

    def __init__(self) -> None:
        self.subscriptions: dict[str, Any] = {}
        self.futures: dict[str, Any] = {}

    def resolve(self, result: object, message_hash: str) -> object:
        """Take a book that is ready."""
        del message_hash
        return result


def handler() -> Any:  # noqa: ANN401 - ccxt's class
    """Return an exchange that knows the two products, without asking the venue."""
    exchange = ccxt.pro.coinbase()
    markets = [
        exchange.safe_market_structure(
            {
                "id": f"{base}-USD",
                "symbol": f"{base}/USD",
                "base": base,
                "quote": "USD",
                "type": "spot",
                "spot": True,
                "precision": {"amount": 1e-8, "price": 0.01},
            }
        )
        for base in ("BTC", "ETH")
    ]
    exchange.set_markets(markets)
    return exchange


def seconds(lines: list[bytes], books: int) -> float:
    """Return the processor time of taking all messages but the first ``books``."""
    exchange, client = handler(), Client()
    for line in lines[:books]:
        exchange.handle_order_book(client, json.loads(line))
    started = time.process_time()
    for line in lines[books:]:
        exchange.handle_order_book(client, json.loads(line))
    return time.process_time() - started


def main() -> None:
    """Measure and print."""
    lines = Path(sys.argv[1]).read_bytes().splitlines()
    best = min(seconds(lines, int(sys.argv[2])) for _ in range(ROUNDS))
    print(json.dumps({"version": ccxt.__version__, "seconds": best}))


if __name__ == "__main__":
    main()
