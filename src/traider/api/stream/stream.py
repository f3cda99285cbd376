"""The stream's server: Socket.IO in front, channels behind, and the loop that says what changed.

A client emits ``subscribe`` with ``{"channels": […], "since": {channel: sequence}}`` and is
answered with how many it now listens to; it gets what it misses of each, then each change under
the channel's event. ``unsubscribe`` ends it. Whoever may read may listen; a session that ends ends
its connections within seconds.
"""

import asyncio
import contextlib
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final

import socketio
from starlette.types import ASGIApp

from traider.api.stream.channel import Channel, Message, event_of
from traider.api.stream.deltas import Body
from traider.api.stream.door import Credentials, Door, credentials_of
from traider.api.stream.listeners import Listener, Listeners
from traider.domain.errors import TraiderError
from traider.domain.ports import Log

PATH: Final = "/api/v1/socket.io"
_MESSAGE_BYTES_MAX: Final = 16_384
_CHANNELS_MAX: Final = 64
_CHANNEL_CHARACTERS_MAX: Final = 240
_REFUSED: Final = "no such channels"
_TOO_OFTEN: Final = "asked too often"

Read = Callable[[Collection[str]], Mapping[str, Body]]
"""Reads what is so now of the channels that are wanted; those it knows nothing of are left out."""


@dataclass(frozen=True)
class StreamTerms:
    """How the stream is kept."""

    allowed_origins: tuple[str, ...] = ()
    """Pages besides our own that may listen with a session."""
    every_s: float = 0.5
    """Between two looks at what changed."""
    linger_s: float = 30.0
    """How long a channel goes on after the last who listened left, so that they may come back."""
    clients_max: int = 500
    clients_of_one_max: int = 50
    """Of one person or token's owner."""
    look_again_s: float = 15.0
    """Between two looks whether those who listen still may."""


