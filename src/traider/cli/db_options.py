"""Which database the commands of ``traider db`` work on."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from traider.cli.options import config_option

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from traider.runtime.config_database import DatabaseConfig
    from traider.store.tables.databases import Databases

Command = TypeVar("Command", bound=Callable[..., Any])


def database_options(command: Command) -> Command:
    """Add ``--url URL`` and ``--config FILE``."""
    named = click.option(
        "--url",
        metavar="URL",
        default="",
        help="Address of the database instead of the setting database.url.",
    )
    return named(config_option(command))


@contextmanager
def opened(url: str, config_file: Path | None, *, read_only: bool = False) -> Iterator["Engine"]:
    """Yield the database that ``--url`` or the configuration names."""
    from traider.store.tables.engines import open_engine

    engine = open_engine(url or _configured(config_file), read_only=read_only)
    try:
        yield engine
    finally:
        engine.dispose()


@contextmanager
def opened_both(url: str, config_file: Path | None) -> Iterator["Databases"]:
    """Yield the database and its read replica; ``--url`` names one that has none."""
    from traider.store.tables.databases import Databases

    replica = "" if url else _settings(config_file).replica_url.get_secret_value()
    with Databases(url or _configured(config_file), replica) as databases:
        yield databases


def _configured(config_file: Path | None) -> str:
    return _settings(config_file).url.get_secret_value()


def _settings(config_file: Path | None) -> "DatabaseConfig":
    from traider.runtime.config import load_config

    return load_config(config_file).database
