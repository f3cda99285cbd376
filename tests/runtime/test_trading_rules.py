from decimal import Decimal
from pathlib import Path

import pytest

from traider.backtest.bar_files import TradingRules, scan_bar_file
from traider.domain.errors import ConfigError
from traider.domain.registry import find_instrument
from traider.runtime.config import load_config
from traider.runtime.trading_rules import check_instruments, trading_rules

BTC = Path("BINANCE-BTC-USDT-1h.parquet")
OWN = 'instruments=[{name="BINANCE:BTC-USDT", min_notional=25, lot_size=0.001}]'


def test_without_settings_the_file_rules() -> None:
    assert trading_rules(load_config(), BTC) == TradingRules()


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


def test_a_tick_that_is_given_counts_what_is_off_it(sample_data: Path) -> None:
    path = sample_data / "BINANCE-ETH-USDT-1h.parquet"
    fine = scan_bar_file(path, rules=TradingRules(tick_size=Decimal("0.01")))
    coarse = scan_bar_file(path, rules=TradingRules(tick_size=Decimal(1)))
    assert fine.off_tick == 0
    assert coarse.off_tick > 100_000
    assert coarse.tick_size == 1
