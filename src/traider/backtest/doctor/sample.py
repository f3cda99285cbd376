"""Is there enough to judge by: a whole run, trades, days in the market, more than luck."""

import math
from typing import Final

import numpy as np

from traider.backtest.doctor.evidence import Evidence
from traider.backtest.findings import Finding, Severity
from traider.backtest.results import BacktestResult

TRADES_MIN: Final = 30
"""Below this the mean of the trades says little: its standard error is a fifth of a deviation."""
TRADES_NONE: Final = 10
"""Below this nothing can be said."""
FLAT_SHARE_MAX: Final = 0.25
FLAT_SHARE_SERIOUS: Final = 0.50
WARM_UP_SHARE_MAX: Final = 0.20
_STILL: Final = 1e-12
"""Relative moves of equity below this are none."""


def incomplete_run(result: BacktestResult, evidence: Evidence) -> Finding | None:
    """Find a run that was stopped early."""
    del evidence
    if result.is_whole:
        return None
    done = sum(tier.complete for tier in result.tiers)
    return Finding(
        code="incomplete-run",
        severity=Severity.SERIOUS,
        title="The run was stopped early",
        measured=f"{done} of 3 fill tiers are complete (3 expected)",
        why="Every figure covers only the part that was done, and tiers cannot be compared.",
        fix="Run it again to the end, or choose a shorter range with --from and --to.",
        number=done,
        threshold=3,
    )


def few_trades(result: BacktestResult, evidence: Evidence) -> Finding | None:
    """Find fewer closed trades than a mean can be trusted on."""
    del evidence
    closed = result.chosen.trade_summary.closed
    if closed >= TRADES_MIN:
        return None
    return Finding(
        code="few-trades",
        severity=Severity.SERIOUS if closed < TRADES_NONE else Severity.WARNING,
        title="Too few trades" if closed else "No trade was closed",
        measured=f"{closed} closed trades (at least {TRADES_MIN})",
        why="A handful of trades cannot tell skill from luck, whatever the other figures say.",
        fix="Test a longer range or more instruments, or lower the threshold for entering.",
        number=closed,
        threshold=TRADES_MIN,
    )


def flat_curve(result: BacktestResult, evidence: Evidence) -> Finding | None:
    """Find a long stretch, after the first trade, in which equity did not move at all."""
    del evidence
    curve = result.chosen.curve
    length_ns = result.end_ns - result.start_ns
    first_ns = _first_trade_ns(result)
    if first_ns is None or length_ns <= 0 or curve.ts_ns.size == 0:
        return None
    ts_ns = np.append(curve.ts_ns, result.end_ns)
    nav = np.append(curve.nav, curve.nav[-1])
    moved = np.abs(np.diff(nav)) > _STILL * np.abs(nav[:-1])
    moves_ns = ts_ns[1:][moved]
    marks = np.concatenate(([first_ns], moves_ns[moves_ns > first_ns], [result.end_ns]))
    share = float(np.diff(marks).max()) / length_ns
    if share <= FLAT_SHARE_MAX:
        return None
    at = int(np.diff(marks).argmax())
    since = np.datetime_as_string(np.datetime64(int(marks[at]), "ns"), unit="D")
    return Finding(
        code="flat-curve",
        severity=Severity.SERIOUS if share > FLAT_SHARE_SERIOUS else Severity.WARNING,
        title="Nothing happens for a long time",
        measured=f"equity stands still for {share:.0%} of the run from {since} on "
        f"(at most {FLAT_SHARE_MAX:.0%})",
        why="Figures by year mix in a time without trading; often a loss limit ended it for good.",
        fix="Look at the refused orders and at limits.max_drawdown, and at the data of that time.",
        number=share,
        threshold=FLAT_SHARE_MAX,
    )


def long_warm_up(result: BacktestResult, evidence: Evidence) -> Finding | None:
    """Find a first trade that opens late in the run."""
    del evidence
    length_ns = result.end_ns - result.start_ns
    first_ns = _first_trade_ns(result)
    if first_ns is None or length_ns <= 0:
        return None
    share = (first_ns - result.start_ns) / length_ns
    if share <= WARM_UP_SHARE_MAX:
        return None
    return Finding(
        code="long-warm-up",
        severity=Severity.WARNING,
        title="The first trade comes late",
        measured=f"{share:.0%} of the run passes before it (at most {WARM_UP_SHARE_MAX:.0%})",
        why="Features that warm up for so long leave little to judge, and pull yearly figures "
        "toward zero.",
        fix="Begin the data earlier, or use shorter windows.",
        number=share,
        threshold=WARM_UP_SHARE_MAX,
    )


def sharpe_may_be_zero(result: BacktestResult, evidence: Evidence) -> Finding | None:
    """Find a Sharpe ratio whose bootstrap interval holds zero."""
    del evidence
    performance = result.chosen.performance
    interval = performance.intervals.get("sharpe")
    if interval is None or not (math.isfinite(interval.low) and math.isfinite(interval.high)):
        return None
    if interval.low > 0.0 or interval.high < 0.0:
        return None
    return Finding(
        code="sharpe-may-be-zero",
        severity=Severity.WARNING,
        title="The Sharpe ratio may be zero",
        measured=f"{performance.sharpe:.2f}, {interval.level:.0%} interval {interval.low:.2f} to "
        f"{interval.high:.2f} (should not hold 0)",
        why="Resampled days of this very run often earn nothing: luck alone could have made it.",
        fix="Test more history or more instruments before believing the figure.",
        number=interval.low,
        threshold=0.0,
    )


def _first_trade_ns(result: BacktestResult) -> int | None:
    return min((trade.opened_ns for trade in result.chosen.trades), default=None)
