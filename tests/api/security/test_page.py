"""``docs/security.md`` names tests that are there, and what it says of input holds."""

import ast
import re
from pathlib import Path

import pytest

from tests.api.security.desk import PASSWORD, Desk
from traider.compliance.blotter import COLUMNS, blotter_csv

TESTS = Path(__file__).resolve().parents[1]
ROW = re.compile(r"^\| (\d+\.\d+\.\d+) \| (\w+) \| (.+?) \| (.*?) ?\|$", re.MULTILINE)


@pytest.fixture(scope="module")
def rows(repo_root: Path) -> list[tuple[str, str, str, str]]:
    """The points of the page."""
    text = (repo_root / "docs" / "security.md").read_text(encoding="utf-8")
    return ROW.findall(text)


def names_in(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


def test_each_point_is_answered_once_and_shown(rows: list[tuple[str, str, str, str]]) -> None:
    assert len(rows) > 90
    points = [point for point, *_ in rows]
    assert len(set(points)) == len(points)
    faults = []
    for point, holds, _, shown in rows:
        named = re.fullmatch(r"`([\w/]+\.py)::(\w+)`", shown)
        if holds == "no" and not shown:
            continue
        if holds not in ("yes", "part") or named is None:
            faults.append(f"{point}: {holds} {shown}")
        elif named[2] not in names_in(TESTS / named[1]):
            faults.append(f"{point}: there is no {shown}")
    assert faults == []


def test_fields_that_nobody_asked_for_are_refused(desk: Desk) -> None:
    admin = desk.entered("ada")
    refused = admin.post("/api/v1/users", {"name": "eve", "role": "viewer", "is_disabled": True})
    assert refused.status == 422
    assert "is_disabled" in refused.json["detail"]
    for body in (b"{", b"[]", b"null", b'{"name":{"$gt":""},"password":"x"}', b"\xff"):
        assert desk.caller().ask("POST", "/api/v1/auth/login", body).status in (400, 422)
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    said = f"name=ada&password={PASSWORD}".encode()
    assert desk.caller().ask("POST", "/api/v1/auth/login", said, form).status == 422


def test_a_body_of_another_kind_is_refused(desk: Desk) -> None:
    body = f'{{"name": "ada", "password": "{PASSWORD}"}}'.encode()
    for kind in ("text/plain", "application/xml", "multipart/form-data; boundary=x", "text/json"):
        answer = desk.caller().ask("POST", "/api/v1/auth/login", body, {"Content-Type": kind})
        assert answer.status == 422, kind
    kind = "application/json; charset=utf-8"
    answer = desk.caller().ask("POST", "/api/v1/auth/login", body, {"Content-Type": kind})
    assert answer.status == 200


def test_words_of_sql_are_words(desk: Desk) -> None:
    admin = desk.entered("ada")
    for name in ("ada' OR '1'='1", "ada'--", "%", "a_a"):
        login = {"name": name, "password": PASSWORD}
        assert desk.caller().post("/api/v1/auth/login", login).status == 401
    assert admin.post("/api/v1/users/ada'--/password".replace("'", "%27")).status == 404
    assert [each["name"] for each in admin.get("/api/v1/users").json["items"]] == ["ada", "tom"]


def test_what_nobody_foresaw_says_an_id_and_no_more(desk: Desk) -> None:
    def broken() -> bool:
        raise RuntimeError("the inside of the house")

    admin = desk.entered("ada")
    desk.house.is_live = broken
    answer = admin.post("/api/v1/users", {"name": "eve", "role": "viewer"})
    assert (answer.status, answer.json["detail"]) == (
        500,
        "something went wrong that nobody foresaw",
    )
    assert answer.json["trace_id"] == answer.headers["x-request-id"]
    assert b"inside" not in answer.body
    assert desk.house.users.find("eve") is None


def test_no_answer_leads_elsewhere(desk: Desk) -> None:
    admin = desk.entered("ada")
    for path in (
        "//evil.example/",
        "/\\evil.example/",
        "/login/?next=//evil.example",
        "/%2e%2e//x",
    ):
        answer = admin.get(path)
        assert answer.status in (200, 404), path
        assert "location" not in answer.headers


def test_no_path_leads_out_of_its_folder(desk: Desk) -> None:
    admin = desk.entered("ada")
    for path in (
        "/../../etc/passwd",
        "/%2e%2e/%2e%2e/etc/passwd",
        "/_next/..%2f..%2fpeople.sqlite",
        "/docs/../../people.key",
        "/api/v1/backtest/..%2f..%2fpeople.key",
        "/api/v1/compliance/..%2fpeople.sqlite",
    ):
        answer = admin.get(path)
        assert answer.status in (404, 422), (path, answer.status)
        assert b"root:" not in answer.body
        assert b"SQLite" not in answer.body


def test_a_body_of_nothing_but_brackets_is_refused(desk: Desk) -> None:
    deep = b"[" * 200_000
    assert desk.caller().ask("POST", "/api/v1/auth/login", deep).status in (400, 422)
    number = b'{"name": ' + b"9" * 10_000 + b"}"
    assert desk.caller().ask("POST", "/api/v1/auth/login", number).status in (400, 422)


def test_csv_runs_nothing() -> None:
    rows = [dict.fromkeys(COLUMNS, "") | {"reason": '=HYPERLINK("http://evil.example")'}]
    assert ",\"'=HYPERLINK(" in blotter_csv(rows)
