"""The page's small tables: costs, attribution, orders, fill tiers, configuration, notes."""

import math
from dataclasses import dataclass

from traider.backtest.report.number_text import DASH, MoneyText, fixed, percent, times
from traider.backtest.results import BacktestResult, OrderCounts, TierResult

ROWS_MAX = 24
"""Longest attribution or refusal table; the rest is added up in one row."""

NOTES_MAX = 40
NOTE_CHARS_MAX = 600
CONFIG_ROWS_MAX = 600
CONFIG_CHARS_MAX = 400


@dataclass(frozen=True)
class Bar:
    """One row of a bar table; ``start`` and ``width`` are fractions of the bar's track."""

    label: str
    text: str
    share: str
    tone: str
    start: float
    width: float


@dataclass(frozen=True)
class TierRow:
    """One measure across the fill tiers."""

    label: str
    cells: tuple[str, ...]
    code: bool = False


def span(low: float, high: float, floor: float, ceiling: float) -> tuple[float, float]:
    """Return start and width of ``low`` to ``high`` inside ``floor`` to ``ceiling``, 0 to 1."""
    length = ceiling - floor
    if not math.isfinite(length) or length <= 0:
        return 0.0, 0.0
    return round((low - floor) / length, 4), round((high - low) / length, 4)


def cost_bars(result: BacktestResult, money: MoneyText) -> tuple[Bar, ...]:
    """Return gross P&L, each cost taken off it, and net P&L, as a waterfall that sums.

    Gross P&L is what the same fills would have made at mid prices without fees; a cost's share is
    of gross P&L, a dash where that is not positive.
    """
    tier = result.chosen
    net = float(tier.final_equity - result.capital)
    costs = (
        ("Maker fees", float(tier.costs.maker_fees)),
        ("Taker fees", float(tier.costs.taker_fees)),
        ("Spread", tier.costs.spread),
        ("Market impact", tier.costs.impact),
    )
    gross = net + sum(value for _, value in costs)
    levels = [0.0, gross]
    for _, value in costs:
        levels.append(levels[-1] - value)
    floor, ceiling = min(*levels, net), max(*levels, net)

    def bar(label: str, value: float, low: float, high: float, tone: str) -> Bar:
        share = percent(value / gross) if gross > 0 else DASH
        signed = money.bare(value, signed=tone != "cost")
        return Bar(label, signed, share, tone, *span(low, high, floor, ceiling))

    rows = [bar("Gross P&L", gross, min(0.0, gross), max(0.0, gross), tone_of(gross))]
    for at, (label, value) in enumerate(costs):
        pair = levels[at + 1], levels[at + 2]
        rows.append(bar(label, value, min(pair), max(pair), "cost"))
    rows.append(bar("Net P&L", net, min(0.0, net), max(0.0, net), tone_of(net)))
    return tuple(rows)


def tone_of(value: float) -> str:
    """Return the color's name for a gain or a loss."""
    return "up" if value >= 0 else "down"


def attribution_bars(pnl_by_name: dict[str, float], money: MoneyText) -> tuple[Bar, ...]:
    """Return P&L by name as bars around zero, largest first, the tail added up in one row."""
    items = sorted(pnl_by_name.items(), key=lambda item: -item[1])
    if len(items) > ROWS_MAX:
        heavy = sorted(items, key=lambda item: -abs(item[1]))[: ROWS_MAX - 1]
        rest = math.fsum(value for _, value in items) - math.fsum(value for _, value in heavy)
        tail = f"{len(items) - len(heavy):,} others"
        items = [*sorted(heavy, key=lambda item: -item[1]), (tail, rest)]
    floor = min([0.0, *(value for _, value in items if value == value)])  # noqa: PLR0124 - NaN
    ceiling = max([0.0, *(value for _, value in items if value == value)])  # noqa: PLR0124 - NaN
    total = math.fsum(abs(value) for _, value in items)
    return tuple(
        Bar(
            label=name,
            text=money.bare(value, signed=True),
            share=percent(abs(value) / total, 0) if total > 0 else DASH,
            tone=tone_of(value),
            start=span(min(0.0, value), max(0.0, value), floor, ceiling)[0],
            width=span(min(0.0, value), max(0.0, value), floor, ceiling)[1],
        )
        for name, value in items
    )


