"""An order by hand is answered with what came of it, and a refusal with its number and limit."""

import asyncio
from collections.abc import Callable, Coroutine
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.parity.small_run import small_run
from tests.runtime.trading.test_trader import DIGEST, Desk, dice
from tests.runtime.trading.test_trader_desk import WHO, WHY, desk_of
from traider.domain.errors import UsageError
from traider.domain.events import empty_events, join_events
from traider.domain.order_states import Open
from traider.gateway.order_lives import OrderLife
from traider.runtime.control.commands import CancelOrder, Kill, ManualOrder, Pause, Rearm, SetLimit
from traider.runtime.control.manual_orders import manual_events
from traider.runtime.status_body import Phase
from traider.runtime.trading import orders_by_hand
from traider.runtime.trading.trader_desk import DeskHooks, TraderDesk

BTC = "BINANCE:BTC-USDT"


def by_hand(**words: Any) -> ManualOrder:
    said = {"instrument": BTC, "side": "buy", "size": Decimal("0.001"), **words}
    return ManualOrder(who=WHO, why=WHY, **said)


def answered(
    folder: Path,
    scene: Callable[[TraderDesk, Desk], Coroutine[Any, Any, None]],
    *,
    outside: bool = False,
    living: Callable[[], tuple[OrderLife, ...]] = tuple,
) -> None:
    """Play a scene at a trader that has seen some of the market, while time passes."""
    spec, events = small_run("market")
    with Desk(folder, spec, outside=outside) as desk:
        desk.trader.begin(DIGEST, 1, empty_events(0))
        desk.trader.open_for_decisions()
        desk.feed(events[:100], dice("by hand"))
        made = desk_of(desk, folder, DeskHooks(living=living))
        made.phase = Phase.TRADING

        async def pass_time() -> None:
            while True:
                desk.clock.time_ns += 1_000_000_000
                desk.trader.pass_time()
                await asyncio.sleep(0.001)

        async def play() -> None:
            passing = asyncio.create_task(pass_time())
            await scene(made, desk)
            passing.cancel()

        asyncio.run(play())


def test_an_order_that_passes_is_told_with_its_id(tmp_path: Path) -> None:
    async def scene(desk: TraderDesk, _: Desk) -> None:
        told = await desk.give(by_hand(price=Decimal(1)))
        assert told.endswith("buy 0.001 BINANCE:BTC-USDT, approved, and open at the venue")
        assert int(told.split()[1].rstrip(":"), 16) > 0

    answered(tmp_path, scene)


def test_an_order_that_the_gate_refuses_is_an_error_with_number_and_limit(tmp_path: Path) -> None:
    async def scene(desk: TraderDesk, _: Desk) -> None:
        desk.command(SetLimit(who=WHO, why=WHY, name="max_order_size", value=Decimal("0.0005")))
        with pytest.raises(UsageError) as caught:
            await desk.give(by_hand())
        assert caught.value.exit_code == 1
        assert "refused by the check on max size: 0.001 BTC, limit 0.0005 BTC" in str(caught.value)
        desk.command(Kill(who=WHO, why=WHY))
        with pytest.raises(UsageError, match="refused: trading is killed"):
            await desk.give(by_hand(size=Decimal("0.0001")))

    answered(tmp_path, scene)


def test_an_order_that_a_gateway_outside_refuses_is_an_error_too(tmp_path: Path) -> None:
    async def scene(made: TraderDesk, desk: Desk) -> None:
        told = await made.give(by_hand(size=Decimal("0.0001")))
        assert told.endswith("approved and filled: 0.0001 BTC")
        desk.trader.gateway.refuses = True  # type: ignore[attr-defined]
        with pytest.raises(UsageError, match="is not reconciled with the venue"):
            await made.give(by_hand(size=Decimal("0.0001")))

    answered(tmp_path, scene, outside=True)


def test_a_bracket_is_answered_for_all_its_legs(tmp_path: Path) -> None:
    async def scene(desk: TraderDesk, _: Desk) -> None:
        terms = {"price": Decimal(1), "stop": Decimal("0.5")}
        bracket = by_hand(**terms, target=Decimal(1_000_000))
        assert "approved, and open" in await desk.give(bracket)
        # A target so far below the market is refused, and the entry stands: both are told.
        with pytest.raises(UsageError, match=r"02 \(.*price collar.*00 is approved, and open"):
            await desk.give(by_hand(**terms, target=Decimal(2)))

    answered(tmp_path, scene)


