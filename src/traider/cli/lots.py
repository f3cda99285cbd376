"""``traider lots``."""

from pathlib import Path

import click

from traider.cli.options import json_option, run_option

_METHODS = ("average", "fifo", "lifo", "hifo", "specific")


@click.command()
@run_option
@click.option(
    "--method",
    type=click.Choice(_METHODS),
    default="fifo",
    show_default=True,
    help="Which lots a sale takes.",
)
@click.option(
    "--chosen",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Lots that orders close, for the method specific: CSV order_id,lot,quantity.",
)
@click.option("--keep", is_flag=True, help="Keep them in the run's tables (lots, disposals).")
@json_option
def lots(state: Path, method: str, chosen: Path | None, keep: bool, as_json: bool) -> int:
    """Show the tax lots of a run: what is open, what was disposed of, and its gain.

    Fees of a purchase are part of the basis, those of a sale come off the proceeds. The lots are
    made of the journal each time, so another method is another question, not another record.
    """
    from traider.cli.lots_outcome import LotsArguments, lots_session
    from traider.portfolio.lots import LotMethod

    return lots_session(LotsArguments(state, LotMethod(method), chosen, keep, as_json))
