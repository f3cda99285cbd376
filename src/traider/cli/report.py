"""``traider report``: blotter, positions, best execution, reviews."""

from pathlib import Path

import click

from traider.cli.options import json_option
from traider.cli.times import TIME

_state = click.option(
    "--state",
    "folder",
    required=True,
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="State folder of the run; it may be under way.",
)
_csv = click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE.csv",
    help="Where the rows are written; without it only their sums are shown.",
)
_from = click.option("--from", "start_ns", type=TIME, metavar="TIME", help="First instant, UTC.")
_to = click.option("--to", "end_ns", type=TIME, metavar="TIME", help="First instant not used, UTC.")


@click.group()
def report() -> None:
    """Make reports of a run from its journal, the same each time they are made."""


@report.command()
@_state
@_from
@_to
@_csv
@json_option
def blotter(
    folder: Path, start_ns: int | None, end_ns: int | None, out: Path | None, as_json: bool
) -> int:
    """Write every order and every execution, in the order of time.

    An order tells who asked for it, what was asked, when it was decided, sent, acknowledged and
    filled, and what became of it; a refused one by which check. Executions are held against the
    ledger, and a difference is an error.
    """
    from traider.cli.report_outcome import BlotterArguments, blotter_session

    return blotter_session(BlotterArguments(folder, start_ns, end_ns, out, as_json))


@report.command()
@_state
@click.option(
    "--at", "at_ns", type=TIME, metavar="TIME", help="Instant, UTC; the journal's end without it."
)
@click.option(
    "--method",
    type=click.Choice(("fifo", "lifo", "hifo", "average")),
    default="fifo",
    show_default=True,
    help="Which lots a sale took.",
)
@json_option
def positions(folder: Path, at_ns: int | None, method: str, as_json: bool) -> int:
    """Show positions and balances at an instant, marked as the market stood.

    Ledger and lots are held against each other, and a difference is an error.
    """
    from traider.cli.report_positions import positions_session

    return positions_session(folder, at_ns, method, as_json=as_json)


@report.command("best-execution")
@_state
@_csv
@json_option
def best_execution(folder: Path, out: Path | None, as_json: bool) -> int:
    """Measure every order that was sent beside the market that it met.

    Slippage against the mid when it was decided, implementation shortfall, the market's VWAP, half
    spread, fees, fill ratio, time to fill and maker share: by order, instrument, type and hour.
    What the journal does not tell is not known, and is said to be so.
    """
    from traider.cli.report_execution import execution_session

    return execution_session(folder, out, as_json=as_json)


@report.command()
@_state
@click.option(
    "--threshold",
    "changed",
    multiple=True,
    metavar="NAME=NUMBER",
    help="Another threshold: suspicious, daily, record (US dollars), near-share, window-days, "
    "out-hours, out-share; repeat at will.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE.json",
    help="Where findings and drafts are written, for the owner alone (mode 0600).",
)
@json_option
def review(folder: Path, changed: tuple[str, ...], out: Path | None, as_json: bool) -> int:
    """Look for transfers and refusals that a person should look at, and draft the forms.

    Large sums of a day, several transfers just below a threshold, rapid in and out, refused
    self-trades. Nothing is ever filed: every draft says so, and leaves open what a person knows.
    """
    from traider.cli.report_review import ReviewArguments, review_session
    from traider.cli.review_thresholds import thresholds_of

    return review_session(ReviewArguments(folder, thresholds_of(changed), out, as_json))
