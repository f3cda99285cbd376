"""The compiled core: decider, gate and simulated venue, driven event by event.

One ``step`` turns an event into decisions; ``run`` merges events, timers and the simulated
venue's answers by time and calls that same ``step``. State is plain NumPy arrays allocated once.

The room does no I/O, reads no clock, draws no random number and starts no thread; it never
imports another room than ``domain``. Importing it selects the folder of compiled code first.
"""

from traider.kernel.cache import cache_root, is_warm, select_cache, source_digest

CACHE_FOLDER = select_cache()

__all__ = ["CACHE_FOLDER", "cache_root", "is_warm", "select_cache", "source_digest"]
