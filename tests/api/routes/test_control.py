"""Control over a real connection and a real control socket: each change with who, why and one key.

Laws:
1. What is asked reaches the trader with the name of who is signed in and their reason.
2. The same key and body is done once and answered the same; the same key with another body is 422.
3. What lets more through wants a fresh code; what lets less through does not.
"""

import time
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.api.people import house_at, token_of
from tests.api.routes.controlled import WHY, Controlled, controlled, key, order
from traider.api.facts import STATUS_AGE_S
from traider.api.problems import NotFoundError
from traider.api.rights import RIGHTS_OF, Right, Role
from traider.api.stops import Stops
from traider.runtime.control.commands import (
    CancelOrder,
    CloseBreaker,
    ControlCommand,
    ManualOrder,
    Pause,
    Rearm,
    SetLimit,
    SetThreshold,
    SetWeight,
)
from traider.runtime.control.kill_file import clear_kill
from traider.runtime.control.messages import SOCKET_NAME
from traider.runtime.control.socket_files import listening_socket
from traider.runtime.control.stop_watch import StopPhase

WHO: Any = {"who": "admin", "why": "a try"}


@pytest.fixture(scope="module")
def room(written_state: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Controlled]:
    with controlled(written_state, tmp_path_factory.mktemp("controlled")) as asks:
        yield asks


@pytest.fixture
def asks(room: Controlled) -> Controlled:
    return room.anew()


CHANGES: list[tuple[str, dict[str, Any], ControlCommand]] = [
    ("pause", {}, Pause(**WHO)),
    ("rearm", {}, Rearm(**WHO)),
    ("mode", {"to": "paused"}, Pause(**WHO)),
    ("mode", {"to": "trading"}, Rearm(**WHO)),
    (
        "orders",
        {"instrument": "X:A-USD", "side": "sell", "size": "0.10", "price": "7", "post_only": True},
        ManualOrder(
            **WHO,
            instrument="X:A-USD",
            side="sell",
            size=Decimal("0.10"),
            price=Decimal(7),
            is_post_only=True,
        ),
    ),
    ("orders/00000000000000ff/cancel", {}, CancelOrder(**WHO, order_id=255)),
    (
        "limits",
        {"name": "max_exposure", "value": "0.5"},
        SetLimit(**WHO, name="max_exposure", value=Decimal("0.5")),
    ),
    (
        "weights",
        {"alpha": "momentum", "value": "0.3"},
        SetWeight(**WHO, alpha="momentum", value=Decimal("0.3")),
    ),
    (
        "thresholds",
        {"name": "exit", "value": "0.1"},
        SetThreshold(**WHO, name="exit", value=Decimal("0.1")),
    ),
    ("breakers/drawdown-close/close", {}, CloseBreaker(**WHO, name="drawdown-close")),
]


@pytest.mark.parametrize(("path", "body", "command"), CHANGES)
def test_each_change_reaches_the_trader(
    asks: Controlled, path: str, body: dict[str, Any], command: ControlCommand
) -> None:
    answer = asks.post(path, {**WHY, **body})
    assert answer.status == 200, answer.json
    assert answer.json["line"] == f"{type(command).__name__} done"
    assert answer.json["at_ns"] > 0
    (asked,) = asks.desk.asked
    if isinstance(asked, Rearm):
        asked = msgspec.structs.replace(asked, asked_ns=0)
    assert asked == command


def test_a_key_is_done_once(asks: Controlled) -> None:
    wish, one = {**WHY, "instrument": "X:A-USD", "side": "buy", "size": "1"}, key()
    first = asks.post("orders", wish, one)
    again = asks.post("orders", wish, one)
    assert (first.status, again.status) == (200, 200)
    assert first.json == again.json
    assert "idempotency-replayed" not in first.headers
    assert again.headers["idempotency-replayed"] == "true"
    other = asks.post("orders", {**wish, "size": "2"}, one)
    assert (other.status, other.json["where"]) == (422, "Idempotency-Key")
    assert asks.post("pause", WHY, one).status == 422
    assert len(asks.desk.asked) == 1
    assert asks.as_role(Role.TRADER).post("orders", wish, one).status == 200
    assert [each.who for each in asks.desk.asked] == ["admin", "trader"]
    bare = asks.caller.post("/api/v1/control/pause", WHY)
    assert (bare.status, bare.json["faults"][0]["where"]) == (422, "header.idempotency-key")


def test_a_refusal_gives_the_key_back(asks: Controlled) -> None:
    one = key()
    asks.desk.refuses = (Pause,)
    refused = asks.post("pause", WHY, one)
    told = (refused.status, refused.json["detail"], refused.json["fix"])
    assert told == (409, "not now", "ask later")
    asks.desk.refuses = ()
    assert asks.post("pause", WHY, one).status == 200
    assert len(asks.desk.asked) == 1


