"""Ask a venue with patience: one limit for all, waits that it names kept, faults tried again.

    async with Asking(place, terms, clock, stop) as venue:
        rows = await venue.ask("candles", lambda exchange: exchange.fetch_ohlcv(…))

What passes (no connection, a time-out, status 429 or 5xx, an answer that cannot be read) is asked
again after a pause that doubles and is never in step with others; what does not (a refusal) is told
at once. A wait that the venue names holds back every question to it.
"""

import asyncio
import re
import ssl
import warnings
from collections.abc import Awaitable, Callable
from types import TracebackType
from typing import Any, Final, Self

import aiohttp

from traider.domain.errors import Interrupted, TraiderError
from traider.domain.ports import Clock
from traider.feed.download.ccxt_exchange import (
    AnswerFault,
    Exchange,
    Place,
    load_ccxt,
    open_exchange,
)
from traider.feed.download.terms import DownloadTerms
from traider.venues.backoff import Backoff, BackoffTerms
from traider.venues.errors import VenueRefusalError, VenueSilenceError, VenueUnreachableError

_SECOND_NS: Final = 1_000_000_000
_MS_NS: Final = 1_000_000
_LOOK_S: Final = 0.2
"""How often a long wait looks whether to stop."""
_LINK: Final = re.compile(r"https?://\S+")

_UNREADABLE: Final = (AttributeError, IndexError, KeyError, TypeError, ValueError)

Question = Callable[[Exchange], Awaitable[Any]]


