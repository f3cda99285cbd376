"""The gate: one pure function over an order, the account's state and the limits.

``check_order`` answers with a verdict code, the number it measured and the limit it compared
with. The state it reads is the gate's own view, kept by ``observe`` from events alone, never the
decider's. The gateway runs this function before every order; simulated runs call the same one.

Orders that only reduce a position may pass when a limit on risk is broken (exposure, leverage,
loss, drawdown, order size, stale data): a limit must never keep a position open.
"""

from traider.kernel.gate.breaker_switches import write_change
from traider.kernel.gate.breakers import observe
from traider.kernel.gate.checks import check_order
from traider.kernel.gate.view import approve, view_equity

__all__ = ["approve", "check_order", "observe", "view_equity", "write_change"]
