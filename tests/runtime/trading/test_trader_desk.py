"""What a running trader says of itself, and commands that become events with their reasons."""

from decimal import Decimal
from pathlib import Path

import msgspec
import pytest

from tests.kernel.builders import record
from tests.parity.small_run import FIRST_NS, small_run
from tests.ports.alert import MemoryAlerts
from tests.ports.log import MemoryLog
from tests.runtime.trading.test_trader import DIGEST, Desk, dice, whole
from traider.backtest.outcome import account_equity
from traider.domain.errors import UsageError
from traider.domain.events import Kind, OrderFlag, empty_events
from traider.domain.order_states import PartlyFilled
from traider.domain.orders import OrderType
from traider.domain.ports import Severity
from traider.gateway.client_ids import ClientIds
from traider.gateway.order_lives import OrderLife
from traider.gateway.port import Stand
from traider.journal import JournalReader
from traider.runtime.control.commands import Kill, Pause, Rearm, Reload, SetLimit, Stop
from traider.runtime.control.limit_names import LIMIT_NAMES
from traider.runtime.limit_bounds import PhaseBounds
from traider.runtime.session.people_told import PeopleTold
from traider.runtime.status_body import (
    AlertBody,
    HealthBody,
    Mode,
    ParityBody,
    Phase,
    StatusBody,
)
from traider.runtime.trading.trader_desk import DeskContext, DeskHooks, TraderDesk

WHO, WHY = "ana", "a test"


class CalmWatch:
    def health(self) -> tuple[HealthBody, ...]:
        return (HealthBody("feed", is_good=True, detail="", since_ns=5),)

    def alerts(self) -> tuple[AlertBody, ...]:
        return ()

    def parity(self) -> ParityBody:
        return ParityBody(ok=True, checks=3, last_ns=9)

    def reconnects(self) -> int:
        return 2


def desk_of(
    desk: Desk, folder: Path, hooks: DeskHooks | None = None, bounds: PhaseBounds | None = None
) -> TraderDesk:
    capital = Decimal(desk.trader.machine.spec.capital_units) / 10**8
    context = DeskContext(
        Mode.PAPER, "coinbase", folder, 77, "USDT", capital, FIRST_NS, ClientIds("0badcafe"), bounds
    )
    return TraderDesk(desk.trader, context, CalmWatch(), hooks or DeskHooks(), desk.clock)


def test_the_status_is_the_kernels_account(tmp_path: Path) -> None:
    spec, events = small_run("market")
    intent = record(
        Kind.ORDER_INTENT, FIRST_NS, 1, flags=int(OrderType.LIMIT), side=-1, size=40, price=50_00,
        order_id=9,
    )  # fmt: skip
    life = OrderLife(intent.tobytes(), PartlyFilled(40, 15))
    with Desk(tmp_path, spec) as desk:
        desk.trader.begin(DIGEST, 4, empty_events(0))
        desk.trader.open_for_decisions()
        desk.feed(events, dice("desk"))
        made = desk_of(desk, tmp_path, DeskHooks(living=lambda: (life,)))
        made.phase = Phase.TRADING
        status = made.status()
        nav = account_equity(desk.trader.machine.kernel)
        held = [int(each) for each in desk.trader.machine.decider.markets["position_lots"]]
        cash = int(desk.trader.machine.decider.account[0]["cash_units"])
    assert msgspec.json.decode(msgspec.json.encode(status), type=StatusBody) == status
    assert (status.mode, status.epoch, status.phase) == (Mode.PAPER, 4, Phase.TRADING)
    assert Decimal(status.nav) == nav
    assert Decimal(status.cash) == Decimal(cash) / 10**8
    assert Decimal(status.pnl) == nav - Decimal(spec.capital_units) / 10**8
    assert Decimal(status.cash) + sum(Decimal(each.value) for each in status.positions) == nav
    assert len(status.positions) == sum(map(bool, held)) > 0
    assert status.counts.fills > 0
    assert status.counts.reconnects == 2
    assert Decimal(status.fees) > 0
    assert 0 <= Decimal(status.drawdown) < 1
    order = status.orders[0]
    lot = spec.markets[1].lot_size
    assert (order.side, order.kind, order.state) == ("sell", "limit", "partly filled")
    assert (Decimal(order.size), Decimal(order.leaves)) == (40 * lot, 15 * lot)
    assert Decimal(order.price) == 5_000 * spec.markets[1].tick_size
    assert order.client_order_id == "0badcafe-0000000000000009"
    assert status.latency_us["decide"].count > 0
    in_force = {name: spec.limits.get(each.limit, 0.0) for name, each in LIMIT_NAMES.items()}
    assert {name for name, value in in_force.items() if value} == set(status.limits)
    assert (status.limits["price_collar_bps"], status.limits["max_data_age_s"]) == (500.0, 10_800.0)


