"""A book's risk on real prices equals the published numbers; what cannot be measured is told."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from traider.domain.errors import UsageError
from traider.risk.models import Model
from traider.runtime.book_risk import BookRisk, RiskRequest, measure_positions
from traider.runtime.config_sections import instant_ns
from traider.runtime.positions_file import HeldPosition
from traider.runtime.price_panel import bar_sources


def book(data: Path, quantities: dict[str, str], **said: Any) -> BookRisk:
    positions = [HeldPosition(name, Decimal(held)) for name, held in quantities.items()]
    return measure_positions(RiskRequest(positions, **said), bar_sources([data / "ohlcv"]))


@pytest.mark.reference
@pytest.mark.parametrize("place", [0, 1])
def test_one_position_has_the_published_numbers(reference_data: Path, place: int) -> None:
    """Of ENGINE-RISK.json, computed with NumPy, SciPy and empyrical."""
    published = json.loads((reference_data / "reference" / "ENGINE-RISK.json").read_text())
    expected = published["risk"][place]
    name = expected["data"].removesuffix("-1h")
    found = book(
        reference_data,
        {name: "2.5"},
        horizons=("1d",),
        start_ns=instant_ns(expected["start"]),
        end_ns=instant_ns(expected["end_exclusive"]),
        with_records=False,
    )
    value = float(found.gross)
    losses = {(each.model, each.level): each.loss for each in found.measurements}
    assert {each.periods for each in found.measurements} == {expected["n"]}
    for level in (95, 99):
        loss = losses[Model.HISTORICAL, level / 100]
        assert -loss.value_at_risk / value == pytest.approx(expected[f"var_hist_{level}"])
        assert -loss.expected_shortfall / value == pytest.approx(expected[f"es_hist_{level}"])
    normal, corrected = losses[Model.NORMAL, 0.95], losses[Model.CORNISH_FISHER, 0.95]
    assert -normal.value_at_risk / value == pytest.approx(expected["var_normal_95"])
    assert -corrected.value_at_risk / value == pytest.approx(expected["var_cornish_fisher_95"])


@pytest.mark.reference
def test_of_days_filtered_history_held_and_the_normal_did_not(reference_data: Path) -> None:
    """The forecasts of 2019 to 2024; what this says is printed in docs/risk-models.md."""
    found = book(
        reference_data,
        {"BINANCE:BTC-USDT": "1", "BINANCE:ETH-USDT": "10"},
        horizons=("1d",),
        start_ns=instant_ns("2018-01-01"),
        end_ns=instant_ns("2025-01-01"),
    )
    held = {(each.model, each.level): each.coverage for each in found.records}
    assert len(held) == 2 * len(Model)
    assert all(each.periods == 2_056 for each in held.values())
    assert held[Model.FILTERED, 0.99].is_accepted
    assert held[Model.FILTERED, 0.95].is_accepted
    assert not held[Model.NORMAL, 0.99].is_accepted


@pytest.mark.reference
def test_currencies_are_not_mixed_and_dollars_are_one(reference_data: Path) -> None:
    with pytest.raises(UsageError, match="priced in EUR, USDT"):
        book(reference_data, {"BITVAVO:BTC-EUR": "1", "BINANCE:ETH-USDT": "1"})
    found = book(
        reference_data,
        {"COINBASE:BTC-USD": "1", "BINANCE:ETH-USDT": "-1"},
        horizons=("1d",),
        with_records=False,
    )
    assert found.currency == "USD"
    assert "USD, USDT are taken as worth the same" in found.notes
    assert found.gross > found.net
    with pytest.raises(UsageError, match="BINANCE:BTC-USDT is there twice"):
        book(reference_data, {"BINANCE:BTC-USDT": "1", "BINANCE-BTC-USDT": "1"})


@pytest.mark.reference
def test_a_short_past_is_told(reference_data: Path) -> None:
    found = book(
        reference_data,
        {"BINANCE:BTC-USDT": "1"},
        start_ns=instant_ns("2024-12-20"),
        end_ns=instant_ns("2025-01-01"),
    )
    assert "1d: 11 periods are too few to say anything" in found.notes
    assert any(note.startswith("1h: 99 % stands on the worst 2.9 periods") for note in found.notes)
    assert found.records == ()
    assert {horizon for horizon, _ in found.parts} == {"1h"}
