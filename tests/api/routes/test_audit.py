"""The audit and reports over the real server, held against the command line on the same folder."""

import csv
import io
import json
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.api.people import enter
from tests.api.served import Caller, serving
from traider.api.books.audit_search import audit_page
from traider.api.books.verification import VerificationDesk
from traider.api.paging import PageAsked
from traider.api.rights import Role
from traider.cli.main import run as run_command
from traider.compliance.actions import Action, record_action
from traider.compliance.searching import AuditSearch

Capture = pytest.CaptureFixture[str]
_PATIENCE_S = 30.0


@pytest.fixture(scope="module")
def state(traded_state: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the traded run, whose audit these tests add to."""
    return Path(shutil.copytree(traded_state, tmp_path_factory.mktemp("audited") / "run"))


@pytest.fixture(scope="module")
def officer(state: Path) -> Iterator[Caller]:
    """Serve the copy; return a risk officer who is signed in."""
    with serving(state) as url, Caller(url) as caller:
        yield enter(caller, state, Role.RISK_OFFICER)


def _cli(capsys: Capture, *words: str) -> Any:
    assert run_command([*words, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def _found(caller: Caller, query: str = "", limit: int = 25) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    cursor = ""
    while True:
        answer = caller.get(f"/api/v1/audit/search?limit={limit}&{query}&cursor={cursor}")
        assert answer.status == 200, answer.body
        rows += answer.json["items"]
        cursor = answer.json["next_cursor"]
        if cursor is None:
            return rows


def test_whatever_the_command_explains_is_explained(
    officer: Caller, state: Path, capsys: Capture
) -> None:
    fill = officer.get("/api/v1/fills?limit=1").json["items"][0]
    order = officer.get(f"/api/v1/orders/{fill['order_id']}").json
    names = (order["order_id"], order["client_order_id"], fill["fill_id"])
    for name, kind in zip(names, ("order", "order", "fill"), strict=True):
        told = officer.get(f"/api/v1/audit/explain/{name}").json
        assert told["explanation"] == _cli(capsys, "explain", name, "--state", str(state))
        assert told["order_id"] == order["order_id"]
        assert told["explanation"]["kind"] == kind
    for name in ("nothing", "00ff00ff00ff00ff", "999999999"):
        assert officer.get(f"/api/v1/audit/explain/{name}").status == 404


def test_the_search_is_the_commands_newest_first(
    officer: Caller, state: Path, capsys: Capture
) -> None:
    for words, query in (
        ((), ""),
        (("--action", "fill"), "action=fill"),
        (("--actor", "gate"), "actor=gate"),
        (("exposure",), "text=Exposure"),
        (("--action", "limit", "--actor", "ana"), "action=limit&actor=ana"),
    ):
        assert run_command(["audit", "search", str(state), *words, "--json"]) == 0
        lines = capsys.readouterr().out.splitlines()
        wanted = [json.loads(line) for line in lines if json.loads(line)["seq"] >= 0]
        found = [each for each in _found(officer, query) if each["seq"] is not None]
        assert [(each["seq"], each["hash"]) for each in found] == [
            (each["seq"], each["hash"]) for each in wanted[::-1]
        ]
        assert found, words


def test_a_parameter_that_is_not_known_is_refused(officer: Caller) -> None:
    answer = officer.get("/api/v1/audit/search?acton=fill")
    assert (answer.status, answer.json["where"]) == (422, "query.acton")
    assert "was action meant?" in str(answer.json)
    answer = officer.get("/api/v1/audit/search?hue=red")
    assert answer.status == 422
    assert "it takes action, actor, cursor" in str(answer.json)


def test_what_people_just_did_comes_first(officer: Caller, state: Path) -> None:
    action = Action("ana", "login", "user:ana", {"note": "waits for the chain"})
    record_action(state / "audit", action, time.time_ns())
    (first, *_) = _found(officer, "action=login")
    assert (first["seq"], first["actor"], first["hash"]) == (None, "ana", "")
    assert first["clock"] == "machine"
    assert {each["clock"] for each in _found(officer, "action=fill")} == {"market"}
    assert _found(officer)[0]["seq"] is None


def test_a_search_for_what_is_rare_goes_on_over_pages(state: Path) -> None:
    wanted = AuditSearch(action="instruments")
    found, cursor, pages = [], None, 0
    while True:
        page = audit_page(state, wanted, 5, cursor, most=10)
        assert page.looked_at <= 10
        found += page.items
        pages += 1
        if page.next_cursor is None:
            break
        cursor = PageAsked(cursor=page.next_cursor).after(int)
    assert pages > 3
    assert [each.seq for each in found] == [0]


def test_the_audit_is_verified_beside_the_answers(
    officer: Caller, state: Path, capsys: Capture
) -> None:
    assert officer.get("/api/v1/audit/verify").json["state"] == "never"
    begun = officer.post("/api/v1/audit/verify")
    assert begun.status == 202, begun.body
    assert begun.json["asked_by"] == "risk_officer"
    until = time.monotonic() + _PATIENCE_S
    while (told := officer.get("/api/v1/audit/verify").json)["state"] == "running":
        assert time.monotonic() < until
    assert told["state"] == "done"
    assert told["records_checked"] == told["verdict"]["records"] > 20
    assert told["verdict"] == _cli(capsys, "audit", "verify", str(state))
    assert told["verdict"]["whole"]


def test_a_changed_record_is_found(state: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(state, tmp_path / "run"))
    (path,) = (folder / "audit").glob("audit-*.jsonl")
    path.write_bytes(path.read_bytes().replace(b'"side":"buy"', b'"side":"bux"', 1))
    desk = VerificationDesk(folder)
    told = desk.begin("ana")
    until = time.monotonic() + _PATIENCE_S
    while told.state == "running":
        assert time.monotonic() < until
        told = desk.state()
    assert told.verdict is not None
    assert told.verdict.first_bad is not None
    assert "it was edited" in told.verdict.first_bad.what


def test_a_viewer_sees_no_audit(viewer: Caller) -> None:
    for path in ("audit/search", "audit/verify", "compliance/blotter", "compliance/tax?year=2024"):
        assert viewer.get(f"/api/v1/{path}").status == 403


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("blotter", ("report", "blotter")),
        ("positions", ("report", "positions")),
        ("best-execution", ("report", "best-execution")),
        ("tax?year=2024", ("tax", "--year", "2024")),
    ],
)
def test_reports_are_those_of_the_command(
    officer: Caller, state: Path, capsys: Capture, path: str, words: tuple[str, ...]
) -> None:
    wanted = _cli(capsys, *words, "--state", str(state))
    answer = officer.get(f"/api/v1/compliance/{path}")
    assert answer.status == 200, answer.body
    wanted.pop("out", None)
    assert answer.json == wanted


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("blotter", ("report", "blotter")),
        ("best-execution", ("report", "best-execution")),
        ("tax?year=2024", ("tax", "--year", "2024")),
    ],
)
def test_files_are_those_of_the_command(
    officer: Caller, state: Path, tmp_path: Path, path: str, words: tuple[str, ...]
) -> None:
    file = tmp_path / "report.csv"
    assert run_command([*words, "--state", str(state), "--out", str(file)]) == 0
    join = "&" if "?" in path else "?"
    answer = officer.get(f"/api/v1/compliance/{path}{join}format=csv")
    assert answer.headers["content-type"].startswith("text/csv")
    assert answer.body == file.read_bytes()


def test_positions_come_as_a_file_too(officer: Caller) -> None:
    rows = officer.get("/api/v1/compliance/positions").json["positions"]
    told = officer.get("/api/v1/compliance/positions?format=csv").body.decode()
    found = list(csv.DictReader(io.StringIO(told)))
    assert [each["instrument"] for each in found] == [each["instrument"] for each in rows]
    assert [each["quantity"] for each in found] == [each["quantity"] for each in rows]


def test_a_span_that_ends_before_it_begins_is_refused(officer: Caller) -> None:
    answer = officer.get("/api/v1/compliance/blotter?from_ns=2&to_ns=1")
    assert (answer.status, answer.json["where"]) == (422, "query.to_ns")
    assert "ends before it begins" in answer.json["detail"]
