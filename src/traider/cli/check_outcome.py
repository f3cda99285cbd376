"""What a look-ahead check found, for people as a table and for programs as one JSON object."""

import math
from typing import Final

from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from traider.backtest.files import utc_text
from traider.backtest.lookahead import Leak, LeakKind, LookaheadResult, leak_json
from traider.runtime.lookahead import FinishedCheck

_NOUNS: Final = {
    LeakKind.BATCH_FEATURE: "values",
    LeakKind.UNREPEATABLE: "values",
    LeakKind.FORESIGHT: "values",
    LeakKind.SCORE_STAMP: "scores",
    LeakKind.DATA_STAMP: "bars",
    LeakKind.FILL: "fills",
    LeakKind.DECISION: "decisions",
}


def outcome_json(finished: FinishedCheck) -> dict[str, object]:
    """Return what was found, and how much was looked at, as plain JSON values."""
    result = finished.result
    return {
        "clean": result.is_clean,
        "culprits": list(result.culprits),
        "findings": [leak_json(leak) for leak in result.leaks],
        "features": list(result.features),
        "scores": list(result.scores),
        "cuts": [utc_text(cut_ns) for cut_ns in result.cuts_ns],
        "evaluations": result.evaluations,
        "orders": result.orders,
        "unproven": list(result.unproven),
        "decisions_changed": result.decisions_changed,
        "fills": result.fills,
        "notes": list(result.notes),
        "digest": finished.digest,
        "record": None if finished.record is None else str(finished.record),
    }


def print_outcome(console: Console, finished: FinishedCheck) -> None:
    """Print what a person reads: the verdict, each culprit with its first place, what was done."""
    console.print(_outcome(finished))
    if finished.record is not None:
        # Unbroken, so that the path can be copied whatever the width of the terminal.
        console.print(Text(f"pass recorded: {finished.record}", "dim"), soft_wrap=True)


def _outcome(finished: FinishedCheck) -> RenderableType:
    result = finished.result
    head = Text.assemble((finished.title, "bold"), "\n", _verdict(result))
    parts: list[RenderableType] = [head]
    if result.leaks:
        parts.append(_leak_table(result.leaks))
    parts += [Text(f"note: {note}") for note in result.notes]
    parts.append(Text(_looked_at(result), "dim"))
    return Group(*parts)


def _verdict(result: LookaheadResult) -> Text:
    if result.is_clean and result.unproven:
        names = ", ".join(result.unproven)
        told = f"nothing found, but {names} cannot be tested: no pass is recorded"
        return Text(f"{told}; a column bar would show what its scores were made of", "yellow")
    if result.is_clean:
        return Text("clean: nothing looks ahead", "green")
    changed = result.decisions_changed
    orders = f"; {changed:,} past decisions change with the future" if changed else ""
    return Text(f"looks ahead: {', '.join(result.culprits)}{orders}", "bold red")


def _leak_table(leaks: tuple[Leak, ...]) -> Table:
    table = Table(box=None, pad_edge=False, padding=(1, 2, 0, 0))
    table.add_column("culprit", overflow="fold")
    table.add_column("first place", overflow="fold")
    table.add_column("what", overflow="fold", ratio=1)
    for leak in leaks:
        table.add_row(
            Text.assemble((leak.culprit, "bold"), "\n", (leak.kind.value, "dim")),
            Text(_place(leak)),
            Text.assemble(f"{leak.told}{_measured(leak)}\n", (f"mend: {leak.fix}", "dim")),
        )
    return table


def _place(leak: Leak) -> str:
    lines = [leak.instrument] if leak.instrument else []
    if leak.ts_ns >= 0:
        lines.append(utc_text(leak.ts_ns).replace("T", " "))
    if leak.bar >= 0:
        lines.append(f"bar {leak.bar:,}")
    return "\n".join(lines)


def _measured(leak: Leak) -> str:
    counted = f"; {leak.changed:,} of {leak.compared:,} {_NOUNS[leak.kind]}"
    if math.isnan(leak.before) and math.isnan(leak.after):
        return counted
    return f"{counted}, the first from {_number(leak.before)} to {_number(leak.after)}"


def _number(value: float) -> str:
    return "nothing" if math.isnan(value) else f"{value:.8g}"


def _looked_at(result: LookaheadResult) -> str:
    parts = [f"{len(result.cuts_ns)} cuts", f"{result.orders:,} orders", f"{result.fills:,} fills"]
    if result.features:
        parts.append(f"{len(result.features)} batch features, {result.evaluations:,} evaluations")
    if result.scores:
        parts.append(f"{len(result.scores)} score files")
    return f"looked at: {', '.join(parts)}"
