"""Orders told in words: why they were wanted, what happened, where the time went."""

from itertools import pairwise
from typing import Any

import pytest

from traider.compliance.reason_words import reason_words, score_words
from traider.compliance.story import Stage, command_line, headline, sentences, waterfall

ORDER: dict[str, Any] = {
    "instrument": "COINBASE:BTC-USDT",
    "side": "buy",
    "size": "0.021",
    "type": "limit",
    "properties": [],
}


def _score(score: float | None, confidence: float = 1.0, weight: float = 0.5) -> dict[str, Any]:
    return {"score": score, "confidence": confidence, "weight": weight}


DECIDED = {
    "scores": {
        "order-flow": _score(0.18),
        "momentum": _score(0.62),
        "idle": _score(1.0, 0.0),
        "cold": _score(None),
    },
    "target": {
        "combined": 0.4,
        "enter": 0.05,
        "exit": 0.01,
        "direction": 1,
        "exposure": 0.1215,
    },
}


def _explained(**more: Any) -> dict[str, Any]:
    return {
        "id": "00100000000eac00",
        "order": ORDER,
        "event": {"kind": "timer", "position": 3756},
        "decision": {"is_manual": False},
        "gate": None,
        "verdict": None,
        "sent": None,
        "fills": [],
        "end": None,
        "stages_us": {},
        "would_have_passed": None,
        **DECIDED,
        **more,
    }


def test_alphas_come_by_what_they_gave() -> None:
    assert reason_words(ORDER, DECIDED) == "momentum +0.62, order-flow +0.18 → buy 0.021 BTC"
    weighty = {"small": _score(0.9, weight=0.1), "large": _score(-0.5, weight=0.9)}
    assert score_words(weighty) == "large -0.50, small +0.90"


@pytest.mark.parametrize(
    ("order", "decided", "asked", "wanted"),
    [
        ({}, None, "ana: rebalance", "ana: rebalance → buy 0.021 BTC"),
        ({"size": None, "amount": "500"}, None, "", "buy BTC for 500"),
        ({}, {"scores": {}, "target": {}}, "", "no alpha speaks → buy 0.021 BTC"),
        (
            {"side": "sell", "type": "stop", "properties": ["one_cancels_other"]},
            DECIDED,
            "",
            "guards the position, stop → sell 0.021 BTC",
        ),
        (
            {"side": "sell", "type": "limit", "properties": ["child"]},
            DECIDED,
            "",
            "guards the position, take profit → sell 0.021 BTC",
        ),
        # An entry that has guards of its own is no guard.
        (
            {"properties": ["one_cancels_other"]},
            DECIDED,
            "",
            "momentum +0.62, order-flow +0.18 → buy 0.021 BTC",
        ),
    ],
)
def test_reasons_of_other_orders(
    order: dict[str, Any], decided: dict[str, Any] | None, asked: str, wanted: str
) -> None:
    assert reason_words(ORDER | order, decided, asked) == wanted


def test_a_fill_is_told_from_the_event_to_the_end() -> None:
    gate = {
        "checks": [{"check": "exposure", "passed": True}] * 27,
        "otherwise": {"nearest": {"check": "exposure", "share": 0.486}},
    }
    fills = [
        {"size": "0.01", "price": "100", "leaves": "0.011"},
        {"size": "0.011", "price": "102", "leaves": "0"},
    ]
    found = _explained(
        gate=gate,
        verdict={"check": "approved"},
        sent={"ts": 1},
        fills=fills,
        stages_us={"signal_to_order": 412.0, "last_fill": 2_500.0},
    )
    assert headline(found) == "momentum +0.62, order-flow +0.18 → buy 0.021 BTC"
    assert sentences(found) == [
        "It was decided on a timer.",
        (
            "The alphas said momentum +0.62, order-flow +0.18: together +0.40, where it enters "
            "from 0.05 and leaves below 0.01."
        ),
        "So it wanted +12.2% of the account in BTC.",
        "It passed all 27 checks; the nearest limit was exposure, used to 48.6%.",
        "It left 412 µs after the event was received.",
        "It bought 0.021 BTC at 101.04762 on average in 2 fills, 2.5 ms after it left.",
    ]


def test_a_refusal_tells_what_would_have_passed() -> None:
    found = _explained(
        gate={"checks": [], "otherwise": {}},
        verdict={"check": "exposure", "number": 3.0, "limit": 2.5},
        would_have_passed="would have passed at size 0.01 and less",
    )
    told = sentences(found)
    assert "The check exposure refused it: 3 against 2.5." in told
    assert told[-1] == "It would have passed at size 0.01 and less."


def test_what_an_emergency_stop_closes_is_not_the_alphas_wish() -> None:
    checks = [{"check": "killed", "passed": True, "number": 1.0, "limit": 0.0}]
    found = _explained(gate={"checks": checks, "otherwise": {}}, verdict={"check": "approved"})
    told = sentences(found)
    assert "Trading was stopped, so it wanted to hold no BTC." in told
    assert not any("alphas" in each for each in told)
    assert headline(found).startswith("emergency stop ")
    running = [{**checks[0], "number": 0.0}]
    found = _explained(gate={"checks": running, "otherwise": {}}, verdict={"check": "approved"})
    assert any("alphas" in each for each in sentences(found))


def test_one_that_waits_and_one_that_ended() -> None:
    waits = _explained(verdict={"check": "approved"}, sent={"ts": 1})
    assert sentences(waits)[-1] == "It is still at the venue."
    over = waits | {"end": {"how": "expired", "reason": "by-venue", "unfilled": "0.021"}}
    assert sentences(over)[-1] == "It was expired (by venue), 0.021 unfilled."


def test_the_waterfall_is_one_stage_after_the_other() -> None:
    stages = {
        "wire": 300.0,
        "decide": 80.0,
        "send": 20.0,
        "ack": 500.0,
        "first_fill": 700.0,
        "last_fill": 900.0,
        "signal_to_order": 100.0,
    }
    found = waterfall(stages)
    assert found == (
        Stage("wire", -300.0, 300.0),
        Stage("decide", 0.0, 80.0),
        Stage("send", 80.0, 20.0),
        Stage("ack", 100.0, 500.0),
        Stage("fill", 600.0, 400.0),
    )
    for one, other in pairwise(found):
        assert one.begin_us + one.length_us == other.begin_us
    assert waterfall({}) == ()


def test_the_command_names_the_folder_as_a_shell_reads_it() -> None:
    assert command_line(_explained(), "runs/my demo") == (
        "traider explain 00100000000eac00 --state 'runs/my demo'"
    )