class Asking:
    """One venue, asked by any number of tasks; use it as a context."""

    def __init__(
        self, place: Place, terms: DownloadTerms, clock: Clock, stop: Callable[[], bool]
    ) -> None:
        self.place = place
        self.terms = terms
        self.stop = stop
        self.exchange: Exchange = open_exchange(place, terms, clock)
        self.requests = 0
        """Questions sent, those sent again included."""
        self.faults = 0
        """Answers that were none."""
        self._clock = clock
        self._open_at_ns = 0
        """Until when nobody asks, on the monotonic clock."""
        self._was_heard = False
        self._ahead_ns: int | None = None
        """How far the venue's clock is ahead of ours at the least; None when it tells no time."""
        self._ccxt = load_ccxt()

    async def __aenter__(self) -> Self:
        """Open it."""
        with warnings.catch_warnings():
            # ccxt sets an option of connections that newer Pythons need no more, and say so.
            warnings.simplefilter("ignore", DeprecationWarning)
            self.exchange.open()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close its connections."""
        await self.exchange.close()

    async def ask(self, what: str, question: Question) -> Any:  # noqa: ANN401 - ccxt has no types
        """Return the answer to ``question``.

        Raises:
            VenueError: it refused, or failed for longer than our patience.
            Interrupted: the person asked to stop.
        """
        pauses = Backoff(BackoffTerms(self.terms.pause_first_s, self.terms.pause_longest_s))
        begun_ns = self._clock.monotonic_ns()
        while True:
            await self._wait_for_turn()
            self.requests += 1
            try:
                answer = await question(self.exchange)
            except (AnswerFault, self._ccxt.BaseError, aiohttp.ClientError, OSError) as told:
                fault: Exception = told
            except _UNREADABLE as told:
                # ccxt takes an answer apart as if it were whole.
                fault = AnswerFault(f"an answer that cannot be read: {type(told).__name__}")
            else:
                self._was_heard = True
                return answer
            self.faults += 1
            waited_s = (self._clock.monotonic_ns() - begun_ns) / _SECOND_NS
            await self._sleep(self._pause_after(what, fault, pauses.next_s(0.0), waited_s))

    def _pause_after(self, what: str, fault: Exception, step_s: float, waited_s: float) -> float:
        """Return how long to wait before asking again.

        Raises:
            VenueError: asking again does not help, or patience is over.
        """
        if self._is_refusal(fault):
            raise self._refusal(what, fault)
        if isinstance(fault, AnswerFault | self._ccxt.BaseError) and not _no_connection(fault):
            self._was_heard = True
        asked_s = fault.retry_after_s if isinstance(fault, AnswerFault) else 0.0
        patience_s = self.terms.patience_s if self._was_heard else self.terms.contact_patience_s
        pause_s = max(asked_s, step_s)
        if waited_s + pause_s > patience_s:
            raise self._despair(what, fault, asked_s, waited_s)
        if asked_s:
            until_ns = self._clock.monotonic_ns() + round(asked_s * _SECOND_NS)
            self._open_at_ns = max(self._open_at_ns, until_ns)
        return pause_s

    def _is_refusal(self, fault: Exception) -> bool:
        if isinstance(fault, AnswerFault):
            return fault.is_refusal
        if _certificate(fault) is not None:
            return True
        if isinstance(fault, self._ccxt.OperationFailed | aiohttp.ClientError | OSError):
            return False
        # Connections that break in mid-answer come as ExchangeError, with their cause behind.
        return not isinstance(fault.__cause__, aiohttp.ClientError)

    def _refusal(self, what: str, fault: Exception) -> TraiderError:
        where = f"{self.exchange.id} {what}"
        certificate = _certificate(fault)
        if certificate is not None:
            return VenueUnreachableError(
                f"the venue's certificate is not trusted: {certificate}",
                where=where,
                fix="check the address and this machine's clock and proxy",
            )
        return VenueRefusalError(
            f"the venue refused: {_told(fault)}",
            where=where,
            fix="check symbol, timeframe and range",
            code=str(getattr(fault, "status", "")),
        )

    def _despair(
        self, what: str, fault: Exception, asked_s: float, waited_s: float
    ) -> TraiderError:
        where = f"{self.exchange.id} {what}"
        if not self._was_heard:
            return VenueUnreachableError(
                f"no connection: {_told(fault)}",
                where=where,
                fix="check the network and --base-url",
            )
        if asked_s:
            return VenueSilenceError(
                f"the venue asks to wait {asked_s:.0f} s, longer than the patience of "
                f"{self.terms.patience_s:.0f} s",
                where=where,
                fix="run the same command again later: it goes on where it stopped",
            )
        return VenueSilenceError(
            f"failed for {waited_s:.0f} s: {_told(fault)}",
            where=where,
            fix="run the same command again later: it goes on where it stopped",
        )

    async def _wait_for_turn(self) -> None:
        wait_ns = self._open_at_ns - self._clock.monotonic_ns()
        await self._sleep(max(wait_ns, 0) / _SECOND_NS)

    async def _sleep(self, seconds: float) -> None:
        """Wait, and look now and then whether to stop.

        Raises:
            Interrupted: the person asked to stop.
        """
        until_ns = self._clock.monotonic_ns() + round(seconds * _SECOND_NS)
        while True:
            if self.stop():
                raise Interrupted("stopped", fix="run the same command again to go on")
            left_s = (until_ns - self._clock.monotonic_ns()) / _SECOND_NS
            if left_s <= 0:
                return
            await asyncio.sleep(min(left_s, _LOOK_S))

    async def load_markets(self) -> None:
        """Ask what is listed, and what time it is there.

        Raises:
            VenueError: no answer came.
        """
        await self.ask("markets", lambda exchange: exchange.load_markets())
        if self.exchange.has.get("fetchTime"):
            told_ms = await self.ask("time", lambda exchange: exchange.fetch_time())
            if told_ms:
                # It was that late when the answer was sent, so it is at least that late now.
                self._ahead_ns = int(told_ms) * _MS_NS - self._clock.now_ns()

    def closed_before_ns(self, length_ns: int) -> int:
        """Return the time up to which bars of ``length_ns`` are closed and settled.

        By the venue's clock where it tells its time; else by ours, one bar earlier.
        """
        now_ns = self._clock.now_ns() - round(self.terms.settle_s * _SECOND_NS)
        if self._ahead_ns is None:
            return now_ns - length_ns
        return now_ns + self._ahead_ns


def _told(fault: Exception) -> str:
    """Return what a fault says, in one short line without addresses."""
    cause = fault.__cause__
    name = type(cause or fault).__name__
    text = _LINK.sub("", " ".join(str(cause or fault).split()))[:200].strip()
    if isinstance(fault, AnswerFault):
        return text
    return f"{name}: {text}" if text else name


def _no_connection(fault: Exception) -> bool:
    return isinstance(fault.__cause__, aiohttp.ClientConnectorError | OSError) and not isinstance(
        fault.__cause__, TimeoutError
    )


def _certificate(fault: Exception) -> str | None:
    """Return what is wrong with a certificate, None for faults of other kinds."""
    cause = fault if isinstance(fault, aiohttp.ClientError) else fault.__cause__
    if isinstance(cause, aiohttp.ClientConnectorCertificateError):
        return str(cause.certificate_error)
    if isinstance(cause, ssl.SSLError | aiohttp.ClientSSLError):
        return str(cause)
    return None
