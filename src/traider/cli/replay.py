"""``traider replay``."""

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from traider.cli.options import (
    config_option,
    features_lake_option,
    json_option,
    lake_option,
    set_option,
)
from traider.cli.speeds import parse_speed
from traider.cli.times import TIME
from traider.domain.errors import Interrupted, UsageError

if TYPE_CHECKING:
    from traider.domain.events import EventArray
    from traider.runtime.event_stream import EventStream
    from traider.runtime.event_targets import StreamOutcome, Targets


@dataclass(frozen=True)
class _Pace:
    speed: float
    as_json: bool


@click.command()
@click.argument("record", nargs=-1, type=click.Path(path_type=Path), metavar="DIR|FILE...")
@click.option(
    "--speed", default="max", show_default=True, metavar="X",
    help="Seconds of the record in a second; max does not wait.",
)  # fmt: skip
@click.option(
    "--from", "start", type=TIME, default=None, metavar="TIME", help="First time, RFC 3339."
)
@click.option(
    "--to", "end", type=TIME, default=None, metavar="TIME", help="End, RFC 3339; not included."
)
@click.option("--venue", default="", metavar="V", help="Whose raw messages, if nothing tells it.")
@click.option(
    "--decide", is_flag=True,
    help="Let the strategy of the settings decide; --config or --set do so too.",
)  # fmt: skip
@lake_option
@features_lake_option
@config_option
@set_option
@json_option
def replay(  # noqa: PLR0913, PLR0917 - one parameter an option, click's way
    record: tuple[Path, ...],
    speed: str,
    start: int | None,
    end: int | None,
    venue: str,
    decide: bool,
    lake: Path | None,
    features: Path | None,
    config_file: Path | None,
    overrides: tuple[str, ...],
    as_json: bool,
) -> int:
    """Put recorded events through the kernel again, as they were received.

    DIR is a journal that ``traider record`` wrote, FILE raw messages of a venue. Printed are the
    books at the end and a fingerprint; the one of a record is the one of its replay, whatever the
    speed, and however often recording was interrupted. A local exchange plays a record with
    ``traider exchange --replay``.
    """
    if not record:
        raise UsageError("nothing to replay", fix="name a journal, or files of raw messages")
    from traider.cli.replay_outcome import outcome_body, print_outcome
    from traider.runtime.config import config_digest, load_config
    from traider.runtime.event_targets import TargetOrder, Targets
    from traider.runtime.replay_sources import begun_by, open_stream

    stream = open_stream(record, venue, (start, end))
    decides = decide or (features is None and (config_file is not None or bool(overrides)))
    config = load_config(config_file, overrides)
    if decides and stream.kind == "capture":
        stream = begun_by(config_digest(config), stream)
    began = time.perf_counter()
    with Targets(stream.instruments, TargetOrder(config, decides, lake, features)) as targets:
        outcome = _run(stream, targets, _Pace(parse_speed(speed), as_json))
    seconds = time.perf_counter() - began
    if as_json:
        body = {"source": stream.kind, **outcome_body(outcome), "seconds": round(seconds, 6)}
        click.echo(json.dumps(body, ensure_ascii=False))
    else:
        print_outcome(outcome)
        click.echo(f"{stream.kind} replayed in {seconds:.2f} s")
    return 0


def _run(stream: "EventStream", targets: "Targets", pace: _Pace) -> "StreamOutcome":
    """Hand the events on, show how far it is, stop on Ctrl-C."""
    from traider.cli.interrupt import stop_on_interrupt
    from traider.cli.progress import Show, progress_shown
    from traider.runtime.replay_pace import paced
    from traider.venues.rfc3339 import format_ns

    with (
        stop_on_interrupt(quiet=pace.as_json) as stop,
        progress_shown(Show.JSON if pace.as_json else Show.SUMMARY) as progress,
    ):
        pieces: Iterator[EventArray] = paced(stream.chunks(), pace.speed, stop)
        for piece in pieces:
            for sink in targets.sinks:
                sink.append(piece)
            if progress is not None and len(piece):
                now = format_ns(int(piece["ts_recv"][-1]))
                progress(0.0, f"{targets.books.events:,} events, {now}")
        if stop():
            raise Interrupted(
                f"stopped after {targets.books.events:,} events",
                fix="a replay begins anew each time",
            )
    return targets.finish()
