"""``traider parity``."""

from pathlib import Path
from typing import Literal

import click

from traider.cli.options import json_option


@click.command()
@click.argument("folder", type=click.Path(path_type=Path), metavar="DIR")
@click.option(
    "--data",
    "record",
    multiple=True,
    type=click.Path(path_type=Path),
    metavar="DIR|FILE",
    help="Another record of the same market (journal, lake, raw messages) for the back-test to run "
    "on, instead of the run's own.",
)
@click.option(
    "--latency",
    type=click.Choice(["measured", "settings"]),
    default="measured",
    help="Of the back-test's orders: as long as the run's own took (the default; on paper they are "
    "those of the settings), or as the settings say.",
)
@json_option
@click.option("--quiet", is_flag=True, help="No progress bar.")
def parity(
    folder: Path,
    record: tuple[Path, ...],
    latency: Literal["measured", "settings"],
    as_json: bool,
    quiet: bool,
) -> int:
    """Prove a recorded run, and say why a back-test would have made something else.

    DIR is the state folder of ``traider run``; the run may be under way. Its journal is replayed,
    and every decision is compared byte for byte; a paper run is compared with the back-test of its
    inputs as well. Then the same settings are run on the market's events alone, and the difference
    in profit is told order by order: signal, latency, fill, fee, funding, data.

    Exit code 0 when everything is identical, 1 when not: the first difference is named.
    """
    from traider.cli.parity_outcome import parity_session

    return parity_session(folder, record, latency, as_json=as_json, quiet=quiet)
