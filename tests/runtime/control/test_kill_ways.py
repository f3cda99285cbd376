"""Signals and POST /kill leave the stop in the state folder; nothing else gets through."""

import asyncio
import json
import os
import signal
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.ports.clock import FixedClock
from tests.ports.log import MemoryLog
from traider.cli.alive import alive
from traider.cli.kill import kill
from traider.domain.errors import ConfigError, UsageError
from traider.domain.metric_names import OPEN_ORDERS, POSITION_BASE_UNITS
from traider.ops.endpoint import Endpoint, EndpointTerms
from traider.ops.health import HealthBoard
from traider.ops.kill_door import KillDoor
from traider.ops.metrics import ProcessMetrics
from traider.ops.prometheus import PrometheusPage
from traider.runtime.control.kill_file import found_kill
from traider.runtime.control.kill_signals import kill_signals
from traider.runtime.control.kill_ways import TOKEN_NAME, kill_door

TOKEN = "0123456789abcdef"
BODY = {"who": "ana", "why": "wrong prices"}


@contextmanager
def serving(door: KillDoor | None, metrics: ProcessMetrics | None = None) -> Iterator[str]:
    page = PrometheusPage(metrics or ProcessMetrics())
    endpoint = Endpoint(page, HealthBoard(FixedClock()), EndpointTerms())
    endpoint.kill = door
    try:
        yield endpoint.start()
    finally:
        endpoint.stop()


def post(url: str, body: object, token: str = TOKEN) -> tuple[int, str]:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    request = urllib.request.Request(f"{url}/kill", data=data, headers=headers)  # noqa: S310
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310 - loopback
            return answer.status, json.loads(answer.read())["line"]
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.loads(error.read())["line"]


def door_of(folder: Path) -> KillDoor:
    door = kill_door(folder, {TOKEN_NAME: TOKEN})
    assert door is not None
    return replace(door, wrong_s=0.01)


@pytest.mark.parametrize("flatten", [True, False])
def test_who_has_the_token_stops_everything(tmp_path: Path, *, flatten: bool) -> None:
    with serving(door_of(tmp_path)) as url:
        status, line = post(url, {**BODY, "flatten": flatten})
    assert status == 202
    assert str(tmp_path) in line
    found = found_kill(tmp_path)
    assert found is not None
    assert (found.who, found.why, found.flatten) == ("ana", "wrong prices", flatten)


@pytest.mark.parametrize(
    ("token", "body", "status"),
    [
        ("", BODY, 401),
        ("0123456789abcdeF", BODY, 401),
        (TOKEN, b"stop", 400),
        (TOKEN, {"who": "ana"}, 400),
        (TOKEN, {**BODY, "more": 1}, 400),
        (TOKEN, {**BODY, "why": "x" * 5_000}, 413),
        (TOKEN, {**BODY, "who": ""}, 503),
    ],
)
def test_anything_else_stops_nothing(tmp_path: Path, token: str, body: object, status: int) -> None:
    with serving(door_of(tmp_path)) as url:
        assert post(url, body, token)[0] == status
    assert found_kill(tmp_path) is None


def test_without_a_token_there_is_no_door(tmp_path: Path) -> None:
    assert kill_door(tmp_path, {}) is None
    with serving(None) as url:
        assert post(url, BODY)[0] == 404


@pytest.mark.parametrize("token", ["short", "0123456789abcde\n", "0123456789abcdeü"])
def test_a_poor_token_is_refused(tmp_path: Path, token: str) -> None:
    with pytest.raises(ConfigError, match="a token is at least"):
        kill_door(tmp_path, {TOKEN_NAME: token})


def test_a_folder_that_is_gone_is_told(tmp_path: Path) -> None:
    with serving(door_of(tmp_path / "gone")) as url:
        status, line = post(url, BODY)
    assert status == 503
    assert "no emergency stop can be left" in line


@pytest.mark.parametrize(
    ("orders", "size", "code", "said"),
    [
        (0.0, 0.0, 0, "no order is open, nothing is held"),
        (3.0, 0.0, 1, "3 orders are open, positions in nothing"),
        (0.0, -0.5, 1, "0 orders are open, positions in X:A-USD"),
    ],
)
def test_the_command_asks_at_an_address(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    orders: float,
    size: float,
    code: int,
    said: str,
) -> None:
    monkeypatch.setenv(TOKEN_NAME, TOKEN)
    monkeypatch.setattr("traider.cli.kill_url._FLAT_S", 0.3)
    metrics = ProcessMetrics()
    metrics.set(OPEN_ORDERS, orders)
    metrics.set(POSITION_BASE_UNITS, size, instrument="X:A-USD")
    with serving(door_of(tmp_path), metrics) as url:
        done = CliRunner().invoke(
            kill, ["--url", url, "--who", "ana", "--json"], standalone_mode=False
        )
    told = json.loads(done.output)
    assert (done.return_value, told["done"]) == (code, code == 0)
    assert said in told["line"]
    assert found_kill(tmp_path) is not None


def test_the_command_keeps_positions_at_an_address(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(TOKEN_NAME, TOKEN)
    asked = ["--keep-positions", "--who", "ana"]
    with serving(door_of(tmp_path)) as url:
        done = CliRunner().invoke(kill, ["--url", url, *asked], standalone_mode=False)
    assert done.return_value == 0
    found = found_kill(tmp_path)
    assert found is not None
    assert not found.flatten


def test_the_command_says_what_stands_against_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*words: str) -> str:
        done = CliRunner().invoke(kill, [*words, "--who", "ana"], standalone_mode=False)
        assert isinstance(done.exception, UsageError)
        return done.exception.what

    monkeypatch.delenv(TOKEN_NAME, raising=False)
    assert refused() == "name one trader"
    assert refused("--url", "http://127.0.0.1:1", "--state", str(tmp_path)) == "name one trader"
    assert refused("--url", "http://127.0.0.1:1").startswith("no token")
    monkeypatch.setenv(TOKEN_NAME, TOKEN)
    assert refused("--url", "127.0.0.1:1").endswith("is no address")
    assert refused("--url", "http://127.0.0.1:1").startswith("nobody answers")
    with serving(None) as url:
        assert refused("--url", url).startswith("the stop was refused: no stop is taken here")


@pytest.mark.parametrize(("number", "flatten"), [(signal.SIGUSR1, True), (signal.SIGUSR2, False)])
def test_a_signal_leaves_the_stop(tmp_path: Path, number: signal.Signals, *, flatten: bool) -> None:
    async def run(folder: Path, log: MemoryLog) -> None:
        with kill_signals(folder, log):
            os.kill(os.getpid(), number)
            await asyncio.sleep(0.05)

    log = MemoryLog()
    asyncio.run(run(tmp_path, log))
    found = found_kill(tmp_path)
    assert found is not None
    assert (found.who, found.flatten) == (number.name, flatten)
    asyncio.run(run(tmp_path / "gone", log))
    assert "cannot be left" in str(log.__dict__)


def test_a_person_says_that_he_is_alive(tmp_path: Path) -> None:
    done = CliRunner().invoke(alive, ["--state", str(tmp_path), "--json"])
    assert json.loads(done.output)["line"].endswith("alive")
    assert (tmp_path / "alive").exists()
    assert "a sign of life" in CliRunner().invoke(alive, ["--state", str(tmp_path)]).output
