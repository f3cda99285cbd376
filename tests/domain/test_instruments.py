"""Laws of instruments: a name reads back as written, and contradictions are refused."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given

from tests.strategies import instruments, names
from traider.domain.errors import DataError, UsageError
from traider.domain.instruments import (
    FeeSchedule,
    FundingSchedule,
    Instrument,
    InstrumentKind,
    InstrumentName,
    InstrumentStatus,
    MarginSchedule,
    MarginTier,
)
from traider.domain.units import Rounding

FEES = FeeSchedule.flat(Decimal("0.001"), Decimal("0.001"))
MARGIN = MarginSchedule(
    (MarginTier(Decimal(0), Decimal(1000), Decimal("0.01"), Decimal(0), Decimal(50)),)
)
EXPIRY_NS = int(datetime(2025, 6, 27, 8, tzinfo=UTC).timestamp()) * 10**9

SPOT = Instrument(
    name=InstrumentName.parse("BINANCE:BTC-USDT"),
    symbol="BTCUSDT",
    settle="USDT",
    tick_size=Decimal("0.01"),
    lot_size=Decimal("0.001"),
    min_size=Decimal("0.002"),
    fees=FEES,
)
PERPETUAL = replace(
    SPOT,
    name=InstrumentName.parse("BINANCE:BTC-USDT-PERP"),
    margin=MARGIN,
    funding=FundingSchedule.every(8),
)
FUTURE = replace(SPOT, name=InstrumentName.parse("BINANCE:BTC-USDT-250627"), expiry_ns=EXPIRY_NS)


@given(names())
def test_a_name_reads_back_as_written(name: InstrumentName) -> None:
    assert InstrumentName.parse(str(name)) == name
    assert InstrumentName.parse(f" {str(name).lower()} ") == name
    assert str(name) == f"{name.venue}:{name.pair}"


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("BINANCE:BTC-USDT", InstrumentKind.SPOT),
        ("BINANCE:BTC-USDT-PERP", InstrumentKind.PERPETUAL),
        ("BINANCE:BTC-USDT-250627", InstrumentKind.FUTURE),
    ],
)
def test_the_suffix_says_the_kind(text: str, kind: InstrumentKind) -> None:
    assert InstrumentName.parse(text).kind is kind


@pytest.mark.parametrize(
    "text", ["", "BTC-USDT", "BINANCE:BTCUSDT", "BINANCE:BTC-USDT-SWAP", "BINANCE:BTC-USDT-259999"]
)
def test_what_is_no_name_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="VENUE:BASE-QUOTE"):
        InstrumentName.parse(text)


def test_a_name_with_an_odd_part_is_refused() -> None:
    with pytest.raises(UsageError, match="no instrument name"):
        InstrumentName("BINANCE", "BTC/USDT", "USDT")


@given(instruments())
def test_minimum_size_lies_on_the_grid(instrument: Instrument) -> None:
    assert instrument.size(instrument.lots(instrument.min_size)) == instrument.min_size


def test_the_parts_of_the_name_are_the_instruments() -> None:
    assert (SPOT.venue, SPOT.base, SPOT.quote) == ("BINANCE", "BTC", "USDT")
    assert SPOT.kind is InstrumentKind.SPOT
    assert SPOT.status is InstrumentStatus.TRADING
    assert FUTURE.kind is InstrumentKind.FUTURE


def test_an_instrument_converts_on_its_grid() -> None:
    assert SPOT.ticks(Decimal("100.25")) == 10_025
    assert SPOT.price(10_025) == Decimal("100.25")
    assert SPOT.lots(Decimal("0.0019"), Rounding.TOWARD_ZERO) == 1
    assert SPOT.size(3) == Decimal("0.003")
    with pytest.raises(DataError):
        SPOT.ticks(Decimal("100.251"))


def test_notional_is_linear_or_inverse() -> None:
    assert SPOT.notional_units(Decimal(50_000), Decimal("0.1")) == 5_000 * 10**8
    inverse = replace(
        PERPETUAL,
        name=InstrumentName.parse("BINANCE:BTC-USD-PERP"),
        settle="BTC",
        lot_size=Decimal(1),
        min_size=Decimal(1),
        multiplier=Decimal(100),
        is_inverse=True,
    )
    assert inverse.notional_units(Decimal(50_000), Decimal(10)) == 2_000_000


@pytest.mark.parametrize(
    ("instrument", "change", "message"),
    [
        (SPOT, {"tick_size": Decimal(0)}, "tick_size is 0"),
        (SPOT, {"lot_size": Decimal(-1)}, "lot_size is -1"),
        (SPOT, {"multiplier": Decimal("NaN")}, "multiplier is NaN"),
        (SPOT, {"symbol": ""}, "symbol is empty"),
        (SPOT, {"min_size": Decimal("-0.001")}, "a minimum is negative"),
        (SPOT, {"min_notional": Decimal(-1)}, "a minimum is negative"),
        (SPOT, {"min_size": Decimal("0.0005")}, "no multiple"),
        (SPOT, {"settle": "BTC"}, "settled in its quote"),
        (SPOT, {"settle": "usdt"}, "no currency code"),
        (SPOT, {"is_inverse": True}, "spot is linear"),
        (SPOT, {"margin": MARGIN}, "unmargined"),
        (SPOT, {"funding": FundingSchedule.every(8)}, "funding belongs to perpetuals"),
        (SPOT, {"expiry_ns": EXPIRY_NS}, "an expiry belongs to futures"),
        (PERPETUAL, {"funding": None}, "funding belongs to perpetuals"),
        (PERPETUAL, {"is_inverse": True}, "settles in its base"),
        (FUTURE, {"expiry_ns": 0}, "an expiry belongs to futures"),
        (FUTURE, {"expiry_ns": EXPIRY_NS + 86_400 * 10**9}, "expiry is 2025-06-28"),
    ],
)
def test_contradictions_are_refused(
    instrument: Instrument, change: dict[str, Any], message: str
) -> None:
    with pytest.raises(DataError, match=message):
        replace(instrument, **change)
