"""People are let in, changed and kept out by somebody else, and somebody always can."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import Engine

from tests.api.security.desk import (
    MINUTE_NS,
    OTHER_PASSWORD,
    PASSWORD,
    Desk,
    HandClock,
    learn_word,
    log_in,
)
from traider.api.problems import ConflictError, NotUnderstoodError
from traider.api.rights import Role
from traider.api.security.terms import DAY_NS
from traider.api.security.users import UserTable


def test_a_new_person_logs_in_once_and_chooses_a_password(desk: Desk) -> None:
    admin, eve = desk.entered("ada"), desk.caller()
    made = admin.post("/api/v1/users", {"name": "eve", "role": "risk_officer"})
    assert made.status == 201
    once = made.json["password"]
    assert log_in(eve, "eve", once).json["must_change_password"]
    assert eve.get("/api/v1/approvals").status == 403
    change = {"old_password": once, "new_password": OTHER_PASSWORD}
    assert eve.post("/api/v1/auth/password", change).status == 200
    learn_word(eve)
    assert eve.get("/api/v1/approvals").status == 200
    assert log_in(desk.caller(), "eve", once).status == 401


def test_names_are_small_and_plain(desk: Desk) -> None:
    admin = desk.entered("ada")
    for name in ("Eve", "e", "e" * 33, "1eve", "eve x", "", "eve\n"):
        answer = admin.post("/api/v1/users", {"name": name, "role": "viewer"})
        assert answer.status == 422


def test_nobody_changes_their_own_rights(desk: Desk) -> None:
    admin = desk.entered("ada")
    for answer in (
        admin.ask("PATCH", "/api/v1/users/ada", {"role": "viewer"}),
        admin.ask("PATCH", "/api/v1/users/ada", {"is_disabled": True}),
        admin.post("/api/v1/users/ada/password"),
        admin.ask("DELETE", "/api/v1/users/ada/mfa"),
    ):
        assert (answer.status, answer.json["detail"]) == (403, "nobody changes their own rights")


def test_a_name_is_taken_once_and_one_that_is_not_there_is_told(desk: Desk) -> None:
    admin = desk.entered("ada")
    assert admin.post("/api/v1/users", {"name": "tom", "role": "admin"}).status == 409
    assert admin.post("/api/v1/users/nobody/password").status == 404
    assert admin.ask("PATCH", "/api/v1/users/nobody", {}).status == 404
    assert admin.ask("PATCH", "/api/v1/users/tom", {}).json["role"] == "trader"


def test_a_reset_ends_sessions_and_keeps_the_second_factor(desk: Desk) -> None:
    admin, tom = desk.entered("ada"), desk.entered("tom")
    desk.enroll(tom)
    once = admin.post("/api/v1/users/tom/password").json["password"]
    assert tom.get("/api/v1/auth/session").status == 401
    assert log_in(desk.caller(), "tom", PASSWORD).status == 401
    assert log_in(desk.caller(), "tom", once).json["type"].endswith("code-needed")


def test_the_table_of_rights_is_told_to_everybody(desk: Desk) -> None:
    rows = desk.entered("tom").get("/api/v1/rights").json["items"]
    assert [row["role"] for row in rows] == ["viewer", "trader", "risk_officer", "admin"]
    assert rows[0]["rights"] == ["own", "read"]


def test_somebody_always_may_let_people_in(engine: Engine) -> None:
    users = UserTable(engine, HandClock())
    ada = users.add("ada", Role.ADMIN, "digest", must_change=False)
    ben = users.add("ben", Role.ADMIN, "digest", must_change=False)
    users.set_disabled(ben.id, is_disabled=True)
    with pytest.raises(ConflictError, match="nobody would be left"):
        users.set_role(ada.id, Role.VIEWER)
    with pytest.raises(ConflictError, match="nobody would be left"):
        users.set_disabled(ada.id, is_disabled=True)
    assert [(user.name, user.role, user.is_disabled) for user in users.list()] == [
        ("ada", Role.ADMIN, False),
        ("ben", Role.ADMIN, True),
    ]
    with pytest.raises(ConflictError, match="ada is there already"):
        users.add("ada", Role.VIEWER, "digest", must_change=False)
    with pytest.raises(NotUnderstoodError):
        users.add("A", Role.VIEWER, "digest", must_change=False)


def test_a_code_is_used_once_by_many_at_once(engine: Engine) -> None:
    users = UserTable(engine, HandClock())
    ada = users.add("ada", Role.ADMIN, "digest", must_change=False)
    users.set_code(ada.id, "sealed", 7, ["AAAA:one", "BBBB:two"])
    with ThreadPoolExecutor(4) as pool:
        steps = list(pool.map(lambda _: users.use_step(ada.id, 8), range(8)))
        codes = list(pool.map(lambda _: users.use_recovery(ada.id, "AAAA:one"), range(8)))
    assert (sum(steps), sum(codes)) == (1, 1)
    assert not users.use_step(ada.id, 7)
    assert not users.use_recovery(ada.id, "CCCC:three")
    assert users.get("ada").recovery_codes == 1


def test_whoever_made_a_password_leaves_nothing_of_their_own_behind(desk: Desk) -> None:
    # They could log in with it before its owner does, and keep a way in.
    once = desk.entered("ada").post("/api/v1/users", {"name": "eve", "role": "trader"}).json
    eve = desk.caller()
    assert log_in(eve, "eve", once["password"]).status == 200
    for answer in (
        eve.post("/api/v1/tokens", {"name": "t", "scopes": ["read"]}),
        eve.post("/api/v1/auth/mfa", {"password": once["password"]}),
        eve.post("/api/v1/auth/code", {"password": once["password"]}),
        eve.get("/api/v1/auth/sessions"),
    ):
        assert answer.json["type"].endswith("password-change-needed")
    assert eve.get("/api/v1/auth/session").json["must_change_password"]
    assert eve.post("/api/v1/auth/logout").status == 204
    assert desk.house.tokens.list() == ()


def test_a_password_for_one_login_ends_after_a_week(desk: Desk) -> None:
    admin = desk.entered("ada")
    once = admin.post("/api/v1/users", {"name": "eve", "role": "viewer"}).json["password"]
    (eve,) = (each for each in admin.get("/api/v1/users").json["items"] if each["name"] == "eve")
    assert eve["password_until_ns"] == desk.clock.ns + 7 * DAY_NS
    desk.clock.move(7 * DAY_NS - 1)
    assert log_in(desk.caller(), "eve", once).status == 200
    desk.clock.move(1)
    over = log_in(desk.caller(), "eve", once)
    assert (over.status, over.json["type"]) == (401, "urn:traider:problem:password-over")
    assert log_in(desk.caller(), "eve", "wrong").json["detail"].startswith("name, password")
    again = desk.entered("ada").post("/api/v1/users/eve/password").json["password"]
    caller = desk.entered("eve", again)
    change = {"old_password": again, "new_password": OTHER_PASSWORD}
    assert caller.post("/api/v1/auth/password", change).status == 200
    desk.clock.move(30 * DAY_NS)
    assert log_in(desk.caller(), "eve", OTHER_PASSWORD).status == 200


def test_an_admin_sees_and_ends_sessions_of_others(desk: Desk) -> None:
    admin, here, there = desk.entered("ada"), desk.entered("tom"), desk.entered("tom")
    path = "/api/v1/users/tom/sessions"
    listed = admin.get(path).json["items"]
    assert [each["is_this"] for each in listed] == [False, False]
    assert admin.ask("DELETE", f"{path}/{listed[0]['id']}").status == 204
    assert there.get("/api/v1/auth/session").status == 401
    assert here.get("/api/v1/auth/session").status == 200
    (own,) = admin.get("/api/v1/users/ada/sessions").json["items"]
    # A session of somebody else than the address names is none.
    assert admin.ask("DELETE", f"{path}/{own['id']}").status == 404
    assert admin.post(f"{path}/end").json == {"count": 1}
    assert here.get("/api/v1/auth/session").status == 401
    assert admin.get("/api/v1/users/nobody/sessions").status == 404


def test_an_admin_ends_a_lock_and_leaves_the_password(desk: Desk) -> None:
    admin = desk.entered("ada")
    for _ in range(5):
        desk.house.failures.note("tom", "10.0.0.7")
    assert log_in(desk.caller(), "tom", PASSWORD).status == 429
    assert admin.post("/api/v1/users/tom/unlock").json["locked_until_ns"] is None
    assert log_in(desk.caller(), "tom", PASSWORD).status == 200
    desk.clock.move(5 * MINUTE_NS)
    assert admin.post("/api/v1/users/tom/unlock").json["type"].endswith("code-needed")
