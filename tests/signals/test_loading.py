"""A user's own alpha: found, refused in one line, and traded."""

from dataclasses import replace
from pathlib import Path

import pytest

from tests.kernel.decider.signals import deciding
from tests.kernel.scenario import bars, play
from traider.domain.errors import StrategyError
from traider.features import build_graph
from traider.kernel.specification import AlphaSpec
from traider.signals import SHIPPED, load_alpha

GOOD = """
from traider.signals import alpha


@alpha(features=("sma(close, $window)", "close"), params={"window": 3})
def below_average(x, p):
    return (1.0 if x[1] < x[0] else -1.0), 1.0
"""


def written(folder: Path, source: str, name: str = "own.py") -> Path:
    path = folder / name
    path.write_text(source, encoding="utf-8")
    return path


def refusal(name: str, file: Path | None) -> str:
    with pytest.raises(StrategyError) as caught:
        load_alpha(name, file)
    line = caught.value.line()
    assert "\n" not in line
    assert caught.value.fix
    return line


@pytest.mark.parametrize("name", ["momentum", "mean-reversion", "mean_reversion", "sma-cross"])
def test_shipped_alphas_are_found_by_name(name: str) -> None:
    assert load_alpha(name) is SHIPPED[name.replace("-", "_")]


def test_an_unknown_name_lists_the_shipped_ones() -> None:
    assert "momentum, trend, mean_reversion, volatility_regime" in refusal("momentun", None)


def test_an_own_alpha_is_found_in_its_file(tmp_path: Path) -> None:
    path = written(tmp_path, GOOD)
    found = load_alpha("below-average", path)
    assert found.name == "below_average"
    assert found.with_params({}) == {"window": 3}
    assert [str(e) for e in found.expressions({"window": 5.0})] == ["sma(close, 5)", "close"]


@pytest.mark.parametrize("value", [1 / 3, 0.1234567890123, 1e-7, 12_345_678.25, 3.0])
def test_a_parameter_is_written_exactly(tmp_path: Path, value: float) -> None:
    source = GOOD.replace('"close")', '"close * $scale")').replace("3}", '3, "scale": 2.0}')
    found = load_alpha("below_average", written(tmp_path, source))
    _, scaled = found.expressions({"window": 3.0, "scale": value})
    assert scaled.right is not None
    assert scaled.right.number == value


def test_an_edited_file_is_read_again(tmp_path: Path) -> None:
    path = written(tmp_path, GOOD)
    load_alpha("below_average", path)
    written(tmp_path, GOOD.replace('"window": 3', '"window": 9'))
    assert load_alpha("below_average", path).params == {"window": 9}


@pytest.mark.parametrize(
    ("source", "says"),
    [
        ("def broken(:\n", "SyntaxError"),
        ("import no_such_module_anywhere\n", "ModuleNotFoundError"),
        ("1 / 0\n", "ZeroDivisionError"),
        ("def below_average(x, p):\n    return 0.0, 0.0\n", "decorate a function with @alpha"),
        (GOOD.replace("def below_average", "def other"), "it declares: other"),
    ],
)
def test_a_file_that_cannot_be_used_is_named(tmp_path: Path, source: str, says: str) -> None:
    path = written(tmp_path, source)
    line = refusal("below_average", path)
    assert str(path) in line
    assert says in line


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    assert "No such file" in refusal("below_average", tmp_path / "gone.py")


def test_a_file_that_is_no_python_is_named(tmp_path: Path) -> None:
    assert "is no Python file" in refusal("own", written(tmp_path, GOOD, "own.txt"))


