"""How a trader's status looks on a terminal: wide in two columns, narrow in one."""

import time
from typing import Final, assert_never

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from traider.cli.status_numbers import UNKNOWN, age, amount, change, percent
from traider.cli.status_tables import (
    ORDERS_SHOWN,
    alerts,
    breakers,
    health,
    latencies,
    orders,
    positions,
    restarts,
)
from traider.runtime.standby_file import said
from traider.runtime.status_body import Mode, Phase, StatusBody
from traider.runtime.status_source import FoundStatus, Liveness

WIDE: Final = 150
"""From so many characters on there are two columns;"""
_SIDE: Final = 60
"""so many of them are the right one's."""
_NARROW: Final = 76
"""With fewer, the account takes two lines."""

_DEEP: Final = 0.1
"""A drawdown that stands out."""
_NS_PER_S: Final = 1_000_000_000
_SAME_S: Final = 5.0
_SAME_PART: Final = 0.02
"""Clocks that differ by less are one."""
_MODES: Final = {
    Mode.LIVE: (" LIVE: REAL MONEY ", "bold white on red"),
    Mode.PAPER: (" PAPER: NO ORDER LEAVES ", "bold white on blue"),
    Mode.SHADOW: (" SHADOW: NO ORDER LEAVES ", "bold white on magenta"),
    Mode.DEMO: (" DEMO: RECORDED MARKET, NO MONEY ", "bold black on green"),
}
_PHASES: Final = {
    Phase.TRADING: "bold green",
    Phase.PAUSED: "bold yellow",
    Phase.KILLED: "bold white on red",
    Phase.GATEWAY_SILENT: "bold white on red",
    Phase.GATEWAY_KILLED: "bold white on red",
    Phase.GATEWAY_HALTED: "bold yellow",
    Phase.STOPPED: "bold yellow",
}


def draw(found: FoundStatus, width: int, orders_shown: int = ORDERS_SHOWN) -> RenderableType:
    """Return the whole status for a terminal of ``width`` characters."""
    body, room = found.body, width - _SIDE if width >= WIDE else width
    money = Group(positions(body), Text(), orders(body, room, orders_shown), Text(), breakers(body))
    # Parts and alerts are told by the machine's clock, which the trader's own may differ from.
    said_ns = time.time_ns() - round(found.age_s * _NS_PER_S)
    restarted = restarts(body, said_ns)
    machine = Group(
        health(body, said_ns), Text(), restarted, Text(), latencies(body), Text(),
        _parity(body, said_ns),
    )  # fmt: skip
    parts: list[RenderableType] = [_head(found), Text(), _account(body, width), Text()]
    if width >= WIDE:
        sides = Table.grid(padding=(0, 4))
        sides.add_row(money, machine)
        parts.append(sides)
    else:
        parts += [money, Text(), machine]
    return Group(*parts, Text(), _counts(body), _limits(body), Text(), alerts(body))


def _head(found: FoundStatus) -> RenderableType:
    """Return the lines that say whose money it is, and whether anybody is at work."""
    body = found.body
    words, style = _MODES[body.mode]
    first = Text.assemble((words, style), "  ", (body.phase.value, _PHASES.get(body.phase, "bold")))
    first.append(f"  {body.venue}  {body.state}")
    standbys = [
        Text(f"standby: process {each.pid}, {said(each)}", style="dim") for each in body.standbys
    ]
    return Group(first, _standing(found), *standbys)


def _standing(found: FoundStatus) -> Text:
    """Return the line that says whether a process is at work, or how old this is."""
    body, said = found.body, age(found.age_s)
    match found.liveness:
        case Liveness.RUNNING:
            leads = "leads" if body.is_leader else "does not lead"
            words = f"process {body.pid}, up {_up(body)}, {leads}, epoch {body.epoch}"
            return Text(words, style="dim" if body.is_leader else "bold yellow")
        case Liveness.SILENT:
            words = f"PROCESS {body.pid or UNKNOWN} DOES NOT ANSWER; this was said {said} ago"
            return Text(words, style="bold white on red")
        case Liveness.ENDED:
            return Text(f"not running; this was said {said} ago", style="bold yellow")
        case Liveness.NEVER_RAN:
            is_starting = body.phase is Phase.STARTING
            first = "its first process starts" if is_starting else "not running"
            words = f"{first}; prepared {said} ago, and nothing was said yet"
            return Text(words, style="bold yellow")
        case _:
            assert_never(found.liveness)


def _up(body: StatusBody) -> str:
    """Return how long a session runs, and how much of the market's time that was if it differs."""
    market_s = (body.now_ns - body.started_ns) / _NS_PER_S
    if not body.up_s or abs(market_s - body.up_s) <= max(_SAME_S, _SAME_PART * body.up_s):
        return age(market_s)
    return f"{age(body.up_s)} ({age(market_s)} of the market's time)"


def _account(body: StatusBody, width: int) -> RenderableType:
    """Return NAV and profit; a drawdown stands out from 10 % on."""
    table = Table.grid(padding=(0, 3))
    is_deep = bool(body.drawdown) and float(body.drawdown) >= _DEEP
    pairs: list[tuple[str, RenderableType]] = [
        ("NAV", Text(amount(body.nav, body.currency), style="bold")),
        ("P&L", change(body.pnl, body.currency)),
        ("today", change(body.pnl_day, body.currency)),
        ("fees", Text(amount(body.fees, body.currency))),
        ("cash", Text(amount(body.cash, body.currency))),
        ("drawdown", Text(percent(body.drawdown), style="bold red" if is_deep else "")),
    ]
    beside = len(pairs) if width >= _NARROW else len(pairs) // 2
    for first in range(0, len(pairs), beside):
        row = pairs[first : first + beside]
        table.add_row(*(Text(name, style="dim") for name, _ in row))
        table.add_row(*(value for _, value in row))
    return table


def _parity(body: StatusBody, said_ns: int) -> Text:
    parity = body.parity
    if not parity.checks:
        return Text("parity: not checked yet", style="dim")
    last = age((said_ns - parity.last_ns) / _NS_PER_S)
    words = f"{parity.checks:,} checks, the last {last} ago"
    if parity.ok:
        return Text(f"parity: identical, {words}", style="green")
    return Text(f"PARITY: STATE DIFFERS FROM THE JOURNAL, {words}", style="bold white on red")


def _counts(body: StatusBody) -> Text:
    counts = body.counts
    words = (
        f"{counts.events:,} events  {counts.decisions:,} decisions  {counts.orders_sent:,} sent  "
        f"{counts.orders_refused:,} refused  {counts.fills:,} fills  "
        f"{counts.reconnects:,} reconnects  {counts.gaps:,} gaps"
    )
    return Text(words, style="dim")


def _limits(body: StatusBody) -> Text:
    words = "  ".join(f"{name} {value:,.12g}" for name, value in body.limits.items())
    return Text(f"limits: {words or 'not said'}", style="dim")
