"""A proxy before a broker that breaks connections when it is told to.

It reads the frames of the protocol (4 bytes of length; a request has its kind in the next two and
its number in the four after the version), so that it can lose the answer to what a producer sent:
the broker has it, and the producer cannot know.
"""

import asyncio
import contextlib
import struct
from dataclasses import dataclass, field
from typing import Final

_PRODUCE: Final = 0


@dataclass
class Faults:
    """What the proxies of a cluster are to do; shared by all of them."""

    down: bool = False
    """End every connection as soon as it is made."""
    lose: int = 0
    """Answers to producers to lose, each with its connection."""
    lost: int = 0
    connections: set[asyncio.StreamWriter] = field(default_factory=set)

    def cut(self) -> None:
        """End every connection, in the middle of whatever it carries."""
        for writer in self.connections:
            writer.transport.abort()


class KafkaProxy:
    """Listen on a free port, and pass on to a broker what comes."""

    def __init__(self, broker_port: int, faults: Faults) -> None:
        self.port = 0
        self._broker_port = broker_port
        self._faults = faults

    async def start(self) -> None:
        """Listen."""
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]

    async def _serve(self, client: asyncio.StreamReader, back: asyncio.StreamWriter) -> None:
        if self._faults.down:
            back.transport.abort()
            return
        broker, forth = await asyncio.open_connection("127.0.0.1", self._broker_port)
        produced: set[bytes] = set()
        self._faults.connections |= {back, forth}
        ends = (
            asyncio.create_task(self._requests(client, forth, produced)),
            asyncio.create_task(self._answers(broker, back, produced)),
        )
        await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
        for writer in (back, forth):
            writer.transport.abort()
            self._faults.connections.discard(writer)
        await asyncio.wait(ends)

    async def _requests(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, produced: set[bytes]
    ) -> None:
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            while True:
                frame = await _frame(reader)
                kind, number = struct.unpack_from(">h", frame, 4)[0], frame[8:12]
                if kind == _PRODUCE:
                    produced.add(number)
                writer.write(frame)
                await writer.drain()

    async def _answers(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, produced: set[bytes]
    ) -> None:
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            while True:
                frame = await _frame(reader)
                if frame[4:8] in produced:
                    produced.discard(frame[4:8])
                    if self._faults.lose:
                        self._faults.lose -= 1
                        self._faults.lost += 1
                        return
                writer.write(frame)
                await writer.drain()


async def _frame(reader: asyncio.StreamReader) -> bytes:
    head = await reader.readexactly(4)
    return head + await reader.readexactly(int.from_bytes(head, "big"))
