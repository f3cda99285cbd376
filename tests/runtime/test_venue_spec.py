"""The simulated venue's settings: measured latencies, margin tiers, seed and currency."""

from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest

from traider.domain.errors import ConfigError
from traider.domain.margin import MarginTier
from traider.domain.margin_tables import binance_margin
from traider.kernel.specification import FeeCurrencySpec
from traider.runtime.config import Config, load_config
from traider.runtime.venue_spec import (
    fee_currency_spec,
    margin_tiers,
    read_latencies,
    slowest_latency,
    venue_spec,
)

BTC = "BINANCE:BTC-USDT-PERP"
BNB = ("costs.fee_currency=BNB", "costs.fee_balance=1", "costs.fee_price=600.5")


def test_a_constant_latency_is_handed_over() -> None:
    spec = venue_spec(load_config(None, ("execution.latency_ms=7", "seed=42", "currency=USDC")))
    assert (spec.latency_ns, spec.latencies_ns) == (7_000_000, ())
    assert (spec.seed, spec.currency) == (42, "USDC")


def test_fees_are_paid_in_the_accounts_currency_unless_told() -> None:
    assert fee_currency_spec(load_config()) is None
    config = load_config(None, (*BNB, "costs.fee_discount=0.25"))
    assert fee_currency_spec(config) == FeeCurrencySpec("BNB", 10**8, 60_050_000_000, 25_000_000)


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        (("costs.fee_currency=USDT",), "costs.fee_currency: USDT is the account's own currency"),
        (
            ("costs.fee_balance=20",),
            "costs.fee_balance: 20 BNB are worth 12010 USDT, and the capital is 10000",
        ),
    ],
)
def test_a_fee_currency_that_cannot_be_is_refused(settings: tuple[str, ...], told: str) -> None:
    with pytest.raises(ConfigError) as caught:
        fee_currency_spec(load_config(None, (*BNB, *settings)))
    assert caught.value.line().startswith(told)


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        (("costs.fee_discount=0.25",), "need a fee_currency"),
        (("costs.fee_currency=BNB", "costs.fee_balance=1"), "a fee_price above 0"),
        (("costs.fee_currency=bnb",), "costs.fee_currency"),
        ((*BNB, "costs.fee_discount=1"), "costs.fee_discount: must be less than 1"),
        ((*BNB, "costs.fee_balance=0.000000001"), "costs.fee_balance"),
        ((*BNB, "costs.fee_price=500001"), "costs.fee_price"),
    ],
)
def test_a_fee_currency_is_given_whole(settings: tuple[str, ...], told: str) -> None:
    with pytest.raises(ConfigError, match=told):
        load_config(None, settings)


def test_latencies_come_from_lines_or_a_column(tmp_path: Path) -> None:
    lines = tmp_path / "latency.txt"
    lines.write_text("12\n0.25\n\n300\n", encoding="utf-8")
    column = tmp_path / "latency.parquet"
    pl.DataFrame({"ms": [12.0, 0.25, 300.0], "other": [1, 2, 3]}).write_parquet(column)
    wanted = (12_000_000, 250_000, 300_000_000)
    assert read_latencies(lines) == read_latencies(column) == wanted
    config = load_config(None, (f"execution.latency_file={lines}",))
    assert venue_spec(config).latencies_ns == wanted
    assert slowest_latency(config) == (300_000_000, "execution.latency_file")


def test_a_file_of_latencies_stands_beside_its_configuration(tmp_path: Path) -> None:
    (tmp_path / "latency.txt").write_text("5", encoding="utf-8")
    file = tmp_path / "traider.toml"
    file.write_text('[execution]\nlatency_file = "latency.txt"\n', encoding="utf-8")
    config = load_config(file)
    assert venue_spec(config).latencies_ns == (5_000_000,)
    assert ("execution.latency_file", tmp_path / "latency.txt") in config.named_files()


@pytest.mark.parametrize("text", ["", "abc", "1\n-1", "nan", "1e9"])
def test_what_is_no_latency_is_refused(tmp_path: Path, text: str) -> None:
    file = tmp_path / "latency.txt"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError, match=r"execution\.latency_file") as caught:
        read_latencies(file)
    assert "\n" not in str(caught.value)


def test_a_missing_or_damaged_file_is_refused(tmp_path: Path) -> None:
    damaged = tmp_path / "latency.parquet"
    damaged.write_bytes(b"no parquet")
    for file in (tmp_path / "none.txt", tmp_path / "none.parquet", damaged):
        with pytest.raises(ConfigError, match="cannot be used"):
            read_latencies(file)


def test_the_flat_tier_has_the_settings_rates() -> None:
    config = load_config(None, ("margin.max_leverage=8", "margin.maintenance_rate=0.02"))
    (tier,) = margin_tiers(config, BTC)
    assert (tier.max_leverage, tier.maintenance_rate) == (Decimal(8), Decimal("0.02"))
    assert tier.floor == tier.maintenance_amount == 0


def test_the_registrys_tiers_keep_to_the_leverage_allowed() -> None:
    config = load_config(None, ("margin.tiers=registry", "margin.max_leverage=60"))
    tiers = margin_tiers(config, BTC)
    shipped = binance_margin("BTC").tiers
    assert [tier.cap for tier in tiers] == [tier.cap for tier in shipped]
    assert [int(tier.max_leverage) for tier in tiers[:5]] == [60, 60, 60, 50, 25]
    assert tiers[3] == shipped[3]
    unknown = margin_tiers(config, "ELSEWHERE:BTC-USDT-PERP")
    assert unknown == (
        MarginTier(Decimal(0), unknown[0].cap, Decimal("0.01"), Decimal(0), Decimal(60)),
    )


def test_a_leverage_that_is_liquidated_at_once_is_refused() -> None:
    with pytest.raises(ConfigError, match="maintenance margin"):
        load_config(None, ("margin.max_leverage=50", "margin.maintenance_rate=0.02"))
    assert Config().margin.max_leverage == 20
