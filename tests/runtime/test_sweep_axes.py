"""What people write for a grid, and what is refused with one line."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from traider.backtest.sweep.grid import Axis
from traider.domain.errors import ConfigError, TraiderError, UsageError
from traider.runtime.config import AlphaConfig, Config, EnsembleStrategy
from traider.runtime.sweep_axes import full_key, parse_axes, parse_requirements

CONFIG = Config(
    strategy=EnsembleStrategy(
        alphas=(
            AlphaConfig(name="momentum"),
            AlphaConfig(name="mean-reversion"),
        )
    )
)
TWINS = Config(
    strategy=EnsembleStrategy(alphas=(AlphaConfig(name="momentum"), AlphaConfig(name="momentum")))
)


def values(text: str) -> tuple[object, ...]:
    (axis,) = parse_axes([f"strategy.enter={text}"], CONFIG)
    return axis.values


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("5:20:5", (5, 10, 15, 20)),
        ("5:22:5", (5, 10, 15, 20)),
        ("5:5:1", (5,)),
        ("-4:4:4", (-4, 0, 4)),
        ("0.1:0.3:0.1", (Decimal("0.1"), Decimal("0.2"), Decimal("0.3"))),
        ("1:2:0.5", (Decimal(1), Decimal("1.5"), Decimal(2))),
        ("1e-4:3e-4:1e-4", (Decimal("0.0001"), Decimal("0.0002"), Decimal("0.0003"))),
        ("1,3,7", (1, 3, 7)),
        (" 1 , 0.5 ", (1, Decimal("0.5"))),
        ("1h,4h", ("1h", "4h")),
        ("true,false", (True, False)),
        ("7", (7,)),
    ],
)
def test_ranges_and_lists(text: str, expected: tuple[object, ...]) -> None:
    found = values(text)
    assert found == expected
    assert [type(value) for value in found] == [type(value) for value in expected]


@given(st.integers(-1_000, 1_000), st.integers(0, 500), st.integers(1, 50))
def test_a_range_is_pythons_with_its_end(first: int, length: int, step: int) -> None:
    last = first + length
    assert values(f"{first}:{last}:{step}") == tuple(range(first, last + 1, step))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("1:9:0", "a step of 0 leads nowhere"),
        ("1:9:-2", "a step of -2 leads nowhere"),
        ("9:1:2", "9 to 1 is backwards; write 1:9:2"),
        ("1:9", "'1:9' is not first:last:step"),
        ("1:9:1:2", "is not first:last:step"),
        ("a:b:c", "is not first:last:step"),
        ("1:inf:1", "has no end"),
        ("1:nan:1", "has no end"),
        ("0:1:0.00001", "more than 10,000 values"),
        ("1,2,1", "1 is there twice"),
        ("1,,2", "'' is no value"),
        ("[1],2", "'[1]' is no value"),
    ],
)
def test_values_that_are_none(text: str, says: str) -> None:
    with pytest.raises(UsageError) as caught:
        values(text)
    assert says in caught.value.line()
    assert caught.value.where.startswith("--grid")
    assert "\n" not in caught.value.line()


@pytest.mark.parametrize(
    ("texts", "says"),
    [
        ([], "nothing to sweep"),
        (["strategy.enter"], "'strategy.enter' is not key=values"),
        (["=1,2"], "is not key=values"),
        (["strategy.enter="], "is not key=values"),
        (["strategy.enter=1,2", "strategy.enter=3"], "strategy.enter is swept twice"),
        (["momentum.fast=1", "strategy.alphas.0.params.fast=3"], "params.fast is swept twice"),
        (["data.start=2020-01-01,2021-01-01"], "data.start cannot be swept: a sweep runs"),
        (["fill_tier=base,optimistic"], "choose one with --fill-tier"),
        (["output=a,b"], "it decides nothing"),
        (["log.level=debug,info"], "it decides nothing"),
        (["strategy.features.0.params.window=1,2"], "every trial over the same values"),
        (["strategy.scores.trees=a,b"], "every trial over the same scores"),
    ],
)
def test_grids_that_are_none(texts: list[str], says: str) -> None:
    with pytest.raises(TraiderError) as caught:
        parse_axes(texts, CONFIG)
    assert says in caught.value.line()
    assert caught.value.exit_code == 2


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("strategy.enter", "strategy.enter"),
        ("momentum.fast", "strategy.alphas.0.params.fast"),
        ("mean-reversion.window", "strategy.alphas.1.params.window"),
        ("mean_reversion.window", "strategy.alphas.1.params.window"),
        ("strategy.alphas.mean-reversion.weight", "strategy.alphas.1.weight"),
        ("strategy.alphas.momentum.params.slow", "strategy.alphas.0.params.slow"),
        ("strategy.alphas.1.weight", "strategy.alphas.1.weight"),
        ("sizing.fraction", "sizing.fraction"),
        ("nobody.fast", "nobody.fast"),
        ("strategy.alphas.nobody.weight", "strategy.alphas.nobody.weight"),
    ],
)
def test_an_alpha_is_named_by_its_name(key: str, expected: str) -> None:
    assert full_key(key, CONFIG) == expected
    assert full_key(expected, CONFIG) == expected


def test_two_alphas_of_a_name_need_their_place() -> None:
    with pytest.raises(ConfigError, match=r"use strategy\.alphas\.0 or strategy\.alphas\.1"):
        full_key("momentum.fast", TWINS)
    assert full_key("strategy.alphas.1.params.fast", TWINS) == "strategy.alphas.1.params.fast"


def test_an_axis_keeps_what_was_written() -> None:
    (axis,) = parse_axes(["momentum.fast=5,10"], CONFIG)
    assert axis == Axis("strategy.alphas.0.params.fast", (5, 10), "momentum.fast")


@pytest.mark.parametrize("text", ["momentum.fast<momentum.slow", "momentum.fast < momentum.slow "])
def test_a_requirement_is_read_with_the_axes_keys(text: str) -> None:
    axes = parse_axes(["momentum.fast=5,10", "momentum.slow=7,20"], CONFIG)
    (rule,) = parse_requirements([text], axes, CONFIG)
    assert (rule.left, rule.sign, rule.right) == (axes[0].key, "<", axes[1].key)
    assert rule.text == "momentum.fast < momentum.slow"
    (other,) = parse_requirements(["momentum.fast<=momentum.slow"], axes, CONFIG)
    assert other.sign == "<="


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("momentum.fast", "compares nothing"),
        ("momentum.fast=momentum.slow", "compares nothing"),
        ("momentum.fast<momentum.rsi_high", "'strategy.alphas.0.params.rsi_high' is not swept"),
        ("<momentum.slow", "'' is not swept"),
        ("strategy.timeframe<momentum.fast", "strategy.timeframe is not a number everywhere"),
    ],
)
def test_requirements_that_are_none(text: str, says: str) -> None:
    axes = parse_axes(
        ["momentum.fast=5,10", "momentum.slow=7,20", "strategy.timeframe=1h,4h"], CONFIG
    )
    with pytest.raises(UsageError) as caught:
        parse_requirements([text], axes, CONFIG)
    assert says in caught.value.line()
    assert caught.value.where == "--require"
