"""Scores and features are those that the audit tells of each decision that led to an order."""

from pathlib import Path
from typing import Any

import pytest

from tests.api.served import Caller
from traider.compliance.reading import records

NAME = "BINANCE:BTC-USDT-PERP"


def got(viewer: Caller, path: str) -> Any:
    answer = viewer.get(f"/api/v1/{path}")
    assert answer.status == 200, answer.body
    return answer.json


@pytest.fixture(scope="module")
def decisions(traded_state: Path) -> list[dict[str, Any]]:
    """What the audit says of each decision that wanted an order of the strategy's."""
    return [
        dict(record.payload["instruments"][NAME])
        for record in records(traded_state / "audit")
        if record.action == "decision" and NAME in record.payload.get("instruments", {})
    ]


def test_history_has_the_scores_of_every_audited_decision(
    viewer: Caller, decisions: list[dict[str, Any]]
) -> None:
    body = got(viewer, "signals/history?points=2000")
    (series,) = body["items"]
    scores = dict(zip(series["instants"], series["scores"], strict=True))
    by_alpha = {
        each["alpha"]: dict(zip(series["instants"], each["scores"], strict=True))
        for each in series["alphas"]
    }
    assert set(by_alpha) == {"order-flow", "momentum"}
    assert series["decisions"] == len(series["instants"])
    assert decisions
    for each in decisions:
        at_ns = each["target"]["decided_ns"]
        if at_ns == 0:
            continue
        assert scores[at_ns] == each["target"]["combined"]
        for alpha, said in each["scores"].items():
            assert by_alpha[alpha][at_ns] == said["score"]
    assert (body["enter"], body["exit"]) == (0.2, 0.05)


def test_history_is_thinned_and_bounded_by_its_span(viewer: Caller) -> None:
    whole = got(viewer, "signals/history?points=2000")["items"][0]["instants"]
    thin = got(viewer, "signals/history?points=5")["items"][0]
    assert len(thin["instants"]) == 5
    assert (thin["instants"][0], thin["instants"][-1]) == (whole[0], whole[-1])
    assert thin["decisions"] == len(whole)
    middle = whole[len(whole) // 2]
    later = got(viewer, f"signals/history?points=2000&from_ns={middle}")["items"][0]["instants"]
    assert later == whole[len(whole) // 2 :]
    earlier = got(viewer, f"signals/history?points=2000&to_ns={middle}")["items"][0]["instants"]
    assert earlier == whole[: len(whole) // 2]


def test_the_matrix_adds_up_and_says_what_would_have_to_change(viewer: Caller) -> None:
    body = got(viewer, "signals")
    (row,) = body["items"]
    assert body["alphas"] == ["order-flow", "momentum"]
    assert [cell["alpha"] for cell in row["alphas"]] == body["alphas"]
    assert [cell["weight"] for cell in row["alphas"]] == [0.8, 0.2]
    assert sum(cell["contribution"] for cell in row["alphas"]) == pytest.approx(row["score"])
    assert body["thresholds"]["allows_short"] is True
    for change in row["changes"]:
        assert change["distance"] == pytest.approx(change["threshold"] - row["score"])
        assert change["words"] in row["words"] or change is not row["changes"][0]
    assert row["blocks"] == []
    assert got(viewer, f"signals?instrument={NAME}")["items"] == body["items"]


def test_features_are_those_of_the_last_audited_decision(
    viewer: Caller, decisions: list[dict[str, Any]]
) -> None:
    body = got(viewer, "features")
    (values,) = body["values"]
    assert values["definitions"] == decisions[-1]["definitions"]
    assert set(values["values"]) == set(decisions[-1]["features"])
    known = {each["name"]: each for each in body["items"]}
    assert set(known) == set(values["values"])
    flow = [each for each in body["items"] if "order-flow" in each["alphas"]]
    assert flow
    assert all(each["parts"] for each in flow)
    assert got(viewer, f"features/{NAME}") == values
    assert viewer.get("/api/v1/features/NOSUCH").status == 404


def test_the_catalogue_tells_what_can_be_drawn(viewer: Caller) -> None:
    entries = {each["name"]: each for each in got(viewer, "features/catalogue")["items"]}
    assert entries["rsi"]["written"] == "rsi(x, n)"
    assert entries["macd"]["stands_for"] == "ema(close, fast) - ema(close, slow)"
    assert entries["sma"]["on_charts"]
    assert not entries["funding_rate"]["on_charts"]
