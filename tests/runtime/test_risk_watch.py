"""What a trader holds, measured: the gate's numbers, the models', and what stands for what."""

import asyncio
import math
from decimal import Decimal
from pathlib import Path
from statistics import NormalDist

import numpy as np
import pytest

from tests.ports.metrics import MemoryMetrics
from tests.written_bars import write_swings
from traider.backtest.stream_source import StreamSource
from traider.cli.main import run
from traider.domain.errors import DataError, UsageError
from traider.kernel.codes import Limit
from traider.kernel.construction import build_gate
from traider.kernel.records import Gate
from traider.runtime.config import load_config
from traider.runtime.kernel_spec import kernel_spec
from traider.runtime.price_panel import bar_sources, load_panel
from traider.runtime.risk_file import RISK_FILE, read_risk
from traider.runtime.risk_watch import RiskSources, RiskWatch, gate_risk, read_risk_history

Capture = pytest.CaptureFixture[str]
NAMES = ("COINBASE:BTC-USD", "COINBASE:ETH-USD")
START_MS = 1_700_006_400_000
EQUITY = 1_000.0
SETTINGS = load_config(None, ["risk.horizon=1h", "limits.max_var=0.05"])


def gate_with(lots: tuple[int, int], samples: int = 60) -> Gate:
    """Return a gate that holds so many lots of 0.001 at 100, with deviations of 1 % and 2 %."""
    sources = [StreamSource(name, Decimal("0.01"), Decimal("0.001")) for name in NAMES]
    gate = build_gate(kernel_spec(SETTINGS, sources, SETTINGS.data.bars))
    gate.markets["position_lots"] = lots
    gate.markets["mark_ticks"] = 100_00
    gate.markets["samples"] = samples
    gate.shrunk[:] = [[1e-4, 1e-4], [1e-4, 4e-4]]
    return gate


def sources_of(folder: Path, gate: Gate, history: tuple[Path, ...] = ()) -> RiskSources:
    return RiskSources(
        folder=folder,
        currency="USD",
        instruments=NAMES,
        gate=lambda: gate,
        equity=lambda: EQUITY,
        now_ns=lambda: 7,
        metrics=MemoryMetrics(),
        settings=SETTINGS.risk,
        history=history,
    )


@pytest.fixture
def bars(tmp_path: Path) -> Path:
    """Sixty days of hours of the same coins at another venue."""
    folder = tmp_path / "bars"
    write_swings(folder, 24 * 60, START_MS)
    return folder


def test_the_gates_numbers_by_hand() -> None:
    """2 of the first and -1 of the second at 100: 0.2 and -0.1 of equity."""
    gate = gate_with((2_000, -1_000))
    values = np.array([200.0, -100.0])
    found = gate_risk(gate, values, EQUITY, SETTINGS.risk)
    variance = 0.04 * 1e-4 + 0.01 * 4e-4 - 2 * 0.02 * 1e-4
    # Twelve intervals of five minutes are the hour.
    expected = NormalDist().inv_cdf(0.99) * math.sqrt(variance * 12.0)
    assert found.var == pytest.approx(expected)
    assert found.es is not None
    assert found.es > expected
    assert found.max_var == 0.05
    assert found.gross == pytest.approx(0.3)
    assert found.net == pytest.approx(0.1)


def test_too_few_samples_are_told_and_nothing_held_loses_nothing() -> None:
    thin = gate_with((1_000, 0), samples=3)
    found = gate_risk(thin, np.array([100.0, 0.0]), EQUITY, SETTINGS.risk)
    assert (found.var, found.es, found.samples, found.samples_min) == (None, None, 3, 60)
    assert gate_risk(thin, np.zeros(2), EQUITY, SETTINGS.risk).var == 0.0
    assert gate_risk(thin, np.array([1.0, 0.0]), 0.0, SETTINGS.risk).var is None


def test_a_look_is_kept_and_told(tmp_path: Path, bars: Path, capsys: Capture) -> None:
    sources = sources_of(tmp_path, gate_with((2_000, 0)), (bars,))
    watch = RiskWatch(sources)

    async def look() -> None:
        watch._history = read_risk_history(sources.history, sources.instruments)
        await watch.look()

    asyncio.run(look())
    body = read_risk(tmp_path)
    assert body.now_ns == 7
    assert body.notes == tuple(
        f"BINANCE:{coin}-USDT stands for COINBASE:{coin}-USD" for coin in ("BTC", "ETH")
    )
    by = {(each.model, each.horizon, each.level): each for each in body.measurements}
    panel = load_panel(bar_sources([bars]), ["BINANCE:BTC-USDT"], "1h")
    expected = -200.0 * np.percentile(panel.returns()[-1_000:], 5.0)
    assert by["historical", "1h", 0.95].var == pytest.approx(expected)
    assert [part.instrument for part in body.parts] == [NAMES[0]] * 2
    metrics = sources.metrics
    assert isinstance(metrics, MemoryMetrics)
    told = {write.name for write in metrics.writes}
    assert {"gate_var_ratio", "value_at_risk", "expected_shortfall"} <= told
    assert run(["var", "--state", str(tmp_path)]) == 0
    shown = capsys.readouterr().out
    assert "the gate, 1h, 99%: VaR" in shown
    assert "limit 5.000%" in shown
    assert "component VaR" in shown


def test_without_bars_the_gate_alone_measures(tmp_path: Path, capsys: Capture) -> None:
    gate = gate_with((2_000, 0))
    gate.limits[Limit.MAX_VAR] = 0.0
    body = asyncio.run(RiskWatch(sources_of(tmp_path, gate)).look())
    assert body.measurements == ()
    assert run(["var", "--state", str(tmp_path)]) == 0
    shown = capsys.readouterr().out
    assert "limit off" in shown
    assert "set observability.risk_history" in shown


def test_what_cannot_be_read_is_told(tmp_path: Path, bars: Path, capsys: Capture) -> None:
    with pytest.raises(UsageError, match=r"risk_history: no bars of COINBASE:DOGE-USD"):
        read_risk_history([bars], ["COINBASE:DOGE-USD"])
    with pytest.raises(UsageError, match="no risk was measured here"):
        read_risk(tmp_path)
    (tmp_path / RISK_FILE).write_text("{}")
    with pytest.raises(DataError, match="cannot be read"):
        read_risk(tmp_path)
    assert run(["var"]) == 2
    assert "name --positions FILE and --data DIR, or --state DIR" in capsys.readouterr().err
    assert run(["var", "--state", str(tmp_path), "--data", str(bars)]) == 2
    assert "a run holds its own book" in capsys.readouterr().err
