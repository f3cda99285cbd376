"""``traider run`` while it runs: what is shown of it, and its end."""

import asyncio
import contextlib
import os
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

import click
import msgspec
from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.text import Text

from traider.cli.main import report_error
from traider.cli.run_front_door import front_door_of, print_lines
from traider.cli.run_order import RunArguments, session_order
from traider.cli.said_lines import SaidLines
from traider.cli.status_view import draw
from traider.domain.errors import Interrupted, UsageError
from traider.ops.event_loop import run
from traider.runtime.control.kill_ways import kill_ways
from traider.runtime.observability import ObserveTerms, RoleObservation, observe
from traider.runtime.session.supervised import SupervisedRun
from traider.runtime.session.supervised_child import tell_supervisor
from traider.runtime.session.terms import SessionEnd, SessionOrder
from traider.runtime.state_folder import RunPaths
from traider.runtime.status_source import FoundStatus, Liveness
from traider.runtime.supervision.notices import Notices
from traider.runtime.supervision.signals import stop_signals
from traider.runtime.supervision.threads import is_left

_WIDTH: Final = 160
_PLAIN_S: Final = 5.0
"""How often a line is printed where there is no terminal to draw on."""
_DRAW_S: Final = 0.5


def run_session(said: RunArguments, *, is_standby: bool = False) -> int:
    """Run sessions and print what they came to; a standby begins when the leader is gone.

    Raises:
        TraiderError: it cannot begin, or a part of it failed.
    """
    order = replace(session_order(said), is_standby=is_standby)
    order = replace(order, front_door=front_door_of(said, order))
    try:
        with _observed(order) as seen:
            if order.note:
                seen.log.warning("settings not taken", why=order.note)
                click.echo(f"traider: warning: {order.note}", err=True)
            end = run(_run(order, seen, as_json=said.as_json))
    except Interrupted as stop:
        if not (order.is_standby or is_left()):
            raise
        if order.is_standby:
            code = _told_standing_by(order, as_json=said.as_json)
        else:
            code = report_error(stop, as_json=said.as_json)
        if is_left():
            # A compiler in a thread would be waited for, or be torn down while it works.
            sys.stdout.flush()
            os._exit(code)
        return code
    if said.as_json:
        click.echo(msgspec.json.encode(end.outcome))
    else:
        _print(end)
    return 0


def _told_standing_by(order: SessionOrder, *, as_json: bool) -> int:
    """Say that a standby ended in order without ever having traded; return its exit code."""
    if as_json:
        click.echo(msgspec.json.encode({"state": str(order.folder), "led": False}))
    else:
        click.echo(f"stood by {order.folder}, and never led")
    return 0


@contextlib.contextmanager
def _observed(order: SessionOrder) -> Iterator[RoleObservation]:
    """Open log, metrics and alerts of the trader.

    Raises:
        UsageError: the state folder cannot be made.
    """
    try:
        order.folder.mkdir(parents=True, exist_ok=True)
    except OSError as fault:
        raise UsageError(
            f"cannot be a state folder: {fault.strerror}",
            where=str(order.folder),
            fix="name another with --state",
        ) from fault
    config = order.request.config
    terms = ObserveTerms(
        RunPaths(order.folder).log, order.request.mode.value, "error", order.folder
    )
    with observe(config, "trader", terms) as seen:
        yield seen


async def _run(order: SessionOrder, seen: RoleObservation, *, as_json: bool) -> SessionEnd:
    run = SupervisedRun(order, seen)

    def say_what_is_waited_for() -> None:
        # A signal may arrive inside a write of stderr; a system call is safe there.
        os.write(2, f"\n{run.stage}; Ctrl-C again ends at once\n".encode())

    signals = stop_signals(run.stop, run.reload, say_what_is_waited_for)
    with signals, kill_ways(order.folder, seen, order.request.config):
        running = asyncio.create_task(run.run())
        telling = asyncio.create_task(tell_supervisor(run, Notices.of_environment()))
        try:
            await _show(run, running, as_json=as_json)
            return await running
        finally:
            telling.cancel()


async def _show(run: SupervisedRun, running: "asyncio.Task[SessionEnd]", *, as_json: bool) -> None:
    """Draw the view on a terminal; say a line now and then elsewhere."""
    console = Console(stderr=as_json)
    if not console.is_terminal:
        console.width = _WIDTH
        lines = asyncio.create_task(print_lines(run.take_lines))
        said = SaidLines()
        try:
            while not running.done():
                await asyncio.wait({running}, timeout=_PLAIN_S)
                line = _line(run)
                if not (as_json or running.done()) and said.is_due(line, time.monotonic()):
                    console.print(line, highlight=False)
        finally:
            lines.cancel()
        return
    with Live(console=console, auto_refresh=False, transient=as_json) as live:
        while not running.done():
            for line in run.take_lines():
                live.console.print(line, markup=False, highlight=False, soft_wrap=True)
            body = run.status()
            picture: RenderableType = Text(f"{run.stage} …", style="dim")
            if body is not None:
                found = FoundStatus(body, Liveness.RUNNING, 0.0)
                picture = Group(draw(found, console.width), *(Text(n) for n in run.notes))
            live.update(picture, refresh=True)
            await asyncio.wait({running}, timeout=_DRAW_S)


def _line(run: SupervisedRun) -> str:
    body = run.status()
    if body is None:
        return run.stage
    counts = body.counts
    return (
        f"{body.phase.value}  NAV {body.nav} {body.currency}  profit {body.pnl}  "
        f"positions {len(body.positions)}  orders {len(body.orders)} open, "
        f"{counts.orders_sent:,} sent, {counts.orders_refused:,} refused  fills {counts.fills:,}"
    )


def _print(end: SessionEnd) -> None:
    """Print what a session came to."""
    outcome, status = end.outcome, end.status
    console = Console(highlight=False)
    if not console.is_terminal:
        console.width = _WIDTH
    checks = "identical" if outcome.parity.ok else "DIFFERENT"
    for name, value in (
        ("NAV", f"{outcome.nav} {status.currency}, profit {status.pnl}, fees {outcome.fees}"),
        ("orders", f"{outcome.orders_sent:,} sent, {outcome.orders_refused:,} refused"),
        ("fills", f"{outcome.fills:,}, {len(status.orders)} orders left open"),
        ("parity", f"{checks}, {outcome.parity.checks} checks"),
        ("latency", f"{outcome.latency_us.p50:,.0f} µs p50, {outcome.latency_us.p99:,.0f} µs p99"),
        ("fingerprint", outcome.fingerprint),
        ("state", outcome.state),
        ("report", str(end.report or "none")),
    ):  # fmt: skip
        console.print(f"{name:12} {value}", markup=False)
    for note in end.notes:
        console.print(note, style="dim", markup=False)
