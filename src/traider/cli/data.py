"""``traider data``: import market data into the lake, list, describe and check it."""

import json
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from traider.cli.options import (
    json_option,
    to_lake_option,
)
from traider.domain.errors import UsageError

if TYPE_CHECKING:
    from traider.store.preparation import SourceOptions

Command = TypeVar("Command", bound=Callable[..., Any])

_FILES = click.argument(
    "files", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="FILE..."
)
_LAKE = click.option(
    "--lake",
    type=click.Path(path_type=Path),
    default=Path("lake"),
    show_default=True,
    metavar="DIR",
    help="Folder of the lake.",
)
_SOURCE_OPTIONS = (
    click.option("--venue", metavar="NAME", help="Venue, where the file's name does not say it."),
    click.option(
        "--instrument",
        metavar="NAME",
        help="Instrument as BASE-QUOTE, with -PERP for a perpetual; VENUE: in front if wanted.",
    ),
    click.option(
        "--kind",
        type=click.Choice(["bars", "mark-bars", "trades", "funding"]),
        help="What the file holds; otherwise its columns tell.",
    ),
    click.option("--timeframe", metavar="NAME", help="Length of a bar, 1m to 1d."),
    click.option(
        "--map",
        "columns",
        multiple=True,
        metavar="FIELD=COLUMN,...",
        help="Which column is which, by name or counted from 1: ts=time,open=o.",
    ),
    click.option(
        "--stamp",
        type=click.Choice(["open", "close"]),
        help="Whether bars are stamped at their opening or their close.",
    ),
    click.option(
        "--unit",
        type=click.Choice(["auto", "mixed", "s", "ms", "us", "ns"]),
        default="auto",
        show_default=True,
        help="Unit of numeric times; mixed takes each row in its own.",
    ),
)


def source_options(command: Command) -> Command:
    """Add the options that say what a file holds."""
    for option in reversed(_SOURCE_OPTIONS):
        command = option(command)
    return command


@click.group()
def data() -> None:
    """Bring market data in, and look at it."""


@data.command("import")
@_FILES
@to_lake_option
@source_options
@click.option(
    "--on-bad",
    type=click.Choice(["refuse", "quarantine"]),
    default="refuse",
    show_default=True,
    help="Refuse a file with bad rows, or set the rows aside with their reason.",
)
@json_option
@click.option("--quiet", is_flag=True, help="No progress bar.")
def import_data(
    files: tuple[Path, ...],
    lake: Path,
    on_bad: str,
    as_json: bool,
    quiet: bool,
    **said: Any,  # noqa: ANN401 - what ``source_options`` added, read in one place
) -> int:
    """Import files into the lake.

    CSV, Parquet and Feather, plain, .gz, .zst or .zip. Bars, trades and funding; nothing is
    dropped in silence, and importing a file twice changes nothing.
    """
    from traider.cli.data_import import import_session

    return import_session(files, _options(said), lake, on_bad=on_bad, as_json=as_json, quiet=quiet)


@data.command("list")
@click.argument(
    "lake", required=False, type=click.Path(path_type=Path), default=Path("lake"), metavar="[LAKE]"
)
@json_option
def list_data(lake: Path, as_json: bool) -> None:
    """List what the lake holds; LAKE is its folder, lake here when it is not named."""
    from rich.console import Console

    from traider.cli.data_tables import extent_json, extent_table
    from traider.store.lake import list_series

    found = list_series(lake)
    if as_json:
        body = {"lake": str(lake), "series": [extent_json(extent, lake) for extent in found]}
        click.echo(json.dumps(body, ensure_ascii=False))
    else:
        Console().print(extent_table(found))


@data.command("describe")
@click.argument("target", metavar="INSTRUMENT|FILE")
@_LAKE
@source_options
@json_option
def describe_data(
    target: str,
    lake: Path,
    as_json: bool,
    **said: Any,  # noqa: ANN401 - what ``source_options`` added, read in one place
) -> None:
    """Describe a file, or an instrument of the lake."""
    from rich.console import Console

    from traider.cli.data_tables import description_table
    from traider.runtime.market_data import describe

    found = describe(target, lake, _options(said))
    if as_json:
        body = {"series": [asdict(description) for description in found]}
        click.echo(json.dumps(body, ensure_ascii=False))
    else:
        for description in found:
            Console().print(description_table(description))


