"""Why the shown trades were made: the orders behind each of them in words, for the page's script.

Only the shown trades' orders are told, and of a trade with many only the first and the last ones;
``reasons.parquet`` holds them all.
"""

import math
from collections.abc import Mapping, Sequence

from traider.backtest.reason_table import display_values
from traider.backtest.reasons import ExplainedOrders
from traider.backtest.report.check_text import check_text, verdict_text
from traider.backtest.report.feature_text import feature_text
from traider.backtest.report.number_text import DASH, MoneyText, fixed, minute_text, percent
from traider.backtest.report.order_texts import outcome_text, terms_text
from traider.backtest.report.trade_rows import TradeRow
from traider.features.measures import measure_of
from traider.kernel.specification import MarketSpec
from traider.portfolio.trades import Trade

ORDERS_OF_TRADE_MAX = 6
"""Orders told of one trade: half of them the first, half the last."""

ReasonData = dict[str, object]


def reason_data(
    explained: ExplainedOrders | None, rows: Sequence[TradeRow], money: MoneyText
) -> ReasonData | None:
    """Return the orders behind the shown trades; nothing where no reasons were kept.

    ``trades`` maps a trade's number to what is said of the whole trade, its orders, and the number
    of those left out. What all orders share, the names of alphas and features, thresholds and
    limits, stands beside it once.
    """
    if explained is None:
        return None
    reasons = explained.reasons
    teller = _Teller(explained, money)
    trades = {row.number: [trade_notes(row, money), *teller.orders(row.trade)] for row in rows}
    return {
        "alphas": [
            [name, fixed(weight, 2)]
            for name, weight in zip(reasons.alphas, reasons.weights, strict=True)
        ],
        "features": list(reasons.features),
        "enter": fixed(reasons.enter, 2),
        "exit": fixed(reasons.exit, 2),
        "limits": teller.limits,
        "trades": trades,
    }


def order_places(explained: ExplainedOrders) -> dict[int, int]:
    """Return by id where each order stands among the orders, which are as they were decided."""
    ids = explained.lives.intents["order_id"].tolist()
    return {order_id: at for at, order_id in enumerate(ids)}


def told_orders(trade: Trade, places: Mapping[int, int]) -> tuple[list[tuple[int, str]], int]:
    """Return place and role of the orders told of a trade, and the number of those left out."""
    roles = dict.fromkeys(trade.closed_by, "reduced by") | dict.fromkeys(
        trade.opened_by, "added by"
    )
    if trade.closed_by and not (trade.is_open or trade.is_liquidated):
        roles[trade.closed_by[-1]] = "closed by"
    roles |= dict.fromkeys(trade.opened_by[:1], "opened by")
    found = sorted((places[i], role) for i, role in roles.items() if i in places)
    half = ORDERS_OF_TRADE_MAX // 2
    shown = found if len(found) <= ORDERS_OF_TRADE_MAX else [*found[:half], *found[-half:]]
    return shown, len(found) - len(shown)


def trade_notes(row: TradeRow, money: MoneyText) -> list[str]:
    """Return what is to be said of a trade as a whole."""
    trade = row.trade
    notes = [f"Its profit is counted for {row.alphas}."] if row.alphas else []
    if trade.funding:
        verb = "paid" if trade.funding > 0 else "received"
        notes.append(f"Funding {verb} while it was held: {money.text(abs(trade.funding))}.")
    if trade.is_liquidated:
        notes.append("The venue closed it by force: the margin was used up.")
    return notes


class _Teller:
    """Puts the orders of trades into words."""

    def __init__(self, explained: ExplainedOrders, money: MoneyText) -> None:
        self._explained = explained
        self._money = money
        self._places = order_places(explained)
        self._limits: dict[tuple[str, str], int] = {}
        self._values = display_values(explained)
        self._measures = [measure_of(name) for name in explained.reasons.features]

    def orders(self, trade: Trade) -> tuple[list[ReasonData], int]:
        """Return the orders of one trade as they were decided, and the number of those left out."""
        shown, left = told_orders(trade, self._places)
        return [self._order(role, at) for at, role in shown], left

    def _checks(self, order_id: int, market: MarketSpec) -> list[list[object]]:
        """Return the gate's checks of one order: which, and the number that was measured."""
        told: list[list[object]] = []
        for check in self._explained.checks.get(order_id, ()):
            name, number, limit = check_text(check, market, self._money)
            told.append([self._limits.setdefault((name, limit), len(self._limits)), number])
        return told

    @property
    def limits(self) -> list[tuple[str, str]]:
        """Name and limit of the checks told so far; orders name them by their place."""
        return list(self._limits)

    def _order(self, role: str, at: int) -> ReasonData:
        lives, reasons = self._explained.lives, self._explained.reasons
        intent = lives.intents[at]
        market = self._explained.markets[int(intent["instrument"])]
        number, limit = float(lives.number[at]), float(lives.limit[at])
        told: ReasonData = {
            "role": role,
            "when": f"{minute_text(int(intent['ts_recv']))} UTC",
            "event": f"{int(reasons.sequence[at]):,}",
            "terms": terms_text(intent, market, self._money),
            "equity": self._money.text(float(reasons.equity[at])),
            "check": verdict_text(int(lives.code[at]), number, limit, market, self._money),
            "checks": self._checks(int(intent["order_id"]), market),
            "outcome": outcome_text(lives, at, market, self._money),
        }
        if reasons.is_manual[at]:
            return told | {"manual": True}
        return told | {
            "combined": _signed(float(reasons.combined[at])),
            "exposure": percent(float(reasons.exposure[at]), 1, signed=True),
            "scores": [
                [_signed(score), percent(confidence, 0)]
                for score, confidence in zip(
                    reasons.scores[at].tolist(), reasons.confidences[at].tolist(), strict=True
                )
            ],
            "values": [
                feature_text(value, measure, market)
                for value, measure in zip(self._values[at].tolist(), self._measures, strict=True)
            ],
        }


def _signed(value: float) -> str:
    return DASH if math.isnan(value) else fixed(value, 2, signed=True)
