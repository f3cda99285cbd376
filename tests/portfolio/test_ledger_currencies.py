"""Laws of books in several currencies.

1. Each currency balances on its own after every booking, whatever is booked.
2. Worth is capital and all that was made since, to the unit, in the valuation currency.
3. What is priced in one currency and valued at a rate is worth that much times more.
"""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.strategies import NAME, fill_runs
from traider.domain.errors import DataError
from traider.domain.fills import Fill
from traider.portfolio.currency_rates import PairRates
from traider.portfolio.funding import FundingPayment
from traider.portfolio.ledger import Account, Ledger

MARKS = {NAME: Decimal("123.45"), "ETH-BTC": Decimal("0.05"), "X": Decimal(9)}
RATES = {"BTC": Decimal(60_000), "EUR": Decimal("1.1")}
CURRENCIES = ("USD", "BTC", "EUR")
amounts = st.integers(-(10**12), 10**12).map(lambda units: Decimal(units) / 10**8)
positive = st.integers(1, 10**12).map(lambda units: Decimal(units) / 10**8)
Booking = Callable[[Ledger], None]


@st.composite
def bookings(draw: st.DrawFn) -> Booking:
    """Draw one thing to book, in any currency."""
    amount, currency = draw(amounts), draw(st.sampled_from(CURRENCIES))
    kind = draw(st.sampled_from(["transfer", "charge", "fund", "adjust", "cash", "exchange"]))
    if kind == "transfer":
        return lambda ledger: ledger.transfer(amount, 1, currency=currency)
    if kind == "charge":
        return lambda ledger: ledger.charge(amount, 1, currency=currency)
    if kind == "fund":
        return lambda ledger: ledger.fund(FundingPayment("X", amount, 1), currency)
    if kind == "cash":
        return lambda ledger: ledger.adjust_cash(amount, 1, currency)
    if kind == "adjust":
        side, size = draw(st.sampled_from([1, -1])), draw(st.integers(1, 5))
        taken = Fill("X", side, abs(amount) + 1, Decimal(size), Decimal(0), 1, currency="EUR")
        return lambda ledger: ledger.adjust(taken)
    given, got = draw(st.permutations(CURRENCIES))[:2]
    out, come = draw(positive), draw(positive)
    return lambda ledger: ledger.exchange((out, given), (come, got), 1)


@given(st.lists(bookings(), max_size=12), fill_runs(8))
def test_every_currency_balances_and_worth_is_what_was_made(
    wanted: list[Booking], fills: list[Fill]
) -> None:
    ledger = Ledger("USD", Decimal(10_000))
    priced = [replace(each, instrument="ETH-BTC", currency="BTC") for each in fills]
    for book in [*wanted, *(lambda it, each=each: it.apply(each) for each in [*fills, *priced])]:
        book(ledger)
        assert set(ledger.balances.values()) == {Decimal(0)}
    assert all(sum(units for _, units in entry.postings) == 0 for entry in ledger.entries)
    value = ledger.valuation(MARKS, RATES)
    assert value.nav_units == value.made_units
    assert value.nav == ledger.equity(MARKS, RATES)
    assert value.profit == value.nav - Decimal(value.capital_units) / 10**8
    exact = Fraction(0)
    for currency in CURRENCIES:
        exact += Fraction(ledger.cash_in(currency)) * Fraction(RATES.get(currency, 1))
    for name, currency in ((NAME, "USD"), ("ETH-BTC", "BTC"), ("X", "EUR")):
        worth = Fraction(ledger.position(name).quantity) * Fraction(MARKS[name])
        exact += worth * Fraction(RATES.get(currency, 1))
    # Half a unit is rounded a position, at the rate of its currency, and half a currency.
    assert abs(Fraction(value.nav) - exact) <= Fraction(60_003, 2 * 10**8)


