"""Laws of connections that stand ready, over real sockets.

1. A request is on the wire when ``ask`` returns, and its answer comes whole.
2. A connection without a whole answer is never used again, and whoever asked is told why.
3. Nothing is written twice.
"""

import asyncio
import ipaddress
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from traider.venues.backoff import BackoffTerms
from traider.venues.warm_connections import NoAnswerError, WarmConnections, WarmTerms

FINE = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
REQUEST = b"POST /orders HTTP/1.1\r\nContent-Length: 3\r\n\r\nbuy"
TIME = b"GET /time HTTP/1.1\r\n\r\n"
QUICK = WarmTerms(count=1, answer_s=5.0, backoff=BackoffTerms(0.01, 0.05))

Answer = Callable[[asyncio.StreamWriter], Awaitable[None]]


async def fine(writer: asyncio.StreamWriter) -> None:
    writer.write(FINE)


async def cut(writer: asyncio.StreamWriter) -> None:
    writer.write(FINE[:-1])
    writer.close()


async def reset(writer: asyncio.StreamWriter) -> None:
    writer.transport.abort()


async def silent(_: asyncio.StreamWriter) -> None:
    """Say nothing."""


async def nonsense(writer: asyncio.StreamWriter) -> None:
    writer.write(b"220 mail\r\n\r\n")


async def closing(writer: asyncio.StreamWriter) -> None:
    writer.write(FINE.replace(b"OK", b"OK\r\nConnection: close"))


class Venue:
    """Answers requests in its way, and counts."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer
        self.heard: list[bytes] = []
        self.opened = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.opened += 1
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                body = await reader.readexactly(3) if head.startswith(b"POST") else b""
                self.heard.append(head + body)
                await self.answer(writer)
        writer.close()


async def ask_for_time() -> bytes:
    return TIME


async def ready(warm: WarmConnections, count: int = 1) -> None:
    async with asyncio.timeout(30.0):
        while warm.ready < count:  # noqa: ASYNC110 - it tells nobody
            await asyncio.sleep(0.001)


@asynccontextmanager
async def standing(
    venue: Venue, terms: WarmTerms = QUICK, trust: ssl.SSLContext | None = None
) -> AsyncIterator[WarmConnections]:
    """Give connections to a venue that are there."""
    server = await asyncio.start_server(venue.serve, "127.0.0.1", 0, ssl=trust)
    port = server.sockets[0].getsockname()[1]
    warm = WarmConnections(f"http{'s' if trust else ''}://127.0.0.1:{port}", terms)
    keeping = asyncio.create_task(warm.keep(ask_for_time))
    try:
        await ready(warm, terms.count)
        yield warm
    finally:
        keeping.cancel()
        await asyncio.gather(keeping, return_exceptions=True)
        server.close()


def test_law_1() -> None:
    async def scenario() -> None:
        venue = Venue(fine)
        async with standing(venue) as warm:
            for _ in range(3):
                asked = warm.ask(REQUEST)
                assert asked is not None
                assert warm.ask(REQUEST) is None  # one has one request at a time
                answer = await asked
                assert (answer.status, answer.body) == (200, b"ok")
        assert venue.heard == [REQUEST] * 3
        assert venue.opened == 1

    asyncio.run(scenario())


@pytest.mark.parametrize("answer", [cut, reset, nonsense])
def test_laws_2_and_3(answer: Answer) -> None:
    async def scenario() -> None:
        venue = Venue(answer)
        async with standing(venue) as warm:
            asked = warm.ask(REQUEST)
            assert asked is not None
            with pytest.raises(NoAnswerError):
                await asked
            assert venue.heard == [REQUEST]
            venue.answer = fine
            await ready(warm)
            again = warm.ask(REQUEST)
            assert again is not None
            assert (await again).status == 200
        assert venue.heard == [REQUEST] * 2
        assert venue.opened == 2

    asyncio.run(scenario())


def test_an_answer_that_does_not_come_in_time_ends_the_connection() -> None:
    async def scenario() -> None:
        venue = Venue(silent)
        async with standing(venue, WarmTerms(count=1, answer_s=0.05)) as warm:
            asked = warm.ask(REQUEST)
            assert asked is not None
            with pytest.raises(NoAnswerError, match="in time"):
                await asked
            await ready(warm)
        assert venue.heard == [REQUEST]

    asyncio.run(scenario())


def test_a_request_that_nobody_waits_for_takes_its_connection_along() -> None:
    async def scenario() -> None:
        venue = Venue(silent)
        async with standing(venue) as warm:
            asked = warm.ask(REQUEST)
            assert asked is not None
            warm.leave(asked)
            with pytest.raises(NoAnswerError):
                await asked
            await ready(warm)
        assert venue.opened == 2

    asyncio.run(scenario())


def test_a_connection_that_the_venue_ends_is_opened_anew() -> None:
    async def scenario() -> None:
        venue = Venue(closing)
        async with standing(venue) as warm:
            for _ in range(2):
                asked = warm.ask(REQUEST)
                assert asked is not None
                assert (await asked).body == b"ok"
                await ready(warm)
        assert venue.opened == 3

    asyncio.run(scenario())


def test_what_is_quiet_is_tried_out() -> None:
    async def scenario() -> None:
        venue = Venue(fine)
        async with standing(venue, WarmTerms(count=2, quiet_s=0.02)), asyncio.timeout(30.0):
            while venue.heard.count(TIME) < 4:  # noqa: ASYNC110 - it tells nobody
                await asyncio.sleep(0.005)
        assert set(venue.heard) == {TIME}
        assert venue.opened == 2

    asyncio.run(scenario())


def test_without_a_venue_nothing_is_ready_until_there_is_one() -> None:
    async def scenario() -> None:
        venue = Venue(fine)
        server = await asyncio.start_server(venue.serve, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        server.close()
        await server.wait_closed()
        warm = WarmConnections(f"http://127.0.0.1:{port}", QUICK)
        keeping = asyncio.create_task(warm.keep(ask_for_time))
        await asyncio.sleep(0.05)
        assert warm.ask(REQUEST) is None
        server = await asyncio.start_server(venue.serve, "127.0.0.1", port)
        await ready(warm)
        keeping.cancel()
        await asyncio.gather(keeping, return_exceptions=True)
        server.close()

    asyncio.run(scenario())


def certificate(folder: Path) -> Path:
    """Return a file with a key and a certificate for 127.0.0.1 that it signed itself."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "venue")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]),
            critical=False,
        )
        .sign(key, hashes.SHA256())
    )
    path = folder / "venue.pem"
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + made.public_bytes(serialization.Encoding.PEM)
    )
    return path


def test_over_tls_the_certificate_is_looked_at(tmp_path: Path) -> None:
    path = certificate(tmp_path)
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(path)
    trusting = WarmTerms(count=1, trust=ssl.create_default_context(cafile=str(path)))

    async def scenario() -> None:
        venue = Venue(fine)
        async with standing(venue, trusting, server) as warm:
            asked = warm.ask(REQUEST)
            assert asked is not None
            assert (await asked).body == b"ok"
            strange = WarmConnections(f"https://{warm.host}", QUICK)
            keeping = asyncio.create_task(strange.keep(ask_for_time))
            await asyncio.sleep(0.1)
            assert strange.ready == 0
            keeping.cancel()
            await asyncio.gather(keeping, return_exceptions=True)
        assert venue.heard == [REQUEST]

    asyncio.run(scenario())
