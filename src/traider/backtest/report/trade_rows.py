"""Which trades the page shows, and each as a table row and a chart mark."""

from collections.abc import Iterable
from dataclasses import dataclass

from traider.backtest.report.number_text import (
    DASH,
    NS_PER_SECOND,
    MoneyText,
    duration,
    fixed,
    minute_text,
    percent,
    significant,
)
from traider.portfolio.trades import Trade


@dataclass(frozen=True)
class TradeRow:
    """One trade in words; ``number`` is its row in trades.parquet, from 1."""

    number: int
    instrument: str
    side: str
    opened: str
    closed: str
    holding: str
    quantity: str
    entry: str
    exit: str
    fees: str
    pnl: str
    return_text: str
    alphas: str
    tone: str
    trade: Trade


def select_trades(trades: tuple[Trade, ...], shown: int) -> list[int]:
    """Return the indices of the newest half and the largest half by absolute P&L, in order.

    Where the two overlap, further large trades fill up to ``shown``.
    """
    if len(trades) <= shown:
        return list(range(len(trades)))
    newest = sorted(range(len(trades)), key=lambda at: (trades[at].opened_ns, at))
    chosen = set(newest[len(newest) - (shown + 1) // 2 :]) if shown > 0 else set()
    for at in sorted(range(len(trades)), key=lambda at: abs(trades[at].pnl), reverse=True):
        if len(chosen) >= shown:
            break
        chosen.add(at)
    return sorted(chosen)


def alpha_text(shares: dict[str, float]) -> str:
    """Return the alphas behind a trade, the heaviest first."""
    heaviest = sorted(shares.items(), key=lambda item: -abs(item[1]))
    return ", ".join(f"{name} {percent(share, 0)}" for name, share in heaviest[:4])


def price_digits(trades: Iterable[Trade]) -> dict[str, int]:
    """Return by instrument the decimals that its entry and exit prices need, so columns align."""
    digits: dict[str, int] = {}
    for trade in trades:
        for price in (trade.entry_price, trade.exit_price):
            needed = len(significant(price).partition(".")[2])
            digits[trade.instrument] = max(needed, digits.get(trade.instrument, 0))
    return digits


def trade_row(number: int, trade: Trade, money: MoneyText, decimals: int) -> TradeRow:
    """Return one trade in words, its prices with ``decimals``."""
    return TradeRow(
        number=number,
        instrument=trade.instrument,
        side="long" if trade.side > 0 else "short",
        opened=minute_text(trade.opened_ns),
        closed="open" if trade.is_open else minute_text(trade.closed_ns),
        holding=DASH if trade.is_open else duration(trade.holding_ns),
        quantity=significant(trade.quantity),
        entry=fixed(trade.entry_price, decimals),
        exit=fixed(trade.exit_price, decimals),
        fees=money.bare(trade.fees),
        pnl=money.bare(trade.pnl, signed=True),
        return_text=percent(trade.return_fraction, 2, signed=True),
        alphas=alpha_text(trade.alpha_shares),
        tone="up" if trade.pnl >= 0 else "down",
        trade=trade,
    )


def trade_rows(trades: tuple[Trade, ...], chosen: list[int], money: MoneyText) -> list[TradeRow]:
    """Return the chosen trades in words, numbered as in trades.parquet."""
    digits = price_digits(trades[at] for at in chosen)
    return [trade_row(at + 1, trades[at], money, digits[trades[at].instrument]) for at in chosen]


def trade_mark(row: TradeRow, instrument_index: int, currency: str) -> list[object]:
    """Return what the price chart needs of a trade.

    ``[instrument, side, opened s, closed s or None, entry, exit, lines of the tooltip, number]``.
    """
    trade = row.trade
    ended = "still open, marked at" if trade.is_open else f"{row.closed} UTC at"
    lines = [
        f"#{row.number:,} {row.side} {row.quantity} {row.instrument}",
        f"in   {row.opened} UTC at {row.entry}",
        f"out  {ended} {row.exit}",
        f"P&L {row.pnl} {currency} ({row.return_text}), fees {row.fees} {currency}",
    ]
    lines += [f"held {row.holding}"] if not trade.is_open else []
    lines += ["closed by the venue: liquidated"] if trade.is_liquidated else []
    lines += [f"from {row.alphas}"] if row.alphas else []
    closed_s = None if trade.is_open else trade.closed_ns // NS_PER_SECOND
    opened_s = trade.opened_ns // NS_PER_SECOND
    prices = (float(trade.entry_price), float(trade.exit_price))
    side = 1 if trade.side > 0 else -1
    return [instrument_index, side, opened_s, closed_s, *prices, lines, row.number]
