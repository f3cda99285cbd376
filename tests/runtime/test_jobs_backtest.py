"""A back-test as a job: chosen, checked, run by a worker, cancelled, and read again."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.backtest.bar_tables import columns_of, wave, write_bars
from tests.runtime.parity.recorded_runs import recorded
from tests.written_bars import write_swings
from traider.cli.main import run
from traider.domain.errors import ConfigError, Interrupted, UsageError
from traider.runtime.backtest_choice import (
    OF_THE_RUN,
    BacktestChoice,
    BacktestPlaces,
    chosen_config,
)
from traider.runtime.backtest_results import (
    EquityCurve,
    beside_one_another,
    read_equity,
    read_summary,
    read_trades,
)
from traider.runtime.config import Config, load_config
from traider.runtime.jobs import JobDesk, result_folder
from traider.runtime.jobs_backtest import (
    BACKTEST,
    BacktestRequest,
    done_in,
    request_json,
    request_of,
    run_backtest_job,
)
from traider.runtime.jobs_heart import Heart
from traider.runtime.jobs_parity import PARITY, parity_request, report_in
from traider.runtime.jobs_queue import JobQueue
from traider.runtime.presets import presets
from traider.store.tables import JobState, open_engine

START_MS = 1_704_067_200_000
"""2024-01-01."""


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[JobDesk]:
    engine = open_engine(f"sqlite:///{tmp_path / 'jobs.db'}")
    waking = JobQueue.open(f"sqlite:///{tmp_path / 'queue.db'}")
    yield JobDesk(engine, waking)
    waking.close()
    engine.dispose()


@pytest.fixture
def places(tmp_path: Path) -> BacktestPlaces:
    return BacktestPlaces(tmp_path / "state", tmp_path / "lake")


def crossing(folder: Path, **settings: object) -> Config:
    path = write_bars(folder / "BINANCE-BTC-USDT-1h.parquet", columns_of(wave(600)))
    said: Mapping[str, object] = {
        "data.files": [str(path)],
        "strategy.kind": "sma-cross",
        "strategy.fast": 5,
        "strategy.slow": 20,
        "limits.max_data_age_s": 1_000_000,
        **settings,
    }
    return load_config(None, [f"{key}={json.dumps(value)}" for key, value in said.items()])


def work(folder: Path, *more: str) -> int:
    place = ("--url", f"sqlite:///{folder / 'jobs.db'}")
    queue = ("--queue", f"sqlite:///{folder / 'queue.db'}")
    return run(["jobs", "work", "--once", *place, *queue, *more])


def test_a_request_survives_as_json(tmp_path: Path) -> None:
    config = crossing(tmp_path, **{"monte_carlo.draws": 7, "costs.taker_fee": 0.0007})
    asked = BacktestRequest(config, tmp_path / "here", "crossing", "sma-cross", "ana")
    found = request_of(json.loads(json.dumps(request_json(asked))))
    assert replace(found, config=config) == asked
    # What serves a dashboard is no part of a back-test; the tests' environment turns it off.
    same = {"output": tmp_path / "here", "api": found.config.api}
    assert found.config == config.model_copy(update=same)
    with pytest.raises(UsageError, match="lacks 'folder'"):
        request_of({})
    with pytest.raises(UsageError, match="not those of this version"):
        request_of({"folder": "x", "settings": {"no_such": 1}})


def test_a_worker_runs_a_back_test_and_leaves_its_results(tmp_path: Path, desk: JobDesk) -> None:
    config = crossing(tmp_path)
    folder = result_folder(tmp_path / "jobs", BACKTEST)
    asked = BacktestRequest(config, folder, "crossing", "", "ana")
    job = desk.start(BACKTEST, request_json(asked))
    assert work(tmp_path, "--kind", "download") == 0
    assert desk.table.get(job.id).state is JobState.QUEUED
    assert work(tmp_path, "--kind", "backtest") == 0
    ended = desk.table.get(job.id)
    assert (ended.state, ended.done, ended.error) == (JobState.DONE, 1000, "")
    assert "trades, final equity" in ended.note
    done = done_in(folder)
    assert done is not None
    results = folder / done.run
    summary = read_summary(results)
    assert (results / done.report).is_file()
    assert summary["tiers"]["pessimistic"]["fingerprint"] == done.fingerprint
    trades = read_trades(results, 0, 2)
    assert trades.total >= summary["tiers"]["pessimistic"]["trades"]["closed"] > 2
    assert [row["number"] for row in trades.rows] == [1, 2]
    assert read_trades(results, 2, 1).rows[0]["number"] == 3
    assert read_trades(results, 0, 5, "BINANCE:ETH-USDT").total == 0
    curve = read_equity(results, "pessimistic")
    assert curve.nav[-1] == pytest.approx(
        float(summary["tiers"]["pessimistic"]["final_equity"]), rel=1e-9
    )


@pytest.mark.parametrize("when", ["fills", "report"])
def test_a_back_test_that_is_stopped_leaves_nothing(
    tmp_path: Path, desk: JobDesk, when: str
) -> None:
    folder = tmp_path / "jobs" / "one"
    job = desk.start(BACKTEST, request_json(BacktestRequest(crossing(tmp_path), folder)))

    def stop() -> bool:
        seen.append(heart.note)  # once it fills, the kernel is there, and the data are run
        return any(note.endswith(when) for note in seen)

    seen: list[str] = []
    with Heart(desk.table, job, 60.0) as heart, pytest.raises(Interrupted):
        run_backtest_job(job, heart, stop)
    assert list(folder.iterdir()) == []


def test_data_that_cannot_be_used_fail_the_job(tmp_path: Path, desk: JobDesk) -> None:
    config = crossing(tmp_path, **{"data.start": "2031-01-01"})
    request = request_json(BacktestRequest(config, tmp_path / "jobs" / "one"))
    job = desk.start(BACKTEST, request)
    assert work(tmp_path) == 0
    failed = desk.table.get(job.id)
    assert failed.state is JobState.FAILED
    assert "BINANCE-BTC-USDT-1h.parquet" in failed.error


def test_a_run_is_proved_by_a_job(tmp_path: Path, desk: JobDesk) -> None:
    state = recorded(tmp_path / "run")
    folder = result_folder(tmp_path / "jobs", PARITY)
    job = desk.start(PARITY, parity_request(state, folder, "measured", "ana"))
    assert report_in(folder) is None
    assert work(tmp_path, "--kind", "parity") == 0
    assert desk.table.get(job.id).note.startswith("identical; ")
    report = report_in(folder)
    assert report is not None
    assert report["ok"] is True
    assert list(report["attribution"]["parts"]) == [
        "signal", "latency", "fill", "fee", "funding", "data",
    ]  # fmt: skip


def test_presets_are_the_examples_that_can_be_tested(places: BacktestPlaces) -> None:
    known = presets()
    assert {"demo", "ensemble", "futures", "level2", "sma-cross"} <= set(known)
    assert "weights" not in known
    assert known["ensemble"].words.startswith("The rule ensemble: momentum and mean reversion")
    assert known["ensemble"].instruments == ("BINANCE:BTC-USDT", "BINANCE:ETH-USDT")
    for name in known:
        chosen_config(BacktestChoice(name), places)


def test_a_choice_changes_what_it_says_and_nothing_else(places: BacktestPlaces) -> None:
    plain = chosen_config(BacktestChoice("ensemble"), places)
    choice = BacktestChoice(
        "ensemble",
        instruments=("BINANCE:ETH-USDT",),
        start="2024-01-01",
        end="2024-03-01",
        fill_tier="base",
        seed=9,
        settings={"strategy.enter": 0.5, "strategy.alphas.0.weight": 0.25},
    )
    config = chosen_config(choice, places)
    assert [path.name for path in config.data.files] == ["BINANCE-ETH-USDT-1h.parquet"]
    assert (config.data.start, config.fill_tier, config.seed) == ("2024-01-01", "base", 9)
    assert config.costs == plain.costs
    assert config.strategy.model_dump(exclude={"enter", "alphas"}) == plain.strategy.model_dump(
        exclude={"enter", "alphas"}
    )
    dumped = config.strategy.model_dump()
    assert (dumped["enter"], dumped["alphas"][0]["weight"]) == (0.5, 0.25)


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"preset": "no-such"}, "there is no preset 'no-such'"),
        ({"preset": OF_THE_RUN}, "there is no run in this folder"),
        ({"source": "journal"}, "there is no journal of a run here"),
        ({"source": "lake"}, "name instruments and the timeframe"),
        (
            {"source": "lake", "instruments": ("BINANCE:BTC-USDT",), "bars": "1h"},
            "the lake holds no 1h bars of BINANCE:BTC-USDT",
        ),
        ({"instruments": ("BINANCE:DOGE-USDT",)}, "has no data of BINANCE:DOGE-USDT"),
        ({"settings": {"data.files": ["/etc/passwd"]}}, "'data.files' cannot be set"),
        ({"settings": {"output": "/tmp"}}, "'output' cannot be set"),  # noqa: S108 - refused
        ({"settings": {"log.file": "/x"}}, "'log.file' cannot be set"),
        ({"settings": {"strategy.alphas.0.file": "/x/alpha.py"}}, "names a file that its preset"),
        ({"settings": {"execution.latency_file": "/x"}}, "names a file that its preset does not"),
        ({"settings": {"strategy.no_such": 1}}, "unknown key"),
        ({"settings": {"strategy.enter": 7}}, "choice: strategy.enter"),
        ({"fill_tier": "dreamy"}, "choice: fill_tier"),
    ],
)
def test_what_cannot_be_chosen_is_told(
    places: BacktestPlaces, said: dict[str, Any], words: str
) -> None:
    with pytest.raises((UsageError, ConfigError)) as caught:
        chosen_config(BacktestChoice(**{"preset": "ensemble", **said}), places)
    assert words in caught.value.line()


def test_the_lake_gives_bars_of_the_instruments_that_are_named(places: BacktestPlaces) -> None:
    source = places.lake.parent / "source"
    write_swings(source, 48, START_MS)
    files = [str(path) for path in sorted(source.iterdir())]
    assert run(["data", "import", *files, "--to", str(places.lake)]) == 0
    choice = BacktestChoice("ensemble", source="lake", instruments=("BINANCE:ETH-USDT",), bars="1h")
    (series,) = chosen_config(choice, places).data.files
    assert series == places.lake / "venue=BINANCE" / "instrument=ETH-USDT" / "kind=bars-1h"


def test_the_settings_of_the_run_meet_its_journal(tmp_path: Path) -> None:
    places = BacktestPlaces(recorded(tmp_path / "run"), tmp_path / "lake")
    choice = BacktestChoice(OF_THE_RUN, source="journal", settings={"limits.max_drawdown": 0.2})
    config = chosen_config(choice, places)
    assert config.data.files == (places.state / "journal",)
    assert float(config.limits.max_drawdown) == 0.2


def test_curves_lie_beside_one_another_from_their_own_beginnings() -> None:
    long = EquityCurve(np.array([0, 10, 20, 30]), np.array([50.0, 60, 55, 75]), np.zeros(4))
    late = EquityCurve(np.array([10, 20]), np.array([8.0, 4.0]), np.zeros(2))
    none = EquityCurve(np.zeros(0, np.int64), np.zeros(0), np.zeros(0))
    found = beside_one_another([long, late, none])
    assert found.ts_ns.tolist() == [0, 10, 20, 30]
    assert found.curves[0].tolist() == [1.0, 1.2, 1.1, 1.5]
    np.testing.assert_array_equal(found.curves[1], [np.nan, 1.0, 0.5, np.nan])
    assert np.isnan(found.curves[2]).all()
