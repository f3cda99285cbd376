"""Downloads: history of venues into the store, exactly once, whatever happens on the way.

ccxt speaks to the venues; paging, patience, checkpoints and the judgment of answers are here. A
page is durable before the next is asked for, so a download that was killed goes on where it was.
The package never changes a value and never makes one up: what a venue has not, is told as a gap.
"""

from traider.feed.download.ccxt_exchange import Place
from traider.feed.download.outcome import DownloadOutcome, SeriesOutcome
from traider.feed.download.request import DownloadRequest
from traider.feed.download.session import Session, Watch
from traider.feed.download.terms import DownloadTerms

__all__ = [
    "DownloadOutcome",
    "DownloadRequest",
    "DownloadTerms",
    "Place",
    "SeriesOutcome",
    "Session",
    "Watch",
]