def test_an_order_that_was_refused_is_not_tried_again_under_its_key(asks: Controlled) -> None:
    wish, one = {**WHY, "instrument": "X:A-USD", "side": "buy", "size": "1"}, key()
    asks.desk.refuses = (ManualOrder,)
    first = asks.post("orders", wish, one)
    asks.desk.refuses = ()
    again = asks.post("orders", wish, one)
    told = [(each.status, each.json["detail"], each.json["fix"]) for each in (first, again)]
    assert told == [(409, "not now", "ask later")] * 2
    assert asks.desk.asked == []
    assert asks.post("orders", wish).status == 200


def test_a_key_that_was_cut_off_is_never_done_again(asks: Controlled) -> None:
    one = key()
    assert asks.post("pause", WHY, one).status == 200
    house = house_at(asks.state)
    with house.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE idempotency_keys SET status = NULL, answer = NULL")
    house.close()
    answer = asks.post("pause", WHY, one)
    assert (answer.status, answer.json["where"]) == (409, "Idempotency-Key")
    assert "nobody knows how it ended" in answer.json["detail"]
    assert asks.post("pause", {"why": "other"}, one).status == 422
    assert len(asks.desk.asked) == 1


def stale(asks: Controlled) -> None:
    """Let the proof of who is signed in be of an hour ago."""
    house = house_at(asks.state)
    with house.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE sessions SET fresh_ns = fresh_ns - 3600000000000")
    house.close()


@pytest.mark.parametrize(
    ("path", "body", "is_dangerous"),
    [
        ("rearm", {}, True),
        ("mode", {"to": "trading"}, True),
        ("mode", {"to": "paused"}, False),
        ("pause", {}, False),
        ("breakers/drawdown-close/close", {}, True),
        ("limits", {"name": "max_exposure", "value": "0.6"}, True),
        ("limits", {"name": "max_exposure", "value": "0.4"}, False),
        ("limits", {"name": "max_positions", "value": "0"}, True),
        ("limits", {"name": "max_var", "value": "0.1"}, False),
        ("limits", {"name": "limits.min_liquidation_distance", "value": "0.1"}, True),
        ("limits", {"name": "min_liquidation_distance", "value": "0.3"}, False),
        ("limits", {"name": "refuse_self_trades", "value": "0"}, True),
    ],
)
def test_what_lets_more_through_wants_a_fresh_code(
    asks: Controlled, path: str, body: dict[str, Any], is_dangerous: bool
) -> None:
    asks.desk.limits = {
        "max_exposure": 0.5, "max_positions": 3.0, "min_liquidation_distance": 0.2,
        "refuse_self_trades": 1.0,
    }  # fmt: skip
    one = key()
    stale(asks)
    answer = asks.post(path, {**WHY, **body}, one)
    if is_dangerous:
        assert (answer.status, answer.json["type"]) == (403, "urn:traider:problem:code-needed")
        assert asks.desk.asked == []
        # Nothing was done, so the same key is good once the code is given.
        answer = asks.as_role(Role.ADMIN).post(path, {**WHY, **body}, one)
    assert answer.status == 200, answer.json


def test_live_is_refused_with_the_way_to_it(asks: Controlled) -> None:
    answer = asks.post("mode", {**WHY, "to": "live"})
    assert answer.status == 409
    assert "go-live.md" in answer.json["fix"]
    assert asks.post("mode", {**WHY, "to": "demo"}).status == 409
    mode = asks.get("mode").json
    assert (mode["mode"], mode["phase"], mode["liveness"]) == ("paper", "trading", "running")


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("pause", {"why": "  "}),
        ("pause", {}),
        ("pause", {**WHY, "who": "somebody else"}),
        ("orders", {**WHY, "instrument": "X", "side": "buy", "size": "1e5"}),
        ("orders", {**WHY, "instrument": "X", "side": "buy", "size": "-1"}),
        ("orders", {**WHY, "instrument": "X", "side": "buy", "size": 1.5}),
        ("orders/zz/cancel", WHY),
        ("limits", {**WHY, "name": "max_exposure", "value": "nan"}),
        ("thresholds", {**WHY, "name": "both", "value": "1"}),
    ],
)
def test_what_cannot_be_understood_reaches_nobody(
    asks: Controlled, path: str, body: dict[str, Any]
) -> None:
    assert asks.post(path, body).status == 422
    assert asks.desk.asked == []


def test_an_unknown_limit_is_told(asks: Controlled) -> None:
    answer = asks.post("limits", {**WHY, "name": "max_fun", "value": "1"})
    assert answer.status == 409
    assert "there is no limit 'max_fun'" in answer.json["detail"]


