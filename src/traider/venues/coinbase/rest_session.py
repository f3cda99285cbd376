"""Requests to Coinbase's REST interface: signed, paced, tried again only where that is harmless.

    async with RestSession(clock, key) as session:
        body = await session.get("/products/BTC-USD")
        body = await session.post("/orders", payload, repeats=False)

What becomes of a request:

| what happened | what is raised | tried again, where a repeat is harmless |
| --- | --- | --- |
| no connection | VenueUnreachableError: nothing was sent | yes |
| 429 | VenueBusyError: most likely unread | yes, after the time the venue asks for |
| 408, 409, 425, 499, 500 to 599 | VenueSilenceError: it may have been done | yes |
| another 2xx, 3xx: no answer of this venue | VenueSilenceError | yes |
| a time-out, a broken answer | VenueSilenceError | yes |
| 401, 403, 404, another 4xx | VenueRefusalError: nothing was done | no |

Reading is harmless, so is canceling (an order can be canceled once). Placing and editing are not:
their requests are sent once, whatever happens, and whoever sent them asks what became of them: the
venue's documents call neither 429 nor 5xx nor a time-out a rejection. A refusal inside an answer of
status 200 is left to those who know the request (``order_entry``).

An order need not wait for a client of general use: while ``keep_warm`` runs, ``begin`` writes a
request at once to a connection that stands ready (``warm_connections``), where there is one and the
venue's limit allows it, and ``finish`` tells what the table says. Where ``begin`` returns nothing,
nothing was sent.

Evidence: coinbase-advanced-py 1.8.4; docs.cdp.coinbase.com, REST endpoints. 401 is plain text, 403
and 404 are ``{"error", "error_details", "message"}``, 429 is ``{"errors": [{"id", "message"}]}``, a
gateway in front answers 502 to 504 with HTML: no body is trusted to be JSON.
"""

import asyncio
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Final, Self
from urllib.parse import urlsplit

import aiohttp
import msgspec

from traider.domain.ports import Clock
from traider.venues.coinbase.token import ApiKey, rest_token
from traider.venues.errors import (
    VenueBusyError,
    VenueError,
    VenueRefusalError,
    VenueSilenceError,
    VenueUnreachableError,
)
from traider.venues.http_answers import HttpAnswer
from traider.venues.rate_limit import RateLimit
from traider.venues.warm_connections import NoAnswerError, WarmConnections, WarmTerms

BASE_URL: Final = "https://api.coinbase.com"
ROOT: Final = "/api/v3/brokerage"
SIGNED_HOST: Final = "api.coinbase.com"
"""The host that tokens name, whatever address the request goes to."""
PUBLIC: Final = ("/time", "/market/")
"""Paths that need no key."""

Query = Mapping[str, str | Sequence[str]]

_SECOND_NS: Final = 1_000_000_000
_AHEAD_S: Final = 60
"""How old a token made ahead may be when it is used: half of what the venue allows."""
_ASK: Final = "ask what became of it"
_STATUS_OK: Final = 200
_STATUS_BUSY: Final = 429
_STATUS_CLIENT: Final = 400
_STATUS_SERVER: Final = 500
_STATUS_OPEN: Final = frozenset({408, 409, 425, 499})
"""Time-out, concurrent change, too early, client gone: the request may be, or come to be, done."""


@dataclass(frozen=True)
class RestTerms:
    """How the venue is asked: where, how often, how patiently."""

    base_url: str = BASE_URL
    private_per_second: float = 30.0
    public_per_second: float = 10.0
    burst: int = 10
    timeout_s: float = 10.0
    tries: int = 4
    """How often a harmless request is tried in all."""
    first_pause_s: float = 0.25
    """Upper end of the first pause; it doubles from try to try, and each is drawn below it."""
    longest_pause_s: float = 8.0


class _Fault(msgspec.Struct, frozen=True):
    """The bodies of refusals, as far as they are JSON."""

    error: str = ""
    message: str = ""
    error_details: str = ""
    errors: list[dict[str, str]] = []


@dataclass(frozen=True)
class Begun:
    """A request that was written."""

    path: str
    asked: "asyncio.Future[HttpAnswer]"
    connections: WarmConnections


