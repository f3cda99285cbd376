"""A trader written with ccxt.pro, in a process of its own; see ``ccxt_reactions``."""

import asyncio
import json
import sys
from typing import Any, Final

import ccxt.pro
import msgspec

from benchmarks.live.address import Address
from benchmarks.live.processors import Place, processor_of

_SYMBOL: Final = "BTC/USD"
_BELOW: Final = 0.97
_SIZE: Final = 0.001


class _Counting:
    """Counts the changes of the book that a client has taken."""

    def __init__(self, client: Any) -> None:  # noqa: ANN401 - ccxt has no types
        self.seen = 0
        self._take = client.handle_order_book
        client.handle_order_book = self._counted

    def _counted(self, client: Any, message: Any) -> None:  # noqa: ANN401 - the same
        self.seen += sum(each.get("type") == "update" for each in message.get("events", ()))
        self._take(client, message)


async def _react(address: Address, count: int) -> dict[str, int]:
    options = {
        "apiKey": address.key_name,
        "secret": address.private_key,
        "enableRateLimit": False,
    }
    client: Any = ccxt.pro.coinbase(options)
    client.urls["api"]["rest"], client.urls["api"]["ws"] = address.rest, address.websocket
    updates = _Counting(client)
    followed: dict[str, int] = {}
    try:
        await client.load_markets()
        book = await client.watch_order_book(_SYMBOL)
        while len(followed) < count:
            book = await client.watch_order_book(_SYMBOL)
            place = updates.seen - 1
            if place < 0:
                continue
            name = f"ccxt-{len(followed)}"
            price = round(book["bids"][0][0] * _BELOW, 2)
            wanted = {"client_order_id": name, "timeInForce": "IOC"}
            await client.create_order(_SYMBOL, "limit", "buy", _SIZE, price, wanted)
            followed[name] = place
    finally:
        await client.close()
    return followed


if __name__ == "__main__":
    reached = msgspec.json.decode(sys.argv[1], type=Address)
    with processor_of(Place.TRADER):
        print(json.dumps(asyncio.run(_react(reached, int(sys.argv[2])))))
