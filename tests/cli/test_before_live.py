"""What a gateway that runs already stands for, and what it does not."""

from pathlib import Path

import pytest

from traider.cli.before_live import _with_gateway, checked_digest
from traider.cli.settings_in_force import CHECKED, lasting_digest, was_checked
from traider.gateway.frames import Exposed
from traider.runtime.config import Config
from traider.runtime.readiness.rows import Row
from traider.runtime.run_request import RunRequest
from traider.runtime.session.terms import SessionOrder
from traider.runtime.status_body import Mode

CONFIG = Config()
ROWS = (
    Row("key", ok=False, found="there is none"),
    Row("permissions", ok=False, found="no key to ask with"),
    Row("limits", ok=True, found="15 limits"),
)


def config(**tables: object) -> Config:
    return Config.model_validate(tables)


def beside(settings: str) -> dict[str, bool]:
    order = SessionOrder(RunRequest(Mode.LIVE, "coinbase", ("BTC-USD",), CONFIG), Path("live"))
    gateway = Exposed(False, False, 0, (), 0, (), settings)  # noqa: FBT003 - as frames are
    return {row.name: row.ok for row in _with_gateway(ROWS, gateway, checked_digest(CONFIG), order)}


def test_a_gateway_stands_for_the_key_under_its_own_settings_alone() -> None:
    assert beside(checked_digest(CONFIG)) == {"key": True, "permissions": True, "limits": True}
    wider = config(limits={"max_exposure": 3})
    for other in (checked_digest(wider), ""):
        assert beside(other) == {"limits": True, "gateway": False}


def test_two_processes_of_one_run_differ_in_their_port_alone() -> None:
    at_port = config(observability={"port": 9_465})
    assert checked_digest(at_port) == checked_digest(CONFIG)
    assert checked_digest(config(run={"reconcile_s": 31})) != checked_digest(CONFIG)


def test_a_digest_counts_under_a_supervisor_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(CHECKED, lasting_digest(CONFIG))
    assert not was_checked(CONFIG)


def test_what_a_running_trader_reads_again_is_no_new_beginning() -> None:
    """Or a limit that was narrowed in the file would keep a process that died from coming back."""
    for same in (
        config(limits={"max_exposure": 0.4}),
        config(observability={"port": 9_465}),
    ):
        assert lasting_digest(same) == lasting_digest(CONFIG)
    ensembles = [
        config(strategy={"kind": "ensemble", "enter": enter, "alphas": [row]})
        for enter, row in ((0.4, {"name": "momentum", "weight": 2}), (0.3, {"name": "momentum"}))
    ]
    assert lasting_digest(ensembles[0]) == lasting_digest(ensembles[1])
    for other in (
        config(run={"reconcile_s": 31}),
        config(venues={"coinbase": {"rest_url": "https://127.0.0.1/other"}}),
        config(limits={"groups": [["A", "B"]]}),
    ):
        assert lasting_digest(other) != lasting_digest(CONFIG)
