"""What people do is in the audit, and what they keep secret is nowhere."""

import json
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.api.people import enter
from tests.api.security.desk import (
    OTHER_PASSWORD,
    PASSWORD,
    Desk,
    desk_at,
    learn_word,
    log_in,
    two_people,
)
from tests.api.served import Caller, serving_on
from traider.api.rights import Role
from traider.api.security.cookies import COOKIE
from traider.api.security.first_run import first_password
from traider.api.security.origins import CSRF_HEADER
from traider.api.terms import ApiTerms
from traider.compliance.actions import Action, actions_after, record_action
from traider.compliance.reading import records
from traider.compliance.searching import AuditSearch, search_waiting
from traider.compliance.segments import list_segments
from traider.compliance.verifying import verify_chain
from traider.compliance.writing import AuditWriter
from traider.runtime.auditing.following import ActionsTaken
from traider.runtime.config import load_config
from traider.runtime.observability import ObserveTerms, observe


def told(desk: Desk) -> list[tuple[str, str, str]]:
    found = search_waiting(desk.state / "audit", AuditSearch())
    return [(each.actor, each.action, each.object_id) for each in found]


def test_logins_failures_proofs_and_changes_are_told(desk: Desk) -> None:
    admin = desk.entered("ada")
    log_in(desk.caller(), "ada", "wrong")
    log_in(desk.caller(), "my password, in the wrong field", PASSWORD)
    admin.post("/api/v1/auth/code", {"password": PASSWORD})
    learn_word(admin)
    admin.post("/api/v1/users", {"name": "eve", "role": "viewer"})
    admin.ask("PATCH", "/api/v1/users/eve", {"role": "trader", "is_disabled": True})
    made = admin.post("/api/v1/tokens", {"name": "t", "scopes": ["read"]}).json
    admin.ask("DELETE", f"/api/v1/tokens/{made['token']['id']}")
    admin.post("/api/v1/auth/logout")
    assert told(desk) == [
        ("ada", "login", "user:ada"),
        ("ada", "login-failed", "user:ada"),
        ("nobody", "login-failed", "user:nobody"),
        ("ada", "proof", "user:ada"),
        ("ada", "user-added", "user:eve"),
        ("ada", "role-changed", "user:eve"),
        ("ada", "user-disabled", "user:eve"),
        ("ada", "token-made", "token:1"),
        ("ada", "token-revoked", "token:1"),
        ("ada", "logout", "user:ada"),
    ]


def test_approvals_are_told_with_both_people(state: Path) -> None:
    with desk_at(state, two_people()) as desk:
        desk.add("ada", Role.ADMIN)
        desk.add("ben", Role.ADMIN)
        ada, ben = desk.entered("ada"), desk.entered("ben")
        for answer in ("approve", "refuse"):
            new = {"name": f"eve.{answer}", "role": "viewer"}
            number = ada.post("/api/v1/users", new).json["id"]
            ben.post(f"/api/v1/approvals/{number}/{answer}")
        assert told(desk)[2:] == [
            ("ada", "approval-asked", "approval:1"),
            ("ben", "approval", "approval:1"),
            ("ada", "user-added", "user:eve.approve"),
            ("ben", "approval-done", "approval:1"),
            ("ada", "approval-asked", "approval:2"),
            ("ben", "refusal-of-approval", "approval:2"),
        ]


def test_what_cannot_be_told_is_refused(desk: Desk) -> None:
    admin = desk.entered("ada")
    audit = desk.state / "audit"
    shutil.rmtree(audit)
    audit.write_text("in the way")
    assert log_in(desk.caller(), "tom", PASSWORD).status == 409
    answer = admin.post("/api/v1/tokens", {"name": "t", "scopes": ["read"]})
    assert answer.status == 409
    assert "cannot be kept" in answer.json["detail"]


