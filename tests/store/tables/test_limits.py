from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import pytest
from sqlalchemy import Engine

from tests.ports.clock import FixedClock
from traider.domain.errors import UsageError
from traider.store.tables import open_engine
from traider.store.tables.limits import LimitTable

LEVERAGE = ("account", "max_leverage")


def test_a_value_and_its_history_change_together(engine: Engine) -> None:
    clock = FixedClock()
    limits = LimitTable(engine, clock.now_ns)
    first = limits.change(LEVERAGE, Decimal("1.05"), who="house", why="preset paper")
    clock.advance(5)
    second = limits.change(
        LEVERAGE, Decimal(2), who=" ann ", why="calm market", expected=Decimal("1.050")
    )
    limits.change(("BINANCE:BTC-USDT", "max_exposure"), Decimal(0), who="ann", why="off")
    assert (first.old, first.new, first.revision) == (None, Decimal("1.05"), 1)
    assert (second.old, second.revision, second.who) == (Decimal("1.05"), 2, "ann")
    assert second.ts_ns == first.ts_ns + 5
    assert limits.values()[LEVERAGE] == Decimal(2)
    assert limits.history(LEVERAGE) == (first, second)
    assert len(limits.history()) == 3


def test_a_change_without_a_person_or_a_reason_or_too_late_is_refused(engine: Engine) -> None:
    limits = LimitTable(engine)
    limits.change(LEVERAGE, Decimal(1), who="ann", why="start")
    for who, why in (("", "why"), ("ann", " ")):
        with pytest.raises(UsageError, match="say who and why"):
            limits.change(LEVERAGE, Decimal(3), who=who, why=why)
    with pytest.raises(UsageError, match="was changed meanwhile; look at it again"):
        limits.change(LEVERAGE, Decimal(3), who="ann", why="more", expected=Decimal(2))
    assert limits.values() == {LEVERAGE: Decimal(1)}
    assert len(limits.history()) == 1


def test_changes_at_once_follow_one_another(tables_url: str) -> None:
    def change(number: int) -> int:
        engine = open_engine(tables_url)
        try:
            return (
                LimitTable(engine).change(LEVERAGE, Decimal(number), who="ann", why="test").revision
            )
        finally:
            engine.dispose()

    first = change(0)
    with ThreadPoolExecutor(4) as pool:
        rest = list(pool.map(change, range(1, 9)))
    assert sorted([first, *rest]) == list(range(1, 10))
    engine = open_engine(tables_url)
    history = LimitTable(engine).history(LEVERAGE)
    engine.dispose()
    assert [change.old for change in history[1:]] == [change.new for change in history[:-1]]
