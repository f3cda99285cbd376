"""Options that several commands share."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

Command = TypeVar("Command", bound=Callable[..., Any])


def config_option(command: Command) -> Command:
    """Add ``--config FILE``."""
    return click.option(
        "--config",
        "config_file",
        type=click.Path(path_type=Path),
        metavar="FILE",
        help="Config file; traider.toml of this folder when there is one.",
    )(command)


def set_option(command: Command) -> Command:
    """Add ``--set key=value``, repeatable."""
    return click.option(
        "--set",
        "overrides",
        multiple=True,
        metavar="KEY=VALUE",
        help="Override one setting, for example costs.taker_fee=0.001; repeat at will.",
    )(command)


def json_option(command: Command) -> Command:
    """Add ``--json``."""
    return click.option("--json", "as_json", is_flag=True, help="Print one JSON object on stdout.")(
        command
    )


def features_option(command: Command) -> Command:
    """Add ``--features FILE.py``, repeatable."""
    return click.option(
        "--features",
        multiple=True,
        type=click.Path(path_type=Path),
        metavar="FILE",
        help="Python file of batch features, beside those of the configuration; repeat at will.",
    )(command)


def scores_option(command: Command) -> Command:
    """Add ``--scores [NAME=]FILE``, repeatable."""
    return click.option(
        "--scores",
        multiple=True,
        metavar="[NAME=]FILE",
        help="Parquet file of a model's scores, beside those of the configuration; repeat at will.",
    )(command)


def lake_option(command: Command) -> Command:
    """Add ``--lake DIR``."""
    return click.option(
        "--lake",
        type=click.Path(path_type=Path, file_okay=False),
        metavar="DIR",
        help="Keep the market's events in this lake too.",
    )(command)


def features_lake_option(command: Command) -> Command:
    """Add ``--features DIR``."""
    return click.option(
        "--features",
        type=click.Path(path_type=Path, file_okay=False),
        metavar="DIR",
        help="Keep features and signals of the settings in this lake.",
    )(command)


def data_option(command: Command) -> Command:
    """Add ``--data FILE``, repeatable, as ``files``."""
    return click.option(
        "--data",
        "files",
        multiple=True,
        type=click.Path(path_type=Path),
        metavar="FILE",
        help="Bars (Parquet, a lake's series), raw captures of Level-2 data (.txt.zst), or a "
        "journal; repeat for more.",
    )(command)


def funding_option(command: Command) -> Command:
    """Add ``--funding FILE``, repeatable."""
    return click.option(
        "--funding",
        multiple=True,
        type=click.Path(path_type=Path),
        metavar="FILE",
        help="Parquet file of settled funding rates (ts, rate); repeat for more perpetuals.",
    )(command)


def span_options(command: Command) -> Command:
    """Add ``--from DATE`` as ``start`` and ``--to DATE`` as ``end``."""
    first = click.option("--from", "start", metavar="DATE", help="First day or instant used, UTC.")
    last = click.option(
        "--to", "end", metavar="DATE", help="First day or instant not used any more, UTC."
    )
    return first(last(command))


def to_lake_option(command: Command) -> Command:
    """Add ``--to LAKE`` as ``lake``."""
    return click.option(
        "--to",
        "lake",
        type=click.Path(path_type=Path),
        default=Path("lake"),
        show_default=True,
        metavar="LAKE",
        help="Lake that the rows are kept in.",
    )(command)


def bars_option(command: Command) -> Command:
    """Add ``--data DIR``, repeatable, as ``places``: where bars of several instruments are."""
    return click.option(
        "--data",
        "places",
        multiple=True,
        type=click.Path(path_type=Path),
        metavar="DIR",
        help="Bars: a folder of files, a file, or a lake; repeat for more.",
    )(command)


def run_option(command: Command) -> Command:
    """Add ``--state DIR``, required: the run that is looked at."""
    return click.option(
        "--state",
        required=True,
        type=click.Path(path_type=Path),
        metavar="DIR",
        help="State folder of the run; it may be under way.",
    )(command)


def api_options(command: Command) -> Command:
    """Add ``--host ADDRESS`` and ``--port N``: where the API is served."""
    host = click.option(
        "--host",
        default="",
        metavar="ADDRESS",
        help="Address that dashboard and API are served at, in place of api.host.",
    )
    port = click.option(
        "--port",
        type=click.IntRange(0, 65535),
        default=None,
        metavar="N",
        help="Their port, in place of api.port; 0 takes any free one.",
    )
    return host(port(command))


def api_overrides(host: str, port: int | None) -> tuple[str, ...]:
    """Return the settings that ``--host`` and ``--port`` stand for."""
    named = (f"api.host={host}",) if host else ()
    return named if port is None else (*named, f"api.port={port}")
