"""Wire a recording to the kernel's book: what ``traider feed --capture`` asks for."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from traider.feed.recorded import RecordedFeed
from traider.feed.replay import ReplayReport, replay
from traider.runtime.kernel_books import KernelBooks
from traider.venues.catalogue import recorded_venue
from traider.venues.recordings import open_recording


@dataclass(frozen=True, slots=True)
class TimedReplay:
    """What a recording held, and how long it took from the file to the last book."""

    report: ReplayReport
    seconds: float


def replay_files(
    paths: Sequence[Path],
    venue: str = "",
    told: Callable[[int], None] = lambda messages: None,  # noqa: ARG005 - nobody listens
) -> TimedReplay:
    """Read the files of one recording; ``venue`` is asked for where nothing tells it.

    Raises:
        DataError: a file cannot be read, or a message cannot be mapped.
        UsageError: the venue is not known, or not told.
    """
    recording = open_recording(paths)
    feed = RecordedFeed(recording, recorded_venue(recording, venue))
    books = KernelBooks(len(feed.instruments))
    started = time.perf_counter()
    report = replay(feed, books, told)
    return TimedReplay(report, time.perf_counter() - started)
