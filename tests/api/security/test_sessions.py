"""Sessions end: unused, old, by hand, by another, and with the rights they were begun with."""

from pathlib import Path

from sqlalchemy import Engine, text

from tests.api.security.desk import (
    MINUTE_NS,
    OTHER_PASSWORD,
    PASSWORD,
    SECOND_NS,
    Desk,
    HandClock,
    learn_word,
)
from traider.api.rights import Role
from traider.api.security.cookies import COOKIE
from traider.api.security.sessions import SessionTable
from traider.api.security.terms import HOUR_NS, AccessTerms
from traider.api.security.users import UserTable


def test_a_session_that_nobody_uses_is_over(desk: Desk) -> None:
    caller = desk.entered("ada")
    desk.clock.move(29 * MINUTE_NS)
    assert caller.get("/api/v1/auth/session").status == 200
    desk.clock.move(29 * MINUTE_NS)
    assert caller.get("/api/v1/auth/session").status == 200
    desk.clock.move(30 * MINUTE_NS)
    assert caller.get("/api/v1/auth/session").status == 401


def test_a_session_that_is_used_is_over_after_twelve_hours(desk: Desk) -> None:
    caller = desk.entered("ada")
    for _ in range(35):
        desk.clock.move(20 * MINUTE_NS)
        assert caller.get("/api/v1/auth/session").status == 200
    desk.clock.move(20 * MINUTE_NS)
    assert caller.get("/api/v1/auth/session").status == 401


def test_sessions_are_listed_and_ended(desk: Desk) -> None:
    here, there, tom = desk.entered("ada"), desk.entered("ada"), desk.entered("tom")
    kept = here.get("/api/v1/auth/sessions").json["items"]
    assert [each["is_this"] for each in kept] == [False, True]
    others = tom.get("/api/v1/auth/sessions").json["items"]
    assert len(others) == 1
    # Nobody ends a session of somebody else, and does not learn that it is there.
    assert tom.ask("DELETE", f"/api/v1/auth/sessions/{kept[0]['id']}").status == 404
    assert here.ask("DELETE", f"/api/v1/auth/sessions/{kept[0]['id']}").status == 204
    assert there.get("/api/v1/auth/session").status == 401
    again = desk.entered("ada")
    assert here.post("/api/v1/auth/sessions/end-others").json == {"count": 1}
    assert [each.get("/api/v1/auth/session").status for each in (here, again)] == [200, 401]
    for strange in ("9" * 30, "x", "-1", "%C2%B2"):
        assert here.ask("DELETE", f"/api/v1/auth/sessions/{strange}").status == 404


def test_a_change_of_rights_ends_sessions(desk: Desk) -> None:
    admin, tom = desk.entered("ada"), desk.entered("tom")
    assert admin.ask("PATCH", "/api/v1/users/tom", {"role": "viewer"}).status == 200
    assert tom.get("/api/v1/auth/session").status == 401
    again = desk.entered("tom")
    assert again.get("/api/v1/auth/session").json["role"] == "viewer"
    assert admin.ask("PATCH", "/api/v1/users/tom", {"is_disabled": True}).status == 200
    assert again.get("/api/v1/auth/session").status == 401


def test_a_proof_gives_the_session_another_secret(desk: Desk) -> None:
    caller = desk.entered("ada")
    before = desk.caller()
    before.cookies, before.headers = dict(caller.cookies), dict(caller.headers)
    assert caller.post("/api/v1/auth/code", {"password": PASSWORD}).status == 200
    assert caller.cookies != before.cookies
    # What only reads may have been under way; it changes nothing, and only for seconds.
    assert before.get("/api/v1/auth/session").status == 200
    assert before.post("/api/v1/auth/logout").status == 401
    desk.clock.move(10 * SECOND_NS)
    assert before.get("/api/v1/auth/session").status == 401
    assert caller.get("/api/v1/auth/session").status == 200


def test_a_new_password_gives_another_secret_and_proves_nothing_more(desk: Desk) -> None:
    caller = desk.entered("ada")
    desk.clock.move(4 * MINUTE_NS)
    before = dict(caller.cookies)
    change = {"old_password": PASSWORD, "new_password": OTHER_PASSWORD}
    answer = caller.post("/api/v1/auth/password", change)
    learn_word(caller)
    assert before != caller.cookies
    assert answer.json["fresh_until_ns"] == desk.clock.ns + MINUTE_NS


def test_no_secret_of_a_session_is_kept(desk: Desk) -> None:
    caller = desk.entered("ada")
    with desk.house.engine.connect() as connection:
        kept = str(connection.execute(text("SELECT * FROM sessions")).all())
    assert caller.cookies[COOKIE] not in kept


def test_the_file_of_people_is_for_nobody_else(desk: Desk, state: Path) -> None:
    desk.entered("ada")
    modes = {path.name: path.stat().st_mode & 0o777 for path in state.glob("people.*")}
    assert modes["people.sqlite"] == 0o600
    assert set(modes.values()) == {0o600}


def test_sessions_on_each_database(engine: Engine) -> None:
    clock = HandClock()
    table = SessionTable(engine, AccessTerms(), clock)
    user = UserTable(engine, clock).add("ada", Role.ADMIN, "digest", must_change=False)
    first = table.begin(user.id, "127.0.0.1", "x" * 500, None)
    second = table.begin(user.id, "127.0.0.1", "", "code")
    found = table.find(first)
    assert found is not None
    assert (found.name, found.fresh_ns, len(found.agent)) == ("ada", None, 200)
    third = table.renew(found.id, "password")
    assert table.find(first) is None
    assert table.find(first, only_reads=True) is not None
    renewed = table.find(third)
    assert renewed is not None
    assert (renewed.fresh_ns, renewed.fresh_way) == (clock.ns, "password")
    assert table.end_all(user.id, but=found.id) == 1
    assert table.find(second) is None
    clock.move(HOUR_NS)
    assert table.of_user(user.id) == ()
    table.begin(user.id, "127.0.0.1", "", None)
    with engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM sessions")).scalar_one() == 1
