"""What a trader and a gateway in another process say to each other: typed frames over a socket.

A frame is its length in 4 bytes, big end first, and one message in MessagePack, whose field ``t``
names it. Events are their records as bytes. Each order frame bears the epoch of its leader: the
fencing token. Reports bear the number of the first, so that none is lost or taken twice.
"""

import asyncio
from typing import Final

import msgspec
import numpy as np
from msgspec import Struct

from traider.domain.errors import DataError
from traider.domain.events import EVENT, EventArray
from traider.gateway.port import GateAnswer

FRAME_BYTES_MAX: Final = 16 * 1024 * 1024
STANDING_S: Final = 1.0
"""How often a gateway tells its leader how it stands, where nothing changed."""
_LENGTH_BYTES: Final = 4


class Frame(Struct, frozen=True, tag_field="t", forbid_unknown_fields=True):
    """One message."""


class Start(Frame, frozen=True, tag="start"):
    """A leader takes over, or the same comes back: what it knows, and what has no verdict."""

    epoch: int
    reports_known: int
    unanswered: bytes


class Submit(Frame, frozen=True, tag="submit"):
    """Orders and cancels of one decision."""

    epoch: int
    intents: bytes
    answers: tuple[GateAnswer, ...]
    person: tuple[str, str] | None = None


class Observe(Frame, frozen=True, tag="observe"):
    """Commands that the trader journaled."""

    epoch: int
    events: bytes


class Kill(Frame, frozen=True, tag="kill"):
    """A person stops everything, whether or not a trader runs."""

    who: str
    why: str
    keep_positions: bool = False
    asked_ns: int = 0
    """When, by ``time.monotonic_ns``: one from before the last re-arming is not done again, any
    other is, however late. 0: just now."""
    id: str = ""
    """Of this stop alone, by whatever way it comes; empty where it has none."""


class Rearm(Frame, frozen=True, tag="rearm"):
    """A person ends that."""

    who: str
    why: str
    until_ns: int = 0
    """By ``time.monotonic_ns``; later it is not done, and how the gateway stands is the answer."""
    asked_ns: int = 0
    """When, by that clock; no stop that came later is lifted. 0: just now."""


class Look(Frame, frozen=True, tag="look"):
    """A person asks what is still open."""


class Reports(Frame, frozen=True, tag="reports"):
    """Reports, in the order of the log; ``first`` counts from 0."""

    first: int
    events: bytes


class Standing(Frame, frozen=True, tag="standing"):
    """How the gateway stands: told when it changes, and every second, so that silence tells too."""

    is_ready: bool
    is_killed: bool
    disagreement: str = ""
    is_halted: bool = False


class Living(Frame, frozen=True, tag="living"):
    """Every order that is not over, as of the reports sent so far; see ``lives_bytes``."""

    lives: bytes
    position_lots: dict[int, int]
    """What all fills and adjustments add up to, by instrument."""


class Exposed(Frame, frozen=True, tag="exposed"):
    """What is open, and what the emergency stop under way has done since it began."""

    is_killed: bool
    keeps_positions: bool
    orders: int
    """Orders that are not over, but for those that guard what is kept."""
    held: tuple[str, ...]
    """Names of instruments of which something is held that can be sold."""
    cancelled: int
    """Orders that lived when everything was stopped and are over since."""
    closed: tuple[str, ...]
    """Names of instruments held then and flat since."""
    settings: str = ""
    """Digest of the settings that the gateway was started with; empty where it was told none."""


class Seen(Frame, frozen=True, tag="seen"):
    """The oldest ``Observe`` that was not confirmed is done."""


class Started(Frame, frozen=True, tag="started"):
    """The start is done; the gateway may still be on its way to ready."""


class Refused(Frame, frozen=True, tag="refused"):
    """What was asked was not done."""

    what: str
    fix: str


class Fenced(Frame, frozen=True, tag="fenced"):
    """Another leader has a later epoch: nothing of this one is taken any more."""

    epoch: int


ToGateway = Start | Submit | Observe | Kill | Rearm | Look
ToTrader = Reports | Seen | Standing | Living | Exposed | Started | Refused | Fenced

_TO_GATEWAY: Final[msgspec.msgpack.Decoder[ToGateway]] = msgspec.msgpack.Decoder(ToGateway)
_TO_TRADER: Final[msgspec.msgpack.Decoder[ToTrader]] = msgspec.msgpack.Decoder(ToTrader)
_ENCODER: Final = msgspec.msgpack.Encoder()


def packed_frame(frame: Frame) -> bytes:
    """Return a frame as it goes over the socket."""
    body = _ENCODER.encode(frame)
    return len(body).to_bytes(_LENGTH_BYTES) + body


def events_of(raw: bytes) -> EventArray:
    """Return the records of a frame, not to be written to.

    Raises:
        DataError: the bytes are no whole records.
    """
    if len(raw) % EVENT.itemsize:
        raise DataError(
            f"{len(raw)} bytes are no whole events", fix="speak to a gateway of the same version"
        )
    return np.frombuffer(raw, dtype=EVENT)


async def read_body(reader: asyncio.StreamReader) -> bytes:
    """Return the next frame's body.

    Raises:
        DataError: it is longer than any frame.
        asyncio.IncompleteReadError: the connection ended.
    """
    length = int.from_bytes(await reader.readexactly(_LENGTH_BYTES))
    if length > FRAME_BYTES_MAX:
        raise DataError(f"a frame of {length} bytes", fix="speak to a gateway of the same version")
    return await reader.readexactly(length)


def to_gateway(body: bytes) -> ToGateway:
    """Return what a trader said.

    Raises:
        DataError: it is no frame of a trader.
    """
    try:
        return _TO_GATEWAY.decode(body)
    except msgspec.DecodeError as fault:
        raise _misread(fault) from fault


def to_trader(body: bytes) -> ToTrader:
    """Return what a gateway said.

    Raises:
        DataError: it is no frame of a gateway.
    """
    try:
        return _TO_TRADER.decode(body)
    except msgspec.DecodeError as fault:
        raise _misread(fault) from fault


def _misread(fault: msgspec.DecodeError) -> DataError:
    return DataError(
        f"a frame cannot be read: {fault}", fix="run trader and gateway of the same version"
    )