def test_a_token_pauses_and_does_not_trade_again(asks: Controlled) -> None:
    token = token_of(asks.state, Role.RISK_OFFICER, RIGHTS_OF[Role.RISK_OFFICER] - {Right.APPROVE})
    asks.caller.cookies.clear()
    asks.caller.headers["Authorization"] = f"Bearer {token}"
    assert asks.post("pause", WHY).status == 200
    answer = asks.post("rearm", WHY)
    assert (answer.status, answer.json["detail"]) == (403, "no program may do this")
    assert asks.post("orders", {**WHY, "instrument": "X", "side": "buy", "size": "1"}).status == 403


def test_a_stop_is_shown_before_and_told_while_it_goes(asks: Controlled) -> None:
    asks.desk.orders = [order(1), order(2, guards=True)]
    asks.desk.held = ["X:A-USD", "X:B-USD"]
    time.sleep(STATUS_AGE_S)  # the status of before is shared for so long
    shown = asks.get("emergency-stop/preview").json
    assert (shown["by"], shown["liveness"]) == ("trader", "running")
    assert shown["line"] == "cancels 2 orders and closes 2 positions at the market"
    assert [each["leaves"] for each in shown["cancels"]] == ["0.5", "0.5"]
    assert [each["instrument"] for each in shown["closes"]] == ["X:A-USD", "X:B-USD"]
    kept = asks.get("emergency-stop/preview?keep_positions=true").json
    assert (len(kept["cancels"]), len(kept["closes"]), len(kept["keeps"])) == (1, 0, 2)
    answer = asks.caller.post("/api/v1/control/emergency-stop", WHY)
    assert answer.status == 202
    done = until_over(asks, answer.json["id"])
    assert answer.headers["location"].endswith(done["id"])
    assert (done["phase"], done["by"]) == ("done", "trader")
    assert (done["who"], done["why"]) == ("admin", "a try")
    assert (done["orders"], done["cancelled"], done["closed"]) == (2, 2, ["X:A-USD", "X:B-USD"])
    assert 0 < done["answered_ms"] <= done["last_cancel_ms"] <= done["flat_ms"]
    assert done["line"].endswith("no order and no position is left")
    # A stop that comes again under its key is the same one.
    one = key()
    once = asks.post("emergency-stop", WHY, one)
    assert asks.post("emergency-stop", WHY, one).json["id"] == once.json["id"] != done["id"]
    until_over(asks, once.json["id"])
    assert len(asks.desk.asked) == 2
    assert asks.get("emergency-stop/0123").status == 404


def until_over(asks: Controlled, stop_id: str) -> dict[str, Any]:
    until_s = time.monotonic() + 60.0
    while time.monotonic() < until_s:
        body: dict[str, Any] = asks.get(f"emergency-stop/{stop_id}").json
        if body["phase"] in {"done", "open", "waiting"}:
            return body
        time.sleep(0.01)
    raise TimeoutError(stop_id)


def test_without_a_trader_a_stop_waits_in_the_folder_and_nothing_else_is_done(
    written_state: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("traider.api.commanding.PATIENCE_S", 0.2)
    with controlled(written_state, tmp_path, has_trader=False, role=Role.TRADER) as asks:
        one = key()
        for _ in range(2):
            nobody = asks.post("pause", WHY, one)
            assert (nobody.status, nobody.json["detail"]) == (409, "no trader runs here")
            assert "idempotency-replayed" not in nobody.headers
        frozen = listening_socket(asks.state / SOCKET_NAME)
        silent = asks.post("pause", WHY, one)
        frozen.close()
        assert (silent.status, "was not carried out" in silent.json["detail"]) == (504, True)
        assert asks.post("pause", WHY, one).status == 409
        assert asks.get("emergency-stop/preview").json["by"] == "folder"
        stale(asks)
        answer = asks.caller.post("/api/v1/control/emergency-stop", {**WHY, "keep_positions": True})
        done = until_over(asks, answer.json["id"])
        assert (done["phase"], done["by"], done["keep_positions"]) == ("waiting", "", True)
        assert "the emergency stop waits in" in done["line"]
        assert (asks.state / "kill").exists()
        assert asks.as_role(Role.VIEWER).post("emergency-stop", WHY).status == 403
    # The API that begins after it tells the same, and looks on.
    later = Stops(asks.state)
    record = later.get(done["id"])
    assert (record.seen.phase, record.seen.line) == (StopPhase.WAITING, done["line"])
    clear_kill(asks.state)
    until_s = time.monotonic() + 30.0
    while (record := later.get(done["id"])).seen.phase is StopPhase.WAITING:
        assert time.monotonic() < until_s
    assert (record.seen.phase, "waits no more" in record.seen.line) == (StopPhase.OPEN, True)
    with pytest.raises(NotFoundError):
        Stops(asks.state).get("../run")