def test_a_bracket_is_one_decision_for_a_venue_outside(tmp_path: Path) -> None:
    async def scene(made: TraderDesk, desk: Desk) -> None:
        exits = {"stop": Decimal("0.5"), "target": Decimal(1_000_000)}
        first = await made.give(by_hand(**exits, size=Decimal("0.0001")))
        await made.give(by_hand(size=Decimal("0.0001")))
        order_id = int(first.split()[1].rstrip(":"), 16)
        legs, alone = desk.trader.gateway.decisions[-2:]  # type: ignore[attr-defined]
        assert legs == (order_id, order_id + 1, order_id + 2)
        assert len(alone) == 1
        # Both of one instant: each bracket is a decision of its own.
        two = [manual_events(by_hand(**exits), desk.trader.machine.spec.markets, 0)] * 2
        desk.trader.tell(join_events(two))
        first_legs, second_legs = desk.trader.gateway.decisions[-2:]  # type: ignore[attr-defined]
        assert [each & 0xFF for each in first_legs] == [0, 1, 2]
        assert [each & 0xFF for each in second_legs] == [0, 1, 2]
        assert first_legs[0] != second_legs[0]

    answered(tmp_path, scene, outside=True)


def test_an_order_alone_leaves_before_anybody_looks_at_it(tmp_path: Path) -> None:
    async def scene(made: TraderDesk, desk: Desk) -> None:
        gateway, seen = desk.trader.gateway, []
        desk.trader.machine._see = lambda _: seen.append(len(gateway.decisions))  # type: ignore[attr-defined]
        before = len(gateway.decisions)  # type: ignore[attr-defined]
        await made.give(by_hand(size=Decimal("0.0001")))
        assert seen
        assert min(seen) == before + 1

    answered(tmp_path, scene, outside=True)


def test_a_cancel_tells_whether_the_order_is_gone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(orders_by_hand, "WAIT_S", 0.5)
    spec, _ = small_run("market")
    lives: list[OrderLife] = []

    async def scene(made: TraderDesk, desk: Desk) -> None:
        with pytest.raises(UsageError, match="no order 0000000000000123 is open") as caught:
            await made.give(CancelOrder(who=WHO, why=WHY, order_id=0x123))
        assert caught.value.exit_code == 1
        told = await made.give(by_hand(price=Decimal(1)))
        order_id = int(told.split()[1].rstrip(":"), 16)
        lives.append(_life(order_id))
        gone = await made.give(CancelOrder(who=WHO, why=WHY, order_id=order_id))
        assert gone == f"order {order_id:016x} is cancelled"
        # The book here still names it, as one does that has not heard of the end yet.
        with pytest.raises(UsageError, match="was over before"):
            await made.give(CancelOrder(who=WHO, why=WHY, order_id=order_id))
        assert len(desk.trader.machine.spec.markets) == len(spec.markets)

    answered(tmp_path, scene, living=lambda: tuple(lives))


def _life(order_id: int) -> OrderLife:
    event = empty_events(1)
    event["order_id"] = order_id
    return OrderLife(event.tobytes(), Open(1))


def test_changes_of_mode_say_what_they_come_to(tmp_path: Path) -> None:
    async def scene(desk: TraderDesk, _: Desk) -> None:
        assert "neither paused nor stopped" in desk.command(Rearm(who=WHO, why=WHY))
        assert desk.command(Pause(who=WHO, why=WHY)) == "paused: positions may only shrink"
        assert "paused already" in desk.command(Pause(who=WHO, why=WHY))
        desk.command(Kill(who=WHO, why=WHY))
        assert "emergency stop still holds" in desk.command(Pause(who=WHO, why=WHY))
        desk.phase = Phase.RECONCILING
        assert "does not trade now: reconciling" in desk.command(Rearm(who=WHO, why=WHY))

    answered(tmp_path, scene)
