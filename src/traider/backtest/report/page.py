"""Put the page together and keep it under its size limit."""

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from jinja2 import Environment, StrictUndefined, Template
from markupsafe import Markup

from traider import __version__
from traider.backtest.report.chart_data import (
    equity_data,
    liquidation_marks,
    price_data,
    rolling_data,
)
from traider.backtest.report.drawdown_rows import drawdown_rows
from traider.backtest.report.findings_section import findings_section, findings_style
from traider.backtest.report.key_figures import head_figures, risk_figures, trade_figures
from traider.backtest.report.monthly import MONTHS, heat_map, money_table
from traider.backtest.report.number_text import (
    MoneyText,
    duration,
    fixed,
    percent,
    period_text,
)
from traider.backtest.report.order_tables import execution_rows, outcome_rows, reason_tables
from traider.backtest.report.reason_data import reason_data
from traider.backtest.report.tables import (
    attribution_bars,
    clipped,
    config_rows,
    cost_bars,
    note_texts,
    tier_rows,
)
from traider.backtest.report.trade_rows import TradeRow, select_trades, trade_mark, trade_rows
from traider.backtest.results import BacktestResult, PriceSeries

PAGE_BYTES_MAX = 5_000_000
REPORT_FILE_NAME = "report.html"

_SCRIPTS = (
    "theme",
    "words",
    "view",
    "chart",
    "trade_marks",
    "cross_hair",
    "pointer",
    "page",
    "models",
    "trades_table",
    "reasons",
    "start",
)
"""Read in this order; together they are one script that asks the network for nothing."""

_PRICE_CHARTS_MAX = 12
_TRADES_SHOWN_MAX = 4_000
_TITLE_CHARS_MAX = 200
_FITTING_TRIES_MAX = 8


