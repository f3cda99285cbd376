"""``traider feed --venue`` with a venue that is only listened to: Kraken, served on loopback."""

import asyncio
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.venues.kraken.test_checksum import ASKS, BIDS, TOLD
from tests.venues.kraken.test_mapper import book, trades
from tests.venues.loopback import Loopback, serving
from traider.cli.main import run

pytestmark = pytest.mark.interpreted

PAIRS = b'{"result":{"XXBTZUSD":{"wsname":"XBT/USD","pair_decimals":1,"lot_decimals":8}}}'
ASKED = ["feed", "--venue", "kraken", "--product", "BTC-USD"]


def script(path: str, raw: bytes) -> Iterator[bytes]:
    """Speak protocol v2 to a client that asks for books and trades."""
    if path == "/v2" and b'"book"' in raw:
        yield book("snapshot", BIDS, ASKS, TOLD)
    if path == "/v2" and b'"trade"' in raw:
        yield json.dumps(trades("update", 1, 2)).encode()


@contextmanager
def kraken() -> Iterator[Loopback]:
    """Serve in a thread of its own, since the command has a loop of its own."""
    ready, over, found = threading.Event(), asyncio.Event(), []
    loop = asyncio.new_event_loop()

    async def serve() -> None:
        async with serving({"/0/public/AssetPairs": [(200, PAIRS)]}, script) as at:
            found.append(at)
            ready.set()
            await over.wait()

    thread = threading.Thread(target=lambda: loop.run_until_complete(serve()))
    thread.start()
    try:
        assert ready.wait(10.0)
        yield found[0]
    finally:
        loop.call_soon_threadsafe(over.set)
        thread.join(10.0)
        loop.close()


def test_kraken_is_listened_to(capsys: pytest.CaptureFixture[str]) -> None:
    with kraken() as at:
        settings = (
            "venues.kraken.enabled=true",
            f"venues.kraken.rest_url={at.rest_url}",
            f"venues.kraken.stream_url={at.stream_url}",
        )
        overrides = [word for each in settings for word in ("--set", each)]
        assert run([*ASKED, "--seconds", "1.5", "--json", *overrides]) == 0
    body = json.loads(capsys.readouterr().out)
    assert body["quoted"]["KRAKEN:BTC-USD"]["best_bid"] == "45283.5"
    assert body["quoted"]["KRAKEN:BTC-USD"]["best_ask"] == "45285.2"


def test_a_venue_must_be_enabled(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(ASKED) != 0
    told = capsys.readouterr().err
    assert "kraken is not enabled" in told
    assert "--set venues.kraken.enabled=true" in told


def test_a_venue_must_be_known(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["feed", "--venue", "nowhere", "--product", "BTC-USD"]) != 0
    told = capsys.readouterr().err
    assert "one of coinbase, binance, bybit, kraken, okx" in told
