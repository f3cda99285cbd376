"""``traider status``, once or each second."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Final

import click
import msgspec
from rich.console import Console, RenderableType
from rich.live import Live

from traider.cli.status_tables import ORDERS_SHOWN
from traider.cli.status_view import draw
from traider.runtime.status_source import FoundStatus, Liveness, find_status

_ANSWER_S: Final = 3.0
_EVERY_S: Final = 1.0
_PLAIN_EVERY_S: Final = 5.0
_OTHER_LINES: Final = 30
_ORDERS_MIN: Final = 3
_PLAIN_WIDTH: Final = 120
"""Characters of a line where no terminal says how wide it is."""


def show_once(state: Path, *, as_json: bool) -> int:
    """Print the status once; return 1 when a process is there and does not answer."""
    found = find_status(state, _ANSWER_S)
    if as_json:
        click.echo(msgspec.json.encode(found.body).decode())
    else:
        console = _console()
        console.print(draw(found, console.width))
    return _code(found)


def watch_it(state: Path) -> int:
    """Show the status each second, until the person has enough.

    A trader that ends meanwhile is shown as ended, and one that comes back as running.
    """
    console = _console()
    found = find_status(state, _ANSWER_S)
    with _told_to_end() as ended:
        if not console.is_terminal:
            console.print(draw(found, console.width))
            while not ended.wait(_PLAIN_EVERY_S):
                found = find_status(state, _ANSWER_S)
                console.print(draw(found, console.width))
            return _code(found)
        with Live(console=console, screen=True, auto_refresh=False) as live:
            live.update(_fitting(found, console), refresh=True)
            while not ended.wait(_EVERY_S):
                found = find_status(state, _ANSWER_S)
                live.update(_fitting(found, console), refresh=True)
    # The screen of the watch is gone with it; what was seen last stays.
    console.print(draw(found, console.width))
    return _code(found)


def _fitting(found: FoundStatus, console: Console) -> RenderableType:
    """Return the status with as many orders as leave room for the rest."""
    shown = max(console.height - _OTHER_LINES, _ORDERS_MIN)
    return draw(found, console.width, min(shown, ORDERS_SHOWN))


def _console() -> Console:
    console = Console(highlight=False)
    if not console.is_terminal:
        console.width = _PLAIN_WIDTH
    return console


def _code(found: FoundStatus) -> int:
    return 1 if found.liveness is Liveness.SILENT else 0


@contextmanager
def _told_to_end() -> Iterator[threading.Event]:
    """Turn Ctrl-C and a request to end into an event, also where a shell ignores Ctrl-C."""
    ended = threading.Event()

    def on_signal(number: int, frame: FrameType | None) -> None:
        del number, frame
        ended.set()

    if threading.current_thread() is not threading.main_thread():
        yield ended
        return
    before = {each: signal.signal(each, on_signal) for each in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield ended
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)
