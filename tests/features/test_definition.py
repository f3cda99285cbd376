"""A definition's hash: the same everywhere, and another one when anything changes a value."""

import json
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from traider.domain.errors import DataError
from traider.features.definition import (
    AlphaTerms,
    FeatureDefinition,
    ModelSource,
    SignalDefinition,
    canonical,
    feature_hash,
    numbered,
    read_definition,
)

FEATURES = FeatureDefinition(
    features=("close@1h", "rsi(close, 14)@1h", "score_tide"),
    bars="1h",
    from_trades=False,
    decision_ns=3_600_000_000_000,
    tick_size=Decimal("0.10"),
    lot_size=Decimal("1E-8"),
    models=(ModelSource("tide", "ab" * 32, (("window", 12.0),)),),
)
SIGNALS = SignalDefinition(
    features="cd" * 32,
    alphas=(
        AlphaTerms("momentum", "shipped", ("close@1h",), (5.0, 0.1), 0.7, filters=False),
        AlphaTerms("momentum", "ef" * 32, ("rsi(close, 14)@1h",), (9.0,), 0.3, filters=True),
    ),
    terms={"enter": 0.3, "exit": 0.1, "sizing": "fixed"},
)


@pytest.mark.golden
def test_hashes_are_the_same_on_every_machine_and_python() -> None:
    assert canonical(FEATURES) == (
        '{"bars":"1h","book":false,"decision_ns":3600000000000,'
        '"features":["close@1h","rsi(close, 14)@1h","score_tide"],"from_trades":false,'
        '"kind":"features","lot":"0.00000001","models":[{"digest":"'
        + "ab"
        * 32
        + '","name":"tide","params":{"window":12.0},"universe":[]}],"multiplier":"1",'
        '"tick":"0.1","values":1}'
    )
    assert feature_hash(FEATURES) == (
        "2bf3fc61fdccfe2ad2ac1a170fea8b0d8486c17a156810d5c48f1d096451bfc4"
    )
    assert feature_hash(SIGNALS) == (
        "d02adcfab0bb2f3f5b6dd85a2b94396523cf86fbbc3619aa6f59412e6c3fda9c"
    )


CHANGES: list[dict[str, Any]] = [
    {"features": ("close@1h", "rsi(close, 15)@1h", "score_tide")},
    {"features": ("close@1h", "rsi(close, 14)@4h", "score_tide")},
    {"features": ("close@1h", "score_tide")},
    {"bars": "15m"},
    {"from_trades": True},
    {"decision_ns": 15_000_000_000},
    {"tick_size": Decimal("0.01")},
    {"lot_size": Decimal("0.001")},
    {"multiplier": Decimal(10)},
    {"has_book": True},
    {"models": ()},
    {"models": (ModelSource("tide", "ac" * 32, (("window", 12.0),)),)},
    {"models": (ModelSource("tide", "ab" * 32, (("window", 13.0),)),)},
    {"models": (replace(FEATURES.models[0], universe=("BINANCE:BTC-USDT",)),)},
]


@pytest.mark.parametrize("change", CHANGES, ids=str)
def test_whatever_changes_a_value_changes_the_hash(change: dict[str, Any]) -> None:
    assert feature_hash(replace(FEATURES, **change)) != feature_hash(FEATURES)


@pytest.mark.parametrize(
    "change",
    [
        {"features": SIGNALS.features[::-1]},
        {"alphas": SIGNALS.alphas[::-1]},
        {"alphas": SIGNALS.alphas[:1]},
        {"alphas": (replace(SIGNALS.alphas[0], weight=0.8), SIGNALS.alphas[1])},
        {"alphas": (replace(SIGNALS.alphas[0], source="12"), SIGNALS.alphas[1])},
        {"alphas": (replace(SIGNALS.alphas[0], params=(5.0, 0.2)), SIGNALS.alphas[1])},
        {"alphas": (replace(SIGNALS.alphas[0], filters=True), SIGNALS.alphas[1])},
        {"terms": {**SIGNALS.terms, "enter": 0.31}},
        {"terms": {**SIGNALS.terms, "sizing": "atr"}},
    ],
    ids=str,
)
def test_whatever_changes_a_signal_changes_the_hash(change: dict[str, Any]) -> None:
    assert feature_hash(replace(SIGNALS, **change)) != feature_hash(SIGNALS)


def test_a_new_version_of_the_values_is_another_hash(monkeypatch: pytest.MonkeyPatch) -> None:
    before = feature_hash(FEATURES), feature_hash(SIGNALS)
    monkeypatch.setattr("traider.features.definition.VALUES_VERSION", 2)
    assert feature_hash(FEATURES) != before[0]
    assert feature_hash(SIGNALS) != before[1]


def test_how_a_number_or_a_list_is_written_does_not_matter() -> None:
    other = replace(
        FEATURES, features=FEATURES.features[::-1], tick_size=Decimal("0.1000"),
        lot_size=Decimal("0.00000001"),
    )  # fmt: skip
    assert feature_hash(other) == feature_hash(FEATURES)


@pytest.mark.parametrize("definition", [FEATURES, SIGNALS])
def test_a_definition_is_read_back(definition: FeatureDefinition | SignalDefinition) -> None:
    found = read_definition(canonical(definition), "here")
    assert feature_hash(found) == feature_hash(definition)
    assert found.columns == definition.columns


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{}", '{"kind":"features"}', canonical(FEATURES).replace("0.1", "x"),
     json.dumps(FEATURES.as_json() | {"more": 1})],
)  # fmt: skip
def test_what_is_no_definition_is_refused(text: str) -> None:
    with pytest.raises(DataError, match="here: "):
        read_definition(text, "here")


def test_a_second_alpha_of_one_name_has_columns_of_its_own() -> None:
    assert numbered(["a", "b", "a", "a"]) == ["a", "b", "a_2", "a_3"]
    assert SIGNALS.columns[:4] == (
        "score_momentum", "confidence_momentum", "score_momentum_2", "confidence_momentum_2",
    )  # fmt: skip