def test_profit_and_cost_agree_with_the_account(tmp_path: Path) -> None:
    """NAV less cash is cost plus unrealized profit, of every position."""
    spec, events = small_run("fixed")
    with Desk(tmp_path, spec) as desk:
        desk.trader.begin(DIGEST, 1, empty_events(0))
        desk.trader.open_for_decisions()
        desk.feed(events, dice("profit"))
        status = desk_of(desk, tmp_path).status()
        for position in status.positions:
            number = [market.name for market in spec.markets].index(position.name)
            market, held = spec.markets[number], desk.trader.standing.holdings.of(number)
            cost = held.cost * market.tick_size * market.lot_size
            assert held.lots * market.lot_size == Decimal(position.size)
            difference = Decimal(position.value) - cost - Decimal(position.unrealized)
            assert abs(difference) <= Decimal("1e-8")


def test_a_command_is_journaled_with_who_and_why(tmp_path: Path) -> None:
    spec, events = small_run("market")
    stops: list[Stop] = []
    with Desk(tmp_path, spec) as desk:
        desk.trader.begin(DIGEST, 1, empty_events(0))
        desk.trader.open_for_decisions()
        desk.feed(events[:100], dice("commands"))
        made = desk_of(desk, tmp_path, DeskHooks(stop=stops.append))
        made.phase = Phase.TRADING
        assert "paused" in made.command(Pause(who=WHO, why=WHY))
        assert made.status().phase is Phase.PAUSED
        assert "killed" in made.command(Kill(who=WHO, why=WHY))
        assert made.status().phase is Phase.KILLED
        assert "re-armed" in made.command(Rearm(who=WHO, why=WHY))
        assert made.status().phase is Phase.TRADING
        line = made.command(SetLimit(name="max_exposure", value=Decimal("0.5"), who=WHO, why=WHY))
        assert line.startswith("max_exposure is 0.5 now")
        assert "already" in made.command(
            SetLimit(name="max_exposure", value=Decimal("0.5"), who=WHO, why=WHY)
        )
        assert made.command(Stop(who=WHO, why=WHY)).startswith("asked to end in order")
        with pytest.raises(UsageError, match="no file of settings"):
            made.command(Reload(who=WHO, why=WHY))
        with pytest.raises(UsageError, match="no limit"):
            made.command(SetLimit(name="max_fun", value=Decimal(1), who=WHO, why=WHY))
        facts = list(JournalReader(tmp_path).facts("control"))
        kinds = whole(tmp_path)["kind"].tolist()
    assert [msgspec.json.decode(fact.body)["command"] for fact in facts] == [
        "pause", "kill", "rearm", "limit",
    ]  # fmt: skip
    assert all(msgspec.json.decode(fact.body)["who"] == "ana" for fact in facts)
    for kind in (Kind.PAUSE, Kind.KILL, Kind.REARM, Kind.LIMITS_CHANGE):
        assert kinds.count(kind) == 1
    assert stops == [Stop(who=WHO, why=WHY)]


