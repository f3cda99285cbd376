"""How somebody wants the dashboard: kept with the account, their own alone."""

from typing import Any

import pytest

from tests.api.security.desk import MINUTE_NS, Desk, log_in
from traider.api.rights import Role

PATH = "/api/v1/auth/preferences"
AT_FIRST = {
    "theme": "system",
    "colors": "green-red",
    "clock": "local",
    "density": "comfortable",
    "is_rail_folded": False,
    "changed_ns": None,
}


def test_choices_are_kept_with_the_account_and_seen_in_each_browser(desk: Desk) -> None:
    ada, tom = desk.entered("ada"), desk.entered("tom")
    assert ada.get(PATH).json == AT_FIRST
    kept = ada.ask("PUT", PATH, {"theme": "dark", "clock": "utc"})
    wanted = AT_FIRST | {"theme": "dark", "clock": "utc", "changed_ns": desk.clock.ns}
    assert (kept.status, kept.json) == (200, wanted)
    assert desk.entered("ada").get(PATH).json == wanted
    assert tom.get(PATH).json == AT_FIRST
    desk.clock.move(MINUTE_NS)
    # What is left out is as at first again.
    again = ada.ask("PUT", PATH, {"density": "compact"}).json
    assert again == AT_FIRST | {"density": "compact", "changed_ns": desk.clock.ns}


@pytest.mark.parametrize(
    "wrong", [{"theme": "pink"}, {"is_rail_folded": "much"}, {"user_id": 2}, {"clock": None}]
)
def test_what_cannot_be_chosen_is_refused(desk: Desk, wrong: dict[str, Any]) -> None:
    ada = desk.entered("ada")
    assert ada.ask("PUT", PATH, wrong).status == 422
    assert ada.get(PATH).json == AT_FIRST


def test_a_program_has_none_and_nobody_writes_without_the_word(desk: Desk) -> None:
    ada = desk.entered("ada")
    made = ada.post("/api/v1/tokens", {"name": "t", "scopes": ["own"], "days": 1}).json
    program = desk.caller()
    program.headers["Authorization"] = f"Bearer {made['secret']}"
    assert program.get(PATH).status == 403
    assert program.ask("PUT", PATH, {"theme": "dark"}).status == 403
    del ada.headers["X-CSRF-Token"]
    assert ada.ask("PUT", PATH, {"theme": "dark"}).status == 403
    assert desk.caller().get(PATH).status == 401


def test_a_choice_of_another_version_is_passed_over(desk: Desk) -> None:
    user = desk.house.users.get("ada")
    desk.house.preferences.keep(user.id, {"theme": "sepia", "density": "compact", "sound": True})
    told = desk.entered("ada").get(PATH).json
    assert (told["theme"], told["density"]) == ("system", "compact")


def test_nothing_is_chosen_before_the_password_is_ones_own(desk: Desk) -> None:
    once = desk.entered("ada").post("/api/v1/users", {"name": "eve", "role": Role.VIEWER}).json
    eve = desk.caller()
    assert log_in(eve, "eve", once["password"]).status == 200
    assert eve.ask("PUT", PATH, {"theme": "dark"}).json["type"].endswith("password-change-needed")
