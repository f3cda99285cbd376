"""The processes beside a demo's trader: the one that serves, and the exchange, asked itself.

exchange = ExchangeOfDemo.of(demo.pid)
with exchange.watched() as watch:
    ...  # stop everything
assert exchange.open_orders() == 0
"""

import asyncio
import json
import socket
import threading
import time
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any, Final, Self

from traider.ops.clock import SystemClock
from traider.venues.coinbase.account_reads import AccountReads, OrderFilter
from traider.venues.coinbase.rest_session import RestSession, RestTerms
from traider.venues.coinbase.token import ApiKey

_LISTENS: Final = "0A"
"""State of a socket that listens, as Linux tells it."""
_LOOK_S: Final = 0.004


def child_of(pid: int, word: str) -> int:
    """Return the child of a process that has ``word`` on its command line; 0 without one."""
    for children in Path(f"/proc/{pid}/task").glob("*/children"):
        for text in children.read_text().split():
            try:
                words = Path(f"/proc/{text}/cmdline").read_bytes().decode().split("\0")
            except OSError:
                continue
            if word in words:
                return int(text)
    return 0


def free_port() -> int:
    """Return a port of the loopback that nobody has now."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


def _port_of(pid: int) -> int:
    """Return the port that a process listens on."""
    inodes = set()
    for link in Path(f"/proc/{pid}/fd").iterdir():
        try:
            inodes.add(str(link.readlink()).removeprefix("socket:[").removesuffix("]"))
        except OSError:
            continue
    for line in Path(f"/proc/{pid}/net/tcp").read_text().splitlines()[1:]:
        words = line.split()
        if words[3] == _LISTENS and words[9] in inodes:
            return int(words[1].partition(":")[2], 16)
    raise AssertionError(f"{pid} listens nowhere")


@dataclass
class Watch:
    """When orders rested at an exchange, looked at again and again while others act."""

    held_s: float = 0.0
    """Last time that something was held back for an order, by the monotonic clock."""
    free_s: float = 0.0
    """First time after that at which nothing was."""
    looks: int = 0
    is_over: threading.Event = field(default_factory=threading.Event)

    def note(self, began_s: float, *, is_held: bool) -> None:
        """Take one look, which was asked for at ``began_s``."""
        self.looks += 1
        if is_held:
            self.held_s, self.free_s = began_s, 0.0
        elif self.free_s == 0.0:
            self.free_s = time.monotonic()


@dataclass(frozen=True)
class ExchangeOfDemo:
    """The local exchange of a demo, and a key of the account that the demo trades on."""

    url: str
    portfolio: str
    key: ApiKey

    @classmethod
    def of(cls, trader: int) -> Self:
        """Return the exchange that a trader started."""
        url = f"http://127.0.0.1:{_port_of(child_of(trader, 'exchange'))}"
        made = _asked(f"{url}/admin/keys", b"{}")
        return cls(url, made["portfolio_uuid"], ApiKey.read(made["name"], made["private_key"]))

    def balances(self) -> dict[str, tuple[Decimal, Decimal]]:
        """Return what the account has of each currency, and how much of it orders hold back."""
        owner = _asked(f"{self.url}/admin/accounts")["owners"][self.portfolio]
        return {
            name: (Decimal(each["total"]), Decimal(each["hold"])) for name, each in owner.items()
        }

    def bid(self, product: str) -> Decimal:
        """Return the best price that somebody would buy at."""
        book = _asked(f"{self.url}/admin/book?product_id={product}&limit=1")
        return Decimal(book["bids"][0]["price"])

    def open_orders(self) -> int:
        """Return how many orders are open, as the venue tells whoever has a key."""
        # A browser's driver has an event loop running in the thread of the tests.
        with ThreadPoolExecutor(1) as thread:
            return thread.submit(lambda: asyncio.run(self._open_orders())).result()

    async def _open_orders(self) -> int:
        session = RestSession(SystemClock(), self.key, RestTerms(base_url=self.url))
        try:
            return len(await AccountReads(session).orders(OrderFilter(statuses=("OPEN",))))
        finally:
            await session.close()

    @contextmanager
    def watched(self) -> Iterator[Watch]:
        """Look at what orders hold back while the block runs, in a thread of its own.

        The owner's door is asked, which keeps no limit of requests: the trader's cancels do.
        """
        watch = Watch()

        def look() -> None:
            while not watch.is_over.wait(_LOOK_S):
                began_s = time.monotonic()
                watch.note(began_s, is_held=any(hold for _, hold in self.balances().values()))

        looking = threading.Thread(target=look, daemon=True)
        looking.start()
        try:
            yield watch
        finally:
            watch.is_over.set()
            looking.join(10.0)


def _asked(url: str, body: bytes | None = None) -> dict[str, Any]:
    request = urllib.request.Request(  # noqa: S310 - the exchange of this test
        url, body, {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310 - the same
        found: dict[str, Any] = json.load(answer)
        return found
