"""The laws that killed runs are held against: each is found when it is broken."""

from decimal import Decimal
from typing import Final

import msgspec
import pytest

from tests.gateway.orders import NOW_NS, intent, packed, sent
from traider.domain.events import Kind, join_events
from traider.gateway.client_ids import ClientIds
from traider.gateway.order_lives import OrderLives
from traider.gateway.reports import report
from traider.runtime.stress.through.laws import RunBooks, broken_laws
from traider.runtime.stress.through.standing_exchange import VenueTruth
from traider.venues.coinbase.rest_messages import Order

IDS: Final = ClientIds("5ce7a210")
ENTRY, EXIT = packed(100), packed(200)
FEE, VALUE = Decimal("0.5"), Decimal(100)


def _order(packed_id: int, **fields: object) -> Order:
    told = {
        "order_id": f"there-{packed_id}",
        "client_order_id": IDS.of(packed_id),
        "product_id": "BTC-USDT",
        "side": "BUY",
        "status": "FILLED",
        "created_time": "2026-01-01T00:00:00Z",
        "order_configuration": {"limit_limit_gtc": {"base_size": "1"}},
        "number_of_fills": "1",
        "filled_size": "1",
        "total_fees": "0.5",
    }
    return msgspec.convert({**told, **fields}, Order)


def _bracket(**fields: object) -> Order:
    return _order(EXIT, **{
        "side": "SELL", "status": "OPEN", "number_of_fills": "0", "filled_size": "0",
        "total_fees": "0", "order_configuration": {"trigger_bracket_gtc": {"base_size": "1"}},
        **fields,
    })  # fmt: skip


def _books(**fields: object) -> RunBooks:
    """Return the books of a run that bought one coin, guarded by a bracket."""
    lives = OrderLives()
    lives.take(join_events([
        sent(intent(ENTRY)), report(Kind.CANCELLED, intent(ENTRY), NOW_NS),
        sent(intent(EXIT, side=-1)),
    ]))  # fmt: skip
    for order_id in (ENTRY, EXIT):
        lives.name(order_id, f"there-{order_id}")
    whole = {
        "run_id": IDS.run_id,
        "capital": Decimal(1_000),
        "cash": Decimal(1_000) - VALUE - FEE,
        "held": {"BTC": Decimal(1)},
        "lives": lives,
        "filled": {f"there-{ENTRY}": (1, Decimal(1), FEE)},
    }
    return RunBooks(**{**whole, **fields})  # type: ignore[arg-type]


ACCOUNT: Final = {"USDT": -VALUE - FEE, "BTC": Decimal(1)}
STRANGER: Final = packed(300)


def test_a_whole_run_breaks_none() -> None:
    truth = VenueTruth((_order(ENTRY), _bracket()), ACCOUNT)
    assert broken_laws(_books(), truth) == []


@pytest.mark.parametrize(
    ("orders", "told"),
    [
        ((_order(ENTRY),), "lost"),
        ((_order(ENTRY), _bracket(status="CANCELLED")), "lost"),
        ((_order(ENTRY), _bracket(), _bracket(order_id="twice")), "duplicate"),
        ((_order(ENTRY), _bracket(), _order(STRANGER)), "orphan"),
        ((_order(ENTRY, status="OPEN"), _bracket()), "orphan"),
        ((_order(ENTRY, number_of_fills="2"), _bracket()), "fills"),
        ((_order(ENTRY, total_fees="0.6"), _bracket()), "fills"),
        ((_order(ENTRY), _bracket(filled_size="0.1")), "unprotected"),
    ],
)
def test_orders_that_break_a_law_are_found(orders: tuple[Order, ...], told: str) -> None:
    found = broken_laws(_books(), VenueTruth(orders, ACCOUNT))
    assert any(line.startswith(told) for line in found), found


@pytest.mark.parametrize(
    "account",
    [{**ACCOUNT, "BTC": Decimal("0.9")}, {**ACCOUNT, "USDT": -VALUE}, {"USDT": -VALUE - FEE}],
)
def test_an_account_that_is_apart_is_found(account: dict[str, Decimal]) -> None:
    found = broken_laws(_books(), VenueTruth((_order(ENTRY), _bracket()), account))
    assert [line.partition(":")[0] for line in found] == ["ledger"]
