"""``traider run`` while it runs: the session, what is shown of it, and its end."""

import asyncio
import contextlib
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

import click
import msgspec
from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.text import Text

from traider.cli.run_order import RunArguments, session_order
from traider.cli.status_view import draw
from traider.domain.errors import UsageError
from traider.runtime.observability import ObserveTerms, RoleObservation, observe
from traider.runtime.session.session import Session
from traider.runtime.session.terms import SessionEnd, SessionOrder
from traider.runtime.state_folder import RunPaths
from traider.runtime.status_source import FoundStatus, Liveness
from traider.runtime.supervision.signals import stop_signals

_WIDTH: Final = 160
_PLAIN_S: Final = 5.0
"""How often a line is printed where there is no terminal to draw on."""
_DRAW_S: Final = 0.5


def run_session(said: RunArguments, *, is_standby: bool = False) -> int:
    """Run one session and print what it came to; a standby begins it when the leader is gone.

    Raises:
        TraiderError: it cannot begin, or a part of it failed.
    """
    order = replace(session_order(said), is_standby=is_standby)
    with _observed(order) as seen:
        end = asyncio.run(_run(order, seen, as_json=said.as_json))
    if said.as_json:
        click.echo(msgspec.json.encode(end.outcome))
    else:
        _print(end)
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
    terms = ObserveTerms(RunPaths(order.folder).log, order.request.mode.value, "error")
    with observe(config, "trader", terms) as seen:
        yield seen


async def _run(order: SessionOrder, seen: RoleObservation, *, as_json: bool) -> SessionEnd:
    session = Session(order, seen)
    with stop_signals(session.stop, session.reload):
        running = asyncio.create_task(session.run())
        await _show(session, running, as_json=as_json)
        return await running


async def _show(session: Session, running: "asyncio.Task[SessionEnd]", *, as_json: bool) -> None:
    """Draw the view on a terminal; say a line now and then elsewhere."""
    console = Console(stderr=as_json)
    if not console.is_terminal:
        console.width = _WIDTH
        while not running.done():
            await asyncio.wait({running}, timeout=_PLAIN_S)
            if not as_json:
                console.print(_line(session), highlight=False)
        return
    with Live(console=console, auto_refresh=False, transient=as_json) as live:
        while not running.done():
            body = session.status()
            picture: RenderableType = Text(f"{session.stage} …", style="dim")
            if body is not None:
                found = FoundStatus(body, Liveness.RUNNING, 0.0)
                picture = Group(draw(found, console.width), *(Text(n) for n in session.notes))
            live.update(picture, refresh=True)
            await asyncio.wait({running}, timeout=_DRAW_S)


def _line(session: Session) -> str:
    body = session.status()
    if body is None:
        return session.stage
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
