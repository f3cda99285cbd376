import math
from dataclasses import replace

import numpy as np
import pytest

from tests.backtest.report.synthetic import synthetic_result, with_chosen
from traider.backtest.report.key_figures import (
    head_figures,
    hold_return,
    interval_text,
    risk_figures,
    trade_figures,
)
from traider.backtest.report.number_text import DASH, INFINITY, MoneyText
from traider.backtest.results import BacktestResult
from traider.portfolio.performance import Interval, summarize_returns

MONEY = MoneyText("USDT", 2)


@pytest.fixture(scope="module")
def result() -> BacktestResult:
    return synthetic_result(trades=20, points=200)


def test_an_interval_is_words_and_nothing_where_unknown() -> None:
    assert interval_text(Interval(0.1, 0.25, 0.95), as_percent=True) == "95%: 10.0% to 25.0%"
    assert interval_text(Interval(0.1, 1.25, 0.9), as_percent=False) == "90%: 0.10 to 1.25"
    assert interval_text(Interval(math.nan, 1.0, 0.95), as_percent=True) == ""
    assert interval_text(None, as_percent=True) == ""


def test_every_wanted_figure_is_there(result: BacktestResult) -> None:
    figures = [*head_figures(result, MONEY), *risk_figures(result), *trade_figures(result, MONEY)]
    labels = {figure.label for figure in figures}
    wanted = "Return,CAGR,Volatility,Sharpe,Sortino,Calmar,Max drawdown,VaR 95%,ES 95%,Win rate"
    assert set(f"{wanted},Profit factor,Turnover,Trades,Fees".split(",")) <= labels
    assert sum(bool(figure.interval) for figure in figures) >= 4


def test_unknown_figures_are_dashes_and_a_lossless_run_is_infinite(result: BacktestResult) -> None:
    summary = replace(
        result.chosen.trade_summary, closed=0, win_rate=math.nan, profit_factor=math.inf
    )
    performance = summarize_returns(np.empty(0))
    bare = with_chosen(result, trade_summary=summary, performance=performance)
    figures = {figure.label: figure.value for figure in trade_figures(bare, MONEY)}
    assert (figures["Win rate"], figures["Held"]) == (DASH, DASH)
    assert figures["Profit factor"] == INFINITY
    risks = {figure.label: figure.value for figure in risk_figures(bare)}
    assert risks["Volatility"] == DASH


def test_buy_and_hold_counts_from_the_capital(result: BacktestResult) -> None:
    assert hold_return(result) == pytest.approx(result.benchmark.nav[-1] / 10_000.0 - 1.0)
    empty = replace(result.benchmark, nav=np.empty(0))
    assert math.isnan(hold_return(replace(result, benchmark=empty)))
