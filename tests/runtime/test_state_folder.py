"""The folder of a run: the same request goes on, another is refused in one line."""

import os
import subprocess
import sys
import threading
from decimal import Decimal
from pathlib import Path

import msgspec
import pytest

from traider.domain.errors import DataError, UsageError
from traider.journal.instruments import JournalInstrument
from traider.runtime.config import config_digest, load_config
from traider.runtime.run_request import RunRequest, config_from, differing, settings_of
from traider.runtime.state_folder import (
    RunManifest,
    StateFolder,
    check_instruments,
    read_manifest,
)
from traider.runtime.status_body import Mode

ROOT = Path(__file__).parents[2]
BTC = JournalInstrument("COINBASE:BTC-USDT", "BTC-USDT", Decimal("0.1"), Decimal("0.00000001"))
NOW_NS = 1_767_225_600_000_000_000


def asked(*overrides: str, mode: Mode = Mode.DEMO, product: str = "BTC-USDT") -> RunRequest:
    """Return a request on an example's settings."""
    config = load_config(ROOT / "examples" / "ensemble.toml", overrides)
    return RunRequest(mode, "coinbase", (product,), config)


def begun(folder: Path, request: RunRequest) -> RunManifest:
    """Begin a run and let the folder go again."""
    with StateFolder(folder) as state:
        assert state.take_up(request) is None
        return state.begin(request, (BTC,), NOW_NS)


def test_the_same_request_goes_on(tmp_path: Path) -> None:
    manifest = begun(tmp_path, asked())
    assert int(manifest.run_id, 16) < 2**32
    assert len(manifest.run_id) == 8
    assert manifest.digest == config_digest(asked().config).hex()
    with StateFolder(tmp_path) as state:
        assert state.take_up(asked("log.level=debug", "run.on_stop=keep")) == manifest
    other = begun(tmp_path / "other", asked())
    assert other.run_id != manifest.run_id


@pytest.mark.parametrize(
    ("request_", "said"),
    [
        (asked(mode=Mode.PAPER), "begun with mode demo, not paper"),
        (asked(product="ETH-USDT"), "begun with products BTC-USDT, not ETH-USDT"),
        (asked("capital=5000"), "begun with capital = 100000, not 5000"),
        (asked("strategy.alphas.0.params.fast=5"), "strategy.alphas.0.params.fast = 20.0, not 5.0"),
        (asked("sizing.dead_band=0.2"), "sizing.dead_band = 0.1, not 0.2"),
    ],
)
def test_another_request_is_refused_by_what_differs(
    tmp_path: Path, request_: RunRequest, said: str
) -> None:
    begun(tmp_path, asked())
    with StateFolder(tmp_path) as state, pytest.raises(UsageError) as caught:
        state.take_up(request_)
    assert said in caught.value.line()
    assert "\n" not in caught.value.line()


def test_what_changes_by_event_is_no_other_request(tmp_path: Path) -> None:
    manifest = begun(tmp_path, asked())
    changed = asked("limits.max_exposure=0.5", "strategy.enter=0.4", "strategy.alphas.0.weight=0.6")
    with StateFolder(tmp_path) as state:
        assert state.take_up(changed) == manifest
    assert manifest.request(changed.config).config.strategy == asked().config.strategy


@pytest.mark.parametrize("example", ["ensemble", "futures", "level2", "sma-cross"])
def test_settings_come_back_as_they_were(example: str) -> None:
    config = load_config(ROOT / "examples" / f"{example}.toml")
    raw = msgspec.json.encode(settings_of(config))
    again = config_from(msgspec.json.decode(raw), config)
    assert again == config
    assert config_digest(again) == config_digest(config)
    assert differing(again, config) is None


def test_two_processes_cannot_run_in_one_folder(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from traider.runtime.state_folder import *\n"
        "StateFolder(Path(sys.argv[1])); print('held', flush=True); sys.stdin.read()"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    with subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment,
    ) as other:  # fmt: skip
        try:
            assert other.stdout is not None
            assert other.stdout.readline() == "held\n"
            with pytest.raises(UsageError, match=f"another process runs here, pid {other.pid}"):
                StateFolder(tmp_path)
            # Who took over from a leader that just died waits until it holds nothing more.
            threading.Timer(0.2, other.kill).start()
            StateFolder(tmp_path, patience_s=20.0).close()
        finally:
            other.kill()
    # A killed process holds nothing.
    StateFolder(tmp_path).close()


def test_a_newer_or_damaged_manifest_is_refused(tmp_path: Path) -> None:
    begun(tmp_path, asked())
    path = tmp_path / "run.json"
    body = msgspec.json.decode(path.read_bytes())
    path.write_bytes(msgspec.json.encode({**body, "format": 2, "more": "words"}))
    with pytest.raises(DataError, match=r"newer Traider \(format 2, known is 1\)"):
        read_manifest(tmp_path)
    path.write_text("{")
    with pytest.raises(DataError, match="restore it from a backup"):
        read_manifest(tmp_path)


def test_a_folder_with_something_else_in_it_is_not_begun(tmp_path: Path) -> None:
    (tmp_path / "journal").mkdir()
    with StateFolder(tmp_path) as state, pytest.raises(UsageError, match=r"no run\.json"):
        state.begin(asked(), (BTC,), NOW_NS)
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match="cannot be written"):
        StateFolder(tmp_path / "file")


def test_instruments_keep_their_numbers_and_grids(tmp_path: Path) -> None:
    manifest = begun(tmp_path, asked())
    check_instruments(manifest, (BTC,), tmp_path)
    finer = JournalInstrument(BTC.name, BTC.symbol, Decimal("0.01"), BTC.lot_size)
    with pytest.raises(UsageError, match=r"by 0\.1 and 0\.00000001, the venue now tells"):
        check_instruments(manifest, (finer,), tmp_path)
    with pytest.raises(UsageError, match="with 1 instruments, not 2"):
        check_instruments(manifest, (BTC, finer), tmp_path)
