"""The exchange over TLS: its own certificate is enough to trust it, and nothing else is."""

import asyncio
import ssl
from pathlib import Path

import aiohttp
import pytest

from tests.venues.simulated.serving import request_for_tests
from traider.runtime.exchange import build_server


def test_who_has_the_certificate_trusts_the_exchange(tmp_path: Path) -> None:
    async def scenario() -> None:
        server, certificate = build_server(request_for_tests(tls=True), tmp_path)
        await server.start(0)
        try:
            context = ssl.create_default_context(cafile=certificate)
            url = server.url("/api/v3/brokerage/time")
            assert url.startswith("https://")
            async with aiohttp.ClientSession() as session:
                async with session.get(url, ssl=context) as response:
                    assert response.status == 200
                async with session.ws_connect(server.url("/ws", "ws"), ssl=context) as socket:
                    await socket.send_json({"type": "subscribe", "channel": "heartbeats"})
                    assert (await socket.receive_json())["sequence_num"] == 0
                with pytest.raises(aiohttp.ClientConnectorCertificateError):
                    await session.get(url)
        finally:
            await server.stop()

    asyncio.run(scenario())
    private = tmp_path / "certificate-key.pem"
    assert private.stat().st_mode & 0o077 == 0
