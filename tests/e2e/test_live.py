"""Real money on a local exchange: readiness, confirmation, two processes, keys in one of them.

The venue of the settings is a local exchange on the loopback; everything else is as on the venue.

1. Without the words nothing is begun, by the gateway alone neither.
2. With them orders go out by the gateway's process, and the trader's knows no key.
3. A limit that was narrowed in the file keeps neither process from coming back when it died, and a
   file that is broken just then neither; it is told in a line.
4. An emergency stop and SIGTERM end it in order.
"""

import json
import os
import signal
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from benchmarks.run_apart import Apart, ask, wait_until
from tests.runtime.readiness.paper_weeks import PRODUCT, paper_week, settings_file
from tests.venues.simulated.process import running_exchange
from traider.cli.main import run
from traider.domain.errors import UsageError
from traider.runtime.config import load_config
from traider.runtime.control.client import ControlClient
from traider.runtime.control.commands import ManualOrder
from traider.runtime.readiness.notes import (
    AlertTest,
    Notes,
    Signature,
    signed_digest,
    write_notes,
)
from traider.runtime.state_folder import read_manifest
from traider.runtime.status_body import Mode
from traider.runtime.venue_keys import KEY_NAME, KEY_SECRET

pytestmark = [
    pytest.mark.uncounted,
    pytest.mark.slow,
    pytest.mark.skipif(not sys.platform.startswith("linux"), reason="it looks into /proc"),
]
WORDS = f"trade {PRODUCT} on coinbase with real money"


@dataclass
class Site:
    """An exchange that is the venue, a paper week that is ready, and a key."""

    rest: str
    paper: Path
    file: Path
    key: dict[str, str]

    @property
    def command(self) -> list[str]:
        return [
            "--live", "--venue", "coinbase", "--product", PRODUCT,
            "--paper", str(self.paper), "--config", str(self.file),
        ]  # fmt: skip


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("live")
    (folder / "backup.tar").write_bytes(b"x")
    with running_exchange("--synthetic", "5", "--product", PRODUCT, "--json") as (_, line):
        told = json.loads(line)
        more = (
            f'stream_url = "{told["websocket"]}"\nuser_url = "{told["websocket_user"]}"\n'
            f'[readiness]\nbackup = "{folder}"\n'
            "[observability]\nport = 0\n"
        )
        file = settings_file(folder, told["rest"], more=more)
        paper = paper_week(folder / "paper", file)
        made = _key(told["rest"])
        signed(paper, file)
        key = {KEY_NAME: made["name"], KEY_SECRET: made["private_key"]}
        yield Site(told["rest"], paper, file, key)


def _key(rest: str) -> dict[str, str]:
    body = json.dumps({"permissions": ["view", "trade"]}).encode()
    request = urllib.request.Request(f"{rest}/admin/keys", body, method="POST")  # noqa: S310 - ours
    with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310 - ours
        made: dict[str, str] = json.load(answer)
        return made


def signed(paper: Path, file: Path) -> None:
    """Write down what a person does: an alert that arrived, and a signature."""
    manifest, now_ns = read_manifest(paper), time.time_ns()
    assert manifest is not None
    digest = signed_digest(load_config(file))
    write_notes(
        paper,
        Notes(
            AlertTest("abc123", now_ns, now_ns, ("console",)),
            Signature("Ada Lovelace", now_ns, digest, manifest.run_id),
        ),
    )


def environ_of(pid: int) -> dict[str, str]:
    raw = Path(f"/proc/{pid}/environ").read_bytes().decode()
    return dict(each.split("=", 1) for each in raw.split("\0") if "=" in each)