def test_the_chain_stays_whole_while_the_api_and_the_trader_write(tmp_path: Path) -> None:
    folder = tmp_path / "audit"
    per_thread, threads = 25, 4

    def act(name: int) -> None:
        for number in range(per_thread):
            record_action(folder, Action(f"ana{name}", "login", f"user:{number}"), number)

    acting = [threading.Thread(target=act, args=(name,)) for name in range(threads)]
    with AuditWriter.open(folder, segment_bytes=4_096) as writer:
        taken = ActionsTaken(writer)
        for each in acting:
            each.start()
        count = 0
        while any(each.is_alive() for each in acting) or count < per_thread * threads:
            count += taken.take()
            writer.sync()
    assert count == per_thread * threads
    assert verify_chain(folder).ok
    assert len(list_segments(folder)) > 1
    kept = [(each.actor, each.object_id) for each in records(folder)]
    assert sorted(kept) == sorted(
        (f"ana{name}", f"user:{number}") for name in range(threads) for number in range(per_thread)
    )
    assert list(actions_after(folder, per_thread * threads)) == []


@contextmanager
def served_with_a_log(state: Path) -> Iterator[tuple[str, Path]]:
    """Serve as ``traider serve`` does, with its log; yield the URL and the log's file."""
    config, file = load_config(), state / "api.log.jsonl"
    with observe(config, "api", ObserveTerms(file)) as seen:
        terms = ApiTerms(state, config, state / "data", log=seen.log, metrics=seen.metrics)
        with serving_on(terms) as url:
            yield url, file


def test_no_secret_is_in_log_audit_or_tables(state: Path) -> None:
    with desk_at(state) as desk:
        secrets = [first_password(desk.house), PASSWORD, OTHER_PASSWORD]
        secrets += _secrets_of_a_day(desk, secrets[0])
    with served_with_a_log(state) as (url, log), Caller(url) as caller:
        wrong = "wrong-and-never-kept"
        secrets.append(wrong)
        assert log_in(caller, "admin", wrong).status == 401
        assert caller.post("/api/v1/auth/login", {"name": wrong, "password": {}}).status == 422
        caller.headers["Authorization"] = f"Bearer {wrong}"
        assert caller.get(f"/api/v1/users?password={wrong}").status == 401
    assert log.stat().st_size > 0
    kept = {path: path.read_bytes() for path in state.rglob("*") if path.is_file()}
    assert any(b"admin" in raw for raw in kept.values())
    found = {
        (path.name, secret)
        for path, raw in kept.items()
        for secret in secrets
        for form in (secret, secret.replace("-", ""))
        if form.encode() in raw
    }
    assert found == set()


def _secrets_of_a_day(desk: Desk, once: str) -> list[str]:
    """Use everything that is secret; return it."""
    caller = desk.entered("admin", once)
    secrets = [caller.cookies[COOKIE], caller.headers[CSRF_HEADER]]
    change = {"old_password": once, "new_password": PASSWORD}
    assert caller.post("/api/v1/auth/password", change).status == 200
    learn_word(caller)
    factor, recovery = desk.enroll(caller)
    made = caller.post("/api/v1/tokens", {"name": "t", "scopes": ["read"]}).json["secret"]
    eve = caller.post("/api/v1/users", {"name": "eve", "role": "viewer"}).json["password"]
    secrets += [factor, *recovery, made, eve, caller.cookies[COOKIE], caller.headers[CSRF_HEADER]]
    reader = desk.caller()
    reader.headers["Authorization"] = f"Bearer {made}"
    assert reader.get("/api/v1/approvals").status == 200
    assert log_in(desk.caller(), "admin", PASSWORD, recovery[0]).status == 200
    code = desk.code(factor)
    assert log_in(desk.caller(), "admin", PASSWORD, code).status == 200
    return secrets


def test_who_was_refused_what_is_in_the_log(state: Path) -> None:
    with served_with_a_log(state) as (url, log), Caller(url) as caller:
        enter(caller, state, Role.VIEWER, "vic")
        assert caller.get("/api/v1/users").status == 403
        assert caller.post("/api/v1/users", {}, **{CSRF_HEADER: "x"}).status == 403
        caller.cookies.clear()
        assert caller.get("/api/v1/users").status == 401
    lines = [json.loads(line) for line in log.read_text().splitlines()]
    told = [
        (line["method"], line["path"], line["status"], line["who"], line["address"])
        for line in lines
        if line.get("path") == "/api/v1/users"
    ]
    here = "127.0.0.1"
    assert told == [
        ("GET", "/api/v1/users", 403, "vic", here),
        ("POST", "/api/v1/users", 403, "", here),
        ("GET", "/api/v1/users", 401, "", here),
    ]
