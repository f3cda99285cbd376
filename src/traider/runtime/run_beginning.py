"""Begin a run before any process of it does: write its manifest, so that each knows the same."""

from dataclasses import replace

from traider.feed.feed_ports import FeedPorts
from traider.journal.instruments import JournalInstrument
from traider.runtime.live_feed import open_feed
from traider.runtime.observation import Observation
from traider.runtime.session.link import open_link
from traider.runtime.session.terms import SessionOrder
from traider.runtime.state_folder import RunManifest, StateFolder


async def begin_run(order: SessionOrder, seen: Observation) -> RunManifest:
    """Return the manifest of the run that is asked for, written if there is none yet.

    Raises:
        UsageError: another process runs in the folder, or something else was begun there.
        VenueError: the venue cannot be asked for its instruments.
    """
    with StateFolder(order.folder) as folder:
        kept = folder.take_up(order.request)
        if kept is not None:
            return kept
        link = await open_link(replace(order, is_gateway_apart=True), seen.clock)
        feed = await open_feed(link.feed, FeedPorts(link.clock, seen.log, seen.alerts))
        instruments = tuple(
            JournalInstrument(each.name, each.symbol, each.tick_size, each.lot_size)
            for each in feed.instruments
        )
        return folder.begin(order.request, instruments, link.clock.now_ns())
