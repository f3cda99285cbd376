"""Wrong logins lock, each time for longer.

Laws
1. A lock never gets shorter with another failure, and never longer than the longest.
2. Each lock is twice the one before it, until it is the longest.
"""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine

from tests.api.security.desk import MINUTE_NS, PASSWORD, SECOND_NS, Desk, HandClock, log_in
from traider.api.problems import TooManyRequestsError
from traider.api.security import failures
from traider.api.security.failures import FailureTable, lock_ns
from traider.api.security.terms import DAY_NS, AccessTerms

TERMS = AccessTerms()


def fail(desk: Desk, name: str, times: int) -> list[int]:
    caller = desk.caller()
    return [log_in(caller, name, "wrong").status for _ in range(times)]


@pytest.mark.parametrize("name", ["ada", "nobody"])
def test_a_name_is_locked_after_five_wrong_passwords_whether_it_is_there_or_not(
    desk: Desk, name: str
) -> None:
    assert fail(desk, name, 6) == [401] * 5 + [429]
    refused = log_in(desk.caller(), name, PASSWORD)
    assert (refused.status, refused.headers["retry-after"]) == (429, "30")
    desk.clock.move(29 * SECOND_NS)
    assert log_in(desk.caller(), name, PASSWORD).status == 429
    desk.clock.move(SECOND_NS)
    assert fail(desk, name, 2) == [401, 429]
    assert log_in(desk.caller(), name, PASSWORD).headers["retry-after"] == "60"


def test_a_right_password_forgets_the_wrong_ones(desk: Desk) -> None:
    assert fail(desk, "ada", 4) == [401] * 4
    assert log_in(desk.caller(), "ada", PASSWORD).status == 200
    assert fail(desk, "ada", 5) == [401] * 5


def test_an_address_that_tries_many_names_is_locked(desk: Desk) -> None:
    answers = [log_in(desk.caller(), f"name{number}", "wrong").status for number in range(21)]
    assert answers == [401] * 20 + [429]
    assert log_in(desk.caller(), "ada", PASSWORD).status == 429


def test_an_address_counts_with_all_that_its_holder_has(engine: Engine) -> None:
    table = FailureTable(engine, TERMS, HandClock())
    for number in range(20):
        table.note(f"name{number}", f"2001:db8:0:1::{number:x}")
    with pytest.raises(TooManyRequestsError):
        table.check("ada", "2001:db8:0:1:ffff::9")
    table.check("ada", "2001:db8:0:2::9")
    for number in range(20):
        table.note(f"name{number}", "::ffff:192.0.2.7")
    with pytest.raises(TooManyRequestsError):
        table.check("ada", "192.0.2.7")
    table.check("ada", "192.0.2.8")


def test_wrong_codes_and_old_passwords_of_a_session_lock_as_well(desk: Desk) -> None:
    caller = desk.entered("tom")
    tries = [caller.post("/api/v1/auth/code", {"password": "x"}).status for _ in range(6)]
    assert tries == [401] * 5 + [429]
    change = {"old_password": PASSWORD, "new_password": "whatever-it-may-be"}
    assert caller.post("/api/v1/auth/password", change).status == 429


def test_an_admin_unlocks_with_a_password_for_one_login(desk: Desk) -> None:
    fail(desk, "tom", 6)
    admin = desk.entered("ada")
    assert admin.get("/api/v1/users").json["items"][1]["locked_until_ns"] > desk.clock.ns
    password = admin.post("/api/v1/users/tom/password").json["password"]
    assert log_in(desk.caller(), "tom", password).json["must_change_password"]


@given(st.integers(0, 200), st.integers(0, 30))
def test_1_a_lock_only_grows_up_to_the_longest(count: int, free: int) -> None:
    now, later = (lock_ns(TERMS, each, free) for each in (count, count + 1))
    assert 0 <= now <= later <= TERMS.lock_ns_max
    assert (now == 0) == (count < free)


@given(st.integers(0, 60))
def test_2_each_lock_doubles(beyond: int) -> None:
    first, second = (lock_ns(TERMS, 5 + beyond + each, 5) for each in (0, 1))
    assert second == min(first * 2, TERMS.lock_ns_max)


def test_failures_of_a_day_ago_are_forgotten(engine: Engine) -> None:
    clock = HandClock()
    table = FailureTable(engine, TERMS, clock)
    assert [table.note("nobody", "10.0.0.1") for _ in range(5)] == [0, 0, 0, 0, TERMS.lock_ns]
    with pytest.raises(TooManyRequestsError):
        table.check("nobody", "10.0.0.2")
    table.check("somebody", "10.0.0.1")
    clock.move(DAY_NS + MINUTE_NS)
    table.check("nobody", "10.0.0.1")
    assert table.note("nobody", "10.0.0.1") == 0


def test_what_is_remembered_is_bounded(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(failures, "SUBJECTS_MAX", 6)
    clock = HandClock()
    table = FailureTable(engine, TERMS, clock)
    for number in range(12):
        clock.move(SECOND_NS)
        table.note(f"name{number}", f"10.0.0.{number}")
    assert table.count() <= 7
