"""Coming in by name and password, and leaving."""

import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher
from fastapi import Request, Response

from tests.api.security.desk import OTHER_PASSWORD, PASSWORD, QUICK, Desk, desk_at, log_in
from traider.api.problems import TooManyRequestsError
from traider.api.rights import Role
from traider.api.security.cookies import COOKIE, give_cookie, session_secret, take_cookie
from traider.api.security.first_run import first_password
from traider.api.security.passwords import Passwords
from traider.api.security.proving import Prover
from traider.domain.errors import ConfigError


class CountingHasher(PasswordHasher):
    """Counts what it verifies."""

    def __init__(self) -> None:
        super().__init__(time_cost=1, memory_cost=64, parallelism=1)
        self.verified = 0

    def verify(self, *given: Any, **named: Any) -> Any:
        """Verify, and count it."""
        self.verified += 1
        return super().verify(*given, **named)


def test_a_session_is_in_a_cookie_that_scripts_cannot_read(desk: Desk) -> None:
    answer = log_in(desk.caller(), "ada", PASSWORD)
    assert answer.status == 200
    name, *flags = answer.headers["set-cookie"].split("; ")
    assert name.startswith(f"{COOKIE}=")
    assert sorted(flags) == ["HttpOnly", "Path=/", "SameSite=strict"]
    assert answer.json["name"] == "ada"
    assert "people" in answer.json["rights"]


@pytest.mark.parametrize("action", [give_cookie, None])
def test_under_tls_the_cookie_is_secure_and_of_this_host_alone(action: Any) -> None:
    scope: dict[str, Any] = {"type": "http", "scheme": "https", "path": "/", "headers": []}
    scope |= {"server": ("desk.example", 443), "query_string": b""}
    scope["headers"] = [(b"cookie", f"{COOKIE}=clear; __Host-{COOKIE}=hidden".encode())]
    request, response = Request(scope), Response()
    if action is None:
        take_cookie(request, response)
    else:
        action(request, response, "secret")
    told = response.headers["set-cookie"]
    assert told.startswith(f"__Host-{COOKIE}=")
    assert {"HttpOnly", "Path=/", "SameSite=strict", "Secure"} <= set(told.split("; "))
    assert "Domain" not in told
    # A cookie that could have been set in clear is not looked at.
    assert session_secret(request) == "hidden"


def test_nobody_learns_whether_a_name_is_there(desk: Desk) -> None:
    desk.add("out", Role.VIEWER)
    desk.house.users.set_disabled(desk.house.users.get("out").id, is_disabled=True)
    answers = [
        log_in(desk.caller(), name, password)
        for name, password in (("ada", "wrong"), ("nobody", PASSWORD), ("out", PASSWORD))
    ]
    assert {answer.status for answer in answers} == {401}
    told = [{**answer.json, "trace_id": ""} for answer in answers]
    assert told[0] == told[1] == told[2]


@pytest.mark.parametrize("name", ["ada", "nobody"])
def test_as_much_is_computed_for_nobody_as_for_somebody(desk: Desk, name: str) -> None:
    hasher = CountingHasher()
    desk.house.passwords = Passwords(hasher)
    assert log_in(desk.caller(), name, "wrong").status == 401
    assert hasher.verified == 1


def test_a_session_that_was_planted_is_not_taken_on(desk: Desk) -> None:
    caller = desk.caller()
    caller.cookies[COOKIE] = "planted"
    assert log_in(caller, "ada", PASSWORD).status == 200
    assert caller.cookies[COOKIE] != "planted"


def test_a_login_ends_the_session_that_was_there(desk: Desk) -> None:
    caller = desk.entered("tom")
    before = desk.caller()
    before.cookies = dict(caller.cookies)
    assert before.get("/api/v1/auth/session").json["name"] == "tom"
    assert log_in(caller, "ada", PASSWORD).status == 200
    assert before.get("/api/v1/auth/session").status == 401
    assert caller.get("/api/v1/auth/session").json["name"] == "ada"


