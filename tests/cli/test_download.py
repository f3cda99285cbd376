"""``traider download``: killed at any page it goes on to the same bytes; stopped it says how."""

import os
import random
import signal
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pyarrow.parquet as pq
import pytest

from tests.e2e.command import command as plain_command
from tests.e2e.command import environment
from tests.feed.download.downloads import MINUTE_MS, MS, held_rows, tree_bytes
from tests.feed.download.warm_command import WarmCommand, warm_command
from tests.servers.history_exchange import HistoryExchange, serving
from tests.servers.history_exchange_data import (
    History,
    file_bars,
    in_order,
    made_trades,
)
from traider.domain.instruments import InstrumentName
from traider.store.kinds import Content, DataKind
from traider.store.lake_paths import SeriesKey

COUNT: Final = 6_000
KILLS: Final = 18


@pytest.fixture(scope="module")
def command(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WarmCommand]:
    """The command, warm."""
    with warm_command(tmp_path_factory.mktemp("outputs")) as found:
        yield found


@pytest.fixture(scope="module")
def real_bars(reference_data: Path) -> Path:
    """A file of real minutes of a perpetual."""
    return reference_data / "ohlcv" / "BINANCE-PERP-BTC-USDT-1m.parquet"


@pytest.fixture
def exchange(real_bars: Path) -> Iterator[HistoryExchange]:
    """An exchange that serves the first days of the file, and as many trades."""
    bars = file_bars(real_bars, 0, COUNT)
    trades = in_order(made_trades(bars[0][0], 4_000, 2_500_000))
    with serving({"BTC": History(MINUTE_MS, bars, trades)}, bars[-1][0] + 3_600_000) as found:
        yield found


def arguments(exchange: HistoryExchange, lake: Path, *more: str) -> list[str]:
    return [
        *("download", "--venue", "binance", "--symbol", "BTC/USDT:USDT", "--timeframe", "1m"),
        *("--since", "2025-05-04", "--to", str(lake), "--base-url", exchange.url),
        *("--until", "2025-05-08T19:33", "--no-throttle", "--json", *more),
    ]


def test_a_download_equals_the_real_file(
    command: WarmCommand, exchange: HistoryExchange, real_bars: Path, tmp_path: Path
) -> None:
    done = command.run(*arguments(exchange, tmp_path, "--verify", "1h"))
    assert done.code == 0, done.err
    (series,) = done.body["series"]
    assert (series["rows"], series["gaps"], series["verified"]["differing"]) == (COUNT, 0, 0)
    assert series["from"] == "2025-05-04T00:00:00Z"
    key = SeriesKey(InstrumentName("BINANCE", "BTC", "USDT", "PERP"), DataKind(Content.BARS, "1m"))
    file = pq.read_table(real_bars).slice(0, COUNT)
    columns = ("ts", "open", "high", "low", "close", "volume")
    rows = zip(*(file.column(name).to_pylist() for name in columns), strict=True)
    assert held_rows(tmp_path, key) == [(ts * MS, *values) for ts, *values in rows]


@pytest.mark.slow
def test_killed_again_and_again_it_ends_with_the_same_bytes(
    command: WarmCommand, exchange: HistoryExchange, tmp_path: Path
) -> None:
    what = ("--what", "bars,trades", "--timeframe", "5m")
    calm = command.run(*arguments(exchange, tmp_path / "calm", *what))
    assert calm.code == 0, calm.err
    exchange.faults.periods = {"short": 3, "error": 11, "busy": 17, "empty": 13}
    dice = random.Random(7)  # noqa: S311 - no secret
    running: list[int] = []
    lives: list[int] = [0]

    def kill_after(number: int) -> None:
        del number
        lives[0] -= 1
        if lives[0] == 0:
            timer = threading.Timer(dice.random() * 0.03, os.kill, (running[0], signal.SIGKILL))
            timer.start()

    exchange.faults.on_page = kill_after
    killed, asked = 0, arguments(exchange, tmp_path / "killed", *what, "--page-rows", "150")
    while True:
        lives[0] = dice.randint(1, 9) if killed < KILLS else 0
        running[:] = [command.start(*asked)]
        ended = command.wait()
        if ended.code == 0:
            break
        assert ended.code == -signal.SIGKILL, ended.err
        killed += 1
    assert killed >= KILLS // 2
    assert tree_bytes(tmp_path / "killed") == tree_bytes(tmp_path / "calm")
    assert [each["rows"] for each in calm.body["series"]] == [COUNT, COUNT // 5, 4_000]


def test_ctrl_c_keeps_what_is_done_and_says_how_to_go_on(
    command: WarmCommand, exchange: HistoryExchange, tmp_path: Path
) -> None:
    running: list[int] = []

    def interrupt(number: int) -> None:
        if number == 45:
            os.kill(running[0], signal.SIGINT)

    exchange.faults.on_page = interrupt
    asked = arguments(exchange, tmp_path, "--page-rows", "100")
    running.append(command.start(*[part for part in asked if part != "--json"]))
    ended = command.wait()
    exchange.faults.on_page = lambda _: None
    assert ended.code == 130
    assert "run the same command again to go on" in ended.err
    assert "2025-05-04 00:00" in ended.out
    again = command.run(*arguments(exchange, tmp_path))
    assert again.code == 0
    (series,) = again.body["series"]
    assert series["held"] == COUNT
    assert 0 < series["rows"] < series["held"]


def test_a_full_disk_is_told_in_one_line(command: WarmCommand, exchange: HistoryExchange) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("no /dev/full here")
    done = command.run(*arguments(exchange, Path("/dev/full")))
    assert done.code == 3
    assert "cannot be written" in done.body["error"]["line"]


@pytest.mark.parametrize(
    ("change", "wanted"),
    [
        ({"--venue": "binanse"}, "did you mean binance"),
        ({"--symbol": "BTC/UDST"}, "lists no market 'BTC/UDST'; did you mean BTC/USDT"),
        ({"--timeframe": "7m"}, "unknown timeframe '7m'"),
        ({"--since": "yesterday"}, "'yesterday' is no date"),
        ({"--since": "2199-01-01"}, "is in the future"),
        ({"--until": "2020-01-01"}, "before it begins"),
        ({"--what": "candles"}, "choose from bars, trades, funding"),
        ({"--base-url": "http://127.0.0.1:9"}, "no connection"),
    ],
)
def test_mistakes_are_one_line(
    command: WarmCommand,
    exchange: HistoryExchange,
    tmp_path: Path,
    change: dict[str, str],
    wanted: str,
) -> None:
    asked = [
        part for part in arguments(exchange, tmp_path, "--patience", "0.2") if part != "--json"
    ]
    for option, value in change.items():
        if option in asked:
            asked[asked.index(option) + 1] = value
        else:
            asked += [option, value]
    done = command.run(*asked)
    assert done.code in {2, 6}
    assert len(done.err.splitlines()) == 1
    assert wanted in done.err
    assert done.out == ""


def test_without_ccxt_it_says_how_to_install(tmp_path: Path) -> None:
    hidden = tmp_path / "ccxt"
    hidden.mkdir()
    (hidden / "__init__.py").write_text("raise ModuleNotFoundError('no ccxt')\n")
    kept = environment()
    done = subprocess.run(
        plain_command(
            "download",
            "--venue",
            "kraken",
            "--symbol",
            "BTC/USD",
            "--timeframe",
            "1h",
            "--since",
            "2024-01-01",
        ),
        cwd=tmp_path,
        env={**kept, "PYTHONPATH": f"{tmp_path}:{kept['PYTHONPATH']}"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 2
    assert "pip install 'traider[download]'" in done.stderr
