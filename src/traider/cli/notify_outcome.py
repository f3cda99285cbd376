"""What ``traider notify`` prints."""

import getpass
from pathlib import Path

import click
import msgspec

from traider.domain.errors import UsageError
from traider.ops.clock import SystemClock
from traider.ops.notifying import Channel
from traider.runtime.config import load_config
from traider.runtime.notifications import WAYS, channels_of, send_test

_SOURCE = "traider"


def tell_ways(config_file: Path | None, overrides: tuple[str, ...], *, as_json: bool) -> None:
    """Print each way, and the least alert that goes over it.

    Raises:
        ConfigError: the settings cannot be used.
    """
    found = {each.name: each.least.value for each in _set_ways(config_file, overrides)}
    if as_json:
        rows = [{"way": way, "is_set": way in found, "least": found.get(way)} for way in WAYS]
        click.echo(msgspec.json.encode({"ways": rows}))
        return
    for way in WAYS:
        click.echo(f"{way:10} " + (f"from {found[way]} on" if way in found else "not set"))


def tell_tests(
    way: str, config_file: Path | None, overrides: tuple[str, ...], *, as_json: bool
) -> int:
    """Send a test over the ways, print what came of each, and return the exit code.

    Raises:
        ConfigError: the settings cannot be used.
        UsageError: the way is not set, or none is.
    """
    chosen = [each for each in _set_ways(config_file, overrides) if way in ("", each.name)]
    if not chosen:
        raise UsageError(
            f"{way or 'no way'} is {'not ' if way else ''}set",
            where="notifications",
            fix=f"set one of {', '.join(WAYS)} in the table [notifications]",
        )
    rows = []
    for channel in chosen:
        sent = send_test(channel, getpass.getuser(), _SOURCE, SystemClock().now_ns())
        rows.append({"way": channel.name, "is_sent": sent.is_done, "why": sent.why})
        if not as_json:
            click.echo(f"{channel.name:10} " + ("sent" if sent.is_done else f"failed: {sent.why}"))
    if as_json:
        click.echo(msgspec.json.encode({"tests": rows}))
    return 0 if all(row["is_sent"] for row in rows) else 1


def _set_ways(config_file: Path | None, overrides: tuple[str, ...]) -> tuple[Channel, ...]:
    return channels_of(load_config(config_file, overrides).notifications)
