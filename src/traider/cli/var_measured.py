"""What a running trader measured last of its account, printed."""

import json
from pathlib import Path

import click
import msgspec

from traider.runtime.risk_file import GateRiskBody, RiskBody, read_risk
from traider.venues.rfc3339 import format_ns


def show_measured(folder: Path, *, as_json: bool) -> None:
    """Print the last measurement of the run of ``folder``."""
    body = read_risk(folder)
    if as_json:
        click.echo(json.dumps(msgspec.to_builtins(body), ensure_ascii=False))
        return
    for line in measured_lines(body):
        click.echo(line)


def measured_lines(body: RiskBody) -> list[str]:
    """Return a measurement as lines for a person."""
    head = (
        f"measured {format_ns(body.now_ns)} in {body.took_us / 1e3:.1f} ms; equity "
        f"{body.equity:,.2f} {body.currency}, gross {body.gate.gross:.1%}, "
        f"net {body.gate.net:+.1%}"
    )
    lines = [head, *_gate_lines(body.gate)]
    lines += [
        f"  {each.model}, {each.horizon}, {each.level:.0%}: VaR {_money(each.var)}, "
        f"ES {_money(each.es)} {body.currency} ({each.periods:,} periods)"
        for each in body.measurements
    ]
    lines += [
        f"  {each.instrument}, {each.horizon}, {each.level:.0%}: component VaR "
        f"{each.component_var:,.2f}, of the ES {each.component_es:,.2f}, incremental "
        f"{each.incremental_var:,.2f} {body.currency}"
        for each in body.parts
    ]
    if not body.measurements:
        lines.append("  other models need bars: set observability.risk_history")
    return [*lines, *(f"note: {note}" for note in body.notes)]


def _gate_lines(gate: GateRiskBody) -> list[str]:
    if gate.var is None or gate.es is None:
        return [f"  the gate knows too little yet: {gate.samples} samples of {gate.samples_min}"]
    return [
        f"  the gate, {gate.horizon}, {gate.confidence:.0%}: {name} {value:.3%} of equity, limit "
        + (f"{limit:.3%}" if limit else "off")
        for name, value, limit in (("VaR", gate.var, gate.max_var), ("ES", gate.es, gate.max_es))
    ]


def _money(value: float | None) -> str:
    return "–" if value is None else f"{value:,.2f}"
