"""Sweeps: one strategy at many settings over the same events, and what its best is worth.

``grid`` names the points, ``engine`` runs them in threads, ``folder`` keeps each outcome as soon
as there is one, ``statistics`` and ``edges`` judge the best, ``surface`` and ``page`` show it. The
package knows neither configuration nor command line: ``traider.runtime.sweep`` wires it.

Never here: choosing settings for a person, or hiding how many were tried.
"""

from traider.backtest.sweep.edges import parameters_at_edge
from traider.backtest.sweep.engine import Task, run_trials
from traider.backtest.sweep.grid import Axis, Grid, Requirement
from traider.backtest.sweep.history import History, read_history
from traider.backtest.sweep.ranking import METRICS
from traider.backtest.sweep.result import SweepResult
from traider.backtest.sweep.trial import Failure, Measured, Trial

__all__ = [
    "METRICS",
    "Axis",
    "Failure",
    "Grid",
    "History",
    "Measured",
    "Requirement",
    "SweepResult",
    "Task",
    "Trial",
    "parameters_at_edge",
    "read_history",
    "run_trials",
]
