"""Which database the commands of ``traider db`` work on."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from traider.cli.options import config_option

if TYPE_CHECKING:
    from sqlalchemy import Engine

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


def _configured(config_file: Path | None) -> str:
    from traider.runtime.config import load_config

    return load_config(config_file).database.url.get_secret_value()
