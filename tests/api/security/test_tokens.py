"""Tokens of programs: shown once, bounded by scopes, owner and time."""

import pytest
from sqlalchemy import Engine, text

from tests.api.security.desk import MINUTE_NS, PASSWORD, Desk, HandClock
from tests.api.served import Caller
from traider.api.problems import ConflictError, NotFoundError, NotUnderstoodError
from traider.api.rights import RIGHTS_OF, Right, Role
from traider.api.security import tokens
from traider.api.security.terms import DAY_NS, AccessTerms
from traider.api.security.tokens import TokenTable
from traider.api.security.users import UserTable

READ = frozenset({Right.READ})


def program(desk: Desk, secret: str) -> Caller:
    caller = desk.caller()
    caller.headers["Authorization"] = f"Bearer {secret}"
    return caller


def test_a_token_is_shown_once_and_kept_as_a_digest(desk: Desk) -> None:
    tom = desk.entered("tom")
    made = tom.post("/api/v1/tokens", {"name": "notebook", "scopes": ["own", "read"]}).json
    assert made["secret"].startswith("trd_")
    assert program(desk, made["secret"]).get("/api/v1/auth/session").json["rights"] == [
        "own",
        "read",
    ]
    listed = tom.get("/api/v1/tokens").json["items"]
    assert [(each["name"], each["hint"]) for each in listed] == [("notebook", made["secret"][:12])]
    with desk.house.engine.connect() as connection:
        kept = str(connection.execute(text("SELECT * FROM api_tokens")).all())
    assert made["secret"] not in kept
    assert made["secret"] not in str(listed)


def test_no_token_has_more_rights_than_its_owner(desk: Desk) -> None:
    tom = desk.entered("tom")
    for scope in ("people", "approve", "rearm", "audit"):
        refused = tom.post("/api/v1/tokens", {"name": "t", "scopes": ["read", scope]})
        assert refused.status == 422
        assert scope in refused.json["detail"]


def test_a_token_loses_what_its_owner_loses(desk: Desk) -> None:
    tom, admin = desk.entered("tom"), desk.entered("ada")
    secret = tom.post("/api/v1/tokens", {"name": "t", "scopes": ["own", "stop"]}).json["secret"]
    reader = program(desk, secret)
    assert reader.get("/api/v1/auth/session").json["rights"] == ["own", "stop"]
    admin.ask("PATCH", "/api/v1/users/tom", {"role": "viewer"})
    assert reader.get("/api/v1/auth/session").json["rights"] == ["own"]
    admin.ask("PATCH", "/api/v1/users/tom", {"is_disabled": True})
    assert reader.get("/api/v1/auth/session").status == 401
    admin.ask("PATCH", "/api/v1/users/tom", {"is_disabled": False})
    assert reader.get("/api/v1/auth/session").status == 401  # revoked, not only asleep


def test_making_one_needs_a_person_who_has_just_proved_to_be_there(desk: Desk) -> None:
    tom = desk.entered("tom")
    body = {"name": "t", "scopes": ["own"]}
    secret = tom.post("/api/v1/tokens", body).json["secret"]
    assert program(desk, secret).post("/api/v1/tokens", body).status == 403
    desk.clock.move(5 * MINUTE_NS)
    assert tom.post("/api/v1/tokens", body).status == 403
    # Neither is any of what belongs to a session for a program.
    for path, said in (
        ("/auth/code", {"password": PASSWORD}),
        ("/auth/logout", None),
        ("/auth/sessions/end-others", None),
        ("/auth/mfa", {"password": PASSWORD}),
    ):
        assert program(desk, secret).post(f"/api/v1{path}", said).status == 403


def test_a_token_ends_by_itself_and_by_hand(desk: Desk) -> None:
    tom, admin = desk.entered("tom"), desk.entered("ada")
    body = {"name": "t", "scopes": ["own"], "days": 1}
    short, long, mine = (
        caller.post("/api/v1/tokens", body | {"days": days}).json
        for caller, days in ((tom, 1), (tom, 365), (admin, 365))
    )
    assert tom.ask("DELETE", f"/api/v1/tokens/{mine['token']['id']}").status == 404
    assert tom.get("/api/v1/tokens?everybody=true").status == 403
    assert len(admin.get("/api/v1/tokens?everybody=true").json["items"]) == 3
    assert admin.ask("DELETE", f"/api/v1/tokens/{long['token']['id']}").status == 204
    assert program(desk, long["secret"]).get("/api/v1/auth/session").status == 401
    assert program(desk, short["secret"]).get("/api/v1/auth/session").status == 200
    desk.clock.move(DAY_NS)
    assert program(desk, short["secret"]).get("/api/v1/auth/session").status == 401
    assert program(desk, mine["secret"]).get("/api/v1/auth/session").status == 200


def test_what_is_no_token_opens_nothing(desk: Desk) -> None:
    caller = desk.caller()
    for said in ("", "Bearer", "Bearer  ", "Basic YTpi", "Bearer trd_x y"):
        caller.headers["Authorization"] = said
        answer = caller.get("/api/v1/auth/session")
        assert (answer.status, answer.headers["www-authenticate"]) == (401, "Bearer")


def test_tokens_on_each_database(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = HandClock()
    table = TokenTable(engine, AccessTerms(), clock)
    user = UserTable(engine, clock).add("ada", Role.ADMIN, "digest", must_change=False)
    secret, made = table.make(user.id, Role.ADMIN, "t", READ, 1)
    found = table.find(secret)
    assert found is not None
    assert (found.id, found.scopes, found.seen_ns) == (made.id, READ, None)
    assert table.list(user.id)[0].seen_ns == clock.ns
    for scopes, days in ((frozenset[Right](), 1), (READ, 0), (READ, 366)):
        with pytest.raises(NotUnderstoodError):
            table.make(user.id, Role.ADMIN, "t", scopes, days)
    with pytest.raises(NotUnderstoodError, match="cannot have approve, people"):
        table.make(user.id, Role.ADMIN, "t", RIGHTS_OF[Role.ADMIN], 1)
    monkeypatch.setattr(tokens, "TOKENS_MAX", 1)
    with pytest.raises(ConflictError, match="1 tokens are good already"):
        table.make(user.id, Role.ADMIN, "t", READ, 1)
    with pytest.raises(NotFoundError):
        table.revoke(made.id, user.id + 1)
    assert table.revoke(made.id).revoked_ns == clock.ns
    clock.move(1)
    assert table.revoke(made.id).revoked_ns == clock.ns - 1
    assert table.find(secret) is None
    table.make(user.id, Role.ADMIN, "t", READ, 1)
    assert (table.revoke_all(user.id), table.revoke_all(user.id)) == (1, 0)
