"""Requests that a page of another site makes a browser send change nothing."""

import pytest

from tests.api.security.desk import PASSWORD, Desk, learn_word, log_in
from traider.api.problems import NotAllowedError
from traider.api.security.origins import CSRF_HEADER, check_origin

LOGOUT = "/api/v1/auth/sessions/end-others"


def test_a_request_without_its_sessions_word_is_refused(desk: Desk) -> None:
    caller = desk.entered("ada")
    word = caller.headers.pop(CSRF_HEADER)
    for said in ({}, {CSRF_HEADER: ""}, {CSRF_HEADER: "ä" + word[1:]}, {CSRF_HEADER: word[:-1]}):
        answer = caller.post(LOGOUT, **said)
        assert (answer.status, answer.json["type"]) == (403, "urn:traider:problem:csrf")
    assert caller.get("/api/v1/auth/session").status == 200
    assert caller.post(LOGOUT, **{CSRF_HEADER: word}).status == 200


def test_the_word_of_another_session_is_none(desk: Desk) -> None:
    mine, other = desk.entered("ada"), desk.entered("ada")
    assert mine.post(LOGOUT, **{CSRF_HEADER: other.headers[CSRF_HEADER]}).status == 403


def test_the_word_changes_with_the_secret(desk: Desk) -> None:
    caller = desk.entered("ada")
    assert caller.post("/api/v1/auth/code", {"password": PASSWORD}).status == 200
    assert caller.post(LOGOUT).status == 403
    learn_word(caller)
    assert caller.post(LOGOUT).status == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
def test_another_site_is_refused_even_with_the_word(desk: Desk, headers: dict[str, str]) -> None:
    caller = desk.entered("ada")
    assert caller.post(LOGOUT, **headers).status == 403
    login = {"name": "ada", "password": PASSWORD}
    assert desk.caller().post("/api/v1/auth/login", login, **headers).status == 403


@pytest.mark.parametrize("site", ["same-origin", "none"])
def test_our_own_pages_are_let_in(desk: Desk, site: str) -> None:
    caller = desk.entered("ada")
    assert caller.post(LOGOUT, **{"Origin": desk.url, "Sec-Fetch-Site": site}).status == 200
    assert caller.post(LOGOUT, **{"Sec-Fetch-Site": site}).status == 200


def test_a_token_needs_no_word(desk: Desk) -> None:
    # A browser never sends it by itself.
    caller = desk.entered("ada")
    made = caller.post("/api/v1/tokens", {"name": "t", "scopes": ["own"], "days": 1}).json
    program = desk.caller()
    program.headers["Authorization"] = f"Bearer {made['secret']}"
    assert program.get("/api/v1/auth/session").json["csrf_token"] == ""
    assert program.ask("DELETE", f"/api/v1/tokens/{made['token']['id']}").status == 204
    assert program.get("/api/v1/auth/session").status == 401


def test_a_login_of_one_is_not_the_login_of_another(desk: Desk) -> None:
    caller = desk.entered("ada")
    word = caller.headers[CSRF_HEADER]
    assert log_in(caller, "tom", PASSWORD).status == 200
    assert caller.post(LOGOUT, **{CSRF_HEADER: word}).status == 403


def test_a_page_in_clear_is_none_of_ours_under_tls() -> None:
    # Whoever is on the way could put a page of the same host in front of somebody.
    clear = {"origin": "http://trader.example", "host": "trader.example"}
    with pytest.raises(NotAllowedError, match="another site"):
        check_origin(clear, (), encrypted=True)
    check_origin(clear | {"origin": "https://trader.example"}, (), encrypted=True)
    # A proxy that encrypts speaks in clear to us, for pages that came over TLS.
    check_origin(clear | {"origin": "https://trader.example"}, (), encrypted=False)
