"""Put the page of a session together: equity, positions, trades, orders, latency, health."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from traider.backtest.order_lives import OrderJournal
from traider.backtest.report.chart_data import equity_data
from traider.backtest.report.check_text import verdict_text
from traider.backtest.report.key_figures import Figure
from traider.backtest.report.number_text import MoneyText, instant_text, percent, significant
from traider.backtest.report.order_texts import outcome_text, terms_text
from traider.backtest.research_pages.frame import render
from traider.backtest.results import Curve
from traider.domain.events import OrderFlag
from traider.kernel.specification import KernelSpec
from traider.portfolio.trades import Trade

ROWS_MAX: Final = 500
"""Trades and orders shown; the latest."""
_POINTS: Final = 2_400
_OWN: Final = "traider.backtest.session_page"

Row = tuple[str, ...]


@dataclass(frozen=True)
class SessionPage:
    """Everything that the page shows."""

    title: str
    currency: str
    begin_ns: int
    end_ns: int
    facts: Sequence[tuple[str, str]]
    figures: Sequence[Sequence[Figure]]
    curve: Curve
    spec: KernelSpec
    orders: OrderJournal
    """Of this session."""
    trades: Sequence[Trade]
    """Of this session; what was held before opens with it."""
    positions: Sequence[Row]
    costs: Sequence[Row]
    latency: Sequence[Row]
    health: Sequence[tuple[int, str, bool, str]]
    """When a part changed, its name, whether it became good, and why not."""
    notes: Sequence[str] = ()


def write_session_page(page: SessionPage, path: Path) -> Path:
    """Write the page; return its path."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(render_session_page(page), encoding="utf-8")
    return path


def render_session_page(page: SessionPage) -> str:
    """Return the page as HTML that needs nothing beside it."""
    span_ns = page.end_ns - page.begin_ns
    money = MoneyText(page.currency, 2)
    empty = np.empty(0)
    nothing = Curve(np.empty(0, np.int64), empty, empty, empty, empty)
    return render(
        "session.html.j2",
        "session.js",
        {"currency": page.currency, "equity": equity_data(page.curve, nothing, _POINTS)},
        package=_OWN,
        kind="Session",
        title=page.title,
        badges=(),
        back="",
        facts=page.facts,
        figures=page.figures,
        incomplete="",
        notes=page.notes,
        reading="Times are those of the market, UTC; money is at the marks.",
        footer="of a running trader; its journal is the record",
        has_curve=bool(page.curve.ts_ns.size),
        unit=page.currency,
        positions=page.positions,
        trades=_trade_rows(page, money),
        trades_left=max(len(page.trades) - ROWS_MAX, 0),
        orders=_order_rows(page, money),
        orders_left=max(_wanted(page.orders) - ROWS_MAX, 0),
        costs=page.costs,
        latency=page.latency,
        health=[
            (instant_text(ts_ns, span_ns), part, "good" if is_good else "bad", why)
            for ts_ns, part, is_good, why in sorted(page.health, reverse=True)
        ],
    )


def _trade_rows(page: SessionPage, money: MoneyText) -> list[Row]:
    """Return the trades, the latest first."""
    span_ns = page.end_ns - page.begin_ns
    rows: list[Row] = []
    for trade in list(page.trades)[-ROWS_MAX:][::-1]:
        closed = "open" if trade.is_open else instant_text(trade.closed_ns, span_ns)
        rows.append(
            (
                instant_text(trade.opened_ns, span_ns),
                closed,
                trade.instrument,
                "long" if trade.side > 0 else "short",
                significant(trade.quantity),
                significant(trade.entry_price),
                significant(trade.exit_price),
                money.bare(trade.fees),
                money.bare(trade.pnl, signed=True),
                percent(trade.return_fraction, 2, signed=True),
                "up" if trade.pnl >= 0 else "down",
            )
        )
    return rows


def _order_rows(page: SessionPage, money: MoneyText) -> list[Row]:
    """Return the session's orders with what the gate said and what became of each."""
    lives = page.orders.lives(page.spec.fees)
    span_ns, count = page.end_ns - page.begin_ns, len(lives.intents)
    rows: list[Row] = []
    for at in range(count - 1, max(count - ROWS_MAX, 0) - 1, -1):
        order = lives.intents[at]
        market = page.spec.markets[int(order["instrument"])]
        said = int(lives.code[at]), float(lives.number[at]), float(lives.limit[at])
        rows.append(
            (
                instant_text(int(order["ts_recv"]), span_ns),
                market.name,
                terms_text(order, market, money),
                verdict_text(*said, market, money),
                outcome_text(lives, at, market, money),
                f"{int(order['order_id']):016x}",
            )
        )
    return rows


def _wanted(orders: OrderJournal) -> int:
    """Return how many orders were wanted; requests to cancel are none."""
    intents = orders.of("intents")
    return int(np.count_nonzero(intents["flags"] & int(OrderFlag.CANCEL) == 0))
