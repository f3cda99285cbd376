"""Ways to ask a run: at its server, or straight from its state folder by the same routes.

Both give what the route gives, decoded; a problem becomes an error of one line.
"""

import asyncio
import http.client
import json
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final, Protocol
from urllib.parse import quote, urlencode, urlsplit

from fastapi import Depends, FastAPI
from starlette.types import Message

from traider.api.addresses import is_loopback
from traider.api.asking import Asker, needs
from traider.api.being_made import add_being_made
from traider.api.facts import Facts
from traider.api.known_names import only_known_names
from traider.api.problems import add_problems
from traider.api.rights import Right, Role
from traider.api.routes import (
    audit,
    compliance,
    features,
    market,
    orders,
    portfolio,
    positions,
    risk,
    signals,
    status,
)
from traider.api.terms import ApiTerms
from traider.domain.errors import DataError, UsageError
from traider.runtime.config import load_config

PREFIX: Final = "/api/v1"
_WAIT_S: Final = 120.0
_MADE_S: Final = 600.0
"""So long it is waited for an answer that takes a while."""
_READERS: Final = (
    status.router,
    market.router,
    features.router,
    signals.router,
    orders.router,
    positions.router,
    portfolio.router,
    risk.router,
    audit.router,
    compliance.router,
)
"""What a state folder answers by itself; the rest is asked of a server."""
_RIGHTS: Final = (Right.READ, Right.AUDIT)

Query = Mapping[str, object]


class Door(Protocol):
    """A way to ask."""

    def get(self, path: str, query: Query) -> Any:  # noqa: ANN401 - whatever the route gives
        """Return what ``GET /api/v1/path`` answers, decoded.

        Raises:
            UsageError: it cannot be asked so, or there is no such thing.
            DataError: it cannot be read, or the server fails.
        """

    def close(self) -> None:
        """Let go of what was opened."""


class FolderDoor:
    """Asks the routes themselves, in this process: whoever may read the folder may ask.

    A thread of its own has the loop, since a notebook's is busy with the cell.
    """

    def __init__(self, state: Path) -> None:
        self._state = state
        if not (state / "run.json").is_file():
            raise UsageError(
                "holds no run", where=str(state), fix="name the --state folder of traider run"
            )
        self._facts = Facts(ApiTerms(state, load_config()))
        self._application = _readers(self._facts)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="notebook", daemon=True)
        self._thread.start()

    def get(self, path: str, query: Query) -> Any:  # noqa: ANN401 - whatever the route gives
        """Return what the route answers.

        Raises:
            UsageError: it cannot be asked so, or there is no such thing.
            DataError: it cannot be read.
        """
        if not self._thread.is_alive():
            raise UsageError("the connection is closed", where=str(self._state), fix="open another")

        def ask() -> Any:  # noqa: ANN401 - whatever the route gives
            asked = asyncio.run_coroutine_threadsafe(self._ask(path, query), self._loop)
            code, body = asked.result(_WAIT_S)
            return _answer(code, body, str(self._state))

        return _when_made(ask, path)

    async def _ask(self, path: str, query: Query) -> tuple[int, bytes]:
        whole = f"{PREFIX}/{path}"
        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": "GET",
            "scheme": "http",
            "path": whole,
            "raw_path": quote(whole).encode(),
            "root_path": "",
            "query_string": _query(query).encode(),
            "headers": [(b"host", b"localhost")],
            "client": ("127.0.0.1", 0),
            "server": ("localhost", 80),
        }
        code, parts = 500, []

        async def receive() -> Message:
            return {"type": "http.request", "body": b"", "more_body": False}

        async def send(message: Message) -> None:
            nonlocal code
            if message["type"] == "http.response.start":
                code = message["status"]
            else:
                parts.append(message.get("body", b""))

        await self._application(scope, receive, send)
        return code, b"".join(parts)

    def close(self) -> None:
        """End the thread, and what follows the run."""
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join()
            self._loop.close()
            self._facts.close()


