"""``traider bus``: the roles that meet on the bus, each in a process of its own or all in one."""

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from traider.cli.durations import DURATION
from traider.cli.options import Command, config_option, json_option, set_option
from traider.cli.speeds import parse_speed
from traider.domain.errors import UsageError

if TYPE_CHECKING:
    from traider.cli.bus_session import BusOrder

_RECORD: Final = click.argument(
    "record", nargs=-1, type=click.Path(path_type=Path), metavar="[DIR|FILE...]"
)


@click.group()
def bus() -> None:
    """Publish market data to the bus, and keep what roles make of it."""


def _source_options(command: Command) -> Command:
    """Add what says where events come from, and which bus they go over."""
    for option in (
        json_option,
        set_option,
        config_option,
        click.option(
            "--bus", "address", default="", metavar="URL",
            help="kafka://HOST:PORT[,HOST:PORT], in place of the settings' [bus].",
        ),
        click.option(
            "--for", "seconds", type=DURATION, default=0.0, metavar="TIME", help="60s, 5m, 1h30m."
        ),
        click.option(
            "--at", default="", metavar="URL", help="Listen to a local exchange: its REST address."
        ),
        click.option(
            "--speed", default="max", show_default=True, metavar="X",
            help="Seconds of a record in a second; max does not wait.",
        ),
        click.option("--product", "products", multiple=True, metavar="ID", help="Product; repeat."),
        click.option(
            "--venue", default="", metavar="V",
            help="Venue to listen to; of raw messages, where nothing else tells it.",
        ),
        _RECORD,
    ):  # fmt: skip
        command = option(command)
    return command


@bus.command()
@_source_options
def publish(**said: Any) -> int:  # noqa: ANN401 - the options, read in one place
    """Publish market events: of a live feed, of a journal, or of raw messages.

    DIR is a journal that ``traider record`` wrote, FILE raw messages of a venue; they are published
    from the beginning, and once more brings readers nothing new. With --venue or --at and --product
    a live feed is published until Ctrl-C.
    """
    from traider.cli.bus_session import publish_session

    order = _order(said)
    if order.config.bus.kind == "in-process":
        raise UsageError(
            "nobody in another process reads an in-process bus",
            where="bus.kind",
            fix="give --bus kafka://HOST:PORT, or use traider bus features with the same source",
        )
    if order.request is None and not order.record:
        raise UsageError("nothing to publish", fix="name a record, or --venue V --product P")
    publish_session(order)
    return 0


@bus.command()
@click.option(
    "--to", "lake", type=click.Path(path_type=Path), default=Path("lake"), show_default=True,
    metavar="LAKE", help="Lake that rows are kept in, and how far each stream is.",
)  # fmt: skip
@click.option(
    "--group", default="", metavar="NAME",
    help="Roles that share the instruments; those that compute the same by default.",
)  # fmt: skip
@click.option(
    "--until-end", is_flag=True, help="End when every stream has ended and nothing more comes."
)
@_source_options
def features(lake: Path, group: str, until_end: bool, **said: Any) -> int:  # noqa: ANN401 - as above
    """Keep the market events of the bus in a lake, with features and signals made of them.

    Over Kafka this is the features role: it reads what ``traider bus publish`` sends, goes on where
    it ended, and shares the instruments with others like it. With a record or a venue named both
    roles run in this one process, over the in-process bus, and the lake becomes the same.
    """
    from dataclasses import replace

    from traider.cli.bus_session import features_session

    order = replace(_order(said), lake=lake, group=group, until_end=until_end)
    has_source = order.request is not None or bool(order.record)
    if has_source == (order.config.bus.kind == "kafka"):
        raise UsageError(
            "over Kafka another process publishes" if has_source else "nothing publishes here",
            where="bus.kind",
            fix="run traider bus publish with this source"
            if has_source
            else "name a record or --venue V --product P, or give --bus kafka://HOST:PORT",
        )
    features_session(order)
    return 0


def _order(said: dict[str, Any]) -> "BusOrder":
    from traider.cli.bus_session import BusOrder
    from traider.cli.local_exchange import exchange_settings
    from traider.runtime.bus import bus_overrides
    from traider.runtime.config import load_config
    from traider.runtime.live_feed import LiveFeedRequest

    at = said["at"].rstrip("/")
    extra = (*bus_overrides(said["address"]), *exchange_settings(at))
    config = load_config(said["config_file"], (*said["overrides"], *extra))
    request = None
    if not said["record"] and (said["venue"] or at):
        if not said["products"]:
            raise UsageError("no product to listen to", where="--product", fix="name one: BTC-USD")
        venue = said["venue"] or "coinbase"
        request = LiveFeedRequest(venue, said["products"], config.venues, config.feed)
    return BusOrder(
        config=config,
        record=said["record"],
        venue=said["venue"],
        request=request,
        at=at,
        seconds=said["seconds"],
        as_json=said["as_json"],
        speed=parse_speed(said["speed"]),
    )
