"""The page of a session: whole, and nothing that is told in it can act in it."""

from decimal import Decimal
from pathlib import Path

import numpy as np

from tests.kernel.builders import market, record
from tests.kernel.scenario import spec_of
from traider.backtest.order_lives import OrderJournal
from traider.backtest.results import Curve
from traider.backtest.session_page import SessionPage, write_session_page
from traider.domain.events import Kind
from traider.domain.orders import OrderType
from traider.kernel.codes import Verdict
from traider.portfolio.trades import Trade

NOW_NS = 1_767_225_600_000_000_000
MARKET = market("COINBASE:BTC-USD")


def page(orders: OrderJournal, **changes: object) -> SessionPage:
    """Return the page of a short session."""
    times = NOW_NS + np.arange(3, dtype=np.int64) * 60_000_000_000
    values: dict[str, object] = {
        "title": "demo <script>alert(1)</script>",
        "currency": "USDT",
        "begin_ns": NOW_NS,
        "end_ns": int(times[-1]),
        "facts": [("Run", "1234abcd")],
        "figures": (),
        "curve": Curve(times, np.array([1e4, 9.9e3, 1e4]), np.zeros(3), np.zeros(3), np.zeros(3)),
        "spec": spec_of(MARKET),
        "orders": orders,
        "trades": (),
        "positions": [],
        "costs": [("COINBASE:BTC-USD", "0.00", "0.00", "–")],
        "latency": [("decide", "1", "2", "3", "4", "5")],
        "health": [(NOW_NS, "gateway", False, "<b>not</b> reconciled")],
    }
    return SessionPage(**{**values, **changes})  # type: ignore[arg-type]


def wanted() -> OrderJournal:
    """Return an order that the gate refused, and one that a venue rejected in its own words."""
    orders = OrderJournal()
    for order_id, code in ((256, Verdict.MAX_NOTIONAL), (512, Verdict.APPROVED)):
        orders.add(
            record(
                Kind.ORDER_INTENT, NOW_NS, side=1, size=1_500, price=100_000, order_id=order_id,
                flags=int(OrderType.LIMIT),
            )
        )  # fmt: skip
        orders.add(
            record(Kind.VERDICT, NOW_NS, code=code, number=1_500.0, limit=1_000.0,
                   order_id=order_id)
        )  # fmt: skip
    orders.add(record(Kind.REJECTED, NOW_NS, code=100, order_id=512))
    return orders


def test_orders_are_told_with_the_gates_answer_and_their_end(tmp_path: Path) -> None:
    trade = Trade(
        "COINBASE:BTC-USD", 1, NOW_NS, 0, Decimal("1.5"), Decimal(1000), Decimal(990),
        Decimal("0.6"), Decimal("-15.6"), 1,
    )  # fmt: skip
    path = write_session_page(page(wanted(), trades=[trade]), tmp_path / "reports" / "s.html")
    text = path.read_text()
    assert "buy 1.5 BTC at a limit of 1,000" in text
    assert "refused by the check on max notional: 1,500.00 USDT, limit" in text
    assert "rejected unfilled: by the venue" in text
    assert "−15.60" in text
    assert "open" in text


def test_what_is_told_cannot_act(tmp_path: Path) -> None:
    text = write_session_page(page(OrderJournal()), tmp_path / "s.html").read_text()
    assert "<script>alert" not in text
    assert "<b>not</b>" not in text
    assert "No order was wanted." in text
    assert "http://" not in text.replace("http://www.w3.org", "")


def test_money_has_its_unit_and_every_time_its_clock(tmp_path: Path) -> None:
    trade = Trade(
        "COINBASE:BTC-USD", 1, NOW_NS, 0, Decimal("1.5"), Decimal(1000), Decimal(990),
        Decimal("0.6"), Decimal("-15.6"), 1,
    )  # fmt: skip
    held = [("COINBASE:BTC-USD", "1.5", "990", "1,485.00", "−15.00")]
    told = page(OrderJournal(), trades=[trade], positions=held)
    text = write_session_page(told, tmp_path / "s.html").read_text()
    for head in ("Value", "Unrealized", "Fees", "Profit", "Traded"):
        assert f">{head}, USDT</th>" in text
    assert "Times are those of the market, UTC" in text
    assert "UTC by the machine" in text
