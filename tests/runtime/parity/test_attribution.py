"""What took the profit of two runs apart: each cause alone, all together, and the laws.

1. The parts and what they leave sum to the difference, exactly.
2. What they leave is no more than the roundings of the books.
3. A run differs from itself in nothing; the other way round every part has the other sign.
"""

from dataclasses import replace
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from tests.runtime.parity.account_builders import NAME, account, order
from traider.portfolio.funding import FundingPayment
from traider.runtime.parity.accounts import RunAccount, TradedOrder
from traider.runtime.parity.attribution import Parts, ProfitDifference, attribute_difference

WINDOW_NS = 500
NONE = Decimal(0)
FLAT = {1_050: "100", 2_050: "100"}


def _parts(**parts: str) -> Parts:
    return Parts(**{name: Decimal(value) for name, value in parts.items()})


def compared(run: RunAccount, reference: RunAccount) -> ProfitDifference:
    found = attribute_difference(run, reference, WINDOW_NS)
    assert found.parts.total + found.unexplained == run.profit - reference.profit
    return found


def test_equal_runs_differ_in_nothing() -> None:
    one = account([order(1, [("101", "2")], fee="0.3")], FLAT)
    found = compared(one, one)
    assert (found.parts, found.unexplained, found.count("both")) == (Parts(), NONE, 1)


def test_an_order_that_only_the_run_sent_is_signal() -> None:
    # 2 bought at 101, worth 110 at the end, 0.5 paid in fees: 2 * 9 - 0.5.
    found = compared(account([order(1, [("101", "2")], fee="0.5")], FLAT), account([], FLAT))
    assert (found.parts, found.unexplained) == (_parts(signal="17.5"), NONE)
    assert [row.kind for row in found.rows] == ["run only"]


def test_an_order_that_only_the_reference_sent_counts_against_the_run() -> None:
    found = compared(account([], FLAT), account([order(-1, [("101", "2")], fee="0.5")], FLAT))
    assert (found.parts, found.unexplained) == (_parts(signal="18.5"), NONE)
    assert [row.kind for row in found.rows] == ["reference only"]


def test_an_order_that_both_sent_and_one_traded_is_fill() -> None:
    traded, idle = account([order(1, [("101", "2")], fee="0.5")], FLAT), account([], FLAT)
    for sent, parts in (
        ([7, 1_000], _parts(fill="-17.5")),
        ([1_499], _parts(fill="-17.5")),
        ([500, 1_500], _parts(signal="-17.5")),
        ([], _parts(signal="-17.5")),
    ):
        asked = replace(idle, sent={(NAME, 1): sent})
        assert compared(asked, traded).parts == parts
        assert compared(traded, asked).parts.total == Decimal("17.5")


def test_an_exit_has_the_cause_of_the_entry_that_one_run_alone_has() -> None:
    entered = [order(1, [("100", "2")]), order(-1, [("103", "2")], at=9_000, fee="0.5")]
    idle = replace(account([], FLAT), sent={(NAME, 1): [1_000]})
    found = compared(account(entered, FLAT), idle)
    assert found.parts == _parts(fill="5.5")
    found = compared(account(entered, FLAT), account([], FLAT))
    assert found.parts == _parts(signal="5.5")


def test_another_side_at_the_same_time_is_signal_twice() -> None:
    found = compared(
        account([order(1, [("100", "1")])], FLAT), account([order(-1, [("100", "1")])], FLAT)
    )
    assert found.parts == _parts(signal="20")
    assert sorted(row.kind for row in found.rows) == ["reference only", "run only"]


def test_a_fill_that_came_later_in_a_market_that_moved_is_latency() -> None:
    prices = {1_050: "100", 1_250: "103"}
    late = order(1, [("103.5", "2")], traded=1_250)
    soon = order(1, [("100.5", "2")], traded=1_050)
    found = compared(account([late], prices), account([soon], prices))
    assert (found.parts, found.unexplained) == (_parts(latency="-6"), NONE)


def test_another_price_at_the_same_time_is_fill() -> None:
    found = compared(
        account([order(-1, [("99", "2")])], FLAT), account([order(-1, [("99.75", "2")])], FLAT)
    )
    assert found.parts == _parts(fill="-1.5")


def test_an_order_filled_in_part_is_fill() -> None:
    # Of 2 wanted 1.5 traded; the half that is missing would have gained 110 - 100 less its fee.
    part = order(1, [("100", "1.5")], fee="0.15", wanted="2")
    whole = order(1, [("100", "2")], fee="0.2")
    found = compared(account([part], FLAT), account([whole], FLAT))
    assert (found.parts, found.unexplained) == (_parts(fill="-4.95"), NONE)


def test_an_order_asked_for_in_another_size_is_signal() -> None:
    found = compared(
        account([order(1, [("100", "3")])], FLAT), account([order(1, [("100", "2")])], FLAT)
    )
    assert found.parts == _parts(signal="10")


def test_a_size_is_shared_between_what_was_asked_for_and_what_was_filled() -> None:
    # 3 asked for and filled, beside 2 asked for of which 1 filled: 1 is signal, 1 is fill.
    found = compared(
        account([order(1, [("100", "3")])], FLAT),
        account([order(1, [("100", "1")], wanted="2")], FLAT),
    )
    assert found.parts == _parts(signal="10", fill="10")


