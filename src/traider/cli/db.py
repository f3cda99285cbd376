"""``traider db``: the schema of the tables."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from traider.cli.db_apply import apply
from traider.cli.db_copy import copy
from traider.cli.db_data import load, retain, series, unload
from traider.cli.db_options import database_options, opened
from traider.cli.options import json_option
from traider.domain.errors import UsageError

if TYPE_CHECKING:
    from sqlalchemy import Engine


@click.group()
def db() -> None:
    """Make the tables, bring them up to date, or look at them.

    The address is the setting database.url: an SQLite file of its own when nothing is said, or
    postgresql://USER:PASSWORD@HOST:PORT/NAME, best given as TRAIDER_DATABASE__URL.
    """


@db.command()
@click.argument("revision", required=False, default="head")
@database_options
@json_option
def upgrade(revision: str, url: str, config_file: Path | None, as_json: bool) -> None:
    """Make the tables, or bring them up to REVISION; the newest when none is named."""
    from traider.store.tables.schema import upgrade as bring_up

    with opened(url, config_file) as engine:
        applied = bring_up(engine, revision)
        _tell(engine, "applied", applied, as_json=as_json)


@db.command()
@click.argument("revision")
@click.option("--yes", is_flag=True, help="Rows of tables that go may be lost.")
@database_options
@json_option
def downgrade(revision: str, yes: bool, url: str, config_file: Path | None, as_json: bool) -> None:
    """Take the tables back to REVISION; base removes them."""
    from traider.store.tables.schema import downgrade as take_back

    if not yes:
        raise UsageError(
            "rows of the tables that go are lost", where="traider db downgrade", fix="add --yes"
        )
    with opened(url, config_file) as engine:
        removed = take_back(engine, revision)
        _tell(engine, "taken back", removed, as_json=as_json)


@db.command()
@database_options
@json_option
def status(url: str, config_file: Path | None, as_json: bool) -> None:
    """Say what the database is and where its tables stand."""
    from traider.cli.db_outcome import status_json, status_lines
    from traider.store.tables.faults import place_of
    from traider.store.tables.schema import schema_status
    from traider.store.tables.server_facts import server_facts

    with opened(url, config_file, read_only=True) as engine:
        found, facts, place = schema_status(engine), server_facts(engine), place_of(engine)
    if as_json:
        click.echo(json.dumps(status_json(place, found, facts)))
    else:
        for line in status_lines(place, found, facts):
            click.echo(line)


@db.command()
@database_options
@json_option
def check(url: str, config_file: Path | None, as_json: bool) -> int:
    """Compare the tables with what this version expects; exit code 1 when they differ."""
    from traider.store.tables.faults import place_of
    from traider.store.tables.schema import schema_differences, schema_status

    with opened(url, config_file, read_only=True) as engine:
        found, place = schema_status(engine), place_of(engine)
        differences = schema_differences(engine) if found.is_current else ()
    is_sound = found.is_current and not differences
    if as_json:
        body = {
            "ok": is_sound,
            "database": place,
            "pending": found.pending,
            "differences": differences,
        }
        click.echo(json.dumps(body))
    elif is_sound:
        click.echo(f"{place}: the tables are those of {found.current}")
    else:
        for revision in found.pending:
            click.echo(f"{place}: {revision} is not applied → traider db upgrade")
        for difference in differences:
            click.echo(f"{place}: {difference}")
    return 0 if is_sound else 1


def _tell(engine: "Engine", word: str, revisions: tuple[str, ...], *, as_json: bool) -> None:
    from traider.store.tables.faults import place_of
    from traider.store.tables.schema import schema_status

    place, now = place_of(engine), schema_status(engine).current
    if as_json:
        body = {"database": place, word.replace(" ", "_"): revisions, "revision": now}
        click.echo(json.dumps(body))
        return
    for revision in revisions:
        click.echo(f"{revision} {word}")
    click.echo(f"{place}: tables of {now}" if now else f"{place}: no tables")


for _command in (apply, copy, load, retain, series, unload):
    db.add_command(_command)
