"""``traider record``."""

from pathlib import Path

import click

from traider.cli.durations import DURATION
from traider.cli.options import (
    config_option,
    features_lake_option,
    json_option,
    lake_option,
    set_option,
)
from traider.domain.errors import UsageError


@click.command()
@click.option("--venue", default="", metavar="V", help="Venue to listen to.")
@click.option("--product", "products", multiple=True, metavar="ID", help="Product; repeat at will.")
@click.option(
    "--to", "folder", type=click.Path(path_type=Path), metavar="DIR",
    help="Journal to write; one that is there is gone on with.",
)  # fmt: skip
@click.option(
    "--for", "seconds", type=DURATION, default=0.0, metavar="TIME", help="60s, 5m, 1h30m."
)
@click.option(
    "--at", default="", metavar="URL", help="Listen to a local exchange: its REST address."
)
@click.option(
    "--fsync", type=click.Choice(["each", "interval", "none"]), default="interval",
    show_default=True, help="When what is written is forced to the disk.",
)  # fmt: skip
@click.option(
    "--decide", is_flag=True,
    help="Let the strategy of the settings decide on the events, in the simulated venue.",
)  # fmt: skip
@lake_option
@features_lake_option
@config_option
@set_option
@json_option
def record(  # noqa: PLR0913, PLR0917 - one parameter an option, click's way
    venue: str,
    products: tuple[str, ...],
    folder: Path | None,
    seconds: float,
    at: str,
    fsync: str,
    decide: bool,
    lake: Path | None,
    features: Path | None,
    config_file: Path | None,
    overrides: tuple[str, ...],
    as_json: bool,
) -> int:
    """Record a live feed into a journal: every event, in the order it was received.

    An event is kept when it is written; killed at any moment, the record loses nothing that was
    kept, and the same command goes on where it ended, with a gap that says so. ``traider replay``
    gives the fingerprint that is printed at the end. Ctrl-C ends it.
    """
    if folder is None or not (venue or at) or not products:
        raise UsageError(
            "nothing to record", fix="give --venue V --product P --to DIR; P may be repeated"
        )
    from traider.cli.local_exchange import exchange_settings
    from traider.cli.record_live import RecordOrder, run_record
    from traider.journal.terms import FsyncPolicy, JournalTerms
    from traider.runtime.config import load_config
    from traider.runtime.live_feed import LiveFeedRequest
    from traider.runtime.observation import observe

    at = at.rstrip("/")
    config = load_config(config_file, (*overrides, *exchange_settings(at)))
    order = RecordOrder(
        request=LiveFeedRequest(venue or "coinbase", products, config.venues, config.feed),
        config=config,
        folder=folder,
        seconds=seconds,
        at=at,
        terms=JournalTerms(fsync=FsyncPolicy(fsync)),
        decides=decide,
        lake=lake,
        features=features,
        as_json=as_json,
    )
    seen = observe(config.log)
    try:
        run_record(order, seen)
    finally:
        seen.close()
    return 0
