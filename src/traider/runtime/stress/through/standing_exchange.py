"""A local exchange that stands while traders come and go, and what is true there.

It plays bars at speed. Faults are laid on it through its admin endpoint, and the truth
is asked for there and in its lists, with a key of the account.
"""

import asyncio
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

import aiohttp

from traider.ops.clock import SystemClock
from traider.runtime.demo_exchange import DemoTerms, start_demo_exchange
from traider.venues.coinbase.account_reads import AccountReads
from traider.venues.coinbase.rest_messages import Order
from traider.venues.coinbase.rest_session import RestSession, RestTerms
from traider.venues.coinbase.token import ApiKey

QUOTE: Final = "USDT"
"""What all products are paid in."""
_OTHERS: Final = ("outside", "crowd")
"""Owners in its ledger that are not the account."""


@dataclass(frozen=True)
class VenueTruth:
    """What the exchange says of the account at one instant."""

    orders: tuple[Order, ...]
    changes: dict[str, Decimal]
    """Of each currency since the exchange began, what was held then taken off."""


class StandingExchange:
    """An exchange in a process of its own that plays ``bars``. A context: left, it ends."""

    def __init__(self, folder: Path, speed: float, bars: tuple[Path, ...]) -> None:
        self._process = start_demo_exchange(DemoTerms(bars, folder, speed))
        address = self._process.address
        self.url = address.rest
        terms = RestTerms(base_url=address.rest, private_per_second=20.0)
        key = ApiKey.read(address.key_name, address.private_key)
        self._rest = RestSession(SystemClock(), key, terms)
        self._reads = AccountReads(self._rest)
        self._admin: aiohttp.ClientSession | None = None
        self._opening: dict[str, Decimal] = {}

    @property
    def pid(self) -> int:
        """Its process."""
        return self._process.pid

    async def __aenter__(self) -> Self:
        self._admin = aiohttp.ClientSession()
        self._opening = await self._totals()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._admin is not None:
            await self._admin.close()
        await self._rest.close()
        await asyncio.to_thread(self._process.close)

    async def lay(self, fault: dict[str, Any]) -> None:
        """Let something go wrong from now on."""
        await self._ask("POST", "/faults", fault)

    async def clear(self) -> None:
        """Let all be well again."""
        await self._ask("DELETE", "/faults")

    async def pause(self) -> None:
        """Let its time stand."""
        await self._ask("POST", "/pause")

    async def resume(self) -> None:
        """Let its time go on."""
        await self._ask("POST", "/resume")

    async def now_ns(self) -> int:
        """Return the exchange's time."""
        return int((await self._ask("GET", "/state"))["time_ns"])

    async def truth(self) -> VenueTruth:
        """Return all orders of the account, and what its balances changed by.

        The balances are asked for before and after, until no trade fell between.
        """
        while True:
            before = await self._totals()
            orders = tuple(await self._reads.orders())
            after = await self._totals()
            if before == after:
                break
        changes = {name: after[name] - self._opening[name] for name in after}
        return VenueTruth(orders, changes)

    async def _totals(self) -> dict[str, Decimal]:
        owners = (await self._ask("GET", "/accounts"))["owners"]
        mine = next(held for owner, held in owners.items() if owner not in _OTHERS)
        return {name: Decimal(each["total"]) for name, each in mine.items()}

    async def _ask(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:  # noqa: ANN401 - JSON
        assert self._admin is not None  # noqa: S101 - opened with the context
        url = f"{self._process.address.admin}{path}"
        async with self._admin.request(method, url, json=body) as answer:
            answer.raise_for_status()
            return await answer.json()
