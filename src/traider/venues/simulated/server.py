"""The server: one exchange on one port of the loopback, HTTP and WebSocket together."""

import asyncio
import ssl
from typing import Final

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from traider.domain.errors import UsageError
from traider.venues.simulated.exchange import Exchange
from traider.venues.simulated.pump import Pump
from traider.venues.simulated.rest.account_routes import AccountRoutes
from traider.venues.simulated.rest.admin_routes import AdminRoutes
from traider.venues.simulated.rest.answers import not_found
from traider.venues.simulated.rest.doors import Doors
from traider.venues.simulated.rest.market_routes import MarketRoutes
from traider.venues.simulated.rest.order_routes import OrderRoutes
from traider.venues.simulated.sockets import Sockets

LOOPBACK: Final = "127.0.0.1"
SHUTDOWN_S: Final = 2.0
"""How long requests under way may take when the server ends."""
BODY_BYTES_MAX: Final = 1024 * 1024


class Server:
    """Serve an exchange.

    Args:
        exchange: what is served.
        pump: what drives it.
        context: TLS, or None for plain text.
    """

    def __init__(
        self, exchange: Exchange, pump: Pump, context: ssl.SSLContext | None = None
    ) -> None:
        self.exchange, self.pump, self._context = exchange, pump, context
        self._flush_is_due = False
        self._sockets = Sockets(exchange, self.tell)
        self._runner = web.AppRunner(
            self._application(), access_log=None, shutdown_timeout=SHUTDOWN_S
        )
        self._turning: asyncio.Task[None] | None = None
        self.port = 0

    @property
    def scheme(self) -> str:
        """The ending of ``http`` and ``ws`` that this server speaks."""
        return "s" if self._context else ""

    def url(self, path: str = "", protocol: str = "http") -> str:
        """Return the address of ``path``."""
        return f"{protocol}{self.scheme}://{LOOPBACK}:{self.port}{path}"

    async def start(self, port: int) -> None:
        """Listen and start the market; port 0 takes any that is free.

        Raises:
            UsageError: the port is taken.
        """
        await self._runner.setup()
        site = web.TCPSite(self._runner, LOOPBACK, port, ssl_context=self._context, backlog=512)
        try:
            await site.start()
        except OSError as fault:
            await self._runner.cleanup()
            raise UsageError(
                f"port {port} cannot be used: {fault.strerror or fault}",
                fix="name another with --port, or 0 for any that is free",
            ) from fault
        self.port = self._runner.addresses[0][1]
        self._turning = asyncio.create_task(self.pump.run())

    async def wait(self) -> None:
        """Return when the pump ends, which it does only by a fault."""
        if self._turning is not None:
            await self._turning

    async def stop(self) -> None:
        """End every connection and the market."""
        if self._turning is not None:
            self._turning.cancel()
            await asyncio.gather(self._turning, return_exceptions=True)
        await self._sockets.close_all()
        await self._runner.cleanup()

    def tell(self) -> None:
        """Tell subscribers what a request changed, once a turn of the loop."""
        self.exchange.keep()
        self.exchange.hub.publish()
        if not self._flush_is_due:
            self._flush_is_due = True
            asyncio.get_running_loop().call_soon(self._flush)

    def _flush(self) -> None:
        self._flush_is_due = False
        self.exchange.hub.flush()

    def _application(self) -> web.Application:
        exchange = self.exchange
        application = web.Application(
            client_max_size=BODY_BYTES_MAX, middlewares=[Doors(exchange).middleware(), _missing()]
        )
        for routes in (
            OrderRoutes(exchange, self.tell).routes(),
            MarketRoutes(exchange).routes(),
            AccountRoutes(exchange).routes(),
            AdminRoutes(exchange, self.pump, self.tell).routes(),
            self._sockets.routes(),
        ):
            application.add_routes(routes)
        return application


def _missing() -> Middleware:
    """Return what answers paths that are not there in the venue's shape."""

    @web.middleware
    async def missing(request: web.Request, handler: Handler) -> web.StreamResponse:
        try:
            return await handler(request)
        except web.HTTPNotFound:
            return not_found(request.path)

    return missing
