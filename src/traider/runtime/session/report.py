"""The report of a session: what its journal and its status say, as a page."""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import numpy as np

from traider.backtest.collecting import CurveThinner
from traider.backtest.order_lives import OrderJournal
from traider.backtest.outcome import fills_of
from traider.backtest.report.key_figures import Figure
from traider.backtest.report.number_text import (
    MoneyText,
    duration,
    percent,
    period_text,
    significant,
)
from traider.backtest.results import Curve
from traider.backtest.session_page import SessionPage, write_session_page
from traider.domain.events import EventArray, Kind, join_events
from traider.domain.fills import Fill
from traider.domain.units import amount_from_units, price_from_ticks, size_from_lots
from traider.journal.reader import JournalReader
from traider.kernel.arithmetic import MONEY
from traider.kernel.records import NAV
from traider.portfolio.trades import trades_from_fills
from traider.runtime.books.nav_files import read_nav
from traider.runtime.session.parts import SessionParts
from traider.runtime.session.terms import SessionOutcome
from traider.runtime.status_body import StatusBody
from traider.venues.rfc3339 import format_ns

Row = tuple[str, ...]


def write_report(
    parts: SessionParts, status: StatusBody, outcome: SessionOutcome, notes: tuple[str, ...]
) -> Path:
    """Write the report of a session; return its path.

    Raises:
        DataError: the journal cannot be read.
    """
    spec = parts.trader.machine.spec
    orders, fills = _orders(parts)
    curve = _curve(parts)
    begin_ns = int(curve.ts_ns[0]) if curve.ts_ns.size else status.started_ns
    page = SessionPage(
        title=f"{status.mode.value} on {status.venue}",
        currency=status.currency,
        begin_ns=begin_ns,
        end_ns=status.now_ns,
        facts=_facts(parts, status, begin_ns),
        figures=(_head(status, outcome), _counts(status, outcome)),
        curve=curve,
        spec=spec,
        orders=orders,
        trades=trades_from_fills(
            [*_carried(parts, status.started_ns), *fills_of(fills, spec)], _marks(parts)
        ),
        positions=_positions(status),
        costs=_costs(parts, status.currency),
        latency=[
            (stage.replace("_", " "), *(f"{value:,.0f}" for value in values))
            for stage, values in _latencies(status)
        ],
        health=[(c.ts_ns, c.part, c.is_good, c.detail) for c in parts.record.health],
        notes=notes,
    )
    stamp = format_ns(status.now_ns)[:19].replace(":", "")
    return write_session_page(page, parts.paths.reports / f"session-{status.epoch}-{stamp}Z.html")


def _orders(parts: SessionParts) -> tuple[OrderJournal, EventArray]:
    """Return the events about orders of this session, and its fills."""
    orders, fills = OrderJournal(), []
    for events in JournalReader(parts.paths.journal).events(parts.first_event):
        fills.append(events[events["kind"] == Kind.FILL])
        orders.add(events)
    return orders, join_events(fills)


def _curve(parts: SessionParts) -> Curve:
    """Return the account each second of this session; each decision, where no second was kept."""
    rows = read_nav(parts.paths.nav, parts.record.began_ns)
    if not len(rows):
        return parts.record.curve.curve()
    samples = np.zeros(len(rows), NAV)
    samples["ts"], samples["nav"] = rows["ts"], rows["nav"] / MONEY
    worth = np.where(rows["nav"] > 0, rows["nav"], 1).astype(np.float64)
    samples["gross"] = np.where(rows["nav"] > 0, rows["gross"] / worth, 0.0)
    samples["net"] = np.where(rows["nav"] > 0, (rows["nav"] - rows["cash"]) / worth, 0.0)
    thinner = CurveThinner()
    thinner.add(samples)
    return thinner.curve()


