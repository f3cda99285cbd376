"""What a person asks to be downloaded, and the series it means."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from traider.domain.errors import UsageError
from traider.domain.timeframes import TIMEFRAMES, timeframe_ns
from traider.feed.download.ccxt_exchange import Exchange, Place
from traider.feed.download.markets import Market, check_timeframe, find_market
from traider.store.instants import instant_text
from traider.store.kinds import Content, DataKind
from traider.store.lake_paths import SeriesKey

WHAT: Final = {"bars": Content.BARS, "trades": Content.TRADES, "funding": Content.FUNDING}


@dataclass(frozen=True)
class DownloadRequest:
    """One venue, any number of symbols, kinds and timeframes."""

    place: Place
    symbols: tuple[str, ...]
    lake: Path
    since_ns: int
    until_ns: int = 0
    """0 goes up to now."""
    what: tuple[str, ...] = ("bars",)
    timeframes: tuple[str, ...] = ()
    verify: str = ""
    """A longer timeframe to compare with; empty compares nothing."""
    is_repairing: bool = False

    def check(self, now_ns: int) -> None:
        """Refuse what cannot be meant.

        Raises:
            UsageError: a range, a kind or a timeframe makes no sense.
        """
        if not self.symbols:
            raise UsageError("no symbol is named", where="--symbol", fix="add --symbol BTC/USDT")
        for name in self.what:
            if name not in WHAT:
                raise UsageError(
                    f"{name!r} is nothing to download",
                    where="--what",
                    fix=f"choose from {', '.join(WHAT)}",
                )
        if "bars" in self.what and not self.timeframes:
            raise UsageError("bars need a timeframe", where="--timeframe", fix="add --timeframe 1h")
        if self.since_ns >= now_ns:
            raise UsageError(
                f"{instant_text(self.since_ns)} is in the future",
                where="--since",
                fix="choose an earlier time",
            )
        if self.until_ns and self.until_ns <= self.since_ns:
            raise UsageError(
                f"ends at {instant_text(self.until_ns)}, before it begins",
                where="--until",
                fix=f"choose a time after {instant_text(self.since_ns)}",
            )
        self._check_timeframes()
        self._check_verify()

    def _check_timeframes(self) -> None:
        asked = [("--timeframe", name) for name in self.timeframes]
        for option, name in [*asked, ("--verify", self.verify)]:
            if name and name not in TIMEFRAMES:
                raise UsageError(
                    f"unknown timeframe {name!r}",
                    where=option,
                    fix=f"choose from {', '.join(TIMEFRAMES)}",
                )

    def _check_verify(self) -> None:
        if not self.verify:
            return
        longer = timeframe_ns(self.verify)
        short = [
            name
            for name in self.timeframes
            if timeframe_ns(name) < longer and longer % timeframe_ns(name) == 0
        ]
        if "bars" not in self.what or not short:
            raise UsageError(
                f"none of the timeframes makes up bars of {self.verify}",
                where="--verify",
                fix="name one that is a multiple of --timeframe",
            )


@dataclass(frozen=True)
class Wanted:
    """One series of a request."""

    key: SeriesKey
    market: Market


def wanted_series(request: DownloadRequest, exchange: Exchange) -> tuple[Wanted, ...]:
    """Return the series that a request means, each once.

    Raises:
        UsageError: a symbol is not listed, or a timeframe not offered.
    """
    for name in (*request.timeframes, *((request.verify,) if request.verify else ())):
        timeframe_ns(name)
        check_timeframe(exchange, name, TIMEFRAMES)
    found: dict[SeriesKey, Wanted] = {}
    for symbol in request.symbols:
        market = find_market(exchange, symbol)
        for what in request.what:
            content = WHAT[what]
            frames = request.timeframes if content is Content.BARS else ("",)
            for frame in frames:
                key = SeriesKey(market.name, DataKind(content, frame))
                found.setdefault(key, Wanted(key, market))
    return tuple(found.values())
