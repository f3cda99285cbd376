"""``traider tax``."""

from pathlib import Path
from typing import Any

import click

from traider.cli.options import json_option


@click.command()
@click.option("--year", required=True, type=click.IntRange(2009, 2200), help="Calendar year.")
@click.option(
    "--method",
    type=click.Choice(("fifo", "lifo", "hifo", "average", "specific")),
    default="fifo",
    show_default=True,
    help="Which lots a sale takes.",
)
@click.option(
    "--state",
    "folder",
    required=True,
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="State folder of the run; it may be under way.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE.csv",
    help="Where the form is written; without it only the year's sums are shown.",
)
@click.option(
    "--form",
    type=click.Choice(("8949", "1099-da", "1099-b")),
    default="8949",
    show_default=True,
    help="In which columns: all disposals (8949), digital assets (1099-da), contracts (1099-b).",
)
@click.option(
    "--reported",
    type=click.Choice(("none", "proceeds", "basis")),
    default="none",
    show_default=True,
    help="What the venue reported of the sales: it chooses the box.",
)
@click.option(
    "--utc-offset",
    "offset_hours",
    type=click.FloatRange(-12, 14),
    default=0.0,
    show_default=True,
    help="Hours of the calendar from UTC.",
)
@click.option(
    "--chosen",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Lots that orders close, for the method specific: CSV order_id,lot,quantity.",
)
@json_option
def tax(**said: Any) -> int:  # noqa: ANN401 - the options, read in one place
    """Write the disposals of a year in the columns of a tax form, and show the year's sums.

    Everything is made anew from the journal; lots and ledger are compared, and a difference is an
    error. This is a record to work from, not advice: boxes and terms are to be checked.
    """
    from traider.cli.tax_outcome import TaxArguments, tax_session

    return tax_session(TaxArguments(**said))
