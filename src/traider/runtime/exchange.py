"""Put a local exchange together: from a person's request to a server that runs until stopped."""

import asyncio
import os
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

from traider.domain.errors import UsageError
from traider.ops.event_loop import run
from traider.runtime.exchange_markets import SourceRequest, market_plan
from traider.venues.simulated.account_keeping import AccountKeeper, kept_time_ns
from traider.venues.simulated.amounts import ONE
from traider.venues.simulated.certificate import make_certificate
from traider.venues.simulated.exchange import Exchange, Limits, Opening
from traider.venues.simulated.faults.rules import read_fault_file
from traider.venues.simulated.pump import Pump
from traider.venues.simulated.server import Server


@dataclass(frozen=True)
class ExchangeRequest:
    """What a person asks of the exchange."""

    port: int = 0
    source: SourceRequest = field(default_factory=SourceRequest)
    speed: float = 1.0
    rate: float = 0.0
    limits: Limits = field(default_factory=Limits)
    faults: Path | None = None
    tls: bool = False
    accounts: Path | None = None
    """Folder that accounts are kept in; the exchange goes on from what it holds."""
    traded: int = 0
    """US dollars the account traded in the 30 days before: it sets the tier of its fees."""
    ends_with_input: bool = False
    """Whether the end of standard input, as of a parent that died, ends the exchange."""


@dataclass(frozen=True)
class Announcement:
    """How to reach an exchange that is ready, and the throwaway keys it takes."""

    port: int
    rest: str
    websocket: str
    websocket_user: str
    admin: str
    products: tuple[str, ...]
    key_name: str
    key_file: str
    private_key: str
    ed25519_key_name: str
    ed25519_private_key: str
    certificate: str


def serve_exchange(request: ExchangeRequest, announce: Callable[[Announcement], None]) -> None:
    """Run an exchange until SIGINT or SIGTERM; say when it is ready.

    Raises:
        UsageError: the port is taken, or a product is not listed.
        DataError: a file cannot be used.
    """
    folder = Path(tempfile.mkdtemp(prefix="traider-exchange-"))
    try:
        run(_serve(request, announce, folder))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


async def _serve(
    request: ExchangeRequest, announce: Callable[[Announcement], None], folder: Path
) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    if request.ends_with_input:
        loop.add_reader(sys.stdin.fileno(), _end_at_eof, stop)
    server, certificate = build_server(request, folder)
    await server.start(request.port)
    announce(_announcement(server, folder, certificate))
    stopping, running = asyncio.create_task(stop.wait()), asyncio.create_task(server.wait())
    try:
        await asyncio.wait((stopping, running), return_when=asyncio.FIRST_COMPLETED)
        if running.done():
            await running
    finally:
        stopping.cancel()
        running.cancel()
        await server.stop()
        if server.exchange.keeper is not None:
            server.exchange.keeper.close()


def _end_at_eof(stop: asyncio.Event) -> None:
    """Ask for the end when nobody holds the other end of standard input any more."""
    if not os.read(sys.stdin.fileno(), 4_096):
        asyncio.get_running_loop().remove_reader(sys.stdin.fileno())
        stop.set()


def build_server(request: ExchangeRequest, folder: Path) -> tuple[Server, str]:
    """Return a server that is not started yet, and the file of its certificate if it has one.

    Raises:
        UsageError: a product is not listed.
        DataError: a file cannot be used.
    """
    if request.speed < 0 or request.rate < 0:
        raise UsageError("speed and rate are not negative", fix="0 is as fast as it can")
    seed, rules = read_fault_file(request.faults) if request.faults else (1, [])
    if request.accounts is not None and not request.source.bars:
        raise UsageError(
            "only a market of bars can go on where it was", where="--accounts", fix="give --bars"
        )
    goes_on_ns = kept_time_ns(request.accounts) if request.accounts else 0
    plan = market_plan(replace(request.source, goes_on_ns=goes_on_ns))
    exchange = Exchange(
        Opening(
            products=plan.products,
            start_ns=plan.start_ns,
            speed=request.speed,
            seed=request.source.seed,
            limits=request.limits,
            fault_seed=seed,
        )
    )
    exchange.portfolio.count_volume(plan.start_ns, request.traded * ONE)
    if request.accounts is not None:
        exchange.keeper = AccountKeeper(request.accounts, exchange.desk)
    market = plan.open(exchange)
    exchange.keep()
    for rule in rules:
        exchange.faults.lay(rule)
    exchange.conditions.update()
    exchange.clock.reach(exchange.desk.now_ns)
    exchange.clock.restart()
    if plan.is_of_now and request.speed == 1.0:
        exchange.clock.follow(time.time_ns())
    for name in exchange.desk.markets:
        exchange.hub.publish_all_levels(name)
    certificate, context = make_certificate(folder) if request.tls else (None, None)
    server = Server(exchange, Pump(exchange, market, request.rate), context)
    return server, str(certificate or "")


def _announcement(server: Server, folder: Path, certificate: str) -> Announcement:
    key, pem = server.exchange.add_key("ES256")
    other, other_pem = server.exchange.add_key("EdDSA")
    key_file = folder / "key.pem"
    key_file.touch(mode=0o600)
    key_file.write_text(pem, encoding="utf-8")
    return Announcement(
        port=server.port,
        rest=server.url(),
        websocket=server.url("/ws", "ws"),
        websocket_user=server.url("/ws/user", "ws"),
        admin=server.url("/admin"),
        products=tuple(server.exchange.desk.products),
        key_name=key.name,
        key_file=str(key_file),
        private_key=pem,
        ed25519_key_name=other.name,
        ed25519_private_key=other_pem,
        certificate=certificate,
    )