class ServerDoor:
    """Asks a server with a token; the token leaves this machine only under TLS."""

    def __init__(self, url: str, token: str) -> None:
        at = urlsplit(url)
        if at.scheme not in ("http", "https") or not at.hostname:
            raise UsageError("is no address of a server", where=url, fix="write https://host:8000")
        if at.scheme == "http" and not is_loopback(at.hostname):
            raise UsageError(
                "a token would cross the network unprotected",
                where=url,
                fix="write https://, or connect through a tunnel to 127.0.0.1",
            )
        if not token:
            raise UsageError(
                "a server wants a token",
                where=url,
                fix="make one in the settings of the dashboard, and give it as token=",
            )
        self._url = f"{at.scheme}://{at.netloc}"
        self._headers = {"Authorization": f"Bearer {token}", "Accept": "application/json"}

    def get(self, path: str, query: Query) -> Any:  # noqa: ANN401 - whatever the route gives
        """Return what the server answers.

        Raises:
            UsageError: it cannot be asked so, or there is no such thing.
            DataError: the server fails, or cannot be reached.
        """
        words = _query(query)
        whole = f"{self._url}{PREFIX}/{quote(path)}{'?' if words else ''}{words}"
        asked = urllib.request.Request(whole, headers=self._headers)  # noqa: S310 - checked above
        return _when_made(lambda: self._send(asked), path)

    def post(self, path: str, told: object) -> Any:  # noqa: ANN401 - whatever the route gives
        """Send ``told`` to ``POST /api/v1/path`` and return what the server answers.

        Raises:
            UsageError: it is refused.
            DataError: the server fails, or cannot be reached.
        """
        headers = {**self._headers, "Content-Type": "application/json"}
        whole, body = f"{self._url}{PREFIX}/{quote(path)}", json.dumps(told).encode()
        return self._send(urllib.request.Request(whole, body, headers))  # noqa: S310 - checked above

    def _send(self, asked: urllib.request.Request) -> Any:  # noqa: ANN401 - whatever the route gives
        if not self._headers:
            raise UsageError("the connection is closed", where=self._url, fix="open another")
        try:
            with urllib.request.urlopen(asked, timeout=_WAIT_S) as answer:  # noqa: S310 - the same
                return _answer(answer.status, answer.read(), self._url)
        except urllib.error.HTTPError as refused:
            with refused:
                return _answer(refused.code, refused.read(), self._url)
        except (OSError, http.client.HTTPException) as fault:
            reason = getattr(fault, "reason", fault)
            raise DataError(
                f"cannot be reached: {reason}",
                where=self._url,
                fix="see whether traider serve runs there",
            ) from None

    def close(self) -> None:
        """Let go of the token."""
        self._headers = {}


def _readers(facts: Facts) -> FastAPI:
    """Return an application of the routes that read, for the one who holds the folder."""
    application = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
    application.state.facts = facts
    for router in _READERS:
        application.include_router(router, prefix=PREFIX, dependencies=[Depends(only_known_names)])
    owner = Asker(0, "notebook", Role.VIEWER, frozenset(_RIGHTS), "")
    for right in _RIGHTS:
        application.dependency_overrides[needs(right)] = lambda: owner
    add_problems(application)
    add_being_made(application)
    return application


def _query(query: Query) -> str:
    return urlencode({name: each for name, each in query.items() if each is not None}, doseq=True)


def _when_made(ask: Callable[[], Any], path: str) -> Any:  # noqa: ANN401 - whatever the route gives
    """Ask, and again while the answer is being made.

    Raises:
        UsageError: it is refused.
        DataError: the server fails, or has not made it after a while.
    """
    until_s = time.monotonic() + _MADE_S
    while True:
        told = ask()
        if not (isinstance(told, dict) and told.get("being_made") is True):
            return told
        if time.monotonic() > until_s:
            done = f"{100.0 * float(told['progress']):.0f} % done: {told['doing']}"
            raise DataError("it is still being made", where=path, fix=f"ask again; {done}")
        time.sleep(float(told["retry_after_s"]))


def _answer(code: int, body: bytes, where: str) -> Any:  # noqa: ANN401 - whatever the route gives
    """Return a decoded answer.

    Raises:
        UsageError: the request was refused.
        DataError: what was asked for cannot be read, or the answer is no JSON.
    """
    try:
        told = json.loads(body)
    except ValueError:
        raise DataError(
            f"answered {code} with no JSON", where=where, fix="see whether it is a traider server"
        ) from None
    if code < 400:
        return told
    detail = told.get("detail", "") if isinstance(told, dict) else ""
    kind = DataError if code >= 500 else UsageError
    raise kind(
        str(detail) or f"answered {code}",
        where=str(told.get("where") or where) if isinstance(told, dict) else where,
        fix=str(told.get("fix", "")) if isinstance(told, dict) else "",
    )
