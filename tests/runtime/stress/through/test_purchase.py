"""A purchase by hand: made once, refusals are tried again, a trader that is silent is a fault."""

import socket
import threading
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

import msgspec
import pytest

from tests.runtime.control.desk import KeepingDesk, some_status
from tests.runtime.control.serving import serving
from traider.domain.errors import UsageError
from traider.runtime.control.client import NoTraderError, SilentTraderError
from traider.runtime.control.commands import CancelOrder, ManualOrder
from traider.runtime.control.messages import SOCKET_NAME
from traider.runtime.control.socket_files import short_address
from traider.runtime.status_body import CountsBody, StatusBody
from traider.runtime.stress.through.purchase import Purchase
from traider.runtime.trading.orders_by_hand import NotDoneError

PRICE = Decimal("27712.11")


class TradingDesk(KeepingDesk):
    """Answers orders with what it is told to raise, one after the other, then takes them."""

    def __init__(self, faults: Sequence[UsageError] = (), orders_sent: int = 0) -> None:
        super().__init__()
        self.faults, self.orders_sent = list(faults), orders_sent

    def status(self) -> StatusBody:
        return msgspec.structs.replace(
            some_status(), counts=CountsBody(orders_sent=self.orders_sent)
        )

    async def give(self, command: ManualOrder | CancelOrder) -> str:
        if self.faults:
            raise self.faults.pop(0)
        return self.command(command)


def test_a_bracket_is_bought_and_a_refusal_is_tried_again(tmp_path: Path) -> None:
    desk, purchase = TradingDesk([NotDoneError("the feed is unhealthy")]), Purchase(tmp_path, PRICE)
    with serving(tmp_path, desk):
        purchase.attempt()
        assert (purchase.is_over, purchase.is_made) == (False, False)
        assert (purchase.is_asked, purchase.refusal) == (True, "the feed is unhealthy")
        purchase.attempt()
    assert (purchase.is_over, purchase.is_made, purchase.refusal) == (True, True, "")
    (order,) = desk.asked
    assert isinstance(order, ManualOrder)
    assert (order.size, order.stop, order.target) == (
        Decimal("0.01804"),
        Decimal("26880.75"),
        Decimal("28543.47"),
    )


def test_nothing_is_bought_where_an_order_was_sent(tmp_path: Path) -> None:
    desk, purchase = TradingDesk(orders_sent=1), Purchase(tmp_path, PRICE)
    with serving(tmp_path, desk):
        purchase.attempt()
    assert (purchase.is_over, purchase.is_asked, desk.asked) == (True, False, [])


def test_what_is_no_refusal_is_raised(tmp_path: Path) -> None:
    purchase = Purchase(tmp_path, PRICE)
    with pytest.raises(NoTraderError):
        purchase.attempt()
    with (
        serving(tmp_path, TradingDesk([UsageError("BTC-USDT is not traded here")])),
        pytest.raises(UsageError, match="is not traded here"),
    ):
        purchase.attempt()
    with socket.socket(socket.AF_UNIX) as ended:
        with short_address(tmp_path / SOCKET_NAME) as address:
            ended.bind(address)
        ended.listen()

        def hang_up() -> None:
            ended.accept()[0].close()

        asked = threading.Thread(target=hang_up)
        asked.start()
        with pytest.raises(SilentTraderError):
            purchase.attempt()
        asked.join()
    assert (purchase.is_over, purchase.refusal) == (False, "")
