"""Dangerous requests: a fresh proof, the second factor where money is real, two people."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.api.security.desk import (
    MINUTE_NS,
    PASSWORD,
    Desk,
    desk_at,
    learn_word,
    log_in,
    two_people,
)
from tests.api.served import Caller, Said
from traider.api.asking import Asker, asker_of_session
from traider.api.rights import Role
from traider.api.security.approvals import AskedRequest
from traider.api.security.cookies import COOKIE
from traider.api.security.refusals import CodeNeededError, SecondFactorNeededError
from traider.api.shapes.people import ApprovalShape

EVE = {"name": "eve", "role": "viewer"}


def kind(answer: Said) -> str:
    return str(answer.json["type"]).rpartition(":")[2]


def prove(desk: Desk, caller: Caller, secret: str = "") -> Said:
    proof = {"code": desk.code(secret)} if secret else {"password": PASSWORD}
    answer = caller.post("/api/v1/auth/code", proof)
    if answer.status == 200:
        learn_word(caller)
    return answer


def test_on_paper_the_password_of_the_last_minutes_is_enough(desk: Desk) -> None:
    admin = desk.entered("ada")
    assert admin.post("/api/v1/users", EVE).status == 201
    desk.clock.move(5 * MINUTE_NS)
    refused = admin.post("/api/v1/users", EVE | {"name": "eva"})
    assert (refused.status, kind(refused)) == (403, "code-needed")
    assert "password" in refused.json["fix"]
    assert prove(desk, admin).status == 200
    assert admin.post("/api/v1/users", EVE | {"name": "eva"}).status == 201


def test_with_real_money_no_password_is_enough(desk: Desk) -> None:
    admin = desk.entered("ada")
    desk.is_live = True
    for refused in (admin.post("/api/v1/users", EVE), prove(desk, admin)):
        assert (refused.status, kind(refused)) == (403, "second-factor-needed")
        assert "POST /api/v1/auth/mfa" in refused.json["fix"]
    secret, _ = desk.enroll(admin)
    assert admin.post("/api/v1/users", EVE).status == 201
    desk.clock.move(5 * MINUTE_NS)
    refused = admin.post("/api/v1/users", EVE | {"name": "eva"})
    assert kind(refused) == "code-needed"
    assert prove(desk, admin, secret).status == 200
    assert admin.post("/api/v1/users", EVE | {"name": "eva"}).status == 201


def test_what_leads_to_real_money_is_held_to_it(desk: Desk) -> None:
    asker = asker_of(desk, desk.entered("ada"))
    asker.demand("re-arm")
    with pytest.raises(SecondFactorNeededError, match="live mode needs a second factor"):
        asker.demand("live mode", to_live=True)


def test_a_code_before_the_factor_was_enrolled_counts_for_nothing(desk: Desk) -> None:
    # Two browsers: one logs in by password, the other enrolls.
    desk.add("eli", Role.ADMIN)
    caller = desk.entered("eli")
    user = desk.house.users.get("eli")
    desk.house.users.set_code(user.id, desk.house.sealer.seal("A" * 32, desk.clock.ns), 0, [])
    with pytest.raises(CodeNeededError, match="a code of the second factor"):
        asker_of(desk, caller).demand("re-arm")


def asker_of(desk: Desk, caller: Caller) -> Asker:
    session = desk.house.sessions.find(caller.cookies[COOKIE])
    request = AskedRequest("POST", "/api/v1/control/rearm", "", "{}", "")
    return asker_of_session(desk.house, session, "127.0.0.1", request)


@pytest.fixture
def pair(state: Path) -> Iterator[Desk]:
    """A served house where dangerous requests wait, with two admins and a trader."""
    with desk_at(state, two_people()) as desk:
        for name, role in (("ada", Role.ADMIN), ("ben", Role.ADMIN), ("tom", Role.TRADER)):
            desk.add(name, role)
        yield desk


def test_a_request_waits_and_is_done_as_it_was_asked(pair: Desk) -> None:
    ada, ben = pair.entered("ada"), pair.entered("ben")
    waiting = ada.post("/api/v1/users", EVE)
    assert (waiting.status, waiting.json["state"]) == (202, "waiting")
    assert waiting.json["what"] == "add eve as viewer"
    assert not any(user["name"] == "eve" for user in ada.get("/api/v1/users").json["items"])
    # Asked again while it waits, it is the same.
    assert ada.post("/api/v1/users", EVE).json["id"] == waiting.json["id"]
    path = f"/api/v1/approvals/{waiting.json['id']}"
    done = ben.post(f"{path}/approve")
    assert (done.status, done.json["answer_status"], done.json["decided_by"]) == (200, 201, "ben")
    # The one-time password is for the one who asked, once, and for nobody else.
    assert "password" not in done.json
    assert ben.get(f"{path}/answer").status == 403
    answer = ada.get(f"{path}/answer").json
    assert ada.get(f"{path}/answer").status == 404
    assert log_in(pair.caller(), "eve", answer["password"]).json["must_change_password"]
    assert ben.post(f"{path}/approve").status == 409


@pytest.mark.parametrize(
    ("method", "path", "body", "what"),
    [
        ("POST", "/users", EVE, "add eve as viewer"),
        ("PATCH", "/users/tom", {"role": "viewer"}, "change tom: role viewer"),
        ("POST", "/users/tom/password", None, "make a one-time password for tom"),
        ("POST", "/control/rearm", {"why": "checked"}, "trade again"),
        ("POST", "/control/mode", {"why": "checked", "to": "trading"}, "trade again"),
        ("POST", "/control/breakers/venue/close", {"why": "x"}, "close the breaker venue"),
    ],
)
def test_what_waits_is_answered_with_what_the_document_says(
    pair: Desk, method: str, path: str, body: dict[str, str] | None, what: str
) -> None:
    ada = pair.entered("ada")
    key = {"Idempotency-Key": "one-wish-of-ada"}
    waiting = ada.ask(method, f"/api/v1{path}", body, key)
    assert waiting.status == 202
    told = ApprovalShape.model_validate_json(waiting.body)
    assert (told.what, told.asked_by, told.state) == (what, "ada", "waiting")
    assert told.until_ns == pair.clock.ns + 15 * MINUTE_NS


def test_nobody_is_their_own_second_person(pair: Desk) -> None:
    ada = pair.entered("ada")
    waiting = ada.post("/api/v1/users", EVE).json
    refused = ada.post(f"/api/v1/approvals/{waiting['id']}/approve")
    assert (refused.status, refused.json["detail"]) == (
        403,
        "nobody approves what they asked for themselves",
    )
    taken_back = ada.post(f"/api/v1/approvals/{waiting['id']}/refuse").json
    assert (taken_back["state"], taken_back["decided_by"]) == ("refused", None)


def test_the_second_person_needs_the_right_and_a_fresh_proof(pair: Desk) -> None:
    ada, ben, tom = (pair.entered(name) for name in ("ada", "ben", "tom"))
    path = f"/api/v1/approvals/{ada.post('/api/v1/users', EVE).json['id']}/approve"
    assert tom.post(path).status == 403
    pair.clock.move(6 * MINUTE_NS)
    assert kind(ben.post(path)) == "code-needed"
    assert prove(pair, ben).status == 200
    assert ben.post(path).json["answer_status"] == 201


def test_a_request_that_waits_too_long_is_over(pair: Desk) -> None:
    ada, ben = pair.entered("ada"), pair.entered("ben")
    waiting = ada.post("/api/v1/users", EVE).json
    assert len(ben.get("/api/v1/approvals?waiting=true").json["items"]) == 1
    pair.clock.move(15 * MINUTE_NS)
    prove(pair, ben)
    assert ben.get("/api/v1/approvals?waiting=true").json["items"] == []
    assert ben.get(f"/api/v1/approvals/{waiting['id']}").json["state"] == "expired"
    refused = ben.post(f"/api/v1/approvals/{waiting['id']}/approve")
    assert (refused.status, refused.json["detail"]) == (409, "the request is expired already")


def test_rights_that_were_lost_meanwhile_are_lost(pair: Desk) -> None:
    ada, ben = pair.entered("ada"), pair.entered("ben")
    waiting = ada.post("/api/v1/users", EVE).json
    pair.house.users.set_role(pair.house.users.get("ada").id, Role.VIEWER)
    done = ben.post(f"/api/v1/approvals/{waiting['id']}/approve").json
    assert done["answer_status"] == 403
    assert pair.house.users.find("eve") is None


def test_what_the_second_person_refuses_is_not_done(pair: Desk) -> None:
    ada, ben = pair.entered("ada"), pair.entered("ben")
    waiting = ada.post("/api/v1/users", EVE).json
    refused = ben.post(f"/api/v1/approvals/{waiting['id']}/refuse").json
    assert (refused["state"], refused["decided_by"]) == ("refused", "ben")
    assert ben.post(f"/api/v1/approvals/{waiting['id']}/approve").status == 409
    assert pair.house.users.find("eve") is None


def test_an_approval_that_is_not_there_is_told(pair: Desk) -> None:
    ada = pair.entered("ada")
    for strange in ("0", "999", "x", "9" * 40):
        path = f"/api/v1/approvals/{strange}"
        assert ada.get(path).status == 404
        assert ada.get(f"{path}/answer").status == 404
        assert ada.post(f"{path}/approve").status == 404
        assert ada.post(f"{path}/refuse").status == 404
