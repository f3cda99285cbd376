"""``traider users``: people from the terminal, for whoever has the machine."""

import json
from pathlib import Path

import pytest

from traider.api.rights import Role
from traider.api.security import AccessTerms, House, HousePlace
from traider.cli.main import run
from traider.compliance.actions import actions_after


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(HousePlace(tmp_path), AccessTerms(), lambda: False)


def said(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    code = run(arguments)
    captured = capsys.readouterr()
    return code, captured.out + captured.err


def test_somebody_who_is_locked_out_is_let_in(
    house: House, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    at = ("--state", str(tmp_path), "--json")
    code, text = said(capsys, "users", "add", "ada", "--role", "admin", *at)
    assert code == 0
    first = json.loads(text)["password"]
    user = house.users.get("ada")
    assert (user.role, user.must_change_password) == (Role.ADMIN, True)
    house.users.set_code(user.id, "sealed", 1, ["AAAA:x"])
    secret = house.sessions.begin(user.id, "10.0.0.7", "", None)
    for _ in range(6):
        house.failures.note("ada", "10.0.0.7")
    _, text = said(capsys, "users", "list", *at)
    assert "locked until" in json.loads(text)["users"][0]["state"]
    code, text = said(capsys, "users", "password", "ada", "--no-code", *at)
    second = json.loads(text)["password"]
    assert second != first
    assert house.passwords.matches(house.users.secrets(user.id).password_digest, second)
    user = house.users.get("ada")
    assert (user.locked_until_ns, user.has_code) == (0, False)
    assert house.sessions.find(secret) is None
    entries = list(actions_after(tmp_path / "audit", 0))
    assert [each.action for each in entries] == [
        "user-added",
        "password-reset",
        "second-factor-removed",
    ]
    assert all(each.actor.endswith(" at the terminal") for each in entries)
    house.close()


def test_people_are_kept_out_and_let_in_again(
    house: House, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    at = ("--state", str(tmp_path))
    code, text = said(capsys, "users", "add", "tom", *at)
    assert (code, "add an admin first" in text) == (2, True)
    said(capsys, "users", "add", "ada", "--role", "admin", *at)
    said(capsys, "users", "add", "tom", *at)
    assert said(capsys, "users", "disable", "tom", *at) == (0, "tom is let in no more\n")
    assert "not let in" in said(capsys, "users", "list", *at)[1]
    assert said(capsys, "users", "disable", "tom", "--again", *at)[1] == "tom is let in again\n"
    code, text = said(capsys, "users", "disable", "ada", *at)
    assert (code, "nobody would be left" in text) == (1, True)
    assert house.users.get("ada").is_disabled is False
    house.close()


def test_a_program_gets_a_token_that_opens_the_door(
    house: House,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    at = ("--state", str(tmp_path), "--json")
    code, text = said(capsys, "users", "token", "admin", *at)
    assert (code, "TRAIDER_ADMIN_PASSWORD" in text) == (2, True)
    monkeypatch.setenv("TRAIDER_ADMIN_PASSWORD", "plumb-oven-trail-9k")
    code, text = said(capsys, "users", "token", "admin", "--scope", "read", "--days", "2", *at)
    assert code == 0
    found = house.tokens.find(json.loads(text)["token"])
    assert found is not None
    assert (found.owner, sorted(found.scopes)) == ("admin", ["read"])
    code, text = said(capsys, "users", "token", "admin", "--scope", "fly", *at)
    assert (code, "no scope 'fly'" in text) == (2, True)
    code, text = said(capsys, "users", "token", "admin", "--scope", "people", *at)
    assert (code, "a token cannot have people" in text) == (1, True)
    house.close()


def test_no_token_is_made_that_would_open_nothing(
    house: House, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    at = ("--state", str(tmp_path))
    said(capsys, "users", "add", "ada", "--role", "admin", *at)
    code, text = said(capsys, "users", "token", "ada", *at)
    assert (code, "ada has not chosen a password yet" in text) == (1, True)
    said(capsys, "users", "add", "tom", *at)
    said(capsys, "users", "disable", "tom", *at)
    code, text = said(capsys, "users", "token", "tom", *at)
    assert (code, "tom is let in no more" in text) == (1, True)
    assert house.tokens.list() == ()
    house.close()


def test_a_folder_that_is_none_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, text = said(capsys, "users", "list", "--state", str(tmp_path / "none"))
    assert (code, "there is no such folder" in text) == (2, True)