class RestSession:
    """One client of the REST interface; close it, or use it as a context."""

    def __init__(
        self, clock: Clock, key: ApiKey | None = None, terms: RestTerms | None = None
    ) -> None:
        self.terms = terms or RestTerms()
        self.key = key
        self._clock = clock
        self._private = RateLimit(self.terms.private_per_second, self.terms.burst, clock)
        self._public = RateLimit(self.terms.public_per_second, self.terms.burst, clock)
        self._http: aiohttp.ClientSession | None = None
        self._warm: WarmConnections | None = None
        self._random = secrets.SystemRandom()
        self._ahead: dict[tuple[str, str], tuple[str, int]] = {}
        """Tokens made ahead, by method and path, and the second they were made in."""

    async def __aenter__(self) -> Self:
        """Return the session itself."""
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the connections."""
        await self.close()

    async def close(self) -> None:
        """Close the connections."""
        if self._http is not None:
            await self._http.close()
            self._http = None

    async def get(self, path: str, query: Query | None = None) -> bytes:
        """Return the body of the answer to a reading request below ``ROOT``.

        Raises:
            VenueError: the last try failed; see the table above.
        """
        return await self._harmless("GET", path, query, None)

    async def post(self, path: str, payload: object, *, repeats: bool) -> bytes:
        """Return the body of the answer to a request that does something.

        Args:
            path: below ``ROOT``.
            payload: sent as JSON.
            repeats: whether doing it twice does no harm.

        Raises:
            VenueError: see the table above; ``VenueSilenceError`` leaves open whether it was done.
        """
        body = msgspec.json.encode(payload)
        if repeats:
            return await self._harmless("POST", path, None, body)
        try:
            return await self._once("POST", path, None, body)
        finally:
            asyncio.get_running_loop().call_soon(self._sign_ahead, "POST", path)

    async def keep_warm(self) -> None:
        """Keep connections for ``begin`` ready, until cancelled."""
        timeout_s = self.terms.timeout_s
        warm = WarmConnections(
            self.terms.base_url, WarmTerms(connect_s=timeout_s / 2, answer_s=timeout_s)
        )
        self._warm = warm
        try:
            self._sign_ahead("POST", "/orders")
            await warm.keep(self._request_for_time)
        finally:
            self._warm = None

    @property
    def warm_ready(self) -> int:
        """How many connections are ready for ``begin``."""
        return 0 if self._warm is None else self._warm.ready

    def begin(self, path: str, payload: object) -> Begun | None:
        """Write a request that does something now, once; None where that cannot be: nothing left.

        Args:
            path: below ``ROOT``.
            payload: sent as JSON.
        """
        warm = self._warm
        if warm is None or self.key is None or not warm.ready or not self._private.take():
            return None
        body = msgspec.json.encode(payload)
        head = (
            f"POST {ROOT}{path} HTTP/1.1\r\nHost: {warm.host}\r\nAccept: */*\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n"
            f"Authorization: Bearer {self._token('POST', path)}\r\n\r\n"
        )
        asked = warm.ask(head.encode("ascii") + body)
        return None if asked is None else Begun(path, asked, warm)

    async def finish(self, begun: Begun) -> bytes:
        """Return the body of the answer to what was begun.

        Raises:
            VenueError: as ``post``.
        """
        where = f"POST {ROOT}{begun.path}"
        try:
            answer = await begun.asked
        except NoAnswerError as fault:
            raise VenueSilenceError(f"no answer: {fault}", where=where, fix=_ASK) from fault
        finally:
            begun.connections.leave(begun.asked)
            asyncio.get_running_loop().call_soon(self._sign_ahead, "POST", begun.path)
        if answer.status == _STATUS_OK:
            return answer.body
        raise _fault(answer.status, answer.body, answer.headers, where, self._private)

    async def _request_for_time(self) -> bytes:
        """Return a request that changes nothing; with it the next token is made anew."""
        self._sign_ahead("POST", "/orders")
        await self._public.turn()
        host = urlsplit(self.terms.base_url).netloc
        head = f"GET {ROOT}/time HTTP/1.1\r\nHost: {host}\r\nAccept: */*\r\n\r\n"
        return head.encode("ascii")

    async def _harmless(
        self, method: str, path: str, query: Query | None, body: bytes | None
    ) -> bytes:
        terms = self.terms
        for number in range(1, terms.tries + 1):
            try:
                return await self._once(method, path, query, body)
            except VenueRefusalError:
                raise
            except VenueError as fault:
                if number == terms.tries:
                    raise
                await asyncio.sleep(self._pause_s(number, fault))
        raise AssertionError("the loop returns or raises")

    def _pause_s(self, number: int, fault: VenueError) -> float:
        """Draw the pause after a failed try: exponential, with full jitter."""
        highest = min(self.terms.first_pause_s * 2 ** (number - 1), self.terms.longest_pause_s)
        told = fault.retry_after_s if isinstance(fault, VenueBusyError) else 0.0
        return max(self._random.uniform(0.0, highest), told)

    async def _once(self, method: str, path: str, query: Query | None, body: bytes | None) -> bytes:
        """Ask once."""
        is_public = path.startswith(PUBLIC)
        limit = self._public if is_public else self._private
        await limit.turn()
        headers = {"Content-Type": "application/json"} if body is not None else {}
        if is_public:
            headers["Cache-Control"] = "no-cache"  # answers are kept for a second otherwise
        else:
            headers["Authorization"] = f"Bearer {self._token(method, path)}"
        where = f"{method} {ROOT}{path}"
        try:
            async with self._client().request(
                method,
                f"{self.terms.base_url}{ROOT}{path}",
                params=_pairs(query),
                data=body,
                headers=headers,
                allow_redirects=False,
            ) as answer:
                content = await answer.read()
                status, told = answer.status, answer.headers
        except (
            aiohttp.ClientConnectorError,
            aiohttp.ConnectionTimeoutError,
            aiohttp.InvalidURL,
        ) as fault:
            raise VenueUnreachableError(
                f"no connection to {self.terms.base_url}: {fault}",
                where=where,
                fix="check network and address",
            ) from fault
        except (aiohttp.ClientError, TimeoutError, OSError) as fault:
            raise VenueSilenceError(
                f"no answer: {type(fault).__name__} {fault}",
                where=where,
                fix=_ASK,
            ) from fault
        if status == _STATUS_OK:
            return content
        raise _fault(status, content, told, where, limit)

    def _token(self, method: str, path: str) -> str:
        if self.key is None:
            raise VenueRefusalError(
                "this request needs a key",
                where=f"{method} {ROOT}{path}",
                fix="give the API key",
                code="NO_KEY",
            )
        now_s = self._clock.now_ns() // _SECOND_NS
        token, made_s = self._ahead.pop((method, path), ("", 0))
        if token and 0 <= now_s - made_s < _AHEAD_S:
            return token
        return rest_token(self.key, method, SIGNED_HOST, f"{ROOT}{path}", now_s)

    def _sign_ahead(self, method: str, path: str) -> None:
        """Sign the next request of the kind that was just made: an order need not wait for it."""
        if self.key is not None and (self._http is not None or self._warm is not None):
            now_s = self._clock.now_ns() // _SECOND_NS
            token = rest_token(self.key, method, SIGNED_HOST, f"{ROOT}{path}", now_s)
            self._ahead[method, path] = token, now_s

    def _client(self) -> aiohttp.ClientSession:
        if self._http is None:
            timeout = aiohttp.ClientTimeout(
                total=self.terms.timeout_s, sock_connect=self.terms.timeout_s / 2
            )
            self._http = aiohttp.ClientSession(timeout=timeout, cookie_jar=aiohttp.DummyCookieJar())
        return self._http


def _pairs(query: Query | None) -> list[tuple[str, str]]:
    """Return a query as pairs; a list repeats its key."""
    pairs = []
    for name, value in (query or {}).items():
        several = [value] if isinstance(value, str) else value
        pairs += [(name, each) for each in several]
    return pairs


def _fault(
    status: int, content: bytes, headers: Mapping[str, str], where: str, limit: RateLimit
) -> VenueError:
    """Return what an answer of a status other than 200 means."""
    code, said = _said(content)
    if status == _STATUS_BUSY:
        wait_s = _retry_after_s(headers)
        limit.pause(wait_s)
        return VenueBusyError(
            f"too many requests: {said}", where=where, fix="ask less often", retry_after_s=wait_s
        )
    if status < _STATUS_CLIENT or status in _STATUS_OPEN or status >= _STATUS_SERVER:
        return VenueSilenceError(f"status {status}: {said}", where=where, fix=_ASK)
    return VenueRefusalError(
        f"status {status}: {said}",
        where=where,
        fix=_FIXES.get(status, "mend the request"),
        code=code or str(status),
    )


_FIXES: Final = {
    401: "check the key, and that this machine's clock is right to the minute",
    403: "give the key the permission it lacks",
    404: "check the id",
}


def _said(content: bytes) -> tuple[str, str]:
    """Return code and words of a refusal, whatever it is written in."""
    try:
        fault = msgspec.json.decode(content, type=_Fault)
    except msgspec.DecodeError:
        return "", content[:200].decode("utf-8", "replace").strip() or "no words"
    if fault.errors:
        return fault.errors[0].get("id", ""), fault.errors[0].get("message", "")
    words = ": ".join(part for part in (fault.error, fault.message, fault.error_details) if part)
    return fault.error, words or "no words"


def _retry_after_s(headers: Mapping[str, str]) -> float:
    """Return how long the venue asks to wait; 1 s when it does not say."""
    told = headers.get("retry-after") or headers.get("x-ratelimit-reset") or ""
    try:
        seconds = float(told)
    except ValueError:
        return 1.0
    return seconds if 0.0 < seconds <= _WAIT_MAX_S else 1.0


_WAIT_MAX_S: Final = 60.0