@pytest.mark.parametrize(
    ("features", "says"),
    [
        ('"smaa(close, 3)"', "unknown feature 'smaa'"),
        ('"sma(close)"', "expected ','"),
        ('"sma(close, 0)"', "window 0"),
        ('"rsi(close, 14)@7h"', "unknown timeframe '7h'"),
        ('"close; import os"', "cannot read"),
        ('"sma(close, $missing)"', "cannot read"),
        ('""', "a feature is missing"),
    ],
)
def test_a_feature_that_cannot_be_read_is_told(tmp_path: Path, features: str, says: str) -> None:
    source = GOOD.replace('"sma(close, $window)", "close"', f"{features},")
    found = load_alpha("below_average", written(tmp_path, source))
    with pytest.raises(StrategyError) as caught:
        found.expressions(found.with_params({}))
    assert says in caught.value.line()
    assert "\n" not in caught.value.line()


def test_an_unknown_parameter_lists_the_known_ones(tmp_path: Path) -> None:
    found = load_alpha("below_average", written(tmp_path, GOOD))
    with pytest.raises(StrategyError, match="its parameters are: window"):
        found.with_params({"windw": 4.0})


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ("return unknown_name(x), 1.0", "unknown_name"),
        ('return "high", 1.0', "high"),
        ("return 1.0", "float64"),
        ("return open(x), 1.0", "open"),
    ],
)
def test_what_cannot_be_compiled_is_told_in_one_line(tmp_path: Path, body: str, says: str) -> None:
    source = GOOD.replace("return (1.0 if x[1] < x[0] else -1.0), 1.0", body)
    found = load_alpha("below_average", written(tmp_path, source))
    with pytest.raises(StrategyError, match="alpha below_average: cannot compile") as caught:
        found.compiled()
    assert says in caught.value.line()
    assert "\n" not in caught.value.line()


@pytest.mark.parametrize("features", ['("close")', "(3,)"])
def test_features_must_be_texts(tmp_path: Path, features: str) -> None:
    source = f"""
from traider.signals import alpha

@alpha(features={features})
def own(x, p):
    return 0.0, 0.0
"""
    with pytest.raises(StrategyError, match="give a list of texts"):
        load_alpha("own", written(tmp_path, source))


@pytest.mark.interpreted
def test_an_own_alpha_trades_in_the_kernel(tmp_path: Path) -> None:
    own = load_alpha("below_average", written(tmp_path, GOOD))
    expressions = own.expressions(own.params)
    graph = build_graph(expressions, "1h")
    spec = replace(
        deciding(volatility_slot=0),
        tape=graph.tape,
        alphas=(
            AlphaSpec(own.name, own.compiled(), tuple(graph.slots[e] for e in expressions), (3.0,)),
        ),
    )
    prices = (100, 100, 100, 90, 90, 110, 110)
    rows = [(price, price, price, price, 10) for price in prices]
    journal = play(spec, bars(*rows), decides=True)
    # 90 is below the average of 100, 100 and 90; 110 is above that of 90, 90 and 110.
    assert [(side, price) for side, _, price in journal.fills[:3]] == [
        (-1, 90),
        (1, 90),
        (-1, 110),
    ]


@pytest.mark.interpreted
@pytest.mark.parametrize(
    ("body", "says"),
    [
        ("return x[2], 1.0", "alpha"),
        ("return p[-2], 1.0", "alpha"),
        ("p[0] = 2.0\n    return 0.0, 0.0", "read"),
    ],
)
def test_an_alpha_cannot_leave_its_arrays(tmp_path: Path, body: str, says: str) -> None:
    source = GOOD.replace("return (1.0 if x[1] < x[0] else -1.0), 1.0", body)
    own = load_alpha("below_average", written(tmp_path, source))
    expressions = own.expressions(own.params)
    graph = build_graph(expressions, "1h")
    with pytest.raises(StrategyError, match=says):
        play(
            replace(
                deciding(volatility_slot=0),
                tape=graph.tape,
                alphas=(
                    AlphaSpec(
                        own.name,
                        own.compiled(),
                        tuple(graph.slots[e] for e in expressions),
                        (3.0,),
                    ),
                ),
            ),
            bars(*[(100, 100, 100, 100, 10)] * 6),
            decides=True,
        )
