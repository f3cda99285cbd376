"""Walk-forward: choose parameters on the past, trade them on what follows, move on, join.

In each window the best of some candidates is chosen on the train span alone, by whole runs of the
kernel; the chosen one then runs on the test span that follows, with history before it to warm its
features, and only that counts. The test spans joined are a record that no parameter was fitted to.

Never here: reading a configuration (``traider.runtime`` makes the candidates), or a look at any
event after a train span when choosing on it.

- ``windows``: where train and test spans lie; purge and embargo
- ``scoring``: what a candidate is judged by
- ``engine``: all windows, in threads
- ``result``: what is left behind
"""

from traider.backtest.walk_forward.engine import Candidate, WalkForwardPlan, walk_forward
from traider.backtest.walk_forward.result import Piece, WalkForwardResult, WindowResult
from traider.backtest.walk_forward.windows import Schedule, Window, plan_windows

__all__ = [
    "Candidate",
    "Piece",
    "Schedule",
    "WalkForwardPlan",
    "WalkForwardResult",
    "Window",
    "WindowResult",
    "plan_windows",
    "walk_forward",
]
