"""``traider feed``."""

import json
from pathlib import Path

import click

from traider.cli.options import json_option
from traider.domain.errors import UsageError


@click.command()
@click.option(
    "--capture",
    "captures",
    multiple=True,
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Recorded messages, in any format that is known; repeat for files that go on.",
)
@click.option("--venue", default="", metavar="V", help="Venue of the capture; told by it else.")
@json_option
def feed(captures: tuple[Path, ...], venue: str, as_json: bool) -> int:
    """Put recorded market data through its mapper and the kernel's book.

    Prints for each instrument what was received, what broke, and the best bid and ask at the end.
    """
    if not captures:
        raise UsageError("nothing to read", where="--capture", fix="name a file of messages")
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
    return 0
