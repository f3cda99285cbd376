"""The look-ahead check: does anything in a back-test know the future?

The tape's features are causal by construction. What can cheat is a batch feature of a person's
own, a score file, a fill at a price already seen, and data stamped with the wrong time. Everything
here is pure: values in, findings out.

Never here: reading files, choosing what to check, or recording that a check was passed.

- ``cuts``: where past and future are parted
- ``variants``: the same past with another future
- ``subjects``, ``feature_check``: batch features evaluated again
- ``trace``, ``comparing``: decisions made again
- ``foresight``, ``score_check``: scores that cannot be computed again
- ``fill_audit``, ``touch``: fills against the market
- ``data_stamps``: instruments against each other
- ``leaks``: what is found
- ``check``: all of it
"""

from traider.backtest.lookahead.check import LookaheadPlan, LookaheadResult, check_lookahead
from traider.backtest.lookahead.leaks import Leak, LeakKind, leak_json
from traider.backtest.lookahead.subjects import Subject
from traider.backtest.lookahead.trace import Trace, run_trace

__all__ = [
    "Leak",
    "LeakKind",
    "LookaheadPlan",
    "LookaheadResult",
    "Subject",
    "Trace",
    "check_lookahead",
    "leak_json",
    "run_trace",
]
