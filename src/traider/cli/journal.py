"""``traider journal``: verify a journal, print it, follow it, export it."""

from pathlib import Path

import click

from traider.cli.options import json_option

_FOLDER = click.argument("folder", type=click.Path(path_type=Path), metavar="DIR")
_LINES = click.option(
    "--json", "as_json", is_flag=True, help="Print JSON lines on stdout: one object an event."
)


@click.group()
def journal() -> None:
    """Look into a journal; none of these changes it."""


@journal.command()
@_FOLDER
@click.option(
    "--anchor",
    metavar="NUMBER:HASH",
    help="An end that the journal had before, as this command printed it: nothing before it may "
    "have changed.",
)
@json_option
@click.option("--quiet", is_flag=True, help="No progress bar.")
def verify(folder: Path, anchor: str | None, as_json: bool, quiet: bool) -> int:
    """Verify every byte of a journal.

    Exit code 0 when it is whole, 1 when it is damaged: segment, block, offset and kind of each
    fault are told. A writer may be at work meanwhile.
    """
    from traider.cli.journal_verdict import verify_session

    return verify_session(folder, anchor, as_json=as_json, quiet=quiet)


@journal.command()
@_FOLDER
@click.option(
    "--from", "start", metavar="WHERE", help="Sequence number or ISO time (UTC) to begin at."
)
@click.option(
    "--to", "end", metavar="WHERE", help="Sequence number or ISO time (UTC) to end before."
)
@click.option("--facts", is_flag=True, help="The facts too, each after the event it follows.")
@_LINES
def cat(folder: Path, start: str | None, end: str | None, facts: bool, as_json: bool) -> int:
    """Print the events of a journal, a line each.

    With --json a line is one object (JSON lines), prices in ticks and sizes in lots as they are
    kept; without, in the instrument's units where the journal knows them.
    """
    from traider.cli.journal_lines import cat_session

    return cat_session(folder, start, end, with_facts=facts, as_json=as_json)


@journal.command()
@_FOLDER
@click.option(
    "-n",
    "--lines",
    type=click.IntRange(0),
    default=10,
    show_default=True,
    metavar="N",
    help="How many of the last events to begin with.",
)
@_LINES
def tail(folder: Path, lines: int, as_json: bool) -> int:
    """Print the last events of a journal, then each new one as it is written, until Ctrl-C."""
    from traider.cli.journal_lines import tail_session

    return tail_session(folder, lines, as_json=as_json)


@journal.command()
@_FOLDER
@click.option(
    "--to",
    "target",
    type=click.Path(path_type=Path),
    required=True,
    metavar="DIR",
    help="Folder of the Parquet files; those of an earlier export are replaced.",
)
@json_option
@click.option("--quiet", is_flag=True, help="No progress bar.")
def export(folder: Path, target: Path, as_json: bool, quiet: bool) -> int:
    """Export a journal to Parquet, a file a kind of event, and one of the facts.

    Columns are named as docs/events.md names them; prices and sizes are decimals in the
    instrument's units where the journal knows them. Exporting again gives the same bytes.
    """
    from traider.cli.journal_export import export_session

    return export_session(folder, target, as_json=as_json, quiet=quiet)
