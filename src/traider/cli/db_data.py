"""``traider db copy``, ``load`` and ``retain``: rows between databases, and market data in them."""

import json
import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from traider.cli.db_options import database_options, opened
from traider.cli.interrupt import stop_on_interrupt
from traider.cli.options import json_option
from traider.cli.progress import Show, progress_shown
from traider.domain.errors import UsageError

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from traider.store.postgres import PostgresStore


@click.command()
@click.option("--from", "source", required=True, metavar="URL", help="Database that is copied.")
@database_options
@json_option
def copy(source: str, url: str, config_file: Path | None, as_json: bool) -> None:
    """Copy every row of another database into this one, whose tables must be empty."""
    from traider.store.tables.copying import copy_tables
    from traider.store.tables.engines import open_engine
    from traider.store.tables.faults import place_of

    with opened(url, config_file) as target:
        origin = open_engine(source, read_only=True)
        try:
            copied = copy_tables(origin, target)
        finally:
            origin.dispose()
        place = place_of(target)
    if as_json:
        click.echo(json.dumps({"database": place, "rows": copied}))
        return
    for name, rows in copied.items():
        if rows:
            click.echo(f"{name:<20} {rows:>12,}")
    click.echo(f"{place}: {sum(copied.values()):,} rows copied")


@click.command()
@click.argument("lake", type=click.Path(path_type=Path), default=Path("lake"), required=False)
@database_options
@json_option
@click.option("--quiet", is_flag=True, help="No progress bar.")
def load(lake: Path, url: str, config_file: Path | None, as_json: bool, quiet: bool) -> int:
    """Copy the market data of a lake into the PostgreSQL database.

    What is there already stays; exit code 1 when rows contradict it, which are told.
    """
    from traider.store.copying_series import copy_series
    from traider.store.parquet_lake import ParquetLake

    if not lake.is_dir():
        raise UsageError("there is no lake here", where=str(lake), fix="name its folder")
    show = Show.NOTHING if quiet else Show.JSON if as_json else Show.SUMMARY
    begun = time.perf_counter()
    with opened(url, config_file) as engine:
        source, target = ParquetLake(lake), _store(engine)
        extents = source.series()
        total = max(sum(extent.rows for extent in extents), 1)
        copied, before = [], 0
        with stop_on_interrupt(quiet=quiet) as stop, progress_shown(show) as report:
            for extent in extents:

                def told(rows: int, name: str = str(extent.key), base: int = before) -> None:
                    if report is not None:
                        report((base + rows) / total, f"{name} {base + rows:,} rows")

                copied.append(copy_series(source, target, extent.key, told, stop))
                before += extent.rows
    seconds = time.perf_counter() - begun
    conflicts = sum(each.conflicts for each in copied)
    if as_json:
        listed = [
            {
                "series": str(each.key),
                "rows": each.rows,
                "fresh": each.fresh,
                "known": each.known,
                "conflicts": each.conflicts,
            }
            for each in copied
        ]
        click.echo(json.dumps({"series": listed, "seconds": round(seconds, 3)}))
    else:
        for each in copied:
            contradicted = f", {each.conflicts:,} contradict" if each.conflicts else ""
            click.echo(f"{each.key}: {each.fresh:,} new, {each.known:,} known{contradicted}")
        click.echo(f"{before:,} rows of {len(copied)} series in {seconds:,.1f} s")
    return 1 if conflicts else 0


@click.command()
@click.argument("content")
@click.option("--days", type=click.IntRange(1), required=True, help="Days that are kept.")
@database_options
@json_option
def retain(content: str, days: int, url: str, config_file: Path | None, as_json: bool) -> None:
    """Drop the partitions of a content (trades, depth, …) that are older than some days."""
    from traider.domain.timeframes import DAY_NS
    from traider.store.kinds import Content

    known = [each.value for each in Content]
    if content not in known:
        raise UsageError(f"{content!r} is no content", fix=f"use {', '.join(known)}")
    before_ns = (time.time_ns() // DAY_NS - days) * DAY_NS
    with opened(url, config_file) as engine:
        gone = _store(engine).drop_before(Content(content), before_ns)
    if as_json:
        click.echo(json.dumps({"content": content, "before_ns": before_ns, "rows": gone}))
    else:
        click.echo(f"{gone:,} rows of {content} dropped")


def _store(engine: "Engine") -> "PostgresStore":
    if engine.dialect.name != "postgresql":
        raise UsageError(
            "market data needs PostgreSQL; an SQLite file keeps tables only",
            where="database.url",
            fix="keep market data in the lake, or name a PostgreSQL server",
        )
    from traider.store.postgres import PostgresStore

    return PostgresStore(engine)
