"""The real application, on a real loopback port, over a state folder; and who asks it.

with serving(state) as url, Caller(url) as caller:
    assert caller.get("/api/v1/health/live").status == 200
"""

import asyncio
import http.client
import json
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.cookies import SimpleCookie
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self
from urllib.parse import urlsplit

from fastapi import FastAPI
from starlette.types import ASGIApp

from traider.api.application import create_application
from traider.api.serving import ApiServer, Listening
from traider.api.terms import ApiTerms
from traider.runtime.config import Config, load_config

_PATIENCE_S: Final = 30.0
_MADE_S: Final = 900.0


@contextmanager
def serving(state: Path, config: Config | None = None) -> Iterator[str]:
    """Serve the run of ``state`` while the block runs; yield the URL."""
    with serving_on(ApiTerms(state, config or load_config(), state / "data")) as url:
        yield url


@contextmanager
def serving_on(terms: ApiTerms) -> Iterator[str]:
    """Serve what ``terms`` say, while the block runs; yield the URL."""
    with serving_application(create_application(terms)) as url:
        yield url


@contextmanager
def serving_application(application: ASGIApp, at: Listening | None = None) -> Iterator[str]:
    """Serve any application while the block runs; yield the URL."""
    server = ApiServer(at or Listening(port=0))
    url = server.bind()
    thread = threading.Thread(target=lambda: asyncio.run(server.serve(application)), name="api")
    thread.start()
    try:
        yield url
    finally:
        server.stop()
        thread.join(_PATIENCE_S)
        assert not thread.is_alive()


def _make_routes(application: ASGIApp) -> None:
    """Have FastAPI make its routes now, as it does at the first request otherwise.

    It sets filters of warnings meanwhile, which are the whole process's: tests set their own.
    """
    if isinstance(application, FastAPI):
        nowhere = {"type": "http", "method": "GET", "path": "/nowhere", "app": application}
        for route in application.routes:
            route.matches({**nowhere, "root_path": "", "headers": []})


@dataclass(frozen=True)
class Said:
    """An answer."""

    status: int
    headers: Mapping[str, str]
    """By names in small letters."""
    body: bytes

    @property
    def json(self) -> Any:
        """The body, decoded."""
        return json.loads(self.body)


class Caller:
    """Asks like a browser: one connection, cookies kept and sent; ``headers`` go with each."""

    def __init__(self, url: str, headers: Mapping[str, str] | None = None) -> None:
        at = urlsplit(url)
        assert at.hostname is not None
        self._connection = http.client.HTTPConnection(at.hostname, at.port, timeout=_PATIENCE_S)
        self.headers = dict(headers or {})
        self.cookies: dict[str, str] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._connection.close()

    def get(self, path: str, **headers: str) -> Said:
        """Ask for ``path``."""
        return self.ask("GET", path, headers=headers)

    def made(self, path: str, **headers: str) -> Said:
        """Ask for ``path`` until the answer is made, as long as it is told to be on its way."""
        until_s = time.monotonic() + _MADE_S
        while (answer := self.get(path, **headers)).status == 202:
            assert answer.json["being_made"] is True
            assert 0.0 <= answer.json["progress"] <= 1.0
            assert int(answer.headers["retry-after"]) == answer.json["retry_after_s"] >= 1
            assert time.monotonic() < until_s, answer.body
            time.sleep(0.1)
        return answer

    def post(self, path: str, body: object = None, **headers: str) -> Said:
        """Send ``body`` as JSON."""
        return self.ask("POST", path, body, headers)

    def ask(
        self,
        method: str,
        path: str,
        body: object = None,
        headers: Mapping[str, str] | None = None,
    ) -> Said:
        """Send a request; bytes go as they are, anything else as JSON, None not at all."""
        sent = {**self.headers, **(headers or {})}
        if self.cookies:
            sent["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        raw = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        if raw is not None:
            sent.setdefault("Content-Type", "application/json")
        answer = self._answer(method, path, raw, sent)
        taken = answer.read()
        for line in answer.headers.get_all("Set-Cookie", ()):
            self._keep(SimpleCookie(line))
        named = {name.lower(): value for name, value in answer.headers.items()}
        return Said(answer.status, named, taken)

    def _answer(
        self, method: str, path: str, raw: bytes | None, sent: dict[str, str]
    ) -> http.client.HTTPResponse:
        """Ask, anew where the server had ended a connection that was quiet for long."""
        try:
            self._connection.request(method, path, raw, sent)
            return self._connection.getresponse()
        except (http.client.RemoteDisconnected, BrokenPipeError):
            self._connection.close()
            self._connection.request(method, path, raw, sent)
            return self._connection.getresponse()

    def _keep(self, told: SimpleCookie) -> None:
        for name, morsel in told.items():
            if morsel["max-age"] == "0" or not morsel.value:
                self.cookies.pop(name, None)
            else:
                self.cookies[name] = morsel.value
