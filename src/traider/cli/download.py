"""``traider download``."""

from pathlib import Path
from typing import Any

import click

from traider.cli.jobs import desk_opened, desk_options
from traider.cli.options import json_option


@click.command()
@click.option(
    "--venue", required=True, metavar="V", help="coinbase, binance, bybit, okx, kraken, …"
)
@click.option(
    "--symbol",
    "symbols",
    multiple=True,
    metavar="S",
    help="Market, spelled any way: BTC/USDT, BTC-USDT, BTCUSDT, BTC/USDT:USDT; repeat at will.",
)
@click.option(
    "--timeframe", "timeframes", multiple=True, metavar="T", help="Length of bars; repeat at will."
)
@click.option(
    "--what",
    default="bars",
    show_default=True,
    metavar="W,...",
    help="bars, trades, funding, joined by commas.",
)
@click.option("--since", required=True, metavar="D", help="First day or time, UTC: 2024-01-31.")
@click.option("--until", metavar="D", help="Where to end, not included; now when left out.")
@click.option(
    "--to",
    "lake",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("lake"),
    show_default=True,
    metavar="LAKE",
    help="Folder of the lake.",
)
@click.option(
    "--verify", metavar="T", help="Compare with the venue's bars of this longer timeframe."
)
@click.option("--repair", is_flag=True, help="Ask again for holes, in days downloaded before too.")
@click.option("--base-url", default="", metavar="URL", help="Another address for the venue.")
@click.option(
    "--at-once",
    type=click.IntRange(1, 64),
    default=8,
    show_default=True,
    metavar="N",
    help="Series side by side, under one limit of requests.",
)
@click.option(
    "--page-rows",
    type=click.IntRange(0, 10_000),
    default=0,
    metavar="N",
    help="Rows asked for at a time; 0, as many as the venue gives.",
)
@click.option(
    "--patience",
    type=click.FloatRange(0.0),
    default=180.0,
    show_default=True,
    metavar="S",
    help="Seconds that a failing venue is asked again.",
)
@click.option(
    "--no-throttle", is_flag=True, help="Keep no limit of requests: for a server of your own."
)
@click.option("--background", is_flag=True, help="Queue it as a job, and print the job's number.")
@desk_options
@json_option
def download(**said: Any) -> int:  # noqa: ANN401 - click passes one argument an option
    """Download history into the lake: bars, trades, funding.

    A page is kept before the next is asked for. Whatever stops a download, the same command goes on
    where it was; run again later it brings what is new.
    """
    from traider.cli.download_session import download_session, queue_download, said_request

    request = said_request(said)
    if said["background"]:
        with desk_opened(said["url"], said["queue"], said["config_file"]) as desk:
            return queue_download(request, desk, as_json=said["as_json"])
    return download_session(request, said)