def _carried(parts: SessionParts, began_ns: int) -> Iterator[Fill]:
    """Yield what was held when the session began, as bought or sold then at its average price."""
    machine = parts.trader.machine
    for number, held in parts.record.held.items():
        if not held.lots:
            continue
        market = machine.spec.markets[number]
        yield Fill(
            instrument=market.name,
            side=1 if held.lots > 0 else -1,
            price=Decimal(held.cost) * market.tick_size / held.lots,
            quantity=size_from_lots(abs(held.lots), market.lot_size),
            fee=Decimal(0),
            ts_ns=began_ns,
            multiplier=market.multiplier,
        )


def _positions(status: StatusBody) -> list[Row]:
    money = MoneyText(status.currency, 2)
    return [
        (
            each.name,
            significant(Decimal(each.size)),
            significant(Decimal(each.mark)),
            money.bare(Decimal(each.value)),
            money.bare(Decimal(each.unrealized), signed=True),
        )
        for each in status.positions
    ]


def _facts(parts: SessionParts, status: StatusBody, begin_ns: int) -> list[tuple[str, str]]:
    return [
        ("Market time, UTC", period_text(begin_ns, status.now_ns)),
        ("Lasted", duration(max(status.now_ns - begin_ns, 0))),
        ("Run", f"{parts.manifest.run_id}, epoch {status.epoch}"),
        ("Instruments", ", ".join(each.name for each in parts.manifest.instruments)),
    ]


def _head(status: StatusBody, outcome: SessionOutcome) -> tuple[Figure, ...]:
    money, profit = MoneyText(status.currency, 2), Decimal(status.pnl)
    parity = outcome.parity
    word = "check" if parity.checks == 1 else "checks"
    return (
        Figure("NAV", money.text(Decimal(status.nav)), "at the marks"),
        Figure(
            "Profit of the run",
            money.text(profit, signed=True),
            f"{money.text(Decimal(status.pnl_day), signed=True)} today",
            tone="up" if profit >= 0 else "down",
        ),
        Figure("Drawdown", percent(float(status.drawdown), 2), "from the highest NAV"),
        Figure(
            "Identity",
            "identical" if parity.ok else "different",
            f"{parity.checks:,} {word} of the journal replayed",
            tone="up" if parity.ok else "down",
        ),
    )


def _counts(status: StatusBody, outcome: SessionOutcome) -> tuple[Figure, ...]:
    money, counts = MoneyText(status.currency, 2), status.counts
    return (
        Figure("Orders sent", f"{counts.orders_sent:,}", "of the run"),
        Figure("Refused", f"{counts.orders_refused:,}", "by the gate"),
        Figure("Fills", f"{counts.fills:,}"),
        Figure("Fees", money.text(Decimal(status.fees))),
        Figure("Events", f"{counts.events:,}", "in the journal"),
        Figure("Gaps", f"{counts.gaps:,}", f"{counts.reconnects} reconnects"),
        Figure("Fingerprint", outcome.fingerprint[:12], hint=outcome.fingerprint),
    )


def _costs(parts: SessionParts, currency: str) -> list[Row]:
    machine, money = parts.trader.machine, MoneyText(currency, 2)
    rows: list[Row] = []
    for number, spec in enumerate(machine.spec.markets):
        market = machine.decider.markets[number]
        traded = amount_from_units(int(market["traded_units"]))
        fees = amount_from_units(int(market["fees_units"]))
        share = percent(float(fees / traded), 3) if traded else "–"
        rows.append((spec.name, money.bare(traded), money.bare(fees), share))
    return rows


def _latencies(status: StatusBody) -> list[tuple[str, tuple[float, ...]]]:
    return [
        (stage, (each.p50, each.p95, each.p99, each.p999, float(each.count)))
        for stage, each in status.latency_us.items()
        if each.count
    ]


def _marks(parts: SessionParts) -> dict[str, Decimal]:
    machine = parts.trader.machine
    ticks = np.asarray(machine.decider.markets["mark_ticks"]).tolist()
    return {
        spec.name: price_from_ticks(int(mark), spec.tick_size)
        for spec, mark in zip(machine.spec.markets, ticks, strict=True)
        if mark
    }
