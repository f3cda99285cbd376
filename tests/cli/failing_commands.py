"""Commands that fail in every way a command can."""

import click

from traider.domain.errors import DataError


@click.command()
@click.option("--json", "as_json", is_flag=True)
def bad_data(as_json: bool) -> None:
    """Raise an error of ours."""
    del as_json
    raise DataError("high below low", where="bars.parquet row 7", fix="repair the file")


@click.command()
def interrupted() -> None:
    """Raise what Ctrl-C raises."""
    raise KeyboardInterrupt


@click.command()
def fails() -> int:
    """Return an exit code."""
    return 1
