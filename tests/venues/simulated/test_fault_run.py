"""A run under faults, as fast as it goes: whenever a client may trust its book, the book is true.

The client is a plain one: it follows ``sequence_num``, distrusts its book at every break and at
every message it cannot read, and subscribes again. Its books are compared with the exchange's own
by their digests, message by message.
"""

import asyncio
import json
from typing import Any

import aiohttp
import pytest

from tests.venues.simulated.serving import Client, Socket, request_for_tests, serve
from traider.venues.simulated.market import level_digest

pytestmark = pytest.mark.uncounted

FAULTS: tuple[dict[str, Any], ...] = (
    {"kind": "drop", "probability": 0.003},
    {"kind": "duplicate", "probability": 0.003},
    {"kind": "reorder", "probability": 0.003},
    {"kind": "sequence_gap", "probability": 0.001, "count": 3},
    {"kind": "malformed", "probability": 0.001},
    {"kind": "truncated", "probability": 0.001},
    {"kind": "crossed", "probability": 0.002},
    {"kind": "delay", "probability": 0.001, "delay_ms": 20},
    {"kind": "disconnect", "probability": 0.001},
)
MESSAGES = 5_000
MASK = 2**64 - 1


class Follower:
    """Follow one product over one connection after the other."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.levels: dict[tuple[int, str], str] = {}
        self.digest = 0
        self.next_number = 0
        self.trusted = False
        self.seen: dict[int, list[tuple[int, int]]] = {}
        """By connection: number of each message after which the book was trusted, and digest."""
        self.messages = self.breaks = 0

    async def follow(self) -> None:
        """Connect again and again until there were enough messages."""
        number = 0
        while self.messages < MESSAGES:
            number += 1
            self.seen[number] = []
            self.next_number, self.trusted = 0, False
            async with self.client.socket() as socket:
                await socket.subscribe("level2", "BTC-USD")
                await self.read(socket, self.seen[number])

    async def read(self, socket: Socket, seen: list[tuple[int, int]]) -> None:
        """Read until the connection ends."""
        while self.messages < MESSAGES:
            message = await asyncio.wait_for(socket.connected.receive(), 10)
            if message.type is not aiohttp.WSMsgType.TEXT:
                return
            self.messages += 1
            if self.take(message.data, seen):
                self.breaks += 1
                if socket.connected.closed:
                    return
                try:
                    await socket.subscribe("level2", "BTC-USD", kind="unsubscribe")
                    await socket.subscribe("level2", "BTC-USD")
                except ConnectionError:
                    # It was cut meanwhile; what had arrived before is no use any more.
                    return

    def take(self, text: str, seen: list[tuple[int, int]]) -> bool:
        """Take one message; return whether a new snapshot is needed."""
        try:
            message = json.loads(text)
        except ValueError:
            return self.distrust()
        number = message["sequence_num"]
        if number < self.next_number:
            return False
        broke = number > self.next_number and self.distrust()
        self.next_number = number + 1
        if message["channel"] == "l2_data":
            (event,) = message["events"]
            if event["type"] == "snapshot":
                self.levels, self.digest, self.trusted, broke = {}, 0, True, False
            for update in event["updates"]:
                self.apply(update)
            if self.trusted:
                seen.append((number, self.digest))
        return broke

    def distrust(self) -> bool:
        """Trust the book no more: a snapshot is needed, even if one was on its way."""
        self.trusted = False
        return True

    def apply(self, update: dict[str, str]) -> None:
        """Apply one level."""
        side = 1 if update["side"] == "bid" else -1
        place, size = (side, update["price_level"]), update["new_quantity"]
        before = self.levels.pop(place, None)
        if before:
            self.digest -= level_digest(*place, before)
        if size != "0":
            self.levels[place] = size
            self.digest += level_digest(*place, size)
        self.digest &= MASK


def test_a_trusted_book_is_the_true_book() -> None:
    async def scenario(client: Client) -> None:
        await client.admin("POST", "/digests")
        for fault in FAULTS:
            await client.admin("POST", "/faults", {"times": 0, **fault})
        follower = Follower(client)
        await follower.follow()
        struck = {
            each["rule"]["kind"]: each["struck"]
            for each in (await client.admin("GET", "/faults"))["faults"]
        }
        compared = 0
        for number, seen in follower.seen.items():
            told: dict[int, str] = {}
            more = True
            while more:
                page = await client.admin(
                    "GET", "/digests", connection=number, after=max(told, default=-1)
                )
                told |= {row["sequence_num"]: row["digest"] for row in page["digests"]}
                more = page["more"]
            # While a book stands crossed on purpose the exchange vouches for nothing.
            vouched = [(place, digest) for place, digest in seen if place in told]
            assert [told[place] for place, _ in vouched] == [f"{d:016x}" for _, d in vouched]
            compared += len(vouched)
        assert compared > MESSAGES / 2
        assert follower.breaks > 10
        assert all(struck.values()), struck

    serve(scenario, request_for_tests(speed=0.0))