def test_a_trade_in_another_currency_by_hand() -> None:
    ledger = Ledger("USD", Decimal(100_000))
    ledger.exchange((Decimal(60_000), "USD"), (Decimal(1), "BTC"), 1)
    buy = Fill("ETH-BTC", 1, Decimal("0.05"), Decimal(10), Decimal("0.001"), 2, currency="BTC")
    ledger.apply(buy)
    assert ledger.cash == 40_000
    assert ledger.cash_in("BTC") == Decimal("0.499")
    sell = replace(buy, side=-1, price=Decimal("0.06"), quantity=Decimal(5), fee=Decimal(0))
    ledger.apply(sell)
    assert ledger.realized_in("BTC") == Decimal("0.05")
    assert ledger.fees_in("BTC") == Decimal("0.001")
    value = ledger.valuation({"ETH-BTC": Decimal("0.06")}, {"BTC": Decimal(70_000)})
    # 0.799 BTC of money and 5 ETH for 0.06 each.
    assert value.nav == 40_000 + Decimal("1.099") * 70_000
    assert value.realized_units == value.unrealized_units == 3_500 * 10**8
    assert value.fees_units == 70 * 10**8
    # One coin was bought for 60,000 and is worth 70,000.
    assert value.exchanged_units == 10_000 * 10**8
    assert value.profit == 10_000 + 3_500 + 3_500 - 70
    texts = [entry.text for entry in ledger.entries]
    assert texts == ["capital", "USD for BTC", "USD for BTC", "ETH-BTC", "ETH-BTC"]


def test_funding_and_corrections_have_accounts_of_their_own() -> None:
    ledger = Ledger("USD", Decimal(1_000))
    ledger.fund(FundingPayment("X", Decimal("1.5"), 1))
    ledger.adjust_cash(Decimal(-2), 2)
    ledger.adjust(Fill("X", 1, Decimal(10), Decimal(3), Decimal(0), 3))
    assert (ledger.cash, ledger.funding) == (Decimal("996.5"), Decimal("1.5"))
    assert ledger.adjusted == 28
    assert ledger.equity({"X": Decimal(11)}) == Decimal("1029.5")
    ledger.adjust(Fill("X", -1, Decimal(12), Decimal(3), Decimal(0), 4))
    assert [ledger.realized, ledger.adjusted, ledger.cash] == [6, -8, Decimal("996.5")]
    assert dict(ledger.entries[-1].postings)[Account.INVENTORY] == -30 * 10**8


@pytest.mark.parametrize(
    ("given", "got"),
    [((1, "USD"), (1, "USD")), ((0, "USD"), (1, "EUR")), ((1, "USD"), (-1, "EUR"))],
)
def test_an_exchange_is_of_two_currencies(given: tuple[int, str], got: tuple[int, str]) -> None:
    ledger = Ledger("USD")
    with pytest.raises(DataError, match="exchanged for"):
        ledger.exchange((Decimal(given[0]), given[1]), (Decimal(got[0]), got[1]), 1)
    assert ledger.entries == ()


def test_the_currency_of_a_price_may_change_only_when_flat() -> None:
    ledger, buy = Ledger("USD"), Fill("X", 1, Decimal(10), Decimal(1), Decimal(0), 1)
    ledger.apply(buy)
    with pytest.raises(DataError, match="priced in USD and now in EUR"):
        ledger.apply(replace(buy, currency="EUR"))
    ledger.apply(replace(buy, side=-1))
    ledger.apply(replace(buy, currency="EUR"))
    assert ledger.cash_in("EUR") == -10


def test_rates_go_over_as_few_pairs_as_lead_there() -> None:
    prices = {
        ("BTC", "USDT"): Decimal(60_000),
        ("ETH", "BTC"): Decimal("0.05"),
        ("EUR", "USD"): Decimal("1.1"),
        ("USD", "USDT"): Decimal("1.25"),
        ("ETH", "EUR"): Decimal(2_000),
    }
    rates = PairRates("USD", prices)
    assert rates.rate("USD") == 1
    assert rates.rate("USDT") == Fraction(4, 5)
    assert rates.rate("BTC") == 48_000
    # Over the euro, two pairs, and not over coin and tether, three.
    assert rates.rate("ETH") == 2_200
    with pytest.raises(DataError, match="no rate for XRP in USD"):
        rates.rate("XRP")
    ledger = Ledger("USD")
    ledger.transfer(Decimal(5), 1, currency="USDT")
    assert ledger.equity({}, rates) == 4
    with pytest.raises(DataError, match="no rate for USDT"):
        ledger.equity({}, {})


def test_a_pair_has_a_positive_price() -> None:
    with pytest.raises(DataError, match="BTC-USD costs 0"):
        PairRates("USD", {("BTC", "USD"): Decimal(0)})
