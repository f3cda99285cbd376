"""``traider feed``."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from traider.cli.options import config_option, json_option, set_option
from traider.domain.errors import UsageError

if TYPE_CHECKING:
    from traider.cli.feed_live import LiveShow


@click.command()
@click.option(
    "--capture",
    "captures",
    multiple=True,
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Recorded messages, in any format that is known; repeat for files that go on.",
)
@click.option(
    "--venue", default="", metavar="V", help="Venue to listen to; of a capture, told by it else."
)
@click.option("--product", "products", multiple=True, metavar="ID", help="Product; repeat at will.")
@click.option(
    "--at", default="", metavar="URL", help="Listen to a local exchange: its REST address."
)
@click.option(
    "--seconds", type=click.FloatRange(0.0), default=0.0, help="Stop after so long; 0 never."
)
@click.option(
    "--report",
    "report_folder",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Write a data-quality report there, at each end of a day (UTC) and at the end.",
)
@config_option
@set_option
@json_option
def feed(  # noqa: PLR0913, PLR0917 - one parameter an option, click's way
    captures: tuple[Path, ...],
    venue: str,
    products: tuple[str, ...],
    at: str,
    seconds: float,
    report_folder: Path | None,
    config_file: Path | None,
    overrides: tuple[str, ...],
    as_json: bool,
) -> int:
    """Listen to a venue, or put recorded market data through its mapper and the kernel's book.

    With --capture it prints for each instrument what was received, what broke, and the best bid
    and ask at the end. With --venue and --product it shows rates, latencies, gaps, health and best
    prices as they come; Ctrl-C ends it with a report of the data's quality.
    """
    if captures:
        if products or at:
            raise UsageError("a capture tells its products", where="--capture", fix="leave it out")
        _replay(captures, venue, as_json=as_json)
        return 0
    if not (venue or at) or not products:
        raise UsageError(
            "nothing to read or to listen to", fix="give --capture FILE, or --venue and --product"
        )
    from traider.cli.feed_live import LiveShow

    show = LiveShow(seconds, as_json, report_folder, at.rstrip("/"))
    _listen(venue or "coinbase", products, (config_file, overrides), show)
    return 0


def _replay(captures: tuple[Path, ...], venue: str, *, as_json: bool) -> None:
    from traider.cli.feed_outcome import as_body, print_report
    from traider.cli.progress import Show, progress_shown
    from traider.runtime.recorded_feed import replay_files

    with progress_shown(Show.JSON if as_json else Show.SUMMARY) as progress:

        def told(messages: int) -> None:
            if progress is not None:
                progress(0.0, f"{messages:,} messages read")

        found = replay_files(captures, venue, told)
    if as_json:
        click.echo(json.dumps(as_body(found), ensure_ascii=False))
    else:
        print_report(found)


def _listen(
    venue: str,
    products: tuple[str, ...],
    settings: tuple[Path | None, tuple[str, ...]],
    show: "LiveShow",
) -> None:
    from traider.cli.feed_live import listen
    from traider.cli.local_exchange import exchange_settings
    from traider.runtime.config import load_config
    from traider.runtime.live_feed import LiveFeedRequest
    from traider.runtime.observation import observe

    config_file, overrides = settings
    config = load_config(config_file, (*overrides, *exchange_settings(show.at)))
    seen = observe(config.log)
    try:
        listen(LiveFeedRequest(venue, products, config.venues, config.feed), seen, show)
    finally:
        seen.close()
