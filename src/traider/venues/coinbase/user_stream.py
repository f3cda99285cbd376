"""Ask for what happens to an account's orders: the user channel, on its own host.

One connection a user is what the venue recommends. Every message needs a key; once it was accepted
the connection lives on after its token. Heartbeats tell that it is alive.

Source: docs.cdp.coinbase.com, "WebSocket channels", "WebSocket authentication" (2026-07).
"""

from collections.abc import Sequence
from typing import Final

from traider.domain.ports import Clock
from traider.venues.coinbase.subscriptions import subscription
from traider.venues.coinbase.token import ApiKey

USER_URL: Final = "wss://advanced-trade-ws-user.coinbase.com"

_USER: Final = "user"


def user_subscriptions(key: ApiKey, clock: Clock, products: Sequence[str] = ()) -> list[bytes]:
    """Return the messages to send when the connection is open; no product means all."""
    return [
        subscription("heartbeats", (), clock, key),
        subscription(_USER, products, clock, key),
    ]


def user_resubscriptions(key: ApiKey, clock: Clock, products: Sequence[str] = ()) -> list[bytes]:
    """Return the messages that leave the user channel and enter it again, for a new snapshot."""
    return [
        subscription(_USER, products, clock, key, "unsubscribe"),
        subscription(_USER, products, clock, key),
    ]