@data.command("check")
@_FILES
@source_options
@json_option
def check_data(
    files: tuple[Path, ...],
    as_json: bool,
    **said: Any,  # noqa: ANN401 - what ``source_options`` added, read in one place
) -> int:
    """Check files, or whole lakes: gaps, duplicates, order, outliers, units and more.

    Exit code 0 when nothing is wrong (warnings are told), 1 when something is, 2 when a file could
    not be checked.
    """
    from traider.cli.data_check import check_session

    return check_session(files, _options(said), as_json=as_json)


@data.command("query")
@click.argument("sql", required=False, default="", metavar="[SQL]")
@_LAKE
@click.option("--csv", "as_csv", is_flag=True, help="Print all rows as CSV.")
@click.option(
    "--rows",
    type=click.IntRange(1),
    default=40,
    show_default=True,
    help="Rows of the table that is shown.",
)
@click.option(
    "--verify/--no-verify",
    default=True,
    show_default=True,
    help="Compare every file with its checksum first, or with its size alone.",
)
@json_option
def query_data(sql: str, lake: Path, as_csv: bool, rows: int, verify: bool, as_json: bool) -> None:
    """Ask the lake in SQL; without a question, tell the views it has.

    DuckDB over the files that the lake lists: bars, trades, depth, quotes, marks, funding, features
    and signals, all instruments together. Reads alone, and nothing outside of the lake.
    """
    from traider.cli.data_query import query_session

    if as_csv and as_json:
        raise UsageError("--csv and --json are two forms", fix="choose one")
    form = "json" if as_json else "csv" if as_csv else "table"
    query_session(sql, lake, form=form, rows_shown=rows, verify=verify)


@data.command("compact")
@click.argument(
    "lake", required=False, type=click.Path(path_type=Path), default=Path("lake"), metavar="[LAKE]"
)
@json_option
def compact_data(lake: Path, as_json: bool) -> int:
    """Bring each day of each series into one sorted file; what is read stays the same."""
    from traider.cli.data_upkeep import compact_session

    return compact_session(lake, as_json=as_json)


@data.command("seal")
@click.argument(
    "lake", required=False, type=click.Path(path_type=Path), default=Path("lake"), metavar="[LAKE]"
)
@json_option
def seal_data(lake: Path, as_json: bool) -> int:
    """Make manifests of the files that are sound, after damage or for a lake without them.

    Files that are damaged are set aside and told. Exit code 1 when something was lost.
    """
    from traider.cli.data_upkeep import seal_session

    return seal_session(lake, as_json=as_json)


def _options(said: dict[str, Any]) -> "SourceOptions":
    """Return the options of ``source_options`` as the store takes them."""
    from traider.domain.timeframes import timeframe_ns
    from traider.store.kinds import Content
    from traider.store.preparation import SourceOptions

    if said["timeframe"]:
        timeframe_ns(said["timeframe"])
    return SourceOptions(
        venue=said["venue"] or "",
        instrument=said["instrument"] or "",
        content=Content(said["kind"]) if said["kind"] else None,
        timeframe=said["timeframe"] or "",
        columns=column_options(said["columns"]),
        stamp=said["stamp"] or "",
        unit=said["unit"],
    )


def column_options(texts: tuple[str, ...]) -> dict[str, str]:
    """Return the fields of ``--map`` and their columns.

    Raises:
        UsageError: a part is not FIELD=COLUMN, or names a field twice.
    """
    found: dict[str, str] = {}
    for part in ",".join(texts).split(",") if texts else ():
        name, equals, column = (piece.strip() for piece in part.partition("="))
        if not (name and equals and column) or name in found:
            raise UsageError(
                f"{part!r} is no FIELD=COLUMN, or the field is there twice",
                where="--map",
                fix="write --map ts=time,open=o",
            )
        found[name] = column
    return found