def test_a_logout_ends_the_session_itself(desk: Desk) -> None:
    caller = desk.entered("ada")
    kept = dict(caller.cookies)
    assert caller.post("/api/v1/auth/logout").status == 204
    assert caller.cookies == {}
    caller.cookies = kept
    assert caller.get("/api/v1/auth/session").status == 401


def test_a_password_is_changed_with_the_one_before_and_ends_other_sessions(desk: Desk) -> None:
    here, there = desk.entered("ada"), desk.entered("ada")
    change = {"old_password": "wrong", "new_password": OTHER_PASSWORD}
    assert here.post("/api/v1/auth/password", change).status == 401
    change["old_password"] = PASSWORD
    for weak in ("short", "ada-ada-ada-ada", "Password123456", PASSWORD):
        refused = here.post("/api/v1/auth/password", change | {"new_password": weak})
        assert refused.status == 422
        assert weak not in str(refused.json)
    assert here.post("/api/v1/auth/password", change).status == 200
    assert here.get("/api/v1/auth/session").status == 200
    assert there.get("/api/v1/auth/session").status == 401
    assert log_in(desk.caller(), "ada", PASSWORD).status == 401
    assert log_in(desk.caller(), "ada", OTHER_PASSWORD).status == 200


def test_the_first_admin_does_nothing_before_the_password_is_their_own(state: Path) -> None:
    with desk_at(state) as desk:
        told = first_password(desk.house)
        assert first_password(desk.house) == ""
        caller = desk.entered("admin", told)
        assert caller.get("/api/v1/auth/session").json["must_change_password"]
        refused = caller.get("/api/v1/users")
        assert (refused.status, refused.json["type"]) == (
            403,
            "urn:traider:problem:password-change-needed",
        )
        change = {"old_password": told, "new_password": PASSWORD}
        changed = caller.post("/api/v1/auth/password", change)
        assert (changed.status, changed.json["must_change_password"]) == (200, False)
        assert [each["name"] for each in caller.get("/api/v1/users").json["items"]] == ["admin"]


def test_an_unattended_start_takes_its_password_and_refuses_a_weak_one(
    state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with desk_at(state) as desk:
        monkeypatch.setenv("TRAIDER_ADMIN_PASSWORD", "admin1234567")
        with pytest.raises(ConfigError, match="TRAIDER_ADMIN_PASSWORD: the password has the name"):
            first_password(desk.house)
        monkeypatch.setenv("TRAIDER_ADMIN_PASSWORD", PASSWORD)
        assert first_password(desk.house) == ""
        answer = log_in(desk.caller(), "admin", PASSWORD)
        assert (answer.status, answer.json["must_change_password"]) == (200, False)


def test_a_digest_of_an_older_cost_is_made_anew_at_a_login(desk: Desk) -> None:
    user = desk.house.users.get("ada")
    before = desk.house.users.secrets(user.id).password_digest
    desk.house.passwords = Passwords(PasswordHasher(time_cost=2, memory_cost=64, parallelism=1))
    assert log_in(desk.caller(), "ada", PASSWORD).status == 200
    after = desk.house.users.secrets(user.id).password_digest
    assert (QUICK.check_needs_rehash(before), QUICK.check_needs_rehash(after)) == (False, True)


def test_many_at_once_are_sent_away_before_they_cost_anything(desk: Desk) -> None:
    terms = desk.house.terms
    prover = Prover(desk.house)
    with ExitStack() as inside:
        for _ in range(terms.logins_at_once):
            inside.enter_context(prover.turn())
        with ThreadPoolExecutor(terms.logins_waiting) as waiting:
            line = [waiting.submit(_logs_in, prover) for _ in range(terms.logins_waiting)]
            while prover.in_line < terms.logins_at_once + terms.logins_waiting:
                time.sleep(0.001)
            with pytest.raises(TooManyRequestsError, match="too many log in at once"):
                _logs_in(prover)
            inside.close()
            assert [each.result() for each in line] == ["ada"] * terms.logins_waiting


def _logs_in(prover: Prover) -> str:
    return prover.login("ada", PASSWORD, "", "127.0.0.1")[0].name