def order_rows(orders: OrderCounts) -> tuple[tuple[str, str], ...]:
    """Return what became of the orders, as label and count."""
    pairs = (
        ("Sent", orders.sent),
        ("Filled", orders.filled),
        ("Cancelled", orders.cancelled),
        ("Expired", orders.expired),
        ("Rejected by the venue", orders.rejected),
        ("Refused by the gate", orders.refused),
    )
    return tuple((label, f"{number:,}") for label, number in pairs)


def refusal_rows(orders: OrderCounts) -> tuple[tuple[str, str], ...]:
    """Return refusals by code, the most frequent first."""
    items = sorted(orders.refusals.items(), key=lambda item: (-item[1], item[0]))
    head = [(code, f"{number:,}") for code, number in items[:ROWS_MAX]]
    rest = sum(number for _, number in items[ROWS_MAX:])
    return tuple([*head, ("other codes", f"{rest:,}")] if rest else head)


def tier_rows(tiers: tuple[TierResult, ...], money: MoneyText) -> tuple[TierRow, ...]:
    """Return the fill tiers side by side, one measure a row."""

    def row(label: str, cells: list[str], *, code: bool = False) -> TierRow:
        return TierRow(label, tuple(cells), code)

    unit = money.currency
    return (
        row("Return", [percent(tier.performance.total_return, signed=True) for tier in tiers]),
        row("CAGR", [percent(tier.performance.cagr, signed=True) for tier in tiers]),
        row("Sharpe", [fixed(tier.performance.sharpe, 2) for tier in tiers]),
        row("Max drawdown", [percent(tier.max_drawdown) for tier in tiers]),
        row(f"Final equity, {unit}", [money.bare(tier.final_equity) for tier in tiers]),
        row(f"Fees, {unit}", [money.bare(tier.costs.fees) for tier in tiers]),
        row("Trades closed", [f"{tier.trade_summary.closed:,}" for tier in tiers]),
        row("Turnover a year", [times(tier.turnover, 1) for tier in tiers]),
        row("Run", ["complete" if tier.complete else "stopped early" for tier in tiers]),
        row("Fingerprint", [tier.fingerprint for tier in tiers], code=True),
    )


def config_rows(config: object, key: str = "") -> list[tuple[str, str]]:
    """Return a nested configuration as dotted keys and values, in its own order."""
    if isinstance(config, dict) and config:
        pairs = [(f"{key}.{name}" if key else str(name), value) for name, value in config.items()]
    elif isinstance(config, list | tuple) and any(isinstance(item, dict) for item in config):
        pairs = [(f"{key}[{at}]", item) for at, item in enumerate(config)]
    else:
        return [(key, clipped(value_text(config), CONFIG_CHARS_MAX))]
    return [row for name, value in pairs for row in config_rows(value, name)][:CONFIG_ROWS_MAX]


def value_text(value: object) -> str:
    """Return a setting as it would stand in the file, near enough to read."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(value_text(item) for item in value) + "]"
    text = str(value)
    return text or '""'


def clipped(text: str, chars_max: int) -> str:
    """Cut a long text and say so."""
    return text if len(text) <= chars_max else f"{text[:chars_max]}\N{HORIZONTAL ELLIPSIS}"


def note_texts(notes: tuple[str, ...]) -> list[str]:
    """Return the notes, bounded in length and number."""
    texts = [clipped(note, NOTE_CHARS_MAX) for note in notes[:NOTES_MAX]]
    left = len(notes) - len(texts)
    return [*texts, f"{left:,} more notes are in summary.json."] if left else texts
