"""``traider db copy``: every row of one database into another."""

import json
from pathlib import Path

import click

from traider.cli.db_options import database_options, opened
from traider.cli.options import json_option


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
