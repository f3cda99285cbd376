"""``traider optimize``: real bars in, weights, a page and one object out; one line for faults."""

import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.written_bars import write_bars
from traider.backtest.files import EQUITY_FILE_NAME, equity_table
from traider.backtest.results import Curve
from traider.cli.main import run

pytest.importorskip("cvxpy", reason="cvxpy comes with the extra optimize")

Capture = pytest.CaptureFixture[str]
DAY_MS = 86_400_000
START_MS = 19_000 * DAY_MS
DAYS = 120


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A hundred and twenty days of two instruments."""
    folder = tmp_path_factory.mktemp("bars")
    generator = np.random.default_rng(1)
    times = [START_MS + place * DAY_MS for place in range(DAYS)]
    for name in ("BTC", "ETH"):
        closes = 100.0 * np.cumprod(1.0 + 0.03 * generator.standard_normal(DAYS))
        write_bars(folder / f"BINANCE-{name}-USDT-1d.parquet", times, closes.tolist())
    return folder


def config(folder: Path, more: str = "") -> str:
    path = folder / "weights.toml"
    path.write_text(
        '[optimize]\ninstruments = ["BTC-USDT", "ETH-USDT"]\nwindow = 40\nheld = 20\n' + more
    )
    return str(path)


def test_one_object_a_page_and_a_file(data: Path, tmp_path: Path, capsys: Capture) -> None:
    said = ["optimize", "--config", config(tmp_path), "--data", str(data)]
    assert run([*said, "--out", str(tmp_path / "out"), "--json"]) == 0
    body = json.loads(capsys.readouterr().out)
    assert body["assets"] == ["BINANCE:BTC-USDT", "BINANCE:ETH-USDT"]
    assert body["methods"][0]["method"] == "equal-weight"
    assert len(body["methods"]) == 7
    for each in body["methods"]:
        assert sum(each["weights"].values()) == pytest.approx(1.0, abs=1e-6)
        assert each["out_of_sample"]["periods"] == DAYS - 1 - 40
        assert each["out_of_sample"]["rebalancings"] == 4
        low, high = each["out_of_sample"]["sharpe_more_than_equal_weight_90"]
        assert low <= high
    page = Path(body["page"]).read_text()
    assert "Growth of 1, out of sample" in page
    assert "hierarchical-risk-parity" in page
    written = json.loads((tmp_path / "out" / "weights.json").read_text())
    assert written["methods"] == body["methods"]


def test_scores_and_strategies(data: Path, tmp_path: Path, capsys: Capture) -> None:
    """A model that is bullish on one asset moves Black-Litterman; a back-test is an asset."""
    days_ns = np.array([(START_MS + place * DAY_MS) * 1_000_000 for place in range(1, DAYS)])
    nav = np.linspace(1_000.0, 1_500.0, len(days_ns))
    flat = np.zeros(len(days_ns))
    (tmp_path / "rule").mkdir()
    curve = Curve(days_ns, nav, flat, flat, flat)
    pq.write_table(equity_table([("base", curve)]), tmp_path / "rule" / EQUITY_FILE_NAME)
    scores = tmp_path / "model.parquet"
    names = ["BINANCE:ETH-USDT"]
    pq.write_table(
        pa.table({"ts": [START_MS], "instrument": names, "score": [1.0], "confidence": [0.9]}),
        scores,
    )
    more = (
        f'strategies = ["{tmp_path / "rule"}"]\nscores = ["{scores}"]\n'
        'methods = ["black-litterman"]\ninformation_coefficient = 0.5\n'
    )
    assert run(["optimize", "--config", config(tmp_path, more), "--data", str(data), "--json"]) == 0
    body = json.loads(capsys.readouterr().out)
    assert body["assets"][-1] == "rule"
    by_method = {each["method"]: each["weights"] for each in body["methods"]}
    moved = by_method["black-litterman"]
    assert moved["BINANCE:ETH-USDT"] > by_method["equal-weight"]["BINANCE:ETH-USDT"] + 0.2


def test_a_person_reads_tables(data: Path, tmp_path: Path, capsys: Capture) -> None:
    more = '[[optimize.views]]\nasset = "ETH-USDT"\nagainst = "BTC-USDT"\nyearly_return = 0.2\n'
    assert run(["optimize", "--config", config(tmp_path, more), "--data", str(data)]) == 0
    shown = capsys.readouterr().out
    assert "2 assets, 119 returns of 1d" in shown
    assert "weights now" in shown
    assert "the fixed views stood from the first choice on" in shown
    assert "gives ETH-USDT 20% a year more than BTC-USDT; equal weights imply" in shown


@pytest.mark.parametrize(
    ("more", "line"),
    [
        ('methods = ["best"]\n', "optimize.methods"),
        ("weight_max = 0.3\n", "cannot sum to 1"),
        ("window = 110\n", "window and held need 130"),
        ('strategies = ["nowhere"]\n', "the equity of a back-test cannot be read"),
        ("weight_min = 0.6\nweight_max = 0.5\n", "weight_min is above weight_max"),
        ('[[optimize.views]]\nasset = "DOGE"\nyearly_return = 0.1\n', "DOGE is none of the assets"),
    ],
)
def test_what_cannot_be_is_one_line(
    data: Path, tmp_path: Path, more: str, line: str, capsys: Capture
) -> None:
    text = more.replace("window = 110\n", "")
    window = ["--set", "optimize.window=110"] if "window = 110" in more else []
    said = ["optimize", "--config", config(tmp_path, text), "--data", str(data), *window]
    assert run(said) in (2, 3)
    told = capsys.readouterr().err
    assert line in told
    assert len(told.splitlines()) == 1


def test_fewer_than_two_assets_or_no_bars_are_told(data: Path, capsys: Capture) -> None:
    assert run(["optimize", "--data", str(data)]) == 2
    assert "weights need two assets at least" in capsys.readouterr().err
    assert run(["optimize", "--set", "optimize.instruments=BTC-USDT,ETH-USDT"]) == 2
    assert "--data: instruments need their bars" in capsys.readouterr().err


def test_what_does_not_move_needs_no_weight(data: Path, tmp_path: Path, capsys: Capture) -> None:
    folder = tmp_path / "still"
    folder.mkdir()
    times = [START_MS + place * DAY_MS for place in range(DAYS)]
    write_bars(folder / "BINANCE-USDC-USDT-1d.parquet", times, [1.0] * DAYS)
    said = ["optimize", "--data", str(data), "--data", str(folder)]
    assets = "optimize.instruments=BTC-USDT,USDC-USDT"
    assert run([*said, "--set", assets, "--set", "optimize.window=40"]) == 3
    assert "BINANCE:USDC-USDT does not move for 40 periods" in capsys.readouterr().err


def test_a_folder_that_cannot_be_made_is_told_first(
    data: Path, tmp_path: Path, capsys: Capture
) -> None:
    (tmp_path / "file").write_text("")
    said = ["optimize", "--config", config(tmp_path), "--data", str(data)]
    assert run([*said, "--out", str(tmp_path / "file" / "out")]) == 2
    assert "cannot be made: Not a directory" in capsys.readouterr().err
