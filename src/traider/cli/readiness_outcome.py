"""What ``traider readiness`` does and prints: a row a check, or one object."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

import click
from rich.console import Console

from traider.cli.interrupt import stop_on_interrupt
from traider.cli.progress import Show, progress_shown
from traider.domain.errors import UsageError
from traider.ops.clock import SystemClock
from traider.runtime.config import LoadedConfig, load_with_origins
from traider.runtime.observability import ObserveTerms, observe
from traider.runtime.parity.watch import Watch
from traider.runtime.readiness.checklist import (
    Asked,
    check_readiness,
    note_alert_seen,
    send_test_alert,
    sign_off,
)
from traider.runtime.readiness.rows import Row

READY: Final = 0
NOT_READY: Final = 1
_WIDTH: Final = 160


@dataclass(frozen=True)
class ReadinessArguments:
    """The options, as they were given."""

    folder: Path
    name: str | None
    code: str | None
    config_file: Path | None
    overrides: tuple[str, ...]
    test_alert: bool
    as_json: bool
    live: Path = Path("runs/live-coinbase")


def readiness_session(said: ReadinessArguments) -> int:
    """Check, print, and return the exit code.

    Raises:
        UsageError: there is no such folder, or a signature is refused.
        ConfigError: the settings are wrong.
    """
    if not said.folder.is_dir():
        raise UsageError(
            "there is no such folder",
            where=str(said.folder),
            fix="name the --state folder of the paper run",
        )
    loaded = load_with_origins(said.config_file, said.overrides)
    if said.test_alert:
        return _test_alert(said, loaded)
    show = Show.JSON if said.as_json else Show.SUMMARY
    with stop_on_interrupt(quiet=said.as_json) as stop, progress_shown(show) as progress:
        watch = Watch(stop=stop) if progress is None else Watch(progress, stop)
        asked = Asked(said.folder, loaded, SystemClock(), watch, live=said.live)
        if said.code is not None:
            note_alert_seen(asked, said.code)
        rows = check_readiness(asked)
    if said.name is not None:
        rows = sign_off(asked, said.name, rows)
    is_ready = all(row.ok for row in rows)
    if said.as_json:
        body = {"ready": is_ready, "checks": [asdict(row) for row in rows]}
        click.echo(json.dumps(body, ensure_ascii=False))
    else:
        print_rows(rows)
        click.echo("ready" if is_ready else "not ready: no real money is traded")
    return READY if is_ready else NOT_READY


def _test_alert(said: ReadinessArguments, loaded: LoadedConfig) -> int:
    """Send a test alert over every channel that a trader would use."""
    config = loaded.config
    quiet = config.model_copy(
        update={"observability": config.observability.model_copy(update={"metrics": False})}
    )
    channels = ["console"]
    if config.observability.sentry_dsn.get_secret_value():
        channels.append("sentry")
    asked = Asked(said.folder, loaded, SystemClock(), Watch())
    terms = ObserveTerms(said.folder / "log.jsonl", console_level="error")
    with observe(quiet, "readiness", terms) as seen:
        send_test_alert(asked, seen.alerts, channels)
    if said.as_json:
        click.echo(json.dumps({"sent": True, "channels": channels}))
    else:
        click.echo(f"sent over: {', '.join(channels)}; tell its code with --alert-seen CODE")
    return READY


def print_rows(rows: Sequence[Row]) -> None:
    """Print a line a row, and how to mend what is not well."""
    console = Console(highlight=False)
    if not console.is_terminal:
        console.width = _WIDTH
    width = max(len(row.name) for row in rows)
    for row in rows:
        word = "ok     " if row.ok else "NOT YET"
        console.print(f"{word}  {row.name:<{width}}  {row.found}", markup=False)
        if not row.ok:
            console.print(f"{'':<{width + 11}}→ {row.fix}", markup=False)
