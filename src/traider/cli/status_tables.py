"""The tables of ``traider status``."""

from enum import StrEnum
from typing import Final

from rich.console import Group, JustifyMethod, RenderableType
from rich.table import Table
from rich.text import Text

from traider.cli.status_numbers import age, amount, change, duration_us, exact
from traider.runtime.status_body import OrderBody, StatusBody
from traider.venues.rfc3339 import format_ns

ORDERS_SHOWN: Final = 20
"""Orders on screen; the rest is counted."""

AGES_FROM: Final = 90
"""Characters a line has at least where orders show their age,"""
IDS_FROM: Final = 110
"""and where they show their id."""

_NS_PER_S: Final = 1_000_000_000
_SEVERITIES: Final = {"critical": "bold red", "warning": "yellow", "info": "dim"}


def positions(body: StatusBody) -> RenderableType:
    """Return what is held."""
    if not body.positions:
        return Text("positions: none", style="dim")
    table = _table("position", size="right", mark="right", value="right", unrealized="right")
    for each in body.positions:
        table.add_row(
            each.name,
            exact(each.size),
            exact(each.mark),
            amount(each.value, body.currency),
            change(each.unrealized, body.currency),
        )
    return table


def orders(body: StatusBody, room: int, shown: int) -> RenderableType:
    """Return the orders that are not over, ``shown`` of them, in lines of ``room`` characters."""
    if not body.orders:
        return Text("open orders: none", style="dim")
    table = _table("order", instrument="left", left="right", price="right", state="left")
    further = [_Further.AGE] if room >= AGES_FROM else []
    further += [_Further.ID] if room >= IDS_FROM else []
    for column in further:
        table.add_column(column.value, justify=column.justify, no_wrap=True)
    for each in body.orders[:shown]:
        price = exact(each.price) if each.price or not each.trigger else ""
        cells: list[RenderableType] = [
            Text(f"{each.side} {each.kind}", style="green" if each.side == "buy" else "red"),
            each.name,
            each.leaves if each.leaves == each.size else f"{each.leaves} / {each.size}",
            f"{price} @ {exact(each.trigger)}".strip() if each.trigger else price,
            each.state,
        ]
        table.add_row(*cells, *(column.text(each) for column in further))
    hidden = len(body.orders) - shown
    return Group(table, Text(f"and {hidden} more", style="dim")) if hidden > 0 else table


def health(body: StatusBody, said_ns: int) -> RenderableType:
    """Return how each part is, and since when; ``said_ns`` is when it was said, machine's clock."""
    if not body.health:
        return Text("health: nothing was said", style="dim")
    table = _table("part", health="left", since="right")
    for each in sorted(body.health, key=lambda each: (each.is_good, each.part)):
        words = "good" if each.is_good else each.detail or "not good"
        style = "green" if each.is_good else "bold red"
        since_s = (said_ns - each.since_ns) / _NS_PER_S if each.since_ns else 0.0
        table.add_row(each.part, Text(words, style=style, overflow="fold"), age(since_s))
    return table


def breakers(body: StatusBody) -> RenderableType:
    """Return the circuit breakers that are open, a line each."""
    if not body.breakers:
        return Text("circuit breakers: none is open", style="dim")
    lines = Text(overflow="fold")
    for each in body.breakers:
        style = "yellow" if each.action == "alert" else "bold red"
        where = f" of {each.instrument}" if each.instrument else ""
        since = age((body.now_ns - each.since_ns) / _NS_PER_S)
        ends = f"closes by itself ({age(each.cooldown_s)})" if each.cooldown_s else "until re-armed"
        lines.append(f"breaker {each.name}{where}: {each.action}, {ends}; ", style=style)
        lines.append(f"{each.words}, {since} ago\n")
    lines.rstrip()
    return lines


def restarts(body: StatusBody, said_ns: int) -> RenderableType:
    """Return the parts that had to be begun again, a line each."""
    if not body.restarts:
        return Text("begun again: nothing", style="dim")
    lines = Text(style="yellow", overflow="fold")
    for each in body.restarts:
        ago = age((said_ns - each.at_ns) / _NS_PER_S)
        times = f"{each.count:,} times, the last" if each.count > 1 else "once,"
        lines.append(f"begun again: {each.part} {times} {ago} ago: {each.why}\n")
    lines.rstrip()
    return lines


def latencies(body: StatusBody) -> RenderableType:
    """Return how long each stage takes."""
    if not body.latency_us:
        return Text("latency: not measured yet", style="dim")
    table = _table("latency", p50="right", p95="right", p99="right", slowest="right", count="right")
    table.columns[4].header = "p99.9"
    for stage, each in body.latency_us.items():
        table.add_row(
            stage.replace("_", " "),
            *(duration_us(value) for value in (each.p50, each.p95, each.p99, each.p999)),
            f"{each.count:,}",
        )
    return table


def alerts(body: StatusBody) -> RenderableType:
    """Return the last alerts, newest first."""
    if not body.alerts:
        return Text("alerts: none", style="dim")
    table = _table("alert", severity="left", what="left")
    for each in reversed(body.alerts):
        what = f"{each.title}: {each.detail}" if each.detail else each.title
        style = _SEVERITIES.get(each.severity, "")
        time = format_ns(each.at_ns)[11:19]
        table.add_row(time, Text(each.severity, style=style), Text(what, style=style))
    return table


class _Further(StrEnum):
    """Columns of orders that a narrow terminal has no room for."""

    AGE = "age"
    ID = "id"

    @property
    def justify(self) -> JustifyMethod:
        return "right" if self is _Further.AGE else "left"

    def text(self, order: OrderBody) -> str:
        return age(order.age_s) if self is _Further.AGE else order.order_id


def _table(first: str, **columns: JustifyMethod) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column(first, no_wrap=True)
    for name, justify in columns.items():
        table.add_column(name, justify=justify, no_wrap=name not in ("health", "what"))
    return table
