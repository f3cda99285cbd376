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
from traider.compliance.reading import records
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
