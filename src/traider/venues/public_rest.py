"""Ask a venue what everyone may know: GET without a key, tried again a few times.

    async with PublicRest() as rest:
        raw = await rest.get("https://api.kraken.com/0/public/AssetPairs")

Reading does no harm, so everything is tried again but a refusal: no connection, too many requests,
errors of the venue's own, an answer cut short. The last fault is raised.
"""

import asyncio
from dataclasses import dataclass
from types import TracebackType
from typing import Final, Self

import aiohttp

from traider.venues.errors import (
    VenueBusyError,
    VenueError,
    VenueRefusalError,
    VenueSilenceError,
    VenueUnreachableError,
)

_STATUS_OK: Final = 200
_STATUS_REFUSED: Final = 400
_STATUS_BUSY: Final = 429
_STATUS_SERVER: Final = 500


@dataclass(frozen=True)
class PublicRestTerms:
    """How patiently a venue is asked."""

    timeout_s: float = 10.0
    tries: int = 3
    pause_s: float = 0.5
    """Pause after the first try; it doubles."""


class PublicRest:
    """A client; use it as a context."""

    def __init__(self, terms: PublicRestTerms | None = None) -> None:
        self._terms = terms or PublicRestTerms()
        self._http: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        """Open it."""
        timeout = aiohttp.ClientTimeout(total=self._terms.timeout_s)
        self._http = aiohttp.ClientSession(timeout=timeout)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close its connections."""
        if self._http is not None:
            await self._http.close()
            self._http = None

    async def get(self, url: str) -> bytes:
        """Return the body of an answer.

        Raises:
            VenueError: the venue refused, or the last try failed.
        """
        pause_s = self._terms.pause_s
        for _ in range(self._terms.tries - 1):
            try:
                return await self._once(url)
            except VenueRefusalError:
                raise
            except VenueError:
                await asyncio.sleep(pause_s)
                pause_s *= 2
        return await self._once(url)

    async def _once(self, url: str) -> bytes:
        if self._http is None:
            raise VenueUnreachableError("the client is closed", where=url, fix="open it first")
        try:
            async with self._http.get(url, allow_redirects=False) as answer:
                body = await answer.read()
        except aiohttp.ClientConnectorError as fault:
            raise VenueUnreachableError(
                f"no connection: {fault}", where=url, fix="check network and address"
            ) from fault
        except (aiohttp.ClientError, TimeoutError, OSError) as fault:
            raise VenueSilenceError(
                f"no answer: {type(fault).__name__}", where=url, fix="try again"
            ) from fault
        if answer.status != _STATUS_OK:
            raise _fault(url, answer.status, body)
        return body


def _fault(url: str, status: int, body: bytes) -> VenueError:
    what = f"status {status}: {body[:200].decode(errors='replace')}"
    if status == _STATUS_BUSY:
        return VenueBusyError(what, where=url, fix="ask less often")
    if status >= _STATUS_SERVER or status < _STATUS_REFUSED:
        return VenueSilenceError(what, where=url, fix="try again")
    return VenueRefusalError(what, where=url, fix="check the address", code=str(status))
