"""A configuration run from end to end, in this process."""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from tests.backtest.bar_tables import columns_of, wave, write_bars
from traider.domain.errors import DataError
from traider.runtime.config import Config, load_config
from traider.runtime.data_plan import scan_data
from traider.runtime.wiring import plan_backtest, run_backtest


@pytest.fixture
def config(tmp_path: Path) -> Config:
    columns = columns_of(wave(600))
    columns["ts"][500:] += 5 * 3_600_000
    columns["volume"][17] = 0.0
    path = write_bars(tmp_path / "BINANCE-BTC-USDT-1h.parquet", columns)
    return load_config(
        None,
        (
            f'data.files=["{path}"]',
            f'output="{tmp_path / "runs"}"',
            'strategy.kind="sma-cross"',
            "strategy.fast=5",
            "strategy.slow=20",
            "limits.max_data_age_s=1000000",
        ),
    )


def test_a_plan_says_what_it_runs_on(config: Config) -> None:
    plan = plan_backtest(config)
    assert plan.title == "sma-cross on BINANCE:BTC-USDT, 1h bars"
    assert plan.capital == Decimal(10_000)
    assert plan.last_ns - plan.first_ns == 605 * 3_600_000_000_000
    assert plan.notes == (
        "BINANCE:BTC-USDT: 5 bars are missing; they are not filled in",
        "BINANCE:BTC-USDT: 1 bars have no volume",
    )
    first = next(plan.events())
    assert len(first) == 1
    assert first["ts_recv"][0] == plan.first_ns


def test_a_run_leaves_report_and_files_and_tells_its_progress(config: Config) -> None:
    told: list[tuple[float, str]] = []
    finished = run_backtest(config, progress=lambda done, text: told.append((done, text)))
    assert finished.report.is_file()
    assert {path.name for path in finished.folder.iterdir()} >= {
        "summary.json",
        "trades.parquet",
        "equity.parquet",
        finished.report.name,
    }
    result = finished.result
    assert [tier.tier for tier in result.tiers] == ["pessimistic", "base", "optimistic"]
    assert result.bars == 600
    assert result.chosen.complete
    assert result.chosen.trade_summary.closed >= 3
    fractions = [done for done, text in told if text.endswith("fills")]
    assert fractions == sorted(fractions)
    assert fractions[-1] == 0.7
    # What follows the fills takes a while too, and is told.
    assert told[-2:] == [
        (0.7, "asking the gate again about what is shown"),
        (0.95, "writing the report"),
    ]
    again = run_backtest(config)
    assert again.folder != finished.folder
    assert again.result.chosen.fingerprint == result.chosen.fingerprint


def stop_after(calls: int) -> Iterator[bool]:
    yield from [False] * calls
    while True:
        yield True


# Each pass asks before the digest record and before the only chunk of bars.
@pytest.mark.parametrize(
    ("calls", "complete", "note"),
    [
        (0, [False], "results are partial"),
        (1, [False], "results are partial"),
        (2, [True, False], "before every fill tier was complete"),
        (5, [True, True, False], "before every fill tier was complete"),
        (6, [True, True, True], ""),
    ],
)
def test_a_run_can_be_stopped_between_chunks(
    config: Config, calls: int, complete: list[bool], note: str
) -> None:
    answers = stop_after(calls)
    finished = run_backtest(config, stop=lambda: next(answers))
    assert [tier.complete for tier in finished.result.tiers] == complete
    assert any(note in said for said in finished.result.notes) or not note
    assert finished.report.is_file()
    assert finished.result.chosen.complete is complete[0]


def test_the_chosen_tier_runs_first_and_is_listed_in_order(config: Config) -> None:
    chosen = config.model_copy(update={"fill_tier": "optimistic"})
    answers = stop_after(2)
    result = run_backtest(chosen, stop=lambda: next(answers)).result
    assert [tier.tier for tier in result.tiers] == ["pessimistic", "optimistic"]
    assert result.chosen.tier == "optimistic"
    assert result.chosen.complete


def test_refusals_of_the_gate_are_noted(config: Config) -> None:
    limits = config.limits.model_copy(update={"max_order_size": Decimal("0.0001")})
    result = run_backtest(config.model_copy(update={"limits": limits})).result
    assert result.chosen.orders.sent == 0
    assert result.chosen.orders.refused == result.chosen.orders.refusals["max_size"] > 0
    assert any("max_size" in note for note in result.notes)
    assert any("no order was sent" in note for note in result.notes)
    assert result.chosen.final_equity == config.capital


def test_without_files_there_is_nothing_to_run() -> None:
    with pytest.raises(DataError, match="no data files"):
        scan_data(load_config())


def test_results_that_cannot_be_written_are_an_error_of_one_line(
    config: Config, tmp_path: Path
) -> None:
    blocked = tmp_path / "blocked"
    blocked.write_text("", encoding="utf-8")
    with pytest.raises(DataError, match="cannot write results") as caught:
        run_backtest(config.model_copy(update={"output": blocked}))
    assert "\n" not in caught.value.line()
