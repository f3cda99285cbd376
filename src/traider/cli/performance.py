"""``traider performance``."""

from typing import Any

import click

from traider.cli.options import json_option, run_option, span_options


@click.command()
@run_option
@span_options
@click.option(
    "--period",
    type=click.Choice(["1d", "1h", "1m", "1s"]),
    help="Length of the periods whose returns are measured; one that fits unless named.",
)
@click.option(
    "--benchmark",
    metavar="FILE|INSTRUMENT",
    help="Bars, or a CSV file of ts and close, or an instrument of the run.",
)
@click.option("--replay", "replays", is_flag=True, help="Make the NAV series from the journal.")
@json_option
def performance(**said: Any) -> int:  # noqa: ANN401 - the options, read in one place
    """Measure a run over any window: return, risk, costs, trades, and beside a benchmark.

    It reads the NAV series that the trader marks each second. Capital that comes or goes is no
    return. Figures a year are left out of windows under seven days.
    """
    from traider.cli.performance_outcome import PerformanceArguments, performance_session

    return performance_session(PerformanceArguments(**said))
