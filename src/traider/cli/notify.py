"""``traider notify``: the ways that alerts go to people."""

from pathlib import Path

import click

from traider.cli.options import config_option, json_option, set_option


@click.group()
def notify() -> None:
    """See the ways that alerts go to people, and test them."""


@notify.command("list")
@config_option
@set_option
@json_option
def list_ways(config_file: Path | None, overrides: tuple[str, ...], as_json: bool) -> None:
    """List the ways that are set in [notifications]."""
    from traider.cli.notify_outcome import tell_ways

    tell_ways(config_file, overrides, as_json=as_json)


@notify.command("test")
@click.option("--way", default="", metavar="NAME", help="One way alone, such as slack.")
@config_option
@set_option
@json_option
def send_tests(
    way: str, config_file: Path | None, overrides: tuple[str, ...], as_json: bool
) -> int:
    """Send a test over each way, and tell what came of it; exit code 1 where one failed."""
    from traider.cli.notify_outcome import tell_tests

    return tell_tests(way, config_file, overrides, as_json=as_json)
