"""Explain an order of a back-test from what it left behind: ``reasons.parquet`` and its fills.

A back-test keeps no journal. What every check of the gate measured is asked once more for the
orders behind the trades that its page shows, and for refusals; of others the deciding check alone
is known.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import pyarrow.parquet as pq

from traider.compliance.explanation import would_have_passed
from traider.domain.errors import DataError, UsageError

Body = dict[str, Any]

_NEAR: Final = 3
_APPROVED: Final = "approved"
_ONE_CHECK: Final = (
    "of the gate its deciding check alone is known: every check is kept of the orders behind the "
    "trades that the report shows (report.trades_shown), and of the newest refusals"
)


def explain_backtest_order(folder: Path, text: str) -> Body:
    """Return the explanation of the order ``text`` names, packed or as 16 hexadecimal digits.

    Raises:
        UsageError: no order is called so.
        DataError: the results cannot be read.
    """
    order_id = _packed(text)
    try:
        ids = pq.read_table(folder / "reasons.parquet", columns=["order_id"])["order_id"]
        known = [int(each) for each in ids.to_pylist() if each is not None]
        if order_id not in known:
            raise _unknown(folder, text, known, order_id)
        filters: Any = [("order_id", "==", order_id)]
        row = pq.read_table(folder / "reasons.parquet", filters=filters).to_pylist()[0]
        fills = pq.read_table(folder / "fills.parquet", filters=filters).to_pylist()
    except OSError as fault:
        raise DataError(
            f"cannot be read: {fault}", where=str(folder), fix="run the back-test again"
        ) from fault
    return _explained(row, fills, text)


def _packed(text: str) -> int:
    given = text.strip().lower().removeprefix("0x")
    try:
        is_hexadecimal = len(given) == 16 and (given[0] == "0" or not given.isdecimal())
        return int(given, 16) if is_hexadecimal else int(given)
    except ValueError:
        return -1


def _unknown(folder: Path, text: str, known: list[int], order_id: int) -> UsageError:
    near = sorted(known, key=lambda each: abs(each - order_id))[:_NEAR]
    told = ", ".join(str(each) for each in near)
    return UsageError(
        f"no order of this back-test is called {text}",
        where=str(folder),
        fix=f"did you mean {told}" if near else "it sent none",
    )


def _explained(row: Mapping[str, Any], fills: Sequence[Mapping[str, Any]], text: str) -> Body:
    is_refused = row["verdict"] != _APPROVED
    order = {name: row[name] for name in ("instrument", "type", "time_in_force")}
    order |= {name: _plain(row[name]) for name in ("size", "amount", "price", "trigger", "ts")}
    order["side"] = "buy" if row["side"] > 0 else "sell"
    order["properties"] = [name for name in ("post_only", "reduce_only") if row[name]]
    scores = row.get("score") or {}
    gate = _gate(row)
    notes = ["a back-test keeps no journal: when what was sent and heard of is not known"]
    if gate is None:
        notes.append(_ONE_CHECK)
    return {
        "id": f"{row['order_id']:016x}",
        "asked": text,
        "run": None,
        "kind": "refusal" if is_refused else "order",
        "order": {name: value for name, value in order.items() if value is not None},
        "event": {"position": row["event"]},
        "decision": {"is_manual": row["manual"], "equity": row["equity"]},
        "features": row.get("feature"),
        "scores": {
            name: {
                "score": scores[name],
                "confidence": row["confidence"][name],
                "weight": row["weight"][name],
            }
            for name in scores
        }
        or None,
        "target": {name: row[name] for name in ("combined", "enter", "exit", "exposure")},
        "market": None,
        "definitions": None,
        "gate": gate,
        "verdict": {"check": row["verdict"], "number": row["number"], "limit": row["limit"]},
        "sent": None,
        "ack": None,
        "fills": [
            {"position": place, **{name: _plain(value) for name, value in fill.items()}}
            for place, fill in enumerate(fills)
        ],
        "end": None,
        "outcome": row["outcome"],
        "stages_us": {},
        "would_have_passed": would_have_passed(gate),
        "notes": notes,
    }


def _gate(row: Mapping[str, Any]) -> Body | None:
    """Return what the gate said when it was asked again; None where it was not."""
    if row.get("checks") is None:
        return None
    return {
        "answer": {name: row[name] for name in ("number", "limit")} | {"check": row["verdict"]},
        "checks": row["checks"],
        "otherwise": json.loads(row["otherwise"]),
    }


def _plain(value: object) -> object:
    """Return a value of a table as JSON takes it."""
    if isinstance(value, Decimal):
        return f"{value.normalize():f}" if value else "0"
    return value.isoformat() if isinstance(value, datetime) else value
