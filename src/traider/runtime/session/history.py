"""The history that a session begins with: what the venue tells of the time before it."""

from dataclasses import dataclass

from traider.domain.events import EventArray, empty_events
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

    Raises:
        VenueError: the venue cannot be asked.
        DataError: a file of history cannot be read.
    """
    terms = HistoryTerms(
        config.data.bars, config.run.warm_up, link.clock.now_ns(), since_ns=since_ns
    )
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
