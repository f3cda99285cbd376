"""The views over a lake as SQL: a content each, all instruments together, in people's units.

Prices and sizes of events are counted out in decimals: an integer times the numerator of the step,
divided by its power of ten, which is the float nearest to the exact decimal. The integers stay
beside them as ``…_ticks`` and ``…_lots``.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from traider.domain.events import Kind
from traider.store.kinds import Content
from traider.store.lake_paths import SeriesKey
from traider.store.manifest import Grid

_HEAD: Final = "make_timestamp_ns(ts) as time, ts"
_EVENT_HEAD: Final = "seq, make_timestamp_ns(ts_event) as time_event, ts_event"
_MONEY: Final = "100000000.0"
_RATE: Final = "1000000000000.0"
_TICKS: Final = frozenset(("price", "bid", "ask", "open", "high", "low", "close"))
_LOTS: Final = frozenset(("size", "bid_size", "ask_size", "volume"))


@dataclass(frozen=True)
class Selected:
    """Files of one series that count on one grid."""

    key: SeriesKey
    grid: Grid
    files: tuple[str, ...]


def views_of(selected: Sequence[Selected]) -> Mapping[str, str]:
    """Return the views that ``selected`` files make, by name."""
    parts: dict[str, list[str]] = {}
    for each in selected:
        for name in _view_names(each.key):
            parts.setdefault(name, []).append(_select(each, name))
    # One definition of features is what most lakes have; it needs no hash to be named.
    for content in (Content.FEATURES, Content.SIGNALS):
        mine = [name for name in parts if name.startswith(f"{content.value}_")]
        if len(mine) == 1:
            parts[content.value] = parts[mine[0]]
    return {name: " union all by name ".join(found) for name, found in sorted(parts.items())}


def _view_names(key: SeriesKey) -> tuple[str, ...]:
    """Return the views that a series is part of: recorded trades are trades too."""
    kind = key.kind
    if kind.content.is_derived:
        return (f"{kind.content.value}_{kind.definition[:8]}",)
    name = kind.content.value.replace("-", "_")
    also = {Content.TRADE_EVENTS: ("trades",), Content.FUNDING_EVENTS: ("funding",)}
    return (name, *also.get(kind.content, ()))


def _select(each: Selected, view: str) -> str:
    content = each.key.kind.content
    columns = [
        f"{quoted(each.key.name.venue)} as venue",
        f"{quoted(each.key.name.pair)} as instrument",
    ]
    if content.is_bars:
        columns.append(f"{quoted(each.key.kind.timeframe)} as timeframe")
    condition = ""
    if content.is_events:
        columns += _event_columns(each, view)
        condition = " where settled = 1" if view == "funding" else ""
    else:
        columns += [_HEAD, "* exclude (ts)"]
        if view in {"trades", "funding"}:
            columns.append("'imported' as source")
    names = ", ".join(quoted(name) for name in each.files)
    source = f"read_parquet([{names}], hive_partitioning = false)"
    return f"(select {', '.join(columns)} from {source}{condition})"  # noqa: S608 - quoted above


def _event_columns(each: Selected, view: str) -> list[str]:
    if view == "trades":
        price, size = _counted("price", each.grid.tick_size), _counted("size", each.grid.lot_size)
        return [
            _HEAD,
            *(f"{price} as price", f"{size} as size", "side", "id::varchar as id"),
            "'recorded' as source",
        ]
    if view == "funding":
        return [
            _HEAD,
            f"rate / {_RATE} as rate",
            f"mark / {_MONEY} as mark",
            "null::double as premium",
            "'recorded' as source",
        ]
    return [_HEAD, _EVENT_HEAD, *_words(each), "flags", "side"]


def _words(each: Selected) -> list[str]:
    """Return the payload of events: numbers a person reads, and the integers beside them."""
    content = each.key.kind.content
    columns = [f"{_kind_names()} as event"]
    for name in each.key.kind.schema.names[8:]:
        if name in _TICKS:
            columns += [
                f"{_counted(name, each.grid.tick_size)} as {name}",
                f"{name} as {name}_ticks",
            ]
        elif name in _LOTS:
            columns += [f"{_counted(name, each.grid.lot_size)} as {name}", f"{name} as {name}_lots"]
        elif content in {Content.MARKS, Content.FUNDING_EVENTS} and name != "rate":
            columns.append(f"{name} / {_MONEY} as {name}" if _is_money(name) else name)
        else:
            columns.append(f"{name} / {_RATE} as {name}" if name == "rate" else f'"{name}"')
    return columns


def _is_money(name: str) -> bool:
    return name in {"mark", "index_price"}


def _kind_names() -> str:
    cases = " ".join(f"when {int(kind)} then {quoted(kind.name.lower())}" for kind in Kind)
    return f"case event {cases} end"


def _counted(name: str, step: str) -> str:
    """Return the expression of an integer counted in steps; null where no step is known."""
    if not step:
        return "null::double"
    exact = Decimal(step).as_tuple()
    exponent = int(exact.exponent)
    whole = int("".join(map(str, exact.digits)))
    if exponent >= 0:
        return f"({name}::double * {whole * 10**exponent}.0)"
    product = name if whole == 1 else f"({name}::hugeint * {whole})"
    return f"({product}::double / {10**-exponent}.0)"


def quoted(text: str) -> str:
    """Return a text as SQL writes it."""
    return "'" + text.replace("'", "''") + "'"