class Stream:
    """Says what changes to whoever listens."""

    def __init__(
        self,
        door: Door,
        read: Read,
        knows: Callable[[str], bool],
        terms: StreamTerms,
        log: Log | None = None,
    ) -> None:
        """Make the stream; nothing is read before somebody listens.

        Args:
            door: says who may listen.
            read: what is so now; called in a thread.
            knows: whether there is a channel of that name.
            terms: how it is kept.
            log: is told of what was not foreseen.
        """
        self._log = log
        self._door, self._read, self._knows, self._terms = door, read, knows, terms
        self._server = socketio.AsyncServer(
            async_mode="asgi",
            # Same origin alone; the door looks at the rest, and at the right to read.
            cors_allowed_origins=list(terms.allowed_origins) or None,
            max_http_buffer_size=_MESSAGE_BYTES_MAX,
            namespaces=["/"],
        )
        self._listeners = Listeners(self._backlog)
        self._channels: dict[str, Channel] = {}
        self._wanted_until_s: dict[str, float] = {}
        self._order = asyncio.Lock()
        """Whoever holds it reads and tells: nothing older comes after something newer."""
        self._task: asyncio.Task[None] | None = None
        self._look_s = 0.0
        self._server.on("connect", self._connected)
        self._server.on("disconnect", self._left)
        self._server.on("subscribe", self._subscribe)
        self._server.on("unsubscribe", self._unsubscribe)
        self.application: ASGIApp = socketio.ASGIApp(self._server, socketio_path=PATH)
        """What to mount at ``PATH``."""

    @property
    def clients(self) -> int:
        """How many listen."""
        return len(self._listeners)

    def start(self) -> None:
        """Begin to say what changes, on the running loop."""
        self._task = asyncio.create_task(self._run(), name="stream")

    async def close(self) -> None:
        """End every connection."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
        for each in self._listeners:
            await self._server.disconnect(each.sid)
        await self._server.shutdown()

    # ---------------------------------------------------------------------------------- what comes

    async def _connected(self, sid: str, environ: Mapping[str, Any], said: object = None) -> None:
        try:
            credentials = credentials_of(environ["asgi.scope"], said, self._terms.allowed_origins)
            name = await asyncio.to_thread(self._door.let_in, credentials)
        except TraiderError as fault:
            raise socketio.exceptions.ConnectionRefusedError(fault.line()) from None
        is_full = len(self._listeners) >= self._terms.clients_max
        if is_full or self._listeners.count_of(name) >= self._terms.clients_of_one_max:
            raise socketio.exceptions.ConnectionRefusedError("too many listen already")
        self._listeners.add(Listener(sid, name, credentials))

    async def _left(self, sid: str, reason: object = None) -> None:
        del reason
        self._listeners.drop(sid)

    async def _subscribe(self, sid: str, said: object = None) -> dict[str, Any]:
        listener, names = self._listeners.get(sid), self._names(said)
        if listener is not None and not listener.may_ask(time.monotonic()):
            self._listeners.drop(sid)
            await self._server.disconnect(sid)
            return {"error": _TOO_OFTEN}
        if listener is None or names is None:
            return {"error": _REFUSED}
        if len(listener.channels | set(names)) > _CHANNELS_MAX:
            return {"error": f"more than {_CHANNELS_MAX} channels"}
        since = said.get("since") if isinstance(said, dict) else None
        async with self._order:
            listener.channels.update(names)
            if self._listeners.is_slow(sid):
                listener.lagging.update(names)
            else:
                await self._catch_up(sid, names, since if isinstance(since, dict) else {})
        return {"channels": len(listener.channels)}

    async def _unsubscribe(self, sid: str, said: object = None) -> dict[str, Any]:
        listener, names = self._listeners.get(sid), self._names(said)
        if listener is None or names is None:
            return {"error": _REFUSED}
        listener.channels.difference_update(names)
        listener.lagging.difference_update(names)
        return {"channels": len(listener.channels)}

    def _names(self, said: object) -> list[str] | None:
        """Return the channels of a request, None where it is none."""
        names = said.get("channels") if isinstance(said, dict) else None
        if not isinstance(names, list) or len(names) > _CHANNELS_MAX:
            return None
        is_fine = all(
            isinstance(name, str) and len(name) <= _CHANNEL_CHARACTERS_MAX and self._knows(name)
            for name in names
        )
        return names if is_fine else None

    # ---------------------------------------------------------------------------------- what goes

    async def _run(self) -> None:
        while True:
            began_s = time.monotonic()
            async with self._order:
                wanted = self._wanted()
                if wanted:
                    await self._say(wanted)
                    await self._tell_slow()
            await self._look_again()
            await asyncio.sleep(max(self._terms.every_s - (time.monotonic() - began_s), 0.01))

    def _wanted(self) -> set[str]:
        """Return what is listened to, or was a moment ago; forget the other channels."""
        now_s = time.monotonic()
        for name in self._listeners.wanted():
            self._wanted_until_s[name] = now_s + self._terms.linger_s
        for name in [name for name, until in self._wanted_until_s.items() if until < now_s]:
            del self._wanted_until_s[name]
            self._channels.pop(name, None)
        return set(self._wanted_until_s)

    async def _say(self, wanted: Collection[str]) -> None:
        """Read what is so of ``wanted``, and tell those who listen what changed."""
        bodies = await self._read_now(wanted)
        now_ns = time.time_ns()
        for name, body in bodies.items():
            channel = self._channels.get(name)
            if channel is None:
                channel = self._channels[name] = Channel(name)
            message = channel.say(body, now_ns)
            if message is not None:
                await self._tell(self._listeners.ready(name), message)

    async def _read_now(self, wanted: Collection[str]) -> Mapping[str, Body]:
        try:
            return await asyncio.to_thread(self._read, frozenset(wanted))
        except Exception as fault:  # noqa: BLE001 - one that fails ends the stream of nobody
            if self._log is not None:
                said = f"{type(fault).__name__}: {fault}"
                self._log.error("the stream was not read; it is tried again", fault=said)
            return {}

    async def _catch_up(self, sid: str, names: list[str], since: Mapping[str, Any]) -> None:
        """Tell a client what it misses of channels; of those nobody had yet, it hears at once."""
        new = [name for name in names if name not in self._channels]
        if new:
            await self._say(new)
        for name in names:
            channel = self._channels.get(name)
            if channel is None or name in new:
                continue
            known = since.get(name)
            for message in channel.since(known if isinstance(known, int) else 0):
                await self._send(sid, message)

    async def _tell_slow(self) -> None:
        for listener, missed in self._listeners.caught_up():
            for name in missed:
                channel = self._channels.get(name)
                message = None if channel is None else channel.snapshot()
                if message is not None:
                    await self._send(listener.sid, message)

    async def _tell(self, listeners: list[Listener], message: Message) -> None:
        """Tell several the same, which is put into words once."""
        if listeners:
            rooms = [each.sid for each in listeners]
            await self._server.emit(event_of(message.channel), message.told(), to=rooms)

    async def _send(self, sid: str, message: Message) -> None:
        await self._server.emit(event_of(message.channel), message.told(), to=sid)

    async def _look_again(self) -> None:
        """End the connections of those who may listen no more."""
        now_s = time.monotonic()
        if now_s < self._look_s:
            return
        self._look_s = now_s + self._terms.look_again_s
        known: dict[Credentials, bool] = {}
        for each in self._listeners:
            if each.credentials not in known:
                known[each.credentials] = await asyncio.to_thread(
                    self._door.is_still_in, each.credentials
                )
            if not known[each.credentials]:
                await self._server.disconnect(each.sid)

    def _backlog(self, sid: str) -> int:
        """Return how many messages wait for a client."""
        held = self._server.eio.sockets.get(self._server.manager.eio_sid_from_sid(sid, "/"))
        return 0 if held is None else held.queue.qsize()