@dataclass(frozen=True)
class Detail:
    """How much of a result the page carries."""

    curve_points: int
    price_points: int
    trades: int

    def halved(self) -> "Detail":
        """Return half the detail, for a page that came out too large."""
        return Detail(self.curve_points // 2, self.price_points // 2, self.trades // 2)


def render_report(result: BacktestResult, *, trades_shown: int, beside: Sequence[str] = ()) -> str:
    """Return the whole report as one HTML page that needs nothing beside it.

    Args:
        result: the back-test to show.
        trades_shown: how many trades the table and the charts hold; lowered where the page would
            pass ``PAGE_BYTES_MAX``.
        beside: names of further pages in the same folder, which the report links to.
    """
    charts = max(1, min(len(result.prices), _PRICE_CHARTS_MAX))
    detail = Detail(2_400, 12_000 // charts, max(0, min(trades_shown, _TRADES_SHOWN_MAX)))
    detail = Detail(detail.curve_points, min(detail.price_points, 2_400), detail.trades)
    page = _render(result, detail, beside)
    for _ in range(_FITTING_TRIES_MAX):
        if len(page.encode()) <= PAGE_BYTES_MAX:
            break
        detail = detail.halved()
        page = _render(result, detail, beside)
    return page


def write_report(
    result: BacktestResult, folder: Path, *, trades_shown: int = 400, beside: Sequence[str] = ()
) -> Path:
    """Write the report into ``folder`` and return the file's path."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / REPORT_FILE_NAME
    page = render_report(result, trades_shown=trades_shown, beside=beside)
    path.write_text(page, encoding="utf-8")
    return path


def script_json(value: object) -> str:
    """Return JSON that cannot end a script element or start a comment inside one."""
    text = json.dumps(value, allow_nan=False, separators=(",", ":"))
    for sign in "<>&":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return text


def float_or_none(value: float) -> float | None:
    """Return a number JSON can say, or nothing."""
    return value if math.isfinite(value) else None


def shown_prices(result: BacktestResult) -> tuple[PriceSeries, ...]:
    """Return the instruments that get a price chart, the most traded first."""
    counts: dict[str, int] = {}
    for trade in result.chosen.trades:
        counts[trade.instrument] = counts.get(trade.instrument, 0) + 1
    ranked = sorted(result.prices, key=lambda series: -counts.get(series.instrument, 0))
    return tuple(ranked[:_PRICE_CHARTS_MAX])


def page_data(
    result: BacktestResult, prices: tuple[PriceSeries, ...], rows: list[TradeRow], detail: Detail
) -> dict[str, object]:
    """Return what the page's script draws."""
    index = {series.instrument: at for at, series in enumerate(prices)}
    return {
        "currency": result.currency,
        "equity": equity_data(result.chosen.curve, result.benchmark, detail.curve_points),
        "liquidations": liquidation_marks(result.chosen.fills),
        "rolling": rolling_data(result.chosen.rolling, detail.curve_points // 2),
        "sharpe": float_or_none(result.chosen.performance.sharpe),
        "prices": [price_data(series, detail.price_points) for series in prices],
        "trades": [
            trade_mark(row, index[row.instrument], result.currency)
            for row in rows
            if row.instrument in index
        ],
        "reasons": reason_data(
            result.chosen.explained, rows, MoneyText.for_capital(result.currency, result.capital)
        ),
    }


def _render(result: BacktestResult, detail: Detail, beside: Sequence[str]) -> str:
    money = MoneyText.for_capital(result.currency, result.capital)
    tier = result.chosen
    rows = trade_rows(tier.trades, select_trades(tier.trades, detail.trades), money)
    prices = shown_prices(result)
    seconds = result.engine_seconds
    # Captures bring no bars: the kernel builds them from trades.
    done, counted = (result.bars, "bars") if result.bars else (result.events, "events")
    rate = done / seconds if seconds > 0 else math.nan
    return _template().render(
        result=result,
        title=clipped(result.title, _TITLE_CHARS_MAX),
        tier=tier,
        money=money,
        period=period_text(result.start_ns, result.end_ns),
        length=duration(result.end_ns - result.start_ns),
        incomplete=not tier.complete,
        beside=[(name, name.removesuffix(".html").replace("_", "-")) for name in beside],
        notes=note_texts(result.notes),
        findings=findings_section(result.findings),
        figures=(head_figures(result, money), risk_figures(result), trade_figures(result, money)),
        prices=prices,
        prices_left=len(result.prices) - len(prices),
        months=MONTHS,
        years=heat_map(tier.curve, float(result.capital), result.start_ns),
        month_money=money_table(tier.attribution.by_month, money),
        drawdowns=drawdown_rows(tier.drawdowns, result.end_ns - result.start_ns),
        costs=cost_bars(tier.attribution, money),
        by_alpha=attribution_bars(tier.attribution.by_alpha, money),
        by_instrument=attribution_bars(tier.attribution.by_instrument, money),
        by_side=attribution_bars(tier.attribution.by_side, money),
        by_state=attribution_bars(tier.attribution.by_state, money),
        outcomes=outcome_rows(tier.orders),
        order_reasons=reason_tables(tier.orders),
        execution=execution_rows(tier.execution, money),
        tier_rows=tier_rows(result.tiers, money),
        rows=rows[::-1],
        trades_left=len(tier.trades) - len(rows),
        config=config_rows(result.config),
        speed=f"{fixed(seconds, 2)} s, {fixed(rate, 0)} {counted}/s",
        version=__version__,
        data=Markup(script_json(page_data(result, prices, rows, detail))),  # noqa: S704 - escaped
        style=Markup(_own_file("report.css") + findings_style()),  # noqa: S704 - our own file
        script=Markup(_script()),  # noqa: S704 - our own files
    )


def _template() -> Template:
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters["percent"] = percent
    return environment.from_string(_own_file("report.html.j2"))


def _script() -> str:
    """Return our small scripts as one, in a scope of its own."""
    body = "\n".join(_own_file(f"script/{name}.js") for name in _SCRIPTS)
    return f'"use strict";\n(() => {{\n{body}}})();'


def _own_file(name: str) -> str:
    return resources.files("traider.backtest.report").joinpath(name).read_text(encoding="utf-8")
