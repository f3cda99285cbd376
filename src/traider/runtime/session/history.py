"""The history that a session begins with, or a gate of its own: what the venue tells of before."""

from dataclasses import dataclass

from traider.domain.events import EventArray, empty_events
from traider.domain.timeframes import timeframe_ns
from traider.feed.feed import FeedInstrument
from traider.ops.clock import SystemClock
from traider.runtime.config import Config
from traider.runtime.public_venues import PUBLIC_VENUES
from traider.runtime.session.link import VenueLink
from traider.runtime.warm_up import (
    HistoryTerms,
    coinbase_history,
    file_history,
    has_candles,
    history_events,
)
from traider.venues.coinbase.market_reads import MarketReads
from traider.venues.coinbase.rest_session import RestSession, RestTerms


@dataclass(frozen=True)
class History:
    """Events of a warm-up, and why there are none."""

    events: EventArray
    note: str = ""


async def read_history(
    config: Config, link: VenueLink, instruments: tuple[FeedInstrument, ...], since_ns: int
) -> History:
    """Return bars until now: those that are asked for, or those since a stop at ``since_ns``.

    Where limits need samples of prices, there are enough for those, unless none are asked for.

    Raises:
        VenueError: the venue cannot be asked.
        DataError: a file of history cannot be read.
    """
    timeframe, wanted = config.data.bars, config.run.warm_up
    bars = max(wanted, bars_sampled(config, timeframe)) if wanted else 0
    terms = HistoryTerms(timeframe, bars, link.clock.now_ns(), since_ns=since_ns)
    return await _read(config, link, instruments, terms)


async def price_history(
    config: Config, link: VenueLink, instruments: tuple[FeedInstrument, ...]
) -> History:
    """Return the bars whose prices a gate of its own has to sample; none where no limit needs any.

    Raises:
        VenueError: the venue cannot be asked.
        DataError: a file of history cannot be read.
    """
    timeframe = config.data.bars
    if not (config.run.history or has_candles(timeframe)):
        timeframe = config.risk.interval
    terms = HistoryTerms(timeframe, bars_sampled(config, timeframe), link.clock.now_ns())
    return await _read(config, link, instruments, terms)


def bars_sampled(config: Config, timeframe: str) -> int:
    """Return the bars that the limits on VaR, ES and correlation need to act: 0 where all are off.

    One sample more than returns, and one for where the first interval ends.
    """
    limits, risk = config.limits, config.risk
    if not (limits.max_var or limits.max_es or limits.max_correlated_exposure):
        return 0
    length_ns = timeframe_ns(timeframe)
    each_ns = max(timeframe_ns(risk.interval), length_ns)
    return -(-(risk.samples_min + 2) * each_ns // length_ns)


async def _read(
    config: Config, link: VenueLink, instruments: tuple[FeedInstrument, ...], terms: HistoryTerms
) -> History:
    if terms.begin_ns >= terms.end_ns:
        return History(empty_events(0))
    if config.run.history:
        bars = file_history(config.run.history, instruments, terms)
        return History(history_events(bars, terms))
    venue = link.feed.venue.lower()
    if venue in PUBLIC_VENUES:
        return History(
            empty_events(0), f"no history: {venue} is not asked for bars; name files in run.history"
        )
    if not has_candles(terms.timeframe):
        return History(
            empty_events(0), f"no history: {venue} tells no bars of {terms.timeframe} (data.bars)"
        )
    async with RestSession(SystemClock(), terms=RestTerms(base_url=link.rest_url)) as session:
        bars = await coinbase_history(MarketReads(session), instruments, terms)
    return History(history_events(bars, terms))