@pytest.mark.parametrize(
    ("stand", "phase"),
    [
        (Stand.OPEN, Phase.TRADING),
        (Stand.KILLED, Phase.GATEWAY_KILLED),
        (Stand.HALTED, Phase.GATEWAY_HALTED),
        (Stand.SILENT, Phase.GATEWAY_SILENT),
    ],
)
def test_the_phase_tells_what_the_gateway_lets_through(
    tmp_path: Path, stand: Stand, phase: Phase
) -> None:
    spec, _ = small_run("market")
    with Desk(tmp_path, spec) as desk:
        desk.trader.begin(DIGEST, 1, empty_events(0))
        desk.trader.open_for_decisions()
        made = desk_of(desk, tmp_path, DeskHooks(gateway=lambda: stand))
        assert made.status().phase is Phase.STARTING
        made.phase = Phase.TRADING
        assert made.status().phase is phase
        # What keeps orders from leaving at all comes before a pause, an own stop before all.
        made.command(Pause(who=WHO, why=WHY))
        is_first = stand in (Stand.KILLED, Stand.SILENT)
        assert made.status().phase is (phase if is_first else Phase.PAUSED)
        made.command(Kill(who=WHO, why=WHY))
        assert made.status().phase is Phase.KILLED
        made.command(Rearm(who=WHO, why=WHY))
        assert made.status().phase is phase
        again = made.command(Rearm(who=WHO, why=WHY))
        assert again.endswith("it was neither paused nor stopped") is (stand is Stand.OPEN)


def test_what_holds_trading_back_is_told_to_people(tmp_path: Path) -> None:
    spec, _ = small_run("market")
    with Desk(tmp_path, spec) as desk:
        desk.trader.begin(DIGEST, 1, empty_events(0))
        alerts = MemoryAlerts()
        told = PeopleTold(MemoryLog(), alerts)
        made = desk_of(desk, tmp_path, DeskHooks(held=told.held, widened=told.widened))
        for command in (Pause, Kill, Rearm):
            made.command(command(who=WHO, why=WHY))
        made.command(SetLimit(name="max_exposure", value=Decimal("0.3"), who=WHO, why=WHY))
    assert [(each.key, each.severity, each.title) for each in alerts.sent] == [
        ("trading", Severity.WARNING, "trading is paused"),
        ("trading", Severity.CRITICAL, "trading was stopped"),
        ("trading", Severity.INFO, "trading goes on"),
    ]
    assert all(each.detail.endswith(f"{WHO}: {WHY}") for each in alerts.sent)


def test_limits_with_real_money_behind_them_stay_within_their_phase(tmp_path: Path) -> None:
    spec, _ = small_run("market")
    told: list[tuple[SetLimit, str]] = []
    with Desk(tmp_path, spec) as desk:
        desk.trader.begin(DIGEST, 1, empty_events(0))
        hooks = DeskHooks(widened=lambda command, line: told.append((command, line)))
        made = desk_of(desk, tmp_path, hooks, PhaseBounds("first", Decimal(20_000)))

        def limit(name: str, value: str) -> str:
            return made.command(SetLimit(name=name, value=Decimal(value), who=WHO, why=WHY))

        assert limit("max_exposure", "0.3").startswith("max_exposure is 0.3 now")
        assert told == []
        with pytest.raises(UsageError, match=r"max_exposure 3 is wider than 0\.5, the bound"):
            limit("max_exposure", "3")
        with pytest.raises(UsageError, match="wider than 30"):
            limit("limits.max_orders_per_minute", "290")
        line = limit("max_exposure", "0.5")
        assert line == "max_exposure is 0.5 now; it was 0.3"
        assert [(command.who, text) for command, text in told] == [(WHO, line)]
        unbound = desk_of(desk, tmp_path, hooks)
        unbound.command(SetLimit(name="max_exposure", value=Decimal(3), who=WHO, why=WHY))
        assert limit("max_exposure", "2").startswith("max_exposure is 2 now")
        assert len(told) == 1


def test_an_order_in_money_says_so(tmp_path: Path) -> None:
    spec, events = small_run("all-in")
    flags = int(OrderType.MARKET) | int(OrderFlag.QUOTE_SIZED)
    intent = record(Kind.ORDER_INTENT, FIRST_NS, 0, flags=flags, side=1, size=250 * 10**8)
    life = OrderLife(intent.tobytes(), PartlyFilled(250 * 10**8, 50 * 10**8))
    with Desk(tmp_path, spec) as desk:
        desk.trader.begin(DIGEST, 1, empty_events(0))
        desk.feed(events[:10], dice("money"))
        order = desk_of(desk, tmp_path, DeskHooks(living=lambda: (life,))).status().orders[0]
    assert (order.size, order.leaves, order.price) == ("250 USDT", "50 USDT", "")
