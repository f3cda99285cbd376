"""Roles that run apart, each a function of settings, a bus and a stop: what a process does.

A role never knows whether the others are in its process: the bus is all they share. Processes,
signals and what is printed are the front door's business.
"""

from traider.runtime.roles.features_role import FeaturesOutcome, FeaturesRole, FeaturesTerms
from traider.runtime.roles.feed_role import publish_feed, publish_stream

__all__ = [
    "FeaturesOutcome",
    "FeaturesRole",
    "FeaturesTerms",
    "publish_feed",
    "publish_stream",
]
