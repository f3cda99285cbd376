from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from tests.backtest.report.synthetic import SAMPLE_FOLDER
from traider.backtest.bar_files import BarFile, TradingRules, scan_bar_file
from traider.backtest.run import run_plan
from traider.domain.errors import ConfigError
from traider.domain.registry import find_instrument
from traider.runtime.config import load_config
from traider.runtime.trading_rules import (
    check_instruments,
    check_scale,
    idle_settings,
    trading_rules,
)
from traider.runtime.wiring import plan_backtest

BTC = Path("BINANCE-BTC-USDT-1h.parquet")
OWN = 'instruments=[{name="BINANCE:BTC-USDT", min_notional=25, lot_size=0.001}]'


def test_from_the_file_alone_no_minimum_is_known() -> None:
    assert trading_rules(load_config(None, ["data.rules=file"]), BTC) == TradingRules()


def test_without_settings_smallest_orders_are_the_registrys_and_grids_the_files() -> None:
    known = find_instrument("BINANCE:BTC-USDT")
    least = TradingRules(min_size=known.min_size, min_notional=known.min_notional)
    assert known.min_notional > 0
    assert trading_rules(load_config(), BTC) == least
    assert trading_rules(load_config(), Path("NOBODY-AAA-BBB-1h.parquet")) == TradingRules()
    own = trading_rules(load_config(None, [OWN]), BTC)
    assert (own.min_size, own.min_notional) == (known.min_size, Decimal(25))
    none = 'instruments=[{name="BINANCE:BTC-USDT", min_notional=0}]'
    assert trading_rules(load_config(None, [none]), BTC).min_notional == 0


def test_an_order_under_the_minimum_is_prevented_unless_the_file_alone_rules() -> None:
    files = str(SAMPLE_FOLDER / "BINANCE-BTC-USDT-1h.parquet")
    small = (f"data.files={files}", "data.start=2024-01-01", "data.end=2024-06-01", "capital=20")
    settings = (*small, "sizing.kind=fixed", "sizing.fraction=0.4", "sizing.dead_band=0")
    sent = {}
    for rules in ("minimums", "file"):
        plan = plan_backtest(load_config(None, (*settings, f"data.rules={rules}")))
        sent[rules] = run_plan(plan)
    assert sent["file"].chosen.orders.sent > 0
    assert sent["minimums"].chosen.orders.sent == 0
    told = [note for note in sent["minimums"].notes if "stayed under the smallest order" in note]
    assert told[0].startswith("BINANCE:BTC-USDT: ")


def test_the_registry_gives_what_it_knows() -> None:
    config = load_config(None, ["data.rules=registry"])
    known = find_instrument("BINANCE:BTC-USDT")
    rules = trading_rules(config, BTC)
    assert rules.tick_size == known.tick_size
    assert rules.lot_size == known.lot_size
    assert rules.min_size == known.min_size
    assert rules.min_notional == known.min_notional
    assert trading_rules(config, Path("NOBODY-AAA-BBB-1h.parquet")) == TradingRules()


def test_a_table_of_ones_own_comes_first() -> None:
    config = load_config(None, ["data.rules=registry", OWN])
    rules = trading_rules(config, BTC)
    assert rules.min_notional == Decimal(25)
    assert rules.lot_size == Decimal("0.001")
    assert rules.tick_size == find_instrument("BINANCE:BTC-USDT").tick_size


def test_a_table_for_no_instrument_is_refused(sample_data: Path) -> None:
    file = scan_bar_file(sample_data / "BINANCE-ETH-USDT-1h.parquet")
    with pytest.raises(ConfigError, match=r"instruments\.0\.name.*BINANCE:ETH-USDT"):
        check_instruments(load_config(None, [OWN]), [file])


def test_two_tables_for_one_instrument_are_refused(sample_data: Path) -> None:
    file = scan_bar_file(sample_data / "BINANCE-BTC-USDT-1h.parquet")
    table = '{name="BINANCE:BTC-USDT", lot_size=0.001}'
    with pytest.raises(ConfigError, match=r"instruments\.1\.name"):
        check_instruments(load_config(None, [f"instruments=[{table}, {table}]"]), [file])


def test_instruments_of_two_quote_currencies_are_refused(sample_data: Path) -> None:
    file = scan_bar_file(sample_data / "BINANCE-ETH-USDT-1h.parquet")
    other = replace(file, instrument="BINANCE:ETH-BTC")
    check_instruments(load_config(), [file, replace(file, instrument="COINBASE:SOL-USDT")])
    with pytest.raises(ConfigError, match=r"^data\.files: .*quoted in BTC and USDT"):
        check_instruments(load_config(), [file, other])


def test_a_tick_that_is_given_counts_what_is_off_it(sample_data: Path) -> None:
    path = sample_data / "BINANCE-ETH-USDT-1h.parquet"
    fine = scan_bar_file(path, rules=TradingRules(tick_size=Decimal("0.01")))
    coarse = scan_bar_file(path, rules=TradingRules(tick_size=Decimal(1)))
    assert fine.off_tick == 0
    assert coarse.off_tick > 100_000
    assert coarse.tick_size == 1


@pytest.fixture(scope="module")
def hourly(sample_data: Path) -> BarFile:
    return scan_bar_file(sample_data / "BINANCE-ETH-USDT-1h.parquet")


def test_sizes_past_64_bits_are_refused_with_the_way_out(hourly: BarFile) -> None:
    rich = load_config(None, ["capital=1e10"])
    check_scale(rich, [hourly])
    with pytest.raises(ConfigError, match=r"^capital: .*larger lot_size"):
        check_scale(rich, [replace(hourly, lowest=1e-6)])


def test_a_latency_as_long_as_a_bar_is_refused(hourly: BarFile) -> None:
    slow = load_config(None, ["execution.latency_ms=60000"])
    check_scale(slow, [hourly])
    with pytest.raises(ConfigError, match=r"^execution\.latency_ms"):
        check_scale(slow, [replace(hourly, length_ns=60_000_000_000)])


def test_settings_that_do_nothing_are_named(hourly: BarFile) -> None:
    cross = ["strategy.kind=sma-cross", "strategy.fast=2", "strategy.slow=3"]
    assert idle_settings(load_config(), [hourly]) == ()
    assert idle_settings(load_config(None, cross), [hourly]) == ()
    (note,) = idle_settings(load_config(None, ["strategy.allow_short=true"]), [hourly])
    assert "BINANCE:ETH-USDT" in note
    with pytest.raises(ConfigError, match=r"^clock\.decision"):
        idle_settings(load_config(None, [*cross, "clock.decision=4h"]), [hourly])
