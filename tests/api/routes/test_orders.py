"""Orders and fills over the real server, held against the command line on the same folder.

1. Orders and fills are those of the blotter, number by number.
2. Whatever the filter and the page, what comes is what fits, once, newest first.
3. An order's story is what ``traider explain`` tells.
"""

import csv
import io
import json
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from tests.api.served import Caller
from traider.cli.main import run as run_command

Capture = pytest.CaptureFixture[str]
Body = dict[str, Any]


def _cli(capsys: Capture, *words: str) -> Any:
    assert run_command([*words, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def _all(caller: Caller, path: str, limit: int = 7, **asked: object) -> list[Body]:
    """Return every row of a list, page by page."""
    rows: list[Body] = []
    query: dict[str, object] = {"limit": limit, **asked}
    while True:
        answer = caller.get(f"/api/v1/{path}?{urlencode(query, doseq=True)}")
        assert answer.status == 200, answer.body
        assert len(answer.json["items"]) <= limit
        rows += answer.json["items"]
        if answer.json["next_cursor"] is None:
            return rows
        query["cursor"] = answer.json["next_cursor"]


def test_orders_are_those_of_the_blotter(
    viewer: Caller, traded_state: Path, capsys: Capture
) -> None:
    blotter = _cli(capsys, "report", "blotter", "--state", str(traded_state))
    wanted = {row["order_id"]: row for row in blotter["rows"] if row["record"] == "order"}
    orders = _all(viewer, "orders")
    assert [each["position"] for each in orders] == sorted(
        (int(row["position"]) for row in wanted.values()), reverse=True
    )
    assert len(orders) == len(wanted) > 10
    for order in orders:
        row = wanted[order["order_id"]]
        assert order["state"] == row["outcome"]
        assert order["filled"] == row["executed_quantity"]
        assert order["notional"] == row["notional"]
        assert order["fees"] == row["fee_value"]
        assert order["asked_by"] == row["asked_by"]
        assert order["check"] == row["check"]
        assert order["price"] == (row["limit_price"] or None)
        assert viewer.get(f"/api/v1/orders/{order['order_id']}").json == order
        assert viewer.get(f"/api/v1/orders/{order['client_order_id']}").json == order


def test_fills_are_those_of_the_blotter_with_their_reasons(
    viewer: Caller, traded_state: Path, capsys: Capture
) -> None:
    blotter = _cli(capsys, "report", "blotter", "--state", str(traded_state))
    wanted = {row["position"]: row for row in blotter["rows"] if row["record"] != "order"}
    fills = _all(viewer, "fills", 1)
    assert {each["fill_id"] for each in fills} == set(wanted)
    assert len(fills) == len(wanted) > 1
    reasons = {each["order_id"]: each["reason"] for each in _all(viewer, "orders", 500)}
    for fill in fills:
        row = wanted[fill["fill_id"]]
        assert (fill["size"], fill["price"]) == (row["executed_quantity"], row["executed_price"])
        assert (fill["fee"], fill["notional"]) == (row["fee"], row["notional"])
        assert fill["is_maker"] is (row["liquidity"] == "maker")
        assert fill["reason"] == reasons[fill["order_id"]]
        assert " → " in fill["reason"]


@pytest.mark.parametrize(
    "asked",
    [
        {"side": "buy"},
        {"side": "sell"},
        {"kind": "market"},
        {"kind": "limit"},
        {"state": ["filled", "expired"]},
        {"state": "open"},
        {"instrument": "nothing"},
        {"text": "FLOW"},
        {"text": "nobody said this"},
    ],
    ids=str,
)
def test_filters_leave_what_fits(viewer: Caller, asked: Body) -> None:
    everything = _all(viewer, "orders", 500)

    def fits(order: Body) -> bool:
        states = asked.get("state", order["state"])
        said = (order["order_id"], order["asked_by"], order["reason"], order["instrument"])
        return (
            asked.get("side", order["side"]) == order["side"]
            and asked.get("kind", order["kind"]) == order["kind"]
            and (order["state"] in states if isinstance(states, list) else states == order["state"])
            and asked.get("instrument", order["instrument"]) == order["instrument"]
            and asked.get("text", "").lower() in " ".join(said).lower()
        )

    assert _all(viewer, "orders", 5, **asked) == [each for each in everything if fits(each)]


def test_a_span_holds_what_was_decided_in_it(viewer: Caller) -> None:
    everything = _all(viewer, "orders", 500)
    middle = everything[len(everything) // 2]["decided_ns"]
    later = _all(viewer, "orders", 500, from_ns=middle)
    sooner = _all(viewer, "orders", 500, to_ns=middle)
    assert later + sooner == everything
    assert all(each["decided_ns"] >= middle for each in later)
    assert all(each["decided_ns"] < middle for each in sooner)


@pytest.mark.parametrize("path", ["orders", "fills"])
def test_the_same_rows_come_as_csv(viewer: Caller, path: str) -> None:
    rows = _all(viewer, path, 500)
    for answer in (
        viewer.get(f"/api/v1/{path}?format=csv"),
        viewer.get(f"/api/v1/{path}", Accept="text/csv"),
    ):
        assert answer.headers["content-type"].startswith("text/csv")
        assert f'filename="{path}.csv"' in answer.headers["content-disposition"]
        told = list(csv.DictReader(io.StringIO(answer.body.decode())))
        assert len(told) == len(rows)
        for one, other in zip(told, rows, strict=True):
            assert one["instrument"] == other["instrument"]
            assert one["order_id"] == other["order_id"]
            assert one["reason"] == other["reason"]
    assert viewer.get(f"/api/v1/{path}?format=json", Accept="text/csv").json["items"]


def test_an_order_tells_why(viewer: Caller, traded_state: Path, capsys: Capture) -> None:
    order = next(each for each in _all(viewer, "orders", 500) if each["state"] == "filled")
    answer = viewer.get(f"/api/v1/orders/{order['order_id']}/why")
    assert answer.status == 200, answer.body
    told = answer.json
    explained = _cli(capsys, "explain", order["order_id"], "--state", str(traded_state))
    assert told["explanation"] == explained
    assert told["headline"] == order["reason"]
    assert len(told["sentences"]) >= 4
    checks = explained["gate"]["checks"]
    assert [each["check"] for each in told["checks"]] == [each["check"] for each in checks]
    assert {each["alpha"] for each in told["scores"]} == set(explained["scores"])
    assert [each["size"] for each in told["fills"]] == [each["size"] for each in explained["fills"]]
    stages = {each["stage"]: each["length_us"] for each in told["waterfall"]}
    assert stages["decide"] == explained["stages_us"]["decide"]
    assert told["command"] == f"traider explain {order['order_id']} --state {traded_state}"


@pytest.mark.parametrize("path", ["orders/00ff00ff00ff00ff", "orders/nothing/why"])
def test_an_order_that_is_not_there_is_not_found(viewer: Caller, path: str) -> None:
    answer = viewer.get(f"/api/v1/{path}")
    assert (answer.status, answer.json["title"]) == (404, "Not Found")


@pytest.mark.parametrize(
    "query", ["limit=0", "cursor=%21", "side=up", "state=lost", "from_ns=-1", "format=xml"]
)
def test_what_cannot_be_asked_is_told(viewer: Caller, query: str) -> None:
    answer = viewer.get(f"/api/v1/orders?{query}")
    assert answer.status == 422
    assert answer.headers["content-type"] == "application/problem+json"
