"""Messages of the exchange have the shapes of the recorded connection, channel by channel."""

import re
from pathlib import Path
from typing import Any

import msgspec
import pyarrow as pa
import pytest

from tests.venues.simulated.serving import Client, request_for_tests, serve
from traider.runtime.exchange_markets import SourceRequest

CAPTURE = "COINBASE-20260809-part1.jsonl.zst"
MESSAGES = 150
SPEED = 3.0
"""The recording lasts fourteen seconds, of which the start of the exchange takes its part."""
ROWS_MAX = 300
CHANNELS = ("l2_data", "market_trades", "ticker", "candles", "heartbeats")
# A zone, a price or a size: decimals carry no needless zeros, times none and end in Z.
DECIMAL = re.compile(r"-?(0|[1-9]\d*)(\.\d*[1-9])?")
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{0,8}[1-9])?Z")

Shapes = dict[tuple[str, str], set[str]]


def shape_of(value: Any, name: str = "") -> str:
    """Return field names, their order, and the form of their values."""
    if isinstance(value, dict):
        fields = [f"{key}:{shape_of(each, key)}" for key, each in value.items()]
        return "{" + ",".join(fields) + "}"
    if isinstance(value, list):
        # A snapshot has tens of thousands of rows; its ends are enough.
        value = value if len(value) < ROWS_MAX else value[:ROWS_MAX] + value[-ROWS_MAX:]
        return "[" + "|".join(sorted({shape_of(each) for each in value})) + "]"
    if isinstance(value, str):
        if TIME.fullmatch(value):
            return "time"
        if DECIMAL.fullmatch(value):
            return "decimal"
        return value if name in ("type", "side", "channel", "product_id") else "text"
    return type(value).__name__


def shapes(messages: list[dict[str, Any]]) -> Shapes:
    """Return the shapes of each channel's snapshots and updates, products apart."""
    found: Shapes = {}
    for message in messages:
        (event,) = message["events"]
        if event.get("trades") == []:
            continue  # subscribed before the first trade: there is none to show
        message.pop("client_id", None)
        text = shape_of(message).replace("ETH-USD", "BTC-USD")
        sides = text.replace("offer", "bid").replace("SELL", "BUY")
        one = re.sub(r"\[(\{[^\[\]]*?\})(\|\1)*\]", r"[\1]", sides)
        found.setdefault((message["channel"], event.get("type", "")), set()).add(one)
    return found


@pytest.fixture(scope="module")
def recorded(reference_data: Path) -> Shapes:
    """Shapes of the recorded connection."""
    with pa.input_stream(str(reference_data / "l2" / CAPTURE), compression="zstd") as stream:
        lines = [msgspec.json.decode(line) for line in stream.read().splitlines() if line]
    messages = [msgspec.json.decode(line["data"]) for line in lines if line["t"] == "recv"]
    return shapes(messages)


def heard(source: SourceRequest, wanted: set[tuple[str, str]]) -> Shapes:
    """Return the shapes of what a client hears until it has heard everything ``wanted``."""

    async def scenario(client: Client) -> list[dict[str, Any]]:
        messages: list[dict[str, Any]] = []
        await client.admin("POST", "/pause")
        async with client.socket() as socket:
            for channel in ("market_trades", "candles", "ticker", "level2"):
                await socket.subscribe(channel, "BTC-USD", "ETH-USD")
            await socket.subscribe("heartbeats")
            while True:
                messages.append(await socket.next())
                (event,) = messages[-1]["events"]
                if set(event.get("subscriptions", ())) >= {"heartbeats", "level2"}:
                    await client.admin("POST", "/resume")
                told = {(m["channel"], m["events"][0].get("type", "")) for m in messages}
                if len(messages) > MESSAGES and told >= wanted:
                    break
                assert len(messages) < 10 * MESSAGES, sorted(wanted - told)
        return messages

    return shapes(serve(scenario, request_for_tests(source=source, speed=SPEED)))


def test_a_synthetic_market_sounds_like_the_recorded_one(recorded: Shapes) -> None:
    ours = heard(SourceRequest(seed=7), set(recorded))
    for place, forms in recorded.items():
        if place[0] in CHANNELS:
            assert ours[place] == forms, place


def test_the_recording_itself_sounds_the_same_when_it_is_played(
    recorded: Shapes, reference_data: Path
) -> None:
    ours = heard(SourceRequest(replay=(reference_data / "l2" / CAPTURE,)), set(recorded))
    for place, forms in recorded.items():
        # There are no candles before the recording's first trade, so their snapshot is empty.
        if place[0] in CHANNELS and place != ("candles", "snapshot"):
            assert ours[place] == forms, place
