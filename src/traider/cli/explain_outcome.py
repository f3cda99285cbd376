"""What ``traider explain`` prints: the way of an order in lines, or one object."""

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from traider.compliance.check_words import measured
from traider.compliance.lookup import AuditLookup
from traider.venues.rfc3339 import format_ns

if TYPE_CHECKING:
    from traider.compliance.explanation import Told
    from traider.runtime.auditing.explaining import BeyondAudit

Body = Mapping[str, Any]


class _BeyondLater:
    """Opens what knows more than the audit when it is asked: the kernel takes a second to load."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._beyond: BeyondAudit | None = None

    def _opened(self) -> "BeyondAudit":
        if self._beyond is None:
            from traider.runtime.auditing.explaining import BeyondAudit

            self._beyond = BeyondAudit(self._folder)
        return self._beyond

    def journaled(self, order_id: int, after: int) -> Iterable["Told"]:
        return self._opened().journaled(order_id, after)

    def replayed(self, order_id: int) -> Iterable["Told"]:
        return self._opened().replayed(order_id)

    def order_of_venue(self, text: str) -> int | None:
        return self._opened().order_of_venue(text)


def explain_session(order: str, folder: Path, *, as_json: bool) -> int:
    """Explain what ``order`` names in the run of ``folder``; return the exit code."""
    if (folder / "reasons.parquet").is_file():
        from traider.compliance.backtest_orders import explain_backtest_order

        found = explain_backtest_order(folder, order)
    else:
        found = AuditLookup(folder, _BeyondLater(folder)).explain(order)
    if as_json:
        click.echo(json.dumps(found, ensure_ascii=False))
    else:
        click.echo("\n".join(explanation_lines(found)))
    return 0


def explanation_lines(found: Body) -> Iterator[str]:
    """Yield an explanation in lines for a person."""
    order = found["order"]
    size = order.get("size") or f"{order.get('amount')} worth"
    price = f" at {order['price']}" if "price" in order else ""
    trigger = f", trigger {order['trigger']}" if "trigger" in order else ""
    properties = "".join(f", {each.replace('_', '-')}" for each in order.get("properties", ()))
    yield (
        f"{found['kind']} {found['id']}: {order['side']} {size} {order['instrument']} "
        f"{order['type'].replace('_', '-')}{price}{trigger}{properties}"
    )
    if order.get("client_order_id"):
        yield f"  id at the venue  {order['client_order_id']}"
    yield from _why(found)
    yield from _gate(found)
    yield from _became(found)
    for note in found["notes"]:
        yield f"note: {note}"


def _why(found: Body) -> Iterator[str]:
    event = found["event"]
    if event is not None:
        words = ", ".join(f"{name} {value}" for name, value in event.get("words", {}).items())
        of = f" of {event['instrument']}" if "instrument" in event else ""
        at = f" at {format_ns(event['ts_recv'])}" if "ts_recv" in event else ""
        yield f"event {event['position']}: {event.get('kind', 'unknown')}{of}{at} {words}".rstrip()
    if found["market"]:
        market = found["market"]
        yield f"  market  mark {market['mark']}, position {market['position']}"
    if found["features"]:
        yield "features"
        yield from _table((name, _number(value)) for name, value in found["features"].items())
    if found["scores"]:
        yield "scores"
        yield from _table((name, _score(each)) for name, each in found["scores"].items())
    target = found["target"]
    if target:
        yield (
            f"target  combined {_number(target['combined'])} (enter {_number(target['enter'])}, "
            f"exit {_number(target['exit'])}), exposure {_number(target['exposure'])}"
        )


def _score(each: Body) -> str:
    score, confidence, weight = (_number(each[name]) for name in ("score", "confidence", "weight"))
    return f"{score} confidence {confidence} weight {weight}"


def _gate(found: Body) -> Iterator[str]:
    gate, verdict = found["gate"], found["verdict"]
    if gate is not None and gate.get("checks"):
        yield "gate checks"
        yield from _table((_mark(row), _measured(row)) for row in gate["checks"])
    if verdict is not None:
        number = ""
        if verdict["check"] != "approved":
            check = verdict["check"]
            number = f": {measured(check, verdict['number'])} against "
            number += measured(check, verdict["limit"])
        yield f"verdict  {verdict['check']}{number}"
    if found["would_have_passed"]:
        yield f"  {found['would_have_passed']}"


def _became(found: Body) -> Iterator[str]:
    for name in ("sent", "ack"):
        if found[name] is not None:
            yield f"{name}  {format_ns(found[name]['ts'])}"
    for fill in found["fills"]:
        yield (
            f"fill {fill['position']}  {fill['size']} at {fill['price']}, fee {fill['fee']}, "
            f"leaves {fill['leaves']}, {format_ns(fill['ts'])}"
        )
    end = found["end"]
    if end is not None:
        yield f"{end['how']}  {end['reason']}, unfilled {end['unfilled']}, {format_ns(end['ts'])}"
    stages = found["stages_us"]
    if stages:
        told = ", ".join(f"{name.replace('_', ' ')} {us:,.1f}" for name, us in stages.items())
        yield f"microseconds  {told}"


def _mark(row: Body) -> str:
    return f"{'passed' if row['passed'] else 'FAILED'}  {row['check']}"


def _measured(row: Body) -> str:
    if "number" not in row:
        return ""
    limit = measured(row["check"], row["limit"]) if row["limit"] else "off"
    return f"{measured(row['check'], row['number'])} of {limit}"


def _table(rows: Iterable[tuple[str, str]]) -> Iterator[str]:
    held = list(rows)
    width = max((len(name) for name, _ in held), default=0)
    for name, value in held:
        yield f"  {name:<{width}}  {value}".rstrip()


def _number(value: object) -> str:
    if value is None:
        return "not known"
    return f"{value:,.8g}" if isinstance(value, float) else str(value)
