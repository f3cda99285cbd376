"""The page's small tables: costs, attribution, fill tiers, configuration, notes."""

import math
from dataclasses import dataclass
from decimal import Decimal
from itertools import accumulate
from typing import Final

from traider.backtest.report.number_text import DASH, MoneyText, fixed, percent, times, with_minus
from traider.backtest.results import TierResult
from traider.portfolio.attribution import Attribution, Parts

ROWS_MAX = 24
"""Longest table by name; the rest is added up in one row."""

NOTES_MAX = 40
NOTE_CHARS_MAX = 600
CONFIG_ROWS_MAX = 600
CONFIG_CHARS_MAX = 400
LABELS: Final = {
    "gross": "Gross P&L",
    "maker_fees": "Maker fees",
    "taker_fees": "Taker fees",
    "spread": "Spread",
    "market_impact": "Market impact",
    "funding": "Funding",
    "liquidation_fees": "Liquidation fees",
    "long": "Long",
    "short": "Short",
    "closed_trades": "Closed trades",
    "open_positions": "Open positions",
}
"""Names of parts that are ours, in words; other names are the user's and stay as they are."""

_ZERO: Final = Decimal(0)


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


def cost_bars(attribution: Attribution, money: MoneyText) -> tuple[Bar, ...]:
    """Return gross P&L, each cost taken off it, and net P&L, as a waterfall that sums.

    A cost's share is of gross P&L, a dash where that is not positive.
    """
    parts = attribution.by_cost
    gross = parts.get("gross", attribution.total)
    levels = list(accumulate(float(value) for value in parts.values()))
    floor, ceiling = min([0.0, *levels]), max([0.0, *levels])

    def bar(label: str, value: Decimal, low: float, high: float, tone: str) -> Bar:
        share = percent(float(value / gross)) if gross > 0 else DASH
        signed = money.bare(value, signed=tone != "cost")
        ends = min(low, high), max(low, high)
        return Bar(label, signed, share, tone, *span(*ends, floor, ceiling))

    rows = []
    for at, (name, value) in enumerate(parts.items()):
        label = LABELS.get(name, name)
        if at == 0:
            rows.append(bar(label, value, 0.0, levels[0], tone_of(value)))
        else:
            rows.append(bar(label, -value, levels[at - 1], levels[at], "cost"))
    net = attribution.total
    rows.append(bar("Net P&L", net, 0.0, float(net), tone_of(net)))
    return tuple(rows)


def tone_of(value: Decimal) -> str:
    """Return the color's name for a gain or a loss."""
    return "up" if value >= 0 else "down"


def attribution_bars(parts: Parts, money: MoneyText) -> tuple[Bar, ...]:
    """Return P&L by name as bars around zero, largest first, the tail added up in one row."""
    items = sorted(parts.items(), key=lambda item: -item[1])
    if len(items) > ROWS_MAX:
        heavy = sorted(items, key=lambda item: -abs(item[1]))[: ROWS_MAX - 1]
        rest = sum(parts.values(), _ZERO) - sum((value for _, value in heavy), _ZERO)
        tail = f"{len(items) - len(heavy):,} others"
        items = [*sorted(heavy, key=lambda item: -item[1]), (tail, rest)]
    floor = float(min([_ZERO, *(value for _, value in items)]))
    ceiling = float(max([_ZERO, *(value for _, value in items)]))
    total = sum((abs(value) for _, value in items), _ZERO)
    return tuple(
        Bar(
            LABELS.get(name, name),
            money.bare(value, signed=True),
            percent(float(abs(value) / total), 0) if total > 0 else DASH,
            tone_of(value),
            *span(min(0.0, float(value)), max(0.0, float(value)), floor, ceiling),
        )
        for name, value in items
    )


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
        *(row(label, cells) for label, cells in _other_fees(tiers, money)),
        row("Trades closed", [f"{tier.trade_summary.closed:,}" for tier in tiers]),
        row("Turnover a year", [times(tier.turnover, 1) for tier in tiers]),
        row("Run", ["complete" if tier.complete else "stopped early" for tier in tiers]),
        row("Fingerprint", [tier.fingerprint for tier in tiers], code=True),
    )


def _other_fees(tiers: tuple[TierResult, ...], money: MoneyText) -> list[tuple[str, list[str]]]:
    """Return the fees taken in other currencies than the account's, a row a currency."""
    columns = [tier.costs.fees_paid[1:] for tier in tiers]
    return [
        (
            f"Of these in {fees[0].currency}",
            [f"{paid.amount.normalize():f}, worth {money.bare(paid.value)}" for paid in fees],
        )
        for fees in zip(*columns, strict=True)
    ]


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
    texts = [with_minus(clipped(note, NOTE_CHARS_MAX)) for note in notes[:NOTES_MAX]]
    left = len(notes) - len(texts)
    return [*texts, f"{left:,} more notes are in summary.json."] if left else texts
