"""What was looked up a moment ago is not looked up again, and a change is seen at once."""

from sqlalchemy import Engine

from tests.api.security.desk import MINUTE_NS, SECOND_NS, HandClock
from traider.api.rights import Role
from traider.api.security import remembering
from traider.api.security.remembering import Remembered, forget_at_changes
from traider.api.security.users import UserTable


def test_a_value_is_found_once_a_second() -> None:
    clock, asked = HandClock(), []
    remembered: Remembered[int] = Remembered(clock)

    def find() -> int:
        asked.append(1)
        return len(asked)

    assert [remembered.get("a", find) for _ in range(3)] == [1, 1, 1]
    assert remembered.get("b", find) == 2
    clock.move(SECOND_NS)
    assert remembered.get("a", find) == 3
    clock.move(-MINUTE_NS)  # a clock that was set back
    assert remembered.get("a", find) == 4


def test_what_is_not_there_is_looked_for_each_time() -> None:
    remembered: Remembered[int] = Remembered(HandClock())
    assert remembered.get("a", lambda: None) is None
    assert remembered.get("a", lambda: 7) == 7


def test_what_was_read_while_something_changed_is_not_remembered() -> None:
    remembered: Remembered[str] = Remembered(HandClock())

    def slow() -> str:
        remembered.forget()
        return "before"

    assert remembered.get("a", slow) == "before"
    assert remembered.get("a", lambda: "after") == "after"


def test_no_more_is_remembered_than_fits() -> None:
    remembered: Remembered[int] = Remembered(HandClock())
    for number in range(remembering.KEPT_MAX + 1):
        remembered.get(str(number), lambda: 1)
    assert remembered.get("0", lambda: 2) == 2
    assert remembered.get(str(remembering.KEPT_MAX), lambda: 2) == 1


def test_a_change_is_seen_before_it_is_told_and_a_look_is_none(engine: Engine) -> None:
    forgotten = []
    forget_at_changes(engine, lambda: forgotten.append(1))
    users = UserTable(engine, HandClock())
    ada = users.add("ada", Role.ADMIN, "digest", must_change=False)
    assert len(forgotten) == 1
    users.list()
    users.secrets(ada.id)
    assert len(forgotten) == 1
    users.came_in(ada.id)
    assert len(forgotten) == 2