def test_another_fee_is_fee() -> None:
    found = compared(
        account([order(1, [("100", "2")], fee="0.12")], FLAT),
        account([order(1, [("100", "2")], fee="-0.02")], FLAT),
    )
    assert found.parts == _parts(fee="-0.14")


def test_funding_is_compared_by_instrument_and_time() -> None:
    paid = [FundingPayment(NAME, Decimal("0.7"), 5), FundingPayment(NAME, Decimal(1), 6)]
    told = [FundingPayment(NAME, Decimal(1), 6), FundingPayment(NAME, Decimal("-0.1"), 7)]
    one = [order(1, [("100", "1")])]
    found = compared(account(one, FLAT, funding=paid), account(one, FLAT, funding=told))
    assert found.parts == _parts(funding="-0.8")
    assert [(row.ts_ns, row.parts.funding) for row in found.rows if row.kind == "funding"] == [
        (5, Decimal("-0.7")),
        (7, Decimal("-0.1")),
    ]


def test_records_that_disagree_about_the_market_are_data() -> None:
    # The run bought where its own record stood 1 higher than the reference's, the mark 2 higher.
    run = account([order(1, [("101", "2")])], {1_050: "101"}, mark=Decimal(112))
    reference = account([order(1, [("100", "2")])], {1_050: "100"}, mark=Decimal(110))
    found = compared(run, reference)
    assert found.parts == _parts(data="2")


def test_a_correction_of_the_books_is_data() -> None:
    found = compared(account([], corrections={NAME: Decimal("-3.5")}), account([]))
    assert found.parts == _parts(data="-3.5")
    assert found.rows[0].kind == "correction"


def test_all_causes_together_keep_their_own_parts() -> None:
    prices = {1_050: "100", 1_250: "103", 2_050: "104"}
    late = order(1, [("103.75", "2")], traded=1_250, fee="0.3")
    soon = order(1, [("100.5", "2")], fee="0.1")
    extra = order(-1, [("104", "1")], at=2_000, traded=2_050)
    run = account([late, extra], prices, funding=[FundingPayment(NAME, Decimal("0.05"), 9)])
    found = compared(run, account([soon], prices))
    wanted = _parts(signal="-6", latency="-6", fill="-0.5", fee="-0.2", funding="-0.05")
    assert (found.parts, found.unexplained, found.unexplained_share) == (wanted, NONE, 0.0)


def test_money_that_nothing_explains_is_told() -> None:
    one = account([order(1, [("100", "1")])], FLAT)
    richer = RunAccount(one.profit + 5, one.marks, one.orders, price_at=one.price_at)
    found = compared(richer, one)
    assert (found.parts, found.unexplained, found.unexplained_share) == (Parts(), Decimal(5), 1.0)


MONEY = st.integers(1, 10**6).map(lambda units: str(Decimal(units) / 1000))


@st.composite
def orders(draw: st.DrawFn) -> list[TradedOrder]:
    found = []
    for place in range(draw(st.integers(0, 6))):
        rows = draw(st.lists(st.tuples(MONEY, MONEY), min_size=1, max_size=3))
        decided = draw(st.integers(0, 20)) * 100
        found.append(
            order(
                draw(st.sampled_from((1, -1))),
                rows,
                at=decided,
                traded=decided + draw(st.integers(0, 5)) * 10,
                fee=draw(MONEY),
                wanted=draw(st.one_of(st.just(""), MONEY)),
                leg=place,
                name=draw(st.sampled_from((NAME, "X:ETH-USD"))),
            )
        )
    return found


PRICES = st.dictionaries(st.integers(0, 210).map(lambda ts: ts * 10), MONEY, max_size=40)
ACCOUNTS = st.builds(
    account, orders(), PRICES, mark=MONEY.map(Decimal), corrections=st.just({NAME: Decimal(2)})
)


@given(run=ACCOUNTS, reference=ACCOUNTS)
def test_the_parts_sum_to_the_difference(run: RunAccount, reference: RunAccount) -> None:
    found = compared(run, reference)
    roundings = 2 + sum(len(each.fills) for each in (*run.orders, *reference.orders))
    rows = 6 * len(found.rows)
    assert abs(found.unexplained) <= (roundings + rows) * Decimal("0.5e-8")
    assert sum((row.parts.total for row in found.rows), Decimal(0)) == found.parts.total


@given(run=ACCOUNTS, reference=ACCOUNTS)
def test_each_order_stands_in_one_row(run: RunAccount, reference: RunAccount) -> None:
    rows = compared(run, reference).rows
    of_run = sorted(each for row in rows for each in row.run_orders)
    of_reference = sorted(each for row in rows for each in row.reference_orders)
    assert of_run == sorted(each for order in run.orders for each in order.orders)
    assert of_reference == sorted(each for order in reference.orders for each in order.orders)


@given(run=ACCOUNTS)
def test_a_run_differs_from_itself_in_nothing(run: RunAccount) -> None:
    assert compared(run, run).parts == Parts()
