"""A live view of a run: a follower of its journal, which routes and streams read.

``LiveView`` follows in a thread of the API's process: each instrument's trades, bars, quality; a
replica of the trader's kernel with books, features, scores and limits; and what the run says of
itself over time. The room reads files of a state folder and asks nobody; it never writes.
"""

from traider.api.following.followed import FollowedRun
from traider.api.following.live_view import LiveView, ViewTerms, following
from traider.api.following.run_series import RunSeries
from traider.api.following.snapshots import (
    AlphaScore,
    Decision,
    MarketNow,
    Standing,
    ViewSnapshot,
    ViewState,
)

__all__ = [
    "AlphaScore",
    "Decision",
    "FollowedRun",
    "LiveView",
    "MarketNow",
    "RunSeries",
    "Standing",
    "ViewSnapshot",
    "ViewState",
    "ViewTerms",
    "following",
]
