"""``traider kill``, ``pause``, ``rearm``, ``stop``, ``control``: what is typed, and is told."""

import json
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.runtime.control.desk import KeepingDesk
from tests.runtime.control.serving import serving
from traider.cli.main import run
from traider.domain.orders import OrderId
from traider.runtime.control import stopping
from traider.runtime.control.commands import (
    CancelOrder,
    ControlCommand,
    Kill,
    ManualOrder,
    Pause,
    Rearm,
    Reload,
    SetLimit,
    SetThreshold,
    SetWeight,
    Stop,
)
from traider.runtime.control.kill_file import found_kill
from traider.runtime.control.messages import SOCKET_NAME
from traider.runtime.control.socket_files import listening_socket
from traider.runtime.control.stop_watch import StopTerms
from traider.runtime.status_body import OrderBody, PositionBody, StatusBody

ORDER = OrderId(3, 17, 1).pack()
HALF = Decimal("0.5")
A: dict[str, Any] = {"who": "ana", "why": "a test"}
SAID = ("--who", "ana", "--why", "a test")


@pytest.mark.parametrize(
    ("words", "command"),
    [
        (("kill",), Kill(**A)),
        (("kill", "--keep-positions"), Kill(**A, flatten=False)),
        (("pause",), Pause(**A)),
        (("rearm",), Rearm(**A)),
        (("stop",), Stop(**A)),
        (("stop", "--cancel-orders"), Stop(**A, cancel_orders=True)),
        (("control", "limit", "max_x", "0.5"), SetLimit(**A, name="max_x", value=HALF)),
        (("control", "weight", "sma", "0.5"), SetWeight(**A, alpha="sma", value=HALF)),
        (("control", "threshold", "exit", "0.5"), SetThreshold(**A, name="exit", value=HALF)),
        (("control", "reload"), Reload(**A)),
        (("control", "cancel", f"{ORDER:016x}"), CancelOrder(**A, order_id=ORDER)),
        (("control", "cancel", f"d41a52c0-{ORDER:016x}"), CancelOrder(**A, order_id=ORDER)),
        (
            ("control", "order", "buy", "0.5", "X:A-USD", "--price", "9.5", "--post-only"),
            ManualOrder(
                **A,
                instrument="X:A-USD",
                side="buy",
                size=Decimal("0.5"),
                price=Decimal("9.5"),
                is_post_only=True,
            ),
        ),
        (
            ("control", "order", "sell", "1", "X:A-USD", "--stop", "11", "--target", "8"),
            ManualOrder(
                **A,
                instrument="X:A-USD",
                side="sell",
                size=Decimal(1),
                stop=Decimal(11),
                target=Decimal(8),
            ),
        ),
    ],
)  # fmt: skip
def test_a_line_becomes_its_command(
    words: tuple[str, ...],
    command: ControlCommand,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    desk = KeepingDesk()
    with serving(tmp_path, desk):
        assert run([*words, "--state", str(tmp_path), *SAID, "--json"]) == 0
    (asked,) = desk.asked
    if isinstance(asked, Rearm | Kill):
        assert asked.asked_ns > 0
        asked = msgspec.structs.replace(asked, asked_ns=0)
    if isinstance(asked, Kill):
        assert len(asked.id) == 32
        asked = msgspec.structs.replace(asked, id="")
    assert asked == command
    line = json.loads(capsys.readouterr().out)["line"]
    assert line.partition(";")[0] == f"{type(command).__name__} done"
    assert found_kill(tmp_path) is None


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("pause",), "no trader runs here"),
        (("rearm",), "only a trader re-arms, and none runs here; what was stopped stays stopped"),
        (("control", "limit", "max_exposure", "much"), "'much' is no number"),
        (("control", "limit", "max_exposure", "nan"), "'nan' is no number"),
        (("control", "cancel", "the-last-one"), "is no order"),
        (("control", "threshold", "middle", "0.1"), "middle"),
    ],
)
def test_what_cannot_be_done_is_one_line(
    words: tuple[str, ...], said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run([*words, "--state", str(tmp_path)]) == 2
    shown = capsys.readouterr()
    assert said in shown.err
    assert (shown.out, len(shown.err.splitlines())) == ("", 1)


def test_a_stop_that_nobody_hears_stays_in_the_folder(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["kill", "--keep-positions", "--state", str(tmp_path), *SAID]) == 1
    assert "waits in" in capsys.readouterr().err
    left = found_kill(tmp_path)
    assert left is not None
    assert left.asked_ns > 0
    assert left == Kill(**A, flatten=False, asked_ns=left.asked_ns, id=left.id)


class HoldingDesk(KeepingDesk):
    """Still holds something for a while after a stop."""

    def __init__(self, looks: int, orders: tuple[OrderBody, ...] = ()) -> None:
        super().__init__()
        self.looks, self.orders = looks, orders

    def status(self) -> StatusBody:
        self.looks -= 1
        position = PositionBody("X:A-USD", "1", "2", "2", "0")
        held = (position,) if self.looks >= 0 else ()
        return msgspec.structs.replace(super().status(), positions=held, orders=self.orders)


@pytest.mark.parametrize(("looks", "words"), [(3, ()), (10**9, ("--keep-positions",))])
def test_a_stop_is_done_when_nothing_is_open(
    looks: int, words: tuple[str, ...], tmp_path: Path
) -> None:
    with serving(tmp_path, HoldingDesk(looks)):
        assert run(["kill", *words, "--state", str(tmp_path), *SAID]) == 0


@pytest.mark.parametrize(
    ("name", "guards", "code", "said"),
    [
        ("X:A-USD", True, 0, "kept: X:A-USD, with 1 orders that guard them"),
        ("X:B-USD", True, 0, "no order guards X:A-USD"),
        ("X:A-USD", False, 1, "still open: 1 orders, no position"),
    ],
)
def test_a_stop_that_keeps_positions_tells_what_guards_them(
    name: str,
    guards: bool,
    code: int,
    said: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(stopping, "StopTerms", partial(StopTerms, flat_s=0.3))
    order = OrderBody(
        "0" * 16, "x", name, "sell", "stop", "1", "1", "", "2", "open", 0.0, guards=guards
    )
    with serving(tmp_path, HoldingDesk(10**9, (order,))):
        words = ["kill", "--keep-positions", "--state", str(tmp_path), *SAID, "--json"]
        assert run(words) == code
    assert said in json.loads(capsys.readouterr().out)["line"]


def test_a_stop_that_leaves_something_open_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stopping, "StopTerms", partial(StopTerms, flat_s=0.3))
    with serving(tmp_path, HoldingDesk(10**9)):
        assert run(["kill", "--state", str(tmp_path), *SAID, "--json"]) == 1
    told = json.loads(capsys.readouterr().out)
    assert not told["done"]
    assert "still open: 0 orders, positions in X:A-USD" in told["line"]


def test_a_stop_of_a_frozen_trader_stays_in_the_folder(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stopping, "StopTerms", partial(StopTerms, answer_s=0.1))
    frozen = listening_socket(tmp_path / SOCKET_NAME)
    assert run(["kill", "--state", str(tmp_path), *SAID, "--json"]) == 1
    told = json.loads(capsys.readouterr().out)
    assert (told["done"], "does not answer" in told["line"]) == (False, True)
    left = found_kill(tmp_path)
    assert left is not None
    assert left == Kill(**A, asked_ns=left.asked_ns, id=left.id)
    frozen.close()


def test_a_stop_needs_a_state_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["kill", "--state", str(tmp_path / "none")]) == 2
    assert "name the trader's state folder" in capsys.readouterr().err
