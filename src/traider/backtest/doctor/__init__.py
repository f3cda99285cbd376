"""The doctor: what a careful reader would hold against a back-test, found mechanically.

Every check is a pure function over a finished result (and what else is known about it) that
returns a finding or nothing; its thresholds are constants beside it. The examination runs all of
them and ranks what they find.

Never here: running a back-test, changing a result, or deciding whether to trade.

- ``evidence``: what is known beside the result: edges of a sweep, a walk-forward
- ``sample``: is there enough to judge: trades, time, luck
- ``concentration``: does one trade or one month make the profit
- ``costs``: do costs, fills or data quality decide the outcome
- ``orders``: what became of the orders
- ``belief``: too good, in sample only, no better than holding
- ``examination``: all checks, ranked
"""

from traider.backtest.doctor.evidence import EdgeParameter, Evidence, OutOfSample
from traider.backtest.doctor.examination import CHECKS, diagnose, examined

__all__ = ["CHECKS", "EdgeParameter", "Evidence", "OutOfSample", "diagnose", "examined"]
