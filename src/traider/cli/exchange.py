"""``traider exchange``."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from traider.cli.durations import DURATION
from traider.cli.options import json_option
from traider.cli.speeds import parse_speed
from traider.domain.errors import UsageError

if TYPE_CHECKING:
    from traider.runtime.exchange import Announcement


@click.command()
@click.option(
    "--port", type=click.IntRange(0, 65535), default=0, show_default=True,
    help="Port of the loopback; 0 takes any that is free.",
)  # fmt: skip
@click.option(
    "--replay", multiple=True, type=click.Path(path_type=Path), metavar="DIR|FILE",
    help="Journal or recording of Level-2 data to play; repeat for files that continue it.",
)  # fmt: skip
@click.option("--venue", default="", metavar="NAME", help="Whose recording, if no name tells it.")
@click.option(
    "--bars", multiple=True, type=click.Path(path_type=Path), metavar="FILE",
    help="Parquet file of bars to turn into a book and a tape; repeat for more products.",
)  # fmt: skip
@click.option("--synthetic", type=int, metavar="SEED", help="Seed of a synthetic market.")
@click.option(
    "--product", "products", multiple=True, metavar="ID", help="Product to list; repeat for more."
)
@click.option(
    "--products-file", type=click.Path(path_type=Path), metavar="FILE",
    help="Answer of GET /market/products: what can be listed beside the shipped products.",
)  # fmt: skip
@click.option(
    "--speed", default="1", show_default=True, metavar="X",
    help="Seconds of the market in a second; 0 or max is as fast as it can.",
)  # fmt: skip
@click.option(
    "--rate", type=float, default=0.0, metavar="N",
    help="Load: messages a second, whatever the market's own pace.",
)  # fmt: skip
@click.option(
    "--faults", type=click.Path(path_type=Path), metavar="FILE", help="TOML file of faults."
)
@click.option(
    "--start", metavar="TIME",
    help="When the market opens, RFC 3339; the machine's time if left out, for bars the first "
    "bar's. 'recorded' plays a recording at its own times.",
)  # fmt: skip
@click.option(
    "--private-limit", type=float, default=30.0, show_default=True, metavar="N",
    help="REST requests a second of an account; 0 is without limit.",
)  # fmt: skip
@click.option(
    "--public-limit", type=float, default=10.0, show_default=True, metavar="N",
    help="REST requests a second without a key; 0 is without limit.",
)  # fmt: skip
@click.option(
    "--list-as", "names", multiple=True, metavar="ID",
    help="Product a file of bars is listed as; once for each --bars, in their order.",
)  # fmt: skip
@click.option(
    "--history", type=DURATION, default=0.0, metavar="TIME",
    help="How much of the bars is told as candles only, before the market opens: 5h, 90m.",
)  # fmt: skip
@click.option(
    "--accounts", type=click.Path(path_type=Path), metavar="DIR",
    help="Keep accounts, orders and the time in a folder, and go on from what it holds (--bars).",
)  # fmt: skip
@click.option(
    "--traded", type=click.IntRange(min=0), default=0, metavar="USD",
    help="What the account traded in the 30 days before, which sets its fees.",
)  # fmt: skip
@click.option("--with-input", is_flag=True, help="End when standard input does.")
@click.option("--tls", is_flag=True, help="HTTPS and WSS, with a certificate made for this run.")
@json_option
def exchange(  # noqa: PLR0913, PLR0917 - one parameter an option, click's way
    port: int,
    replay: tuple[Path, ...],
    venue: str,
    bars: tuple[Path, ...],
    synthetic: int | None,
    products: tuple[str, ...],
    products_file: Path | None,
    speed: str,
    rate: float,
    faults: Path | None,
    start: str | None,
    private_limit: float,
    public_limit: float,
    names: tuple[str, ...],
    history: float,
    accounts: Path | None,
    traded: int,
    with_input: bool,
    tls: bool,
    as_json: bool,
) -> int:
    """Run an exchange on this machine that speaks Coinbase Advanced Trade's REST and WebSocket.

    Prints one line when it is ready: its addresses and a throwaway API key. Ctrl-C ends it.
    """
    from traider.runtime.exchange import ExchangeRequest, serve_exchange
    from traider.runtime.exchange_markets import SourceRequest
    from traider.venues.simulated.exchange import Limits

    if (history or names) and not bars:
        raise UsageError("only bars have a history and names to list them as", fix="give --bars")
    if synthetic is not None and (replay or bars):
        raise UsageError("a market is synthetic or comes from files", fix="leave one out")
    request = ExchangeRequest(
        port=port,
        source=SourceRequest(
            replay=replay,
            venue=venue,
            bars=bars,
            names=names,
            history_ns=round(history * 1e9),
            seed=1 if synthetic is None else synthetic,
            products=products,
            products_file=products_file,
            start_ns=0 if start == "recorded" else _start_ns(start),
            keeps_time=start == "recorded",
        ),
        speed=parse_speed(speed),
        rate=rate,
        faults=faults,
        limits=Limits(private=private_limit, public=public_limit),
        tls=tls,
        accounts=accounts,
        traded=traded,
        ends_with_input=with_input,
    )
    serve_exchange(request, _announce_json if as_json else _announce)
    return 0


def _announce(ready: "Announcement") -> None:
    certificate = f" certificate {ready.certificate}" if ready.certificate else ""
    click.echo(
        f"ready: REST {ready.rest} WebSocket {ready.websocket} user {ready.websocket_user} "
        f"admin {ready.admin} key {ready.key_name} private key {ready.key_file}{certificate}"
    )


def _announce_json(ready: "Announcement") -> None:
    click.echo(json.dumps(asdict(ready)))


def _start_ns(text: str | None) -> int:
    from traider.venues.simulated.times import parse_time_ns

    if text is None:
        return 0
    start = parse_time_ns(text)
    if not start or start < 0:
        raise UsageError(f"--start {text} is no time", fix="give 2026-01-01T00:00:00Z or recorded")
    return start
