from pathlib import Path

import pytest

from tests.compliance.chains import small_chain
from traider.compliance.actions import (
    ACTIONS,
    Action,
    actions_after,
    last_action_line,
    record_action,
)
from traider.compliance.agreement import ActionAgreement
from traider.compliance.reading import records
from traider.compliance.records import AuditRecord, Entry
from traider.compliance.searching import WAITING, AuditSearch, search_waiting
from traider.compliance.tombstones import Tombstone
from traider.compliance.verification import verify_audit
from traider.compliance.writing import AuditWriter
from traider.domain.errors import DataError, UsageError
from traider.runtime.auditing.following import ActionsTaken


def test_what_people_do_is_taken_up_once_in_its_order(tmp_path: Path) -> None:
    chain = small_chain(tmp_path / "audit", 3)
    assert record_action(chain, Action("ana", "login", "web", {"from": "10.0.0.7"}), 5) == 1
    with AuditWriter.open(chain) as writer:
        taken = ActionsTaken(writer)
        assert (taken.take(), taken.take()) == (1, 0)
        assert record_action(chain, Action("ben", "approval", "model:7"), 6) == 2
        assert taken.take() == 1
    with AuditWriter.open(chain) as writer:
        assert ActionsTaken(writer).take() == 0
    told = [(each.actor, each.action, each.object_id) for each in records(chain)][3:]
    assert told == [("ana", "login", "web"), ("ben", "approval", "model:7")]
    assert last_action_line(chain) == 2


@pytest.mark.parametrize(
    ("planted", "said"),
    [
        ((1, "mallory", "user-added"), "tells of action 1, and action 3 is next"),
        ((2, "ben", "approval"), "tells of action 2, and action 3 is next"),
        ((3, "mallory", "user-added"), "tells of action 3 otherwise than the file of actions has"),
        ((3, "ana", "logout"), ""),
        ((4, "ana", "logout"), "tells of action 4, and action 3 is next"),
    ],
)
def test_an_action_that_nobody_did_is_found_though_its_chain_is_whole(
    tmp_path: Path, planted: tuple[int, str, str], said: str
) -> None:
    chain = small_chain(tmp_path / "audit", 3)
    for number, (actor, action) in enumerate((("ana", "login"), ("ben", "approval"))):
        record_action(chain, Action(actor, action, "web"), number)
    line, actor, action = planted
    with AuditWriter.open(chain) as writer:
        ActionsTaken(writer).take()
        record_action(chain, Action("ana", "logout", "web"), 2)
        writer.append([Entry(2, actor, action, "web", {"actions_line": line})])
    found = verify_audit(tmp_path)
    assert (found.is_whole, said in " ".join(found.faults)) == (not said, True), found.faults


def test_actions_of_a_file_that_is_elsewhere_are_passed_over(tmp_path: Path) -> None:
    chain = tmp_path / "audit"
    for number in range(6):
        record_action(chain, Action("ana", "login", f"web:{number}"), number)
    agreement = ActionAgreement(chain)
    told = list(actions_after(chain, 0))
    moved = Tombstone(0, 0, 3, "", "", "", "/archive", None, None, actions=4)
    agreement.pass_over(moved)
    record = AuditRecord(4, told[4].ts_ns, "ana", "login", "web:4", told[4].payload, "", "")
    assert agreement(record) == ""
    again = AuditRecord(5, told[4].ts_ns, "ana", "login", "web:4", told[4].payload, "", "")
    assert agreement(again) == "tells of action 5, and action 6 is next"


def test_a_line_that_a_crash_cut_was_never_kept(tmp_path: Path) -> None:
    record_action(tmp_path, Action("ana", "login", "web"), 5)
    path = tmp_path / ACTIONS
    path.write_bytes(path.read_bytes() + b'{"action":"log')
    assert [each.action for each in actions_after(tmp_path, 0)] == ["login"]
    assert record_action(tmp_path, Action("ana", "logout", "web"), 6) == 2
    assert [each.action for each in actions_after(tmp_path, 0)] == ["login", "logout"]


def test_what_is_no_action_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="an action with actor"):
        Action(" ", "login", "web")
    with pytest.raises(UsageError, match="an action with action"):
        Action("ana", "x" * 65, "web")
    with pytest.raises(UsageError, match="cannot be kept"):
        record_action(tmp_path, Action("ana", "login", "web", {"a": float("nan")}), 5)
    assert (list(actions_after(tmp_path, 0)), last_action_line(tmp_path)) == ([], 0)
    (tmp_path / ACTIONS).write_bytes(b"{}\n")
    with pytest.raises(DataError, match="is no action"):
        list(actions_after(tmp_path, 0))


def test_a_line_that_was_changed_while_it_waited_is_found(tmp_path: Path) -> None:
    for number in range(4):
        record_action(tmp_path, Action("ana", "login", f"web:{number}"), number)
    path = tmp_path / ACTIONS
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(lines).replace(b"web:1", b"web:9"))
    with pytest.raises(DataError, match=r"actions\.jsonl:3: does not follow the line before it"):
        list(actions_after(tmp_path, 0))
    path.write_bytes(b"".join((lines[0], lines[2], lines[3])))
    with pytest.raises(DataError, match=r"actions\.jsonl:2: does not follow"):
        list(actions_after(tmp_path, 0))
    path.write_bytes(b"".join(lines[:2]))
    with pytest.raises(DataError, match="has 2 lines, and the chain took up 3"):
        list(actions_after(tmp_path, 3))


def test_the_end_of_a_long_file_is_found_from_behind(tmp_path: Path) -> None:
    # Lines longer than what is read at a time, and a half one behind them.
    long = "x" * 9_000
    assert [record_action(tmp_path, Action("ana", "note", long), n) for n in range(3)] == [1, 2, 3]
    with (tmp_path / ACTIONS).open("ab") as file:
        file.write(b'{"action":"' + b"y" * 9_000)
    assert record_action(tmp_path, Action("ana", "login", "web"), 4) == 4
    assert [each.payload["actions_line"] for each in actions_after(tmp_path, 2)] == [3, 4]


def test_what_waits_is_searched_too(tmp_path: Path) -> None:
    chain = small_chain(tmp_path / "audit", 3)
    record_action(chain, Action("ana", "login", "user:ana"), 5)
    record_action(chain, Action("ben", "login-failed", "user:ben"), 6)
    with AuditWriter.open(chain) as writer:
        assert ActionsTaken(writer).take() == 2
    record_action(chain, Action("ana", "logout", "user:ana"), 7)
    found = list(search_waiting(chain, AuditSearch(actor="ana")))
    assert [(each.seq, each.action, each.ts_ns) for each in found] == [(WAITING, "logout", 7)]
    assert list(search_waiting(chain, AuditSearch(actor="ben"))) == []
