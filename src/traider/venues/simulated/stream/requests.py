"""Requests of a connection: subscribe and unsubscribe, one channel a message.

The snapshot comes first and the acknowledgment after it, as the recorded connection shows; the
acknowledgment has everything that is subscribed. A request that is refused is answered by an error
message, which has neither channel nor number.
"""

from typing import Any, Final

import msgspec

from traider.venues.simulated.candles import GRANULARITIES
from traider.venues.simulated.desk import Desk
from traider.venues.simulated.stream.bodies import status_body
from traider.venues.simulated.stream.connection import Connection
from traider.venues.simulated.stream.delivery import Delivery
from traider.venues.simulated.stream.hub import Hub
from traider.venues.simulated.stream.user_bodies import snapshot_batches
from traider.venues.simulated.tokens import ApiKey

PRODUCT_CHANNELS: Final = ("level2", "market_trades", "ticker", "ticker_batch", "candles")
MESSAGE_CHANNELS: Final = {"level2": "l2_data"}
"""Channels whose messages bear another name."""
PRIVATE_CHANNELS: Final = ("user", "futures_balance_summary")
SNAPSHOT_TRADES: Final = 100
SNAPSHOT_CANDLES: Final = 100

_encode: Final = msgspec.json.Encoder().encode


class Subscriptions:
    """Carry out the requests of connections."""

    def __init__(self, desk: Desk, hub: Hub, delivery: Delivery) -> None:
        self._desk, self._hub, self._delivery = desk, hub, delivery

    def take(self, connection: Connection, request: dict[str, Any], key: ApiKey | str) -> None:
        """Carry out one request.

        Args:
            connection: who asks.
            request: the message.
            key: whose token it bears: a key, ``""`` without a token, or what is wrong with it.
        """
        channel, kind = request.get("channel"), request.get("type")
        names = request.get("product_ids") or []
        public = isinstance(channel, str) and (
            channel in PRODUCT_CHANNELS or channel in ("heartbeats", "status")
        )
        if not public and channel not in PRIVATE_CHANNELS:
            # The venue calls a wrong name a failure of authentication too.
            self._error(connection, "authentication failure")
        elif (isinstance(key, str) and key) or (not public and not isinstance(key, ApiKey)):
            self._error(connection, "authentication failure")
        elif kind not in ("subscribe", "unsubscribe") or not _are_names(names):
            self._error(connection, "invalid message")
        elif unknown := [name for name in names if name not in self._desk.products]:
            self._error(connection, f"{unknown[0]} is not a valid product")
        elif kind == "unsubscribe":
            self._unsubscribe(connection, str(channel), names)
        elif channel in PRODUCT_CHANNELS and not names:
            self._error(connection, "product_ids is required")
        else:
            if isinstance(key, ApiKey):
                connection.portfolio = self._desk.portfolios[key.portfolio_id]
            self._subscribe(connection, str(channel), names)

    def _subscribe(self, connection: Connection, channel: str, names: list[str]) -> None:
        known = connection.subscriptions.setdefault(channel, {})
        if channel in PRODUCT_CHANNELS:
            for name in dict.fromkeys(self._desk.products[name].book_id for name in names):
                known[name] = None
                self._snapshot(connection, channel, name)
                self._hub.subscribe(connection, channel, name)
        else:
            for name in names if channel == "user" else ():
                known[name] = None
                self._hub.subscribe(connection, channel, name)
            if not names or channel != "user":
                known[self._label(connection, channel)] = None
                self._hub.subscribe(connection, channel)
            self._account_snapshot(connection, channel, names)
        self._acknowledge(connection)

    def _unsubscribe(self, connection: Connection, channel: str, names: list[str]) -> None:
        known = connection.subscriptions.get(channel, {})
        wanted = [self._desk.products[name].book_id for name in names]
        if channel == "user":
            wanted = list(names)
        for name in wanted or list(known):
            known.pop(name, None)
            self._hub.unsubscribe(connection, channel, name)
        if not known or not wanted:
            self._hub.unsubscribe(connection, channel)
            connection.subscriptions.pop(channel, None)
        self._acknowledge(connection)

    def _snapshot(self, connection: Connection, channel: str, name: str) -> None:
        self._hub.publish()
        bodies = self._hub.bodies(name)
        market, now_ns = bodies.market, self._desk.told_ns
        if channel == "level2":
            body = bodies.snapshot(now_ns)
        elif channel == "market_trades":
            body = bodies.trades("snapshot", list(market.tape)[-SNAPSHOT_TRADES:])
        elif channel == "candles":
            series = list(market.candles.series(GRANULARITIES["FIVE_MINUTE"]))
            body = bodies.candles("snapshot", series[-SNAPSHOT_CANDLES:])
        else:
            body = bodies.ticker("snapshot", now_ns, with_quotes=channel == "ticker")
        told = MESSAGE_CHANNELS.get(channel, channel)
        number = self._delivery.send(connection, told, name, body)
        if channel == "level2" and self._hub.keeps_digests:
            connection.digests.append((number, name, market.digest))

    def _account_snapshot(self, connection: Connection, channel: str, names: list[str]) -> None:
        if channel == "user" and connection.portfolio:
            live = [
                order
                for order in connection.portfolio.orders.values()
                if order.is_live and (not names or order.product.product_id in names)
            ]
            for body in snapshot_batches(live):
                self._delivery.send(connection, channel, "", body)
        elif channel == "status":
            products = [
                product
                for product in self._desk.products.values()
                if not names or product.product_id in names
            ]
            disabled = {name for name, market in self._desk.markets.items() if market.flags}
            self._delivery.send(
                connection, channel, "", status_body("snapshot", products, disabled)
            )
        elif channel == "futures_balance_summary":
            self._delivery.send(connection, channel, "", _NO_FUTURES)

    def _acknowledge(self, connection: Connection) -> None:
        body = _encode({"subscriptions": connection.full_set()}).decode()
        self._delivery.send(connection, "subscriptions", "", body)

    def _label(self, connection: Connection, channel: str) -> str:
        if channel == "user" and connection.portfolio:
            return connection.portfolio.user_id
        return channel

    def _error(self, connection: Connection, message: str) -> None:
        connection.put(_encode({"type": "error", "message": message}))


_NO_FUTURES: Final = '{"type":"snapshot","fcm_balance_summary":null}'


def _are_names(names: object) -> bool:
    return isinstance(names, list) and all(isinstance(name, str) for name in names)
