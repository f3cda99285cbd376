"""One request of a socket: a channel to enter or to leave, for some products or for all.

A token, where one is needed or wanted, is made for each request.

Source: docs.cdp.coinbase.com, "WebSocket channels", "WebSocket authentication" (2026-07).
"""

from collections.abc import Sequence
from typing import Final, Literal

import msgspec

from traider.domain.ports import Clock
from traider.venues.coinbase.token import ApiKey, socket_token

_SECOND_NS: Final = 1_000_000_000


def subscription(
    channel: str,
    products: Sequence[str],
    clock: Clock,
    key: ApiKey | None,
    kind: Literal["subscribe", "unsubscribe"] = "subscribe",
) -> bytes:
    """Return the message to send; without a key it bears no token."""
    words: dict[str, str | Sequence[str]] = {"type": kind, "channel": channel}
    if products:
        words["product_ids"] = list(products)
    if key is not None:
        words["jwt"] = socket_token(key, clock.now_ns() // _SECOND_NS)
    return msgspec.json.encode(words)
