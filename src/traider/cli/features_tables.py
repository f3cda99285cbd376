"""What the features commands print: tables for people, plain values for programs."""

import math
from itertools import groupby
from pathlib import Path
from typing import Any

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from traider.cli.data_tables import findings_table
from traider.domain.timeframes import SECOND_NS
from traider.features.definition import (
    Definition,
    FeatureDefinition,
    SignalDefinition,
    feature_hash,
)
from traider.features.explaining import explained
from traider.features.store.checking import CheckedSeries
from traider.features.store.column_terms import column_terms
from traider.features.store.listing import Held
from traider.features.store.sheets import series_key
from traider.runtime.feature_computing import ComputedFeatures
from traider.store.findings import Severity
from traider.store.instants import instant_text


def held_json(found: tuple[Held, ...]) -> list[dict[str, Any]]:
    """Return the definitions of a store with their series as plain values."""
    return [
        {
            "kind": str(kind),
            "hash": None if held[0].definition is None else feature_hash(held[0].definition),
            "columns": [] if held[0].definition is None else list(held[0].definition.columns),
            "series": [_series_json(one) for one in held],
        }
        for kind, held in _by_kind(found)
    ]


def _series_json(held: Held) -> dict[str, Any]:
    extent = held.extent
    return {
        "instrument": str(extent.key.name),
        "rows": extent.rows,
        "bytes": extent.bytes,
        "first": instant_text(extent.first_ns),
        "last": instant_text(extent.last_ns),
        "covered": [[instant_text(s.start_ns), instant_text(s.end_ns)] for s in held.covered],
    }


def _by_kind(found: tuple[Held, ...]) -> list[tuple[str, list[Held]]]:
    groups = groupby(found, key=lambda held: str(held.extent.key.kind))
    return [(kind, list(held)) for kind, held in groups]


def held_table(found: tuple[Held, ...]) -> RenderableType:
    """Return the definitions of a store, each with its series as a table."""
    if not found:
        return Text("no features are kept here; traider features compute makes some")
    parts: list[RenderableType] = []
    for kind, held in _by_kind(found):
        definition = held[0].definition
        columns = "its definition is missing" if definition is None else _counted(definition)
        parts.append(Text.assemble((kind, "bold"), f"  {columns}"))
        table = _plain_table("instrument", "rows", "first", "last", "MB")
        for one in held:
            extent = one.extent
            table.add_row(
                str(extent.key.name),
                f"{extent.rows:,}",
                instant_text(extent.first_ns)[:16],
                instant_text(extent.last_ns)[:16],
                f"{extent.bytes / 1e6:.1f}",
            )
        parts += [Padding(table, (0, 0, 1, 2))]
    return Group(*parts)


def _counted(definition: Definition) -> str:
    if isinstance(definition, SignalDefinition):
        return f"{len(definition.alphas)} alphas, of features {definition.features[:12]}"
    return f"{len(definition.columns)} features on bars of {definition.bars}"


def definition_json(definition: Definition) -> dict[str, Any]:
    """Return a definition, its hash and what its columns mean as plain values."""
    body: dict[str, Any] = {"hash": feature_hash(definition), "definition": definition.as_json()}
    if isinstance(definition, FeatureDefinition):
        body["columns"] = [
            {
                "name": one.name,
                "unit": one.unit,
                "low": _number(terms.low),
                "high": _number(terms.high),
                "warm_up_rows": None if terms.warm_up_rows < 0 else terms.warm_up_rows,
                "parts": [{"written": part.written, "meaning": part.meaning} for part in one.parts],
            }
            for one, terms in zip(
                (explained(name) for name in definition.features),
                column_terms(definition),
                strict=True,
            )
        ]
    return body


def _number(bound: float) -> float | None:
    return None if math.isinf(bound) else round(bound, 6) + 0.0  # no -0


def definition_text(definition: Definition) -> RenderableType:
    """Return what a definition means, for a person."""
    head = Text.assemble((f"{definition.kind} {feature_hash(definition)}", "bold"))
    if isinstance(definition, SignalDefinition):
        return Group(head, *_signal_parts(definition))
    return Group(head, *_feature_parts(definition))


