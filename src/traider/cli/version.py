"""``traider version``."""

import json
import platform

import click

from traider import __version__
from traider.cli.options import json_option


@click.command()
@json_option
def version(as_json: bool) -> None:
    """Print the version."""
    if as_json:
        click.echo(json.dumps({"version": __version__, "python": platform.python_version()}))
    else:
        click.echo(f"traider {__version__}")