def test_real_money_goes_out_by_the_gateway_alone(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    state = tmp_path / "live"
    for name, value in site.key.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("TRAIDER_CONFIRM_LIVE", WORDS.replace("real", "some"))
    assert run(["run", *site.command, "--state", str(state), "--json"]) == 2
    assert f"'{WORDS}'" in json.loads(capsys.readouterr().out)["error"]["fix"]
    alone = ["run", "--role", "gateway", *site.command, "--state", str(state), "--json"]
    assert run(alone) == 2
    assert f"'{WORDS}'" in json.loads(capsys.readouterr().out)["error"]["fix"]
    assert not state.exists()

    live = Apart(state, *site.command, env={**site.key, "TRAIDER_CONFIRM_LIVE": WORDS})
    try:
        wait_until(live.is_trading, "trading")
        _keys_are_the_gateways(live, site)
        manifest = read_manifest(state)
        assert manifest is not None
        assert (manifest.mode, manifest.products) == (Mode.LIVE, (PRODUCT,))
        wait_until(lambda: _has_bought(state), "a first price", 60.0)
        wait_until(live.holds, "a position", 30.0)
        code, told = ask(*_wider("3"), "--state", str(state), "--json")
        assert (code, told["error"]["where"]) == (2, "limits.max_exposure"), told
        with _narrowed(site.file):
            code, told = ask("control", "reload", "--state", str(state), "--json")
            assert code == 0, told
            for part in ("gateway", "trader"):
                _comes_back(live, part)
        with _broken(site.file):
            for part in ("gateway", "trader"):
                _comes_back(live, part)
        lines = [each for each in live.words.splitlines() if "those of the start hold" in each]
        assert len(lines) == 2, lines
        code, told = ask("kill", "--state", str(state), "--json")
        assert (code, told["done"]) == (0, True), told
        assert live.ended() == 0
    finally:
        live.process.kill()
        live.process.wait()
    outcome: dict[str, Any] = json.loads(live.words.splitlines()[-1])
    assert outcome["fills"] >= 2
    assert outcome["parity"]["ok"]
    secret = site.key[KEY_SECRET].splitlines()[1]
    assert not [
        path for path in state.rglob("*") if path.is_file() and secret in path.read_text("latin-1")
    ]


def _wider(value: str) -> list[str]:
    return ["control", "limit", "max_exposure", value, "--who", "ada", "--why", "a try"]


@contextmanager
def _narrowed(file: Path) -> Iterator[None]:
    """Narrow a limit in the settings, for a while."""
    written = file.read_text()
    narrow = written.replace("max_exposure = 0.5", "max_exposure = 0.4")
    assert narrow != written
    file.write_text(narrow)
    try:
        yield
    finally:
        file.write_text(written)


@contextmanager
def _broken(file: Path) -> Iterator[None]:
    """Leave the settings half written, for a while."""
    written = file.read_text()
    file.write_text(written[: len(written) // 2] + "\n[")
    try:
        yield
    finally:
        file.write_text(written)


def _comes_back(live: Apart, part: str) -> None:
    """Kill one of the two, and wait for the next."""
    died = live.child(part)
    os.kill(died, signal.SIGKILL)
    wait_until(lambda: live.child(part) not in {0, died}, f"another {part}", 30.0)
    wait_until(live.is_trading, f"trading after the {part} died", 60.0)


def _has_bought(state: Path) -> bool:
    """Buy by hand; False while either gate knows no price yet."""
    order = ManualOrder(
        who="ada", why="a try", instrument=f"COINBASE:{PRODUCT}", side="buy", size=Decimal("0.001")
    )
    try:
        with ControlClient(state) as trader:
            return "refused" not in trader.send(order)
    except UsageError:
        return False


def _keys_are_the_gateways(live: Apart, site: Site) -> None:
    gateway, trader = (environ_of(live.child(part)) for part in ("gateway", "trader"))
    assert {name: gateway[name] for name in site.key} == site.key
    assert not {KEY_NAME, KEY_SECRET} & trader.keys()
    assert not [each for each in trader.values() if site.key[KEY_SECRET].splitlines()[1] in each]


def test_a_gateway_started_apart_keeps_the_keys_to_itself(site: Site, tmp_path: Path) -> None:
    state = tmp_path / "live"
    words = {"TRAIDER_CONFIRM_LIVE": WORDS}
    gateway = Apart(state, "--role", "gateway", *site.command, env={**site.key, **words})
    try:
        wait_until((state / "gateway.sock").exists, "the gateway")
        live = Apart(state, *site.command, env=words)
        try:
            wait_until(live.is_trading, "trading")
            assert live.child("gateway") == 0
            assert not site.key.keys() & environ_of(live.process.pid).keys()
            wait_until(lambda: _has_bought(state), "a first price", 60.0)
            wait_until(live.holds, "a position", 30.0)
            assert live.ended() == 0
        finally:
            live.process.kill()
            live.process.wait()
        code, told = ask("kill", "--state", str(state), "--json")
        assert (code, told["done"]) == (0, True), told
        assert f"closed COINBASE:{PRODUCT}; nothing is open" in told["line"]
        assert gateway.ended() == 0
    finally:
        gateway.process.kill()
        gateway.process.wait()
