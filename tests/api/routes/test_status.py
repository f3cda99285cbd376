"""How the trader stands, told to whoever may see it."""

import os
from pathlib import Path

import msgspec
import pytest

from tests.api.people import enter
from tests.api.served import Caller, serving
from tests.runtime.control.desk import KeepingDesk, some_status
from tests.runtime.control.serving import serving as trading
from traider.api.rights import Role
from traider.runtime.status_file import write_status


@pytest.fixture
def state(written_state: Path, tmp_path: Path) -> Path:
    """A folder of a run that nobody else writes to."""
    (tmp_path / "run.json").write_bytes((written_state / "run.json").read_bytes())
    return tmp_path


def test_nobody_is_told_how_the_trader_stands(served: Caller) -> None:
    assert served.get("/api/v1/status").status == 401


def test_a_running_trader_is_asked(state: Path) -> None:
    with trading(state, KeepingDesk()), serving(state) as url, Caller(url) as caller:
        told = enter(caller, state, Role.VIEWER).get("/api/v1/status").json
        said = msgspec.to_builtins(some_status())
        assert (told.pop("liveness"), told.pop("age_s")) == ("running", 0.0)
        assert told == msgspec.json.decode(msgspec.json.encode(said))


def test_of_one_that_ended_what_it_kept_is_told_with_its_age(state: Path) -> None:
    write_status(state, some_status())
    with serving(state) as url, Caller(url) as caller:
        told = enter(caller, state, Role.VIEWER).get("/api/v1/status").json
    assert (told["liveness"], told["phase"], told["pid"]) == ("ended", "stopped", 0)
    assert told["nav"] == "10000"
    assert told["age_s"] >= 0.0


def test_a_run_that_never_traded_says_so(state: Path) -> None:
    with serving(state) as url, Caller(url) as caller:
        told = enter(caller, state, Role.VIEWER).get("/api/v1/status").json
    assert (told["liveness"], told["nav"], told["mode"]) == ("never ran", "", "demo")
    assert told["phase"] == "stopped"
    assert told["age_s"] < 600, "by the machine's clock, whatever the run's own says"


def test_a_first_start_that_takes_long_is_no_run_that_stands_still(state: Path) -> None:
    (state / "run.lock").write_text(f"{os.getppid()}\n")
    with serving(state) as url, Caller(url) as caller:
        told = enter(caller, state, Role.VIEWER).get("/api/v1/status").json
    assert (told["liveness"], told["phase"]) == ("never ran", "starting")


def test_a_folder_without_a_run_is_told_as_one(tmp_path: Path) -> None:
    with serving(tmp_path) as url, Caller(url) as caller:
        answer = enter(caller, tmp_path, Role.VIEWER).get("/api/v1/status")
    assert answer.status == 409
    assert answer.json["fix"] == "start one with traider run"
