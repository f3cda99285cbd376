"""One table of engines with the ratio to Traider, and one line on whether they agree."""

from collections.abc import Mapping
from dataclasses import dataclass

from benchmarks.peers.processes import Measured
from benchmarks.tables import print_table

CENT = 0.005


@dataclass(frozen=True)
class Heading:
    """What a table is about: its title, what is counted a second, and what a trade is called."""

    title: str
    unit: str = "bars"
    trades: str = "entries"
    equity: str = "final equity"


def print_engines(heading: Heading, found: Mapping[str, Measured], traider: str) -> None:
    """Print a row an engine; ``traider`` is the script that all times are divided by."""
    base = _per_row(found[traider]) if traider in found else 0.0
    print_table(
        heading.title,
        (
            "engine",
            "version",
            "engine s [min-max]",
            f"M {heading.unit}/s",
            "times Traider",
            "process s",
            "peak MiB",
            heading.trades,
            heading.equity,
        ),
        [_row(measured, base) for measured in found.values()],
    )


def _row(measured: Measured, base: float) -> tuple[str, ...]:
    finding = measured.finding
    return (
        finding.engine,
        finding.version,
        f"{finding.seconds:.3g} [{measured.fastest:.3g}-{measured.slowest:.3g}]",
        f"{finding.rows / finding.seconds / 1e6:.3g}",
        f"{_per_row(measured) / base:.2g}" if base else "-",
        f"{measured.process_seconds:.1f}",
        f"{measured.peak_mib:.0f}",
        f"{finding.trades:,}",
        f"{finding.equity:,.2f}",
    )


def _per_row(measured: Measured) -> float:
    return measured.finding.seconds / measured.finding.rows


def print_notes(found: Mapping[str, Measured]) -> None:
    """Print what the engines have to say beside their numbers."""
    print()
    for measured in found.values():
        print(f"- {measured.finding.engine}: {measured.finding.note}")


def print_agreement(found: Mapping[str, Measured], traider: str) -> None:
    """Say which engines trade as often as Traider and end within a cent of it, and which do not."""
    base = found[traider].finding
    others = [measured.finding for name, measured in found.items() if name != traider]
    equal = [
        finding.engine
        for finding in others
        if finding.trades == base.trades and abs(finding.equity - base.equity) < CENT
    ]
    parts = []
    if equal:
        parts.append(f"equal in trades and to the cent: {', '.join(equal)}")
    parts += [
        f"{finding.engine}: {finding.trades - base.trades:+,} trades, "
        f"{finding.equity - base.equity:+,.2f}"
        for finding in others
        if finding.engine not in equal
    ]
    print(f"\nAgainst Traider, {'; '.join(parts)}.")