def _feature_parts(definition: FeatureDefinition) -> list[RenderableType]:
    built = "built from trades" if definition.from_trades else "as they arrive"
    seconds = definition.decision_ns / SECOND_NS
    facts = [
        f"bars of {definition.bars}, {built}; one row a decision, every {seconds:g} s at most",
        f"tick {definition.tick_size:f}, lot {definition.lot_size.normalize():f}"
        + ("; with the order book" if definition.has_book else ""),
    ]
    facts += [f"score of {model.name} from {model.digest[:12]}" for model in definition.models]
    table = _plain_table("column", "unit", "range", "rows before")
    meanings: dict[str, str] = {}
    for name, terms in zip(definition.features, column_terms(definition), strict=True):
        one = explained(name)
        before = "" if terms.warm_up_rows < 0 else str(terms.warm_up_rows)
        table.add_row(name, one.unit, _range_text(terms.low, terms.high), before)
        meanings |= {part.written: part.meaning for part in one.parts}
    words = [
        Padding(Text.assemble((f"{written}  ", "bold"), meaning), (0, 0, 0, 2))
        for written, meaning in meanings.items()
    ]
    return [*(Text(fact) for fact in facts), Text(""), table, Text(""), *words]


def _signal_parts(definition: SignalDefinition) -> list[RenderableType]:
    table = _plain_table("alpha", "weight", "says", "reads", "parameters")
    for alpha in definition.alphas:
        table.add_row(
            alpha.name if alpha.source == "shipped" else f"{alpha.name} ({alpha.source[:12]})",
            f"{alpha.weight:g}",
            "filters" if alpha.filters else "votes",
            "\n".join(alpha.inputs),
            ", ".join(f"{value:g}" for value in alpha.params),
        )
    terms = ", ".join(
        f"{name} {value}" if isinstance(value, str) else f"{name} {value:g}"
        for name, value in sorted(definition.terms.items())
    )
    return [Text(f"read from features {definition.features}"), Text(terms), table]


def _range_text(low: float, high: float) -> str:
    bounds = (_number(low), _number(high))
    if bounds == (None, None):
        return ""
    return " to ".join("any" if bound is None else f"{bound:g}" for bound in bounds)


def computed_json(done: ComputedFeatures) -> dict[str, Any]:
    """Return what a computation kept as plain values."""
    return {
        "rows": done.written.fresh,
        "known": done.written.known,
        "events": done.events,
        "series": [
            {
                "instrument": str(sheet.name),
                "kind": str(series_key(sheet.name, definition).kind),
                "hash": feature_hash(definition),
            }
            for sheet in done.sheets
            for definition in sheet.definitions
        ],
        "notes": list(done.notes),
    }


def computed_table(done: ComputedFeatures, lake: Path) -> RenderableType:
    """Return what a computation kept, for a person."""
    kept = Text(
        f"{done.written.fresh:,} rows written to {lake}, {done.written.known:,} were there already"
    )
    table = _plain_table("instrument", "series", "columns")
    for sheet in done.sheets:
        for definition in sheet.definitions:
            kind = series_key(sheet.name, definition).kind
            table.add_row(str(sheet.name), str(kind), str(len(definition.columns)))
    return Group(kept, table, *(Text(note, "dim") for note in done.notes))


def checked_json(checked: CheckedSeries) -> dict[str, Any]:
    """Return what was found in a series as plain values."""
    return {
        "instrument": str(checked.name),
        "kind": str(series_key(checked.name, checked.definition).kind),
        "rows": checked.rows,
        "errors": checked.errors,
        "findings": [finding.as_json() for finding in checked.findings],
    }


def checked_table(checked: CheckedSeries) -> RenderableType:
    """Return what was found in a series, for a person."""
    warnings = sum(finding.severity is Severity.WARNING for finding in checked.findings)
    verdict = (
        f"{checked.errors} errors, {warnings} warnings"
        if checked.errors or warnings
        else "nothing wrong"
    )
    key = series_key(checked.name, checked.definition)
    head = Text.assemble((str(key), "bold"), f"\n  {checked.rows:,} rows: {verdict}")
    return Group(head, *findings_table(checked.findings), Text(""))


def _plain_table(*columns: str) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for name in columns:
        right = name in {"rows", "MB", "weight", "rows before"}
        table.add_column(name, justify="right" if right else "left", overflow="fold")
    return table
