"""The stream over real connections: real Socket.IO clients, a real server on the loopback."""

import asyncio
import itertools
import json
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Collection, Mapping
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

import aiohttp
import pytest
import socketio
from starlette.applications import Starlette
from starlette.routing import Mount

from tests.ports.log import MemoryLog
from traider.api.problems import NotSignedInError
from traider.api.serving import ApiServer, Listening
from traider.api.stream.deltas import Body, patched
from traider.api.stream.door import Credentials
from traider.api.stream.listeners import ASKS_MOST, BACKLOG_MAX, Listener
from traider.api.stream.stream import PATH, Stream, StreamTerms
from traider.domain.ports import Log

GOOD = "good"
QUICK = StreamTerms(every_s=0.02, look_again_s=0.05)


class OneToken:
    """Lets in who has the token, until it is revoked."""

    def __init__(self) -> None:
        self.token = GOOD

    def let_in(self, credentials: Credentials) -> str:
        if credentials.token != self.token:
            raise NotSignedInError("nobody is signed in")
        return "ana"

    def is_still_in(self, credentials: Credentials) -> bool:
        return credentials.token == self.token


class World:
    """What changes, as a test wants it to."""

    def __init__(self) -> None:
        self.bodies: dict[str, Body] = {"status": {"mode": "demo", "nav": "0"}}

    def read(self, wanted: Collection[str]) -> Mapping[str, Body]:
        return {name: body for name, body in self.bodies.items() if name in wanted}


class Page:
    """A client that puts together what it is told."""

    def __init__(self) -> None:
        self.client = socketio.AsyncClient(reconnection=False)
        self.bodies: dict[str, Any] = {}
        self.sequences: dict[str, int] = {}
        self.kinds: dict[str, list[str]] = defaultdict(list)
        for event in ("status", "order_update", "book_update"):
            self.client.on(event, self._take)

    async def _take(self, message: dict[str, Any]) -> None:
        name, body = message["channel"], message["body"]
        is_delta = message["kind"] == "delta"
        self.bodies[name] = patched(self.bodies[name], body) if is_delta else body
        self.sequences[name] = message["sequence"]
        self.kinds[name].append(message["kind"])

    async def open(self, url: str, token: str) -> None:
        await self.client.connect(
            url, auth={"token": token}, socketio_path=PATH, transports=["websocket"]
        )

    def says(self, body: Body) -> bool:
        return bool(self.bodies.get("status") == body)

    async def subscribe(self, *names: str, since: dict[str, int] | None = None) -> Any:
        return await self.client.call("subscribe", {"channels": names, "since": since or {}})


@asynccontextmanager
async def served(
    world: World, terms: StreamTerms = QUICK, log: Log | None = None
) -> AsyncIterator[tuple[str, Stream]]:
    """Serve a stream; yield its address."""
    door = OneToken()
    stream = Stream(door, world.read, lambda name: name != "nothing", terms, log)
    server = ApiServer(Listening(port=0))
    url = server.bind()
    stream.start()
    application = Starlette(routes=[Mount(PATH, stream.application)])
    serving = asyncio.create_task(server.serve(application))
    try:
        yield url, stream
    finally:
        await stream.close()
        server.stop()
        await serving


