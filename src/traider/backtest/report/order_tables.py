"""What became of the orders, as tables: outcomes, reasons, and how the sent ones were filled."""

from dataclasses import dataclass

from traider.backtest.report.number_text import DASH, MoneyText, duration, fixed, percent
from traider.backtest.report.tables import ROWS_MAX
from traider.backtest.results import ExecutionSummary, FillTimes, Liquidity, OrderCounts

CountRow = tuple[str, str, str]
"""Label, number, and share of its whole."""


@dataclass(frozen=True)
class NamedCounts:
    """Counts by name under a heading."""

    heading: str
    rows: tuple[CountRow, ...]


def outcome_rows(orders: OrderCounts) -> tuple[CountRow, ...]:
    """Return what became of the orders, shares of all that were wanted; they sum to the first."""
    wanted = orders.sent + orders.refused
    pairs = (
        ("Wanted", wanted),
        ("Filled", orders.filled),
        ("Filled in part", orders.partly),
        ("Cancelled unfilled", orders.cancelled),
        ("Expired unfilled", orders.expired),
        ("Rejected by the venue", orders.rejected),
        ("Refused by the gate", orders.refused),
        ("Open at the end", orders.open),
    )
    return tuple((label, f"{number:,}", _share(number, wanted)) for label, number in pairs)


def reason_tables(orders: OrderCounts) -> tuple[NamedCounts, ...]:
    """Return why orders were refused, rejected and cancelled, where any were."""
    named = (
        ("Refused by the gate, by check", orders.refusals),
        ("Rejected by the venue, by reason", orders.rejections),
        ("Cancelled, by reason", orders.cancellations),
    )
    return tuple(NamedCounts(heading, count_rows(counts)) for heading, counts in named if counts)


def count_rows(counts: dict[str, int]) -> tuple[CountRow, ...]:
    """Return counts by name, the most frequent first, the tail added up in one row."""
    total = sum(counts.values())
    items = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    head = [(name.replace("_", " "), number) for name, number in items[:ROWS_MAX]]
    rest = sum(number for _, number in items[ROWS_MAX:])
    pairs = [*head, ("other reasons", rest)] if rest else head
    return tuple((name, f"{number:,}", _share(number, total)) for name, number in pairs)


def execution_rows(execution: ExecutionSummary, money: MoneyText) -> tuple[tuple[str, str], ...]:
    """Return how the sent orders were filled, as label and value."""
    maker, taker = execution.maker, execution.taker
    traded = maker.notional + taker.notional
    maker_share = percent(float(maker.notional / traded)) if traded else DASH
    return (
        ("Value unfilled", percent(execution.unfilled_share, 2)),
        ("Value filled as maker", maker_share),
        ("Maker fills", _liquidity(maker, money)),
        ("Taker fills", _liquidity(taker, money)),
        ("Time to fill, market orders", _times(execution.market_orders)),
        ("Time to fill, limits and stops", _times(execution.resting_orders)),
    )


def _liquidity(liquidity: Liquidity, money: MoneyText) -> str:
    """Return the number of fills and what their fees came to, in units of 1e-4 of the value."""
    if not liquidity.notional:
        return f"{liquidity.fills:,}"
    rate = liquidity.fees / liquidity.notional * 10_000
    return f"{liquidity.fills:,} at {fixed(rate, 2)} bps, {money.text(liquidity.fees)} in fees"


def _times(times: FillTimes) -> str:
    if not times.orders:
        return DASH
    return f"{duration(times.median_ns)} median, {duration(times.slow_ns)} for 95%"


def _share(number: int, total: int) -> str:
    return percent(number / total) if total else DASH
