from decimal import Decimal

from traider.backtest.report.number_text import DASH, MoneyText
from traider.backtest.report.order_tables import (
    count_rows,
    execution_rows,
    outcome_rows,
    reason_tables,
)
from traider.backtest.report.tables import ROWS_MAX
from traider.backtest.results import ExecutionSummary, FillTimes, Liquidity, OrderCounts

MONEY = MoneyText("USDT", 2)
MINUTE_NS = 60_000_000_000
ORDERS = OrderCounts(
    sent=90,
    refused=10,
    filled=60,
    cancelled=10,
    rejected=5,
    expired=8,
    refusals={"max_size": 10},
    partly=4,
    open=3,
    cancellations={"by_request": 8, "other_leg_filled": 4},
)


def test_outcomes_are_shares_of_the_orders_wanted_and_sum_to_them() -> None:
    rows = outcome_rows(ORDERS)
    assert rows[0] == ("Wanted", "100", "100.0%")
    assert ("Filled in part", "4", "4.0%") in rows
    assert sum(int(number) for _, number, _ in rows[1:]) == 100
    assert {share for _, _, share in outcome_rows(OrderCounts(0, 0, 0, 0, 0, 0))} == {DASH}


def test_reasons_stand_by_name_where_there_are_any() -> None:
    tables = reason_tables(ORDERS)
    assert [table.heading for table in tables] == [
        "Refused by the gate, by check",
        "Cancelled, by reason",
    ]
    assert tables[1].rows == (("by request", "8", "66.7%"), ("other leg filled", "4", "33.3%"))


def test_the_tail_of_the_reasons_is_added_up() -> None:
    rows = count_rows({f"code_{at:02}": at for at in range(1, ROWS_MAX + 3)})
    assert rows[0][:2] == ("code 26", "26")
    assert rows[-1][:2] == ("other reasons", "3")
    assert count_rows({}) == ()


def test_execution_in_words() -> None:
    found = dict(
        execution_rows(
            ExecutionSummary(
                unfilled_share=0.125,
                maker=Liquidity(3, Decimal(2_500), Decimal("0.25")),
                taker=Liquidity(1, Decimal(7_500), Decimal("4.50")),
                market_orders=FillTimes(1, 50_000_000, 50_000_000),
                resting_orders=FillTimes(9, 3 * MINUTE_NS, 90 * MINUTE_NS),
            ),
            MONEY,
        )
    )
    assert found["Value unfilled"] == "12.50%"
    assert found["Value filled as maker"] == "25.0%"
    assert found["Maker fills"] == "3 at 1.00 bps, 0.25 USDT in fees"
    assert found["Taker fills"] == "1 at 6.00 bps, 4.50 USDT in fees"
    assert found["Time to fill, market orders"] == "0.05 s median, 0.05 s for 95%"
    assert found["Time to fill, limits and stops"] == "3 min median, 1 h 30 min for 95%"


def test_nothing_executed_is_dashes() -> None:
    found = dict(execution_rows(ExecutionSummary(), MONEY))
    assert found["Value unfilled"] == found["Value filled as maker"] == DASH
    assert found["Maker fills"] == "0"
    assert found["Time to fill, market orders"] == DASH
