"""A real exchange on the loopback for tests, and a plain client of it."""

import asyncio
import json
import secrets
import time
from base64 import b64decode
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeVar

import aiohttp
import jwt
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from traider.runtime.exchange import ExchangeRequest, build_server
from traider.runtime.exchange_markets import SourceRequest
from traider.venues.simulated.exchange import Limits
from traider.venues.simulated.server import Server

BASE = "/api/v3/brokerage"
UNLIMITED = Limits(0, 0, 0, 0)
START_NS = 1_767_225_600_000_000_000
"""2026-01-01T00:00:00Z."""

Result = TypeVar("Result")


_PLAIN = ExchangeRequest(source=SourceRequest(start_ns=START_NS, seed=7), limits=UNLIMITED)


def request_for_tests(**changes: Any) -> ExchangeRequest:
    """Return a synthetic exchange without limits, at a fixed time."""
    return replace(_PLAIN, **changes)


def private_key(text: str) -> ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey:
    """Return the key of PEM, or of base64 as Ed25519 keys have it."""
    if text.startswith("-----"):
        found = load_pem_private_key(text.encode(), None)
        assert isinstance(found, ec.EllipticCurvePrivateKey)
        return found
    return ed25519.Ed25519PrivateKey.from_private_bytes(b64decode(text)[:32])


@dataclass
class Signer:
    """Sign requests as Coinbase's SDK does."""

    name: str
    pem: str
    algorithm: str = "ES256"

    def token(self, uri: str | None = None, **changes: Any) -> str:
        """Return a token; ``changes`` replace claims."""
        now = int(time.time())
        claims = {"sub": self.name, "iss": "cdp", "nbf": now, "exp": now + 120}
        if uri:
            claims["uri"] = uri
        return jwt.encode(
            claims | changes,
            private_key(self.pem),
            algorithm=self.algorithm,
            headers={"kid": self.name, "nonce": secrets.token_hex()},
        )


class Client:
    """Speak to one exchange over real sockets."""

    def __init__(self, server: Server, session: aiohttp.ClientSession) -> None:
        self.server, self.session = server, session
        key, pem = server.exchange.add_key("ES256")
        self.signer = Signer(key.name, pem)

    async def call(
        self,
        method: str,
        path: str,
        body: object = None,
        headers: dict[str, str] | None = None,
        **query: Any,
    ) -> tuple[int, Any]:
        """Send a signed request; return status and decoded body."""
        uri = f"{method} 127.0.0.1:{self.server.port}{BASE}{path}"
        signed = {"Authorization": f"Bearer {self.signer.token(uri)}"}
        async with self.session.request(
            method, self.server.url(BASE + path), json=body, params=query,
            headers=signed if headers is None else headers,
        ) as response:  # fmt: skip
            text = await response.text()
            is_json = response.content_type == "application/json"
            return response.status, json.loads(text) if is_json else text

    async def get(self, path: str, **query: Any) -> Any:
        """Return the body of a GET that succeeds."""
        status, body = await self.call("GET", path, **query)
        assert status == 200, body
        return body

    async def post(self, path: str, body: object) -> Any:
        """Return the body of a POST that succeeds."""
        status, answered = await self.call("POST", path, body)
        assert status == 200, answered
        return answered

    async def call_path(self, path: str) -> Any:
        """Return the body of a signed GET outside the usual folder."""
        uri = f"GET 127.0.0.1:{self.server.port}{path}"
        signed = {"Authorization": f"Bearer {self.signer.token(uri)}"}
        async with self.session.get(self.server.url(path), headers=signed) as response:
            assert response.status == 200
            return await response.json()

    async def admin(self, method: str, path: str, body: object = None, **query: Any) -> Any:
        """Return the body of an answer of the admin endpoint."""
        async with self.session.request(
            method, self.server.url(f"/admin{path}"), json=body, params=query
        ) as response:
            return await response.json()

    async def order(self, key: str, side: str = "BUY", **fields: Any) -> Any:
        """Place an order of one configuration; ``client_order_id`` may be among the fields."""
        body = {
            "client_order_id": fields.pop("client_order_id", secrets.token_hex(8)),
            "product_id": fields.pop("product_id", "BTC-USD"),
            "side": side,
            "order_configuration": {key: fields},
        }
        return await self.post("/orders", body)

    async def one(self, order_id: str) -> Any:
        """Return one order."""
        return (await self.get(f"/orders/historical/{order_id}"))["order"]

    @asynccontextmanager
    async def socket(self, path: str = "/ws") -> AsyncIterator["Socket"]:
        """Open a WebSocket connection."""
        async with self.session.ws_connect(
            self.server.url(path, "ws"), max_msg_size=0
        ) as connected:
            yield Socket(connected, self.signer)


class Socket:
    """A WebSocket connection."""

    def __init__(self, connected: aiohttp.ClientWebSocketResponse, signer: Signer) -> None:
        self.connected, self._signer = connected, signer

    async def subscribe(
        self, channel: str, *products: str, kind: str = "subscribe", jwt: str | None = None
    ) -> None:
        """Send a request with a token."""
        request = {"type": kind, "channel": channel, "jwt": jwt or self._signer.token()}
        await self.connected.send_json(request | ({"product_ids": products} if products else {}))

    async def next(self) -> Any:
        """Return the next message."""
        return json.loads(await asyncio.wait_for(self.connected.receive_str(), 10))

    async def until(self, channel: str) -> Any:
        """Return the next message of a channel."""
        while True:
            message = await self.next()
            if message.get("channel") == channel:
                return message


def serve(
    scenario: Callable[[Client], Awaitable[Result]], request: ExchangeRequest | None = None
) -> Result:
    """Run ``scenario`` against a new exchange; return what it returns."""

    async def run() -> Result:
        with TemporaryDirectory() as folder:
            server, _ = build_server(request or request_for_tests(), Path(folder))
            await server.start(0)
            try:
                async with aiohttp.ClientSession() as session:
                    return await scenario(Client(server, session))
            finally:
                await server.stop()

    return asyncio.run(run())