async def until(is_so: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not is_so():  # noqa: ASYNC110 - what is looked at is another process's doing
            await asyncio.sleep(0.005)


def test_a_page_gets_a_snapshot_and_then_what_changes() -> None:
    async def follow() -> None:
        world, page = World(), Page()
        async with served(world) as (url, _):
            await page.open(url, GOOD)
            assert await page.subscribe("status") == {"channels": 1}
            await until(lambda: page.says({"mode": "demo", "nav": "0"}))
            for number in range(1, 4):
                world.bodies = {"status": {"mode": "demo", "nav": str(number)}}
                await until(partial(page.says, {"mode": "demo", "nav": str(number)}))
            assert page.kinds["status"] == ["snapshot", "delta", "delta", "delta"]
            await page.client.disconnect()

    asyncio.run(follow())


def test_who_comes_back_goes_on_where_it_was() -> None:
    async def come_back() -> None:
        world, page, other = World(), Page(), Page()
        async with served(world) as (url, stream):
            await page.open(url, GOOD)
            await page.subscribe("status")
            await until(lambda: "status" in page.bodies)
            await page.client.disconnect()
            await until(lambda: stream.clients == 0)
            world.bodies = {"status": {"mode": "demo", "nav": "7"}}
            await asyncio.sleep(0.1)
            other.bodies, other.sequences = page.bodies, page.sequences
            await other.open(url, GOOD)
            await other.subscribe("status", since=page.sequences)
            await until(lambda: other.bodies["status"]["nav"] == "7")
            assert other.kinds["status"] == ["delta"]
            await other.client.disconnect()

    asyncio.run(come_back())


def test_a_slow_client_is_told_less_and_ends_with_what_is_so() -> None:
    numbers = itertools.count()

    class Busy(World):
        def read(self, wanted: Collection[str]) -> Mapping[str, Body]:
            number = next(numbers)
            return {name: {"number": number, "text": str(number) * 20_000} for name in wanted}

    async def lag() -> None:
        quick = Page()
        async with (
            served(Busy(), StreamTerms(every_s=0.01)) as (url, stream),
            aiohttp.ClientSession() as session,
            session.ws_connect(f"{url}{PATH}/?EIO=4&transport=websocket") as slow,
        ):
            await slow.send_str('40{"token":"good"}')
            await until(lambda: stream.clients == 1)
            listener = next(iter(stream._listeners))
            await slow.send_str('42["subscribe",{"channels":["status"]}]')
            await quick.open(url, GOOD)
            await quick.subscribe("status")
            # It does not read: what it is sent stands in buffers, until they are full.
            await until(lambda: "status" in listener.lagging)
            waiting, told = stream._backlog(listener.sid), quick.sequences["status"]
            await until(lambda: quick.sequences["status"] > told + 20)
            assert stream._backlog(listener.sid) == waiting <= BACKLOG_MAX + 1
            kinds: list[str] = []
            sequence = 0
            while kinds.count("snapshot") < 2 or sequence <= told:
                event, _, body = (await slow.receive_str()).partition("[")
                if event == "42":
                    message = json.loads(f"[{body}")[1]
                    kinds.append(message["kind"])
                    sequence = message["sequence"]
            await quick.client.disconnect()

    asyncio.run(lag())


def test_nobody_listens_who_may_not() -> None:
    async def refused() -> None:
        async with served(World()) as (url, stream):
            with pytest.raises(socketio.exceptions.ConnectionError):
                await Page().open(url, "bad")
            assert stream.clients == 0

    asyncio.run(refused())


def test_a_reading_that_fails_ends_nothing_and_is_told() -> None:
    class Broken(World):
        failures = 3

        def read(self, wanted: Collection[str]) -> Mapping[str, Body]:
            if self.failures:
                self.failures -= 1
                raise RuntimeError("not foreseen")
            return super().read(wanted)

    async def go_on() -> None:
        world, page, log = Broken(), Page(), MemoryLog()
        async with served(world, log=log) as (url, _):
            await page.open(url, GOOD)
            assert await page.subscribe("status") == {"channels": 1}
            await until(lambda: page.says({"mode": "demo", "nav": "0"}))
            await page.client.disconnect()
        assert [line.fields["fault"] for line in log.lines] == ["RuntimeError: not foreseen"] * 3

    asyncio.run(go_on())


def test_a_connection_ends_with_its_right() -> None:
    async def revoke() -> None:
        world, page = World(), Page()
        async with served(world) as (url, stream):
            await page.open(url, GOOD)
            await page.subscribe("status")
            stream._door.token = "another"  # type: ignore[attr-defined]
            await until(lambda: not page.client.connected)
            assert stream.clients == 0

    asyncio.run(revoke())


@pytest.mark.parametrize(
    "said",
    [None, {}, {"channels": "status"}, {"channels": [7]}, {"channels": ["nothing"]},
     {"channels": ["status"] * 65}, {"channels": ["x" * 241]}],
)  # fmt: skip
def test_a_request_that_is_none_is_refused_and_the_rest_goes_on(said: object) -> None:
    async def ask() -> None:
        page = Page()
        async with served(World()) as (url, _):
            await page.open(url, GOOD)
            assert "error" in await page.client.call("subscribe", said)
            assert await page.subscribe("status") == {"channels": 1}
            await page.client.disconnect()

    asyncio.run(ask())


def test_who_asks_without_end_is_sent_away_and_the_rest_goes_on() -> None:
    async def flood() -> None:
        world, page, other = World(), Page(), Page()
        async with served(world) as (url, stream):
            await other.open(url, GOOD)
            await other.subscribe("status")
            await page.open(url, GOOD)
            for _ in range(10 * ASKS_MOST):
                if not page.client.connected:
                    break
                await page.client.emit("subscribe", {"channels": ["status"]})
                await asyncio.sleep(0)
            await until(lambda: stream.clients == 1)
            world.bodies = {"status": {"mode": "demo", "nav": "7"}}
            await until(lambda: other.says({"mode": "demo", "nav": "7"}))
            await until(lambda: not page.client.connected)
            assert other.client.connected
            await other.client.disconnect()

    asyncio.run(flood())


def test_a_page_may_ask_as_often_as_it_changes() -> None:
    listener = Listener("a", "ana", Credentials("127.0.0.1"))
    assert all(listener.may_ask(second / 4.0) for second in range(1_000))
    assert not all(listener.may_ask(250.0 + second / 5.0) for second in range(1_000))


def test_too_many_are_refused() -> None:
    async def crowd() -> None:
        page = Page()
        async with served(World(), StreamTerms(clients_of_one_max=1)) as (url, _):
            await page.open(url, GOOD)
            with pytest.raises(socketio.exceptions.ConnectionError):
                await Page().open(url, GOOD)
            await page.client.disconnect()

    asyncio.run(crowd())
