"""What features may be: declared ranges and first values hold on real bars, for every feature."""

import math
from dataclasses import replace

import numpy as np
import pytest

from tests.features.recorded_runs import BARS, real_run
from traider.features.catalogue import BASE_SLOTS, CATALOGUE
from traider.features.expectations import expectation_of, first_value
from traider.features.explaining import explained
from traider.features.expressions import parse
from traider.features.graph import build_graph
from traider.kernel.observer import Observer

ANY = (-math.inf, math.inf)


@pytest.mark.parametrize(
    ("text", "wanted", "first"),
    [
        ("rsi(close, 14)", (0.0, 100.0), 15),
        ("sma(rsi(close, 14), 3)", (0.0, 100.0), 17),
        ("lag(quantile(close, 5), 2)@4h", (0.0, 1.0), 7),
        ("close", (0.0, math.inf), 1),
        ("(high + low) / 2", (0.0, math.inf), 1),
        ("rsi(close, 5) - 50", (-50.0, 50.0), 6),
        ("2 * imbalance(3) + 1", (-1.0, 3.0), 1),
        ("rsi(close, 5) * imbalance(3)", (-100.0, 100.0), 6),
        ("close - open", ANY, 1),
        ("vwap_z(20)", ANY, 39),
        ("adx(5)", (0.0, 100.0), 10),
        ("funding_rate()", ANY, 1),
        ("signed_volume", ANY, 1),
        ("traded_volume", (0.0, math.inf), 1),
        ("score_tide", ANY, 1),
    ],
)
def test_ranges_and_first_values_go_through_expressions(
    text: str, wanted: tuple[float, float], first: int
) -> None:
    found = expectation_of(text, "1h")
    assert (found.low, found.high, found.first_bar) == (*wanted, first)


@pytest.mark.parametrize(
    ("text", "may_lack"),
    [
        ("sma(close, 3)", False),
        ("return(close, 3)", False),
        ("return(volume, 3)", True),
        ("close / open", True),
        ("close / 2", False),
        ("spread", True),
        ("score_tide", True),
    ],
)
def test_what_may_lack_a_value_is_known(text: str, *, may_lack: bool) -> None:
    assert expectation_of(text, "1h").may_lack is may_lack


def test_of_several_frames_nothing_is_claimed() -> None:
    text = str(parse("funding_rate() + rsi(close, 3)", "1h"))
    assert text == "(close@funding + rsi(close, 3))@1h"
    found = expectation_of(text, "1h")
    assert (found.first_bar, found.may_lack, *found.bounds) == (0, True, *ANY)


def test_every_first_value_can_be_counted() -> None:
    assert {name: first_value(one, 10) for name, one in CATALOGUE.items()}["vwap_z"] == 19
    assert first_value(CATALOGUE["session_vwap"], 24) == 1


def written(name: str) -> str:
    feature = CATALOGUE[name]
    inputs = {0: [], 1: ["close"], 2: ["close", "volume"]}[feature.inputs]
    window = [str(max(feature.least_window, 72))] if feature.least_window else []
    share = ["0.3"] if feature.takes_share else []
    return f"{name}({', '.join([*inputs, *window, *share])})"


def test_what_is_declared_of_every_feature_holds_on_real_bars() -> None:
    run = real_run(BARS)
    texts = [*BASE_SLOTS, *(written(name) for name, one in CATALOGUE.items() if not one.live)]
    graph = build_graph([parse(text) for text in texts], "1h")
    plain = replace(run.plan.spec, tape=graph.tape, alphas=())
    strategy = replace(plain.strategy, volatility_slot=0, atr_slot=0)
    slots = [graph.slots[parse(text)] for text in texts]
    rows = list(Observer(replace(plain, strategy=strategy), slots).feed(run.events, final=True))
    values = np.concatenate([row.features[row.instruments == 0] for row in rows])
    assert len(values) > 8_000
    for place, text in enumerate(texts):
        expected = expectation_of(text, "1h")
        column = values[:, place]
        low, high = expected.bounds
        first = int(np.argmin(np.isnan(column)))
        assert np.nanmin(column) >= low, text
        assert np.nanmax(column) <= high, text
        if "seasonal" in text:
            assert first + 1 >= expected.first_bar
            continue
        assert first + 1 == expected.first_bar, text
        assert expected.may_lack or not np.isnan(column[first:]).any(), text


@pytest.mark.parametrize("name", sorted(CATALOGUE))
def test_every_feature_is_explained(name: str) -> None:
    found = explained(f"{written(name)}@4h")
    assert found.parts[0].meaning == CATALOGUE[name].meaning
    assert found.unit


def test_parts_are_explained_too() -> None:
    found = explained("(sma(rsi(close, 14), 3) + score_tide)@4h")
    assert [part.written for part in found.parts] == ["sma(x, n)", "rsi(x, n)", "score_tide"]
    assert explained("close@1h").parts[0].meaning == "Last price of the bar."
    assert explained("what is this").parts == ()
