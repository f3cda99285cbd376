"""Orders that a person gives or takes back: done, waited for a little, and told how they stand."""

import asyncio
from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Final

from traider.backtest.report.check_text import base_of, verdict_text
from traider.backtest.report.number_text import MoneyText
from traider.domain.errors import UsageError
from traider.domain.events import Kind
from traider.domain.units import size_from_lots
from traider.gateway.order_lives import OrderLife
from traider.gateway.reports import EndCode
from traider.kernel.codes import Reject, Verdict
from traider.kernel.specification import MarketSpec
from traider.runtime.control.commands import CancelOrder, ManualOrder
from traider.runtime.trading.order_answers import OrderAnswer, OrderAnswers
from traider.runtime.trading.trader import Trader

WAIT_S: Final = 2.0
"""How long an answer of gateway and venue is waited for: seconds of the machine."""
_LOOK_S: Final = 0.01


class NotDoneError(UsageError):
    """What was asked for was understood, tried, and refused."""

    exit_code = 1


class OrdersByHand:
    """Gives orders to a trader and hears them out.

    Args:
        trader: its journal is listened to from now on.
        living: the orders that are not over.
        currency: of the account.
    """

    def __init__(
        self, trader: Trader, living: Callable[[], tuple[OrderLife, ...]], currency: str
    ) -> None:
        self._markets = trader.machine.spec.markets
        self._living = living
        self._money = MoneyText(currency, 2)
        self._answers = OrderAnswers()
        trader.listen(self._answers)

    async def order(self, command: ManualOrder, do: Callable[[ManualOrder], str]) -> str:
        """Give an order; return how it stands once gateway and venue answered.

        Raises:
            NotDoneError: gate, gateway or venue refused it.
            UsageError: it cannot be made; nothing was journaled.
        """
        ids = self._given(command, do)
        said = f"{command.side} {command.size} {command.instrument}"
        if not ids:
            return f"{said} is journaled, and no order yet; see traider status"
        found = await self._heard(ids, _is_answered)
        for order_id, answer in found:
            refusal = self._refusal(answer)
            if refusal:
                raise NotDoneError(
                    f"order {order_id:016x} ({said}) {refusal}{self._others(order_id, found)}"
                )
        first_id, first = found[0]
        return f"order {first_id:016x}: {said}, {self._stand(first)}"

    async def cancel(self, command: CancelOrder, do: Callable[[CancelOrder], str]) -> str:
        """Take an order back; return how it stands once the venue answered.

        Raises:
            NotDoneError: no such order is open.
        """
        order_id = command.order_id
        life = {each.order_id: each for each in self._living()}.get(order_id)
        if life is None:
            raise NotDoneError(
                f"no order {order_id:016x} is open", fix="see the orders of traider status"
            )
        self._answers.follow(order_id, life.instrument)
        do(command)
        ((_, answer),) = await self._heard((order_id,), lambda each: each.is_over)
        if answer.end is Kind.CANCELLED:
            return f"order {order_id:016x} is cancelled{self._filled(answer)}"
        if answer.is_over:
            raise NotDoneError(f"order {order_id:016x} was over before: {self._stand(answer)}")
        return f"order {order_id:016x}: the cancel is on its way, without an answer yet"

    def _given(self, command: ManualOrder, do: Callable[[ManualOrder], str]) -> tuple[int, ...]:
        """Give an order; return its ids, one a leg."""
        self._answers.is_giving = True
        try:
            do(command)
        finally:
            self._answers.is_giving = False
            given, self._answers.given = tuple(self._answers.given), []
        return given

    async def _heard(
        self, ids: tuple[int, ...], is_heard: Callable[[OrderAnswer], bool]
    ) -> tuple[tuple[int, OrderAnswer], ...]:
        """Wait a little for word of each order; return what was said."""
        loop = asyncio.get_running_loop()
        until = loop.time() + WAIT_S
        answers = tuple((each, self._answers.of(each) or OrderAnswer(0)) for each in ids)
        try:
            while not all(is_heard(answer) for _, answer in answers) and loop.time() < until:  # noqa: ASYNC110 - what is waited for comes from the trader, which knows no event
                await asyncio.sleep(_LOOK_S)
        finally:
            self._answers.forget(ids)
        return answers

    def _refusal(self, answer: OrderAnswer) -> str:
        """Return what refused an order, in words; nothing where nothing did."""
        if answer.verdict is not None and answer.verdict[0] != Verdict.APPROVED:
            market = self._markets[answer.instrument]
            return f"was {verdict_text(*answer.verdict, market, self._money)}"
        if answer.end is Kind.REJECTED:
            return f"was rejected by the venue: {_word(answer.end_code)}"
        return ""

    def _others(self, refused_id: int, found: Iterable[tuple[int, OrderAnswer]]) -> str:
        """Return how the other legs of a refused one stand."""
        stands = [
            f"; order {order_id:016x} is {self._stand(answer)}"
            for order_id, answer in found
            if order_id != refused_id and not self._refusal(answer)
        ]
        return "".join(stands)

    def _stand(self, answer: OrderAnswer) -> str:
        """Return how an order stands, in words."""
        if answer.verdict is None and not answer.is_open:
            return "without an answer of the gateway yet; see traider status"
        if answer.leaves_lots == 0:
            return f"approved and filled: {self._size(answer)}"
        if answer.end is not None:
            word = _word(answer.end_code)
            return f"approved, then {answer.end.name.lower()}: {word}{self._filled(answer)}"
        if answer.is_gone:
            return f"the venue has it no more{self._filled(answer)}"
        if answer.is_open:
            return f"approved, and open at the venue{self._filled(answer)}"
        way = "sent" if answer.is_sent else "on its way"
        return f"approved and {way}; the venue has not answered yet"

    def _filled(self, answer: OrderAnswer) -> str:
        return f", {self._size(answer)} filled" if answer.filled_lots else ""

    def _size(self, answer: OrderAnswer) -> str:
        market: MarketSpec = self._markets[answer.instrument]
        size: Decimal = size_from_lots(answer.filled_lots, market.lot_size)
        return f"{size.normalize():f} {base_of(market.name)}"


def _is_answered(answer: OrderAnswer) -> bool:
    """Whether the venue has the order, or nobody will."""
    is_refused = answer.verdict is not None and answer.verdict[0] != Verdict.APPROVED
    return is_refused or answer.is_open or answer.is_over


def _word(code: int) -> str:
    """Return why an order ended."""
    for names in (Reject, EndCode):
        if code in tuple(names):
            return str(names(code).name).lower().replace("_", " ")
    return f"code {code}"
