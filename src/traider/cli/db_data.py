"""Market data in the database: ``traider db series``, ``load``, ``unload`` and ``retain``."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from traider.cli.db_options import database_options, opened_both
from traider.cli.options import json_option
from traider.domain.errors import UsageError

if TYPE_CHECKING:
    from traider.store.copying_series import CopiedSeries
    from traider.store.market_store import MarketStore
    from traider.store.postgres import PostgresStore

_LAKE = click.argument("lake", type=click.Path(path_type=Path), default=Path("lake"))
_QUIET = click.option("--quiet", is_flag=True, help="No progress bar.")


@click.command()
@database_options
@json_option
def series(url: str, config_file: Path | None, as_json: bool) -> None:
    """List the market data of the database; of its read replica where there is one."""
    from rich.console import Console

    from traider.cli.data_tables import extent_json, extent_table

    with _market_data(url, config_file) as store:
        found = store.series()
    if as_json:
        listed = [extent_json(extent, Path()) for extent in found]
        for each in listed:
            del each["folder"]  # there is none
        click.echo(json.dumps({"series": listed}, ensure_ascii=False))
    elif not found:
        click.echo("no market data yet: traider db load LAKE")
    else:
        Console().print(extent_table(list(found)))


@click.command()
@_LAKE
@database_options
@json_option
@_QUIET
def load(lake: Path, url: str, config_file: Path | None, as_json: bool, quiet: bool) -> int:
    """Copy the market data of a lake into the PostgreSQL database.

    What is there already stays; exit code 1 when rows contradict it, which are told.
    """
    from traider.store.parquet_lake import ParquetLake

    if not lake.is_dir():
        raise UsageError("there is no lake here", where=str(lake), fix="name its folder")
    with _market_data(url, config_file) as store:
        return _copy_all(ParquetLake(lake), store, as_json=as_json, quiet=quiet)


@click.command()
@_LAKE
@database_options
@json_option
@_QUIET
def unload(lake: Path, url: str, config_file: Path | None, as_json: bool, quiet: bool) -> int:
    """Copy the market data of the database, or of its read replica, into a lake.

    What is there already stays; exit code 1 when rows contradict it, which are told.
    """
    from traider.store.parquet_lake import ParquetLake

    with _market_data(url, config_file) as store:
        return _copy_all(store, ParquetLake(lake), as_json=as_json, quiet=quiet)


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
    with _market_data(url, config_file) as store:
        gone = store.drop_before(Content(content), before_ns)
    if as_json:
        click.echo(json.dumps({"content": content, "before_ns": before_ns, "rows": gone}))
    else:
        click.echo(f"{gone:,} rows of {content} dropped")


@contextmanager
def _market_data(url: str, config_file: Path | None) -> Iterator["PostgresStore"]:
    """Yield the store of the database, which reads from the replica where there is one."""
    with opened_both(url, config_file) as databases:
        if databases.address.is_sqlite:
            raise UsageError(
                "market data needs PostgreSQL; an SQLite file keeps tables only",
                where="database.url",
                fix="keep market data in the lake, or name a PostgreSQL server",
            )
        engines = databases.write(), databases.research()  # says so where the driver is missing
        from traider.store.postgres import PostgresStore

        yield PostgresStore(*engines)


def _copy_all(source: "MarketStore", target: "MarketStore", *, as_json: bool, quiet: bool) -> int:
    """Copy every series and say what became of it; 1 when rows contradict the target."""
    from traider.cli.interrupt import stop_on_interrupt
    from traider.cli.progress import Show, progress_shown
    from traider.store.copying_series import copy_series

    show = Show.NOTHING if quiet else Show.JSON if as_json else Show.SUMMARY
    begun = time.perf_counter()
    extents = source.series()
    total = max(sum(extent.rows for extent in extents), 1)
    copied: list[CopiedSeries] = []
    before = 0
    with stop_on_interrupt(quiet=quiet) as stop, progress_shown(show) as report:
        for extent in extents:

            def told(rows: int, name: str = str(extent.key), base: int = before) -> None:
                if report is not None:
                    report((base + rows) / total, f"{name} {base + rows:,} rows")

            copied.append(copy_series(source, target, extent.key, told, stop))
            before += extent.rows
    _tell_copied(copied, time.perf_counter() - begun, as_json=as_json)
    return 1 if any(each.conflicts for each in copied) else 0


def _tell_copied(copied: list["CopiedSeries"], seconds: float, *, as_json: bool) -> None:
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
        return
    for each in copied:
        contradicted = f", {each.conflicts:,} contradict" if each.conflicts else ""
        click.echo(f"{each.key}: {each.fresh:,} new, {each.known:,} known{contradicted}")
    rows = sum(each.rows for each in copied)
    click.echo(f"{rows:,} rows of {len(copied)} series in {seconds:,.1f} s")
