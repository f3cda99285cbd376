"""A shadow run on another venue's market: started as a process, over a venue on loopback.

What it shows: the list is asked, the book becomes whole, trading begins, and the run is proved. Its
venue tells one book and no trade, so nothing is decided; there are no bars to warm up with either.
"""

import asyncio
import json
import signal
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.command import command, environment
from tests.e2e.test_run_venue import until
from tests.runtime.test_public_venues import ASSET_PAIRS
from tests.venues.kraken.test_checksum import ASKS, BIDS, TOLD
from tests.venues.kraken.test_mapper import TIME, book
from tests.venues.loopback import serving
from traider.cli.main import run
from traider.runtime.status_body import Mode, Phase, StatusBody


def kraken(path: str, raw: bytes) -> Iterator[bytes]:
    """Tell the book to whoever subscribes it, as of now."""
    request: dict[str, Any] = json.loads(raw) if raw else {}
    subscribes = path == "/v2" and request.get("method") == "subscribe"
    if subscribes and request["params"]["channel"] == "book":
        now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        yield book("snapshot", BIDS, ASKS, TOLD).replace(TIME.encode(), now.encode())


def is_whole(body: StatusBody) -> bool:
    """Whether the market is healthy, and decisions are on."""
    good = [each.is_good for each in body.health if each.part == "market KRAKEN:BTC-USD"]
    return body.phase is Phase.TRADING and good == [True]


def watched(state: Path, rest_url: str, stream_url: str) -> tuple[StatusBody, str]:
    """Run a shadow until its book is whole; return its status then, and what it came to."""
    settings = {
        "venues.kraken.enabled": "true",
        "venues.kraken.rest_url": rest_url,
        "venues.kraken.stream_url": stream_url,
        "feed.stale_s": "600",
        "observability.port": "0",
    }
    said = [word for name, value in settings.items() for word in ("--set", f"{name}={value}")]
    line = command(
        "run", "--shadow", "--venue", "kraken", "--product", "BTC-USD", "--state", str(state),
        "--json", *said,
    )  # fmt: skip
    with subprocess.Popen(
        line, cwd=state.parent, env=environment(), stdout=subprocess.PIPE, text=True
    ) as running:
        try:
            body = until(state, running, is_whole)
            running.send_signal(signal.SIGTERM)
            out, _ = running.communicate(timeout=60)
        finally:
            running.kill()
    assert running.returncode == 0
    return body, out


@pytest.mark.slow
def test_a_shadow_run_stands_on_another_venues_book(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    state = tmp_path / "shadow"

    async def shadowed() -> tuple[StatusBody, str]:
        async with serving(ASSET_PAIRS, kraken) as at:
            return await asyncio.to_thread(watched, state, at.rest_url, at.stream_url)

    body, out = asyncio.run(shadowed())
    assert (body.mode, body.venue) == (Mode.SHADOW, "kraken")
    assert json.loads(out)["parity"]["ok"]
    capsys.readouterr()
    assert run(["parity", str(state), "--json"]) == 0
    proved = json.loads(capsys.readouterr().out)
    assert (proved["ok"], proved["mode"]) == (True, "shadow")
    assert run(["status", "--state", str(state)]) == 0
    assert "SHADOW" in capsys.readouterr().out
