"""Ask for what happens to an account's orders: the user channel, on its own host.

One connection a user is what the venue recommends. Every message needs a key; once it was accepted
the connection lives on after its token. Heartbeats tell that it is alive.

Source: docs.cdp.coinbase.com, "WebSocket channels", "WebSocket authentication" (2026-07).
"""

from collections.abc import Sequence
from typing import Final

import msgspec

from traider.domain.ports import Clock
from traider.venues.coinbase.token import ApiKey, socket_token

USER_URL: Final = "wss://advanced-trade-ws-user.coinbase.com"

_SECOND_NS: Final = 1_000_000_000


def user_subscriptions(key: ApiKey, clock: Clock, products: Sequence[str] = ()) -> list[bytes]:
    """Return the messages to send when the connection is open; no product means all."""
    return [_message(key, clock, "heartbeats", ()), _message(key, clock, "user", products)]


def user_resubscriptions(key: ApiKey, clock: Clock, products: Sequence[str] = ()) -> list[bytes]:
    """Return the messages that leave the user channel and enter it again, for a new snapshot."""
    kinds = ("unsubscribe", "subscribe")
    return [_message(key, clock, "user", products, kind) for kind in kinds]


def _message(
    key: ApiKey, clock: Clock, channel: str, products: Sequence[str], kind: str = "subscribe"
) -> bytes:
    words: dict[str, str | Sequence[str]] = {"type": kind, "channel": channel}
    if products:
        words["product_ids"] = list(products)
    words["jwt"] = socket_token(key, clock.now_ns() // _SECOND_NS)
    return msgspec.json.encode(words)
