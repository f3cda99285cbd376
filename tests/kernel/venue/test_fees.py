"""Fees in a currency of their own, worked out by hand: discount, rounding, a balance that ends."""

from dataclasses import replace
from decimal import ROUND_CEILING, Decimal

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.kernel.live_scenario import COIN, bid, play_live, snapshot
from tests.kernel.scenario import (
    MONEY,
    PERPETUAL,
    SPOT,
    Journal,
    Ohlcv,
    bars,
    buy,
    opening,
    play,
    record,
    sell,
    spec_of,
)
from traider.domain.errors import UsageError
from traider.domain.events import FillFlag, Kind, OrderFlag
from traider.domain.margin import MarginTier
from traider.domain.money import pack_currency
from traider.domain.payload_table import PAYLOADS
from traider.kernel.arithmetic import DIVISOR_MAX, other_fee_units, value_of
from traider.kernel.codes import Limit, Reject, Verdict
from traider.kernel.compiled import compile_kernel
from traider.kernel.machine import Machine
from traider.kernel.specification import FeeCurrencySpec, KernelSpec, MarketSpec

pytestmark = pytest.mark.interpreted

FLAT: Ohlcv = (100, 101, 99, 100)
ONE_PERCENT = 1_000_000
QUARTER = 25_000_000
OTHER = int(FillFlag.FEE_IN_OTHER)
QUOTE_SIZED = int(OrderFlag.QUOTE_SIZED)
TAKES = replace(SPOT, maker_fee_e8=ONE_PERCENT // 2, taker_fee_e8=ONE_PERCENT)


def paying(
    market: MarketSpec = TAKES,
    *,
    balance: Decimal = Decimal(1),
    price: Decimal = Decimal(300),
    cash: int = 1_000,
    limits: dict[Limit, float] | None = None,
) -> KernelSpec:
    """Return a kernel whose fees are paid in another currency at a quarter off."""
    fees = FeeCurrencySpec("BNB", int(balance * MONEY), int(price * MONEY), QUARTER)
    return replace(spec_of(market, cash=cash, limits=limits), fees=fees)


def fees_of(journal: Journal) -> list[tuple[int, bool]]:
    """Return each fill's fee and whether it was taken in the other currency."""
    found = journal.of(Kind.FILL)
    return [(int(fill["fee"]), bool(fill["flags"] & OTHER)) for fill in found]


def balances(journal: Journal) -> list[int]:
    """Return the fee balance in the books of decider, gate and venue."""
    made = journal.machine
    return [int(part[0]["fee_balance"]) for part in (made.decider.account, made.gate.account,
                                                     made.venue.venue)]  # fmt: skip


def test_a_fee_is_taken_from_the_balance_at_a_discount_and_rounded_up() -> None:
    feed = bars(FLAT, FLAT, (100, 120, 99, 100))
    journal = play(paying(), feed, buy(1, 7), sell(2, 7, price=110))
    # 7 of 700 less a quarter is 5.25: 0.0175 at 300. The maker's 3.85 make 0.009625.
    assert fees_of(journal) == [(1_750_000, True), (962_500, True)]
    assert journal.cash == (1_000 - 700 + 770) * MONEY
    assert balances(journal) == [MONEY - 2_712_500] * 3
    books = journal.machine.venue.markets[0]
    assert (books["taker_fees_other"], books["maker_fees_other"]) == (1_750_000, 962_500)
    odd = play(paying(price=Decimal(7)), bars(FLAT, FLAT), buy(1, 1))
    exact = Decimal(1) * Decimal("0.75") / 7
    assert fees_of(odd) == [(int((exact * MONEY).to_integral_value(rounding=ROUND_CEILING)), True)]
    held = odd.machine.decider.markets[0]
    assert (held["other_fees_units"], held["fees_units"]) == (10_714_286, 0)


def test_a_balance_that_does_not_cover_a_fee_is_left_alone() -> None:
    spec = paying(balance=Decimal("0.02"), cash=10_000)
    feed = bars(FLAT, FLAT, FLAT, FLAT)
    journal = play(spec, feed, buy(1, 5), buy(2, 5), sell(3, 2))
    # 0.0125 of 0.02, then 0.0125 of 0.0075: 5 in cash at the full rate; 0.005 fits again.
    assert fees_of(journal) == [(1_250_000, True), (5 * MONEY, False), (500_000, True)]
    assert balances(journal) == [250_000] * 3
    assert journal.cash == (10_000 - 500 - 500 - 5 + 200) * MONEY
    market = journal.machine.venue.markets[0]
    assert (market["taker_fees"], market["taker_fees_other"]) == (5 * MONEY, 1_750_000)


def test_the_balance_is_equity_and_no_money_to_trade_with() -> None:
    spec = paying(balance=Decimal(2), cash=1_000)
    assert spec.capital_units == 1_600 * MONEY
    journal = play(spec, bars(FLAT, FLAT, (110, 111, 109, 110)), buy(1, 4))
    account = journal.machine.decider.account[0]
    # 4 bought at 100 and worth 440; a fee of 4 less a quarter is worth 3.
    assert account["equity"] == pytest.approx(1_600 + 40 - 3, abs=1e-9)
    assert account["tradable"] == pytest.approx(1_040, abs=1e-9)
    assert journal.machine.gate.account[0]["equity"] == account["equity"]


def test_all_cash_buys_where_the_fee_is_paid_from_the_balance() -> None:
    limits = {Limit.MAX_EXPOSURE: 1.0, Limit.MAX_LEVERAGE: 1.0}
    in_lots = buy(1, 10)
    in_money = buy(1, 1_000 * MONEY, flags=QUOTE_SIZED)
    for order in (in_lots, in_money):
        journal = play(paying(limits=limits), bars(FLAT, FLAT), order)
        assert journal.verdicts == [Verdict.APPROVED]
        assert journal.fills == [(1, 10, 100)]
        assert journal.cash == 0
        short = play(paying(balance=Decimal("0.001")), bars(FLAT, FLAT), order)
        assert short.fills == [(1, 9, 100)]
        assert short.cash == (1_000 - 900 - 9) * MONEY


def test_more_than_all_cash_is_cut_to_what_cash_pays() -> None:
    journal = play(paying(), bars(FLAT, FLAT), buy(1, 12))
    assert journal.fills == [(1, 10, 100)]
    assert journal.ends == [(Kind.CANCELLED, Reject.INSUFFICIENT_FUNDS)]


def test_a_rest_holds_its_fee_in_cash() -> None:
    # 10 at 99 are 990, and 9.90 must lie ready although the balance would pay.
    assert play(paying(cash=1_000), bars(FLAT, FLAT), buy(1, 10, price=99)).ends == []
    journal = play(paying(cash=999), bars(FLAT, FLAT), buy(1, 10, price=99))
    assert journal.ends == [(Kind.REJECTED, Reject.INSUFFICIENT_FUNDS)]


def test_a_rebate_comes_in_cash() -> None:
    market = replace(TAKES, maker_fee_e8=-ONE_PERCENT)
    journal = play(paying(market), bars(FLAT, (100, 101, 90, 95)), buy(1, 5, price=95))
    assert fees_of(journal) == [(-475 * MONEY // 100, False)]
    assert balances(journal) == [MONEY] * 3


def test_a_derivative_pays_from_the_balance_but_a_forced_close_in_cash() -> None:
    tier = MarginTier(Decimal(0), Decimal(10_000), Decimal("0.05"), Decimal(0), Decimal(10))
    market = replace(PERPETUAL, margin_tiers=(tier,), taker_fee_e8=ONE_PERCENT)
    spec = paying(market, balance=Decimal(10), cash=100)
    journal = play(spec, bars(FLAT, FLAT, (100, 100, 80, 80)), buy(1, 10))
    flags = [int(fill["flags"]) for fill in journal.of(Kind.FILL)]
    # The balance, worth 3,000, is no collateral.
    assert flags == [OTHER, int(FillFlag.LIQUIDATION)]
    assert balances(journal) == [10 * MONEY - 2_500_000] * 3


def test_money_on_a_book_spends_all_cash_where_the_balance_pays() -> None:
    market = replace(COIN, taker_fee_e8=ONE_PERCENT)
    order = bid(1, 1_000 * MONEY, flags=QUOTE_SIZED)
    book = snapshot(0, asks={100: 4, 200: 9})
    journal = play_live(paying(market), book, order)
    assert journal.fills == [(1, 4, 100), (1, 3, 200)]
    assert fees_of(journal) == [(1_000_000, True), (1_500_000, True)]
    short = play_live(paying(market, balance=Decimal("0.001")), book, order)
    assert short.fills == [(1, 4, 100), (1, 2, 200)]


def test_a_transfer_in_the_fee_currency_is_no_cash() -> None:
    sent = record(Kind.TRANSFER, opening(1), w0=pack_currency("BNB"), w1=5, w3=1)
    paid = record(Kind.TRANSFER, opening(1), w0=pack_currency("USDT"), w1=7, w3=1)
    machine = play(paying(), bars(FLAT, FLAT), sent, paid).machine
    for account in (machine.decider.account[0], machine.gate.account[0]):
        assert account["fee_balance"] == MONEY + 5
        assert account["cash_units"] == 1_000 * MONEY + 7


def test_a_fill_says_by_its_version_what_its_fee_means() -> None:
    journal = play(paying(), bars(FLAT, FLAT), buy(1, 1))
    versions = {Kind(int(e["kind"])): int(e["version"]) for e in journal.events}
    assert versions[Kind.FILL] == PAYLOADS[Kind.FILL].version == 2
    assert versions[Kind.ACK] == PAYLOADS[Kind.ACK].version


@given(st.integers(1, 10**15), st.integers(1, MONEY), st.integers(1, DIVISOR_MAX))
@example(10**15, MONEY, DIVISOR_MAX)
@example(10**15, MONEY, 1)
@settings(max_examples=300)
def test_the_fee_in_the_other_currency_is_exact(fee: int, share: int, price: int) -> None:
    compile_kernel()
    exact = -(-fee * share // price)
    found = other_fee_units(fee, share, price)
    assert found == exact or (found == -1 and exact > 9 * 10**18)
    assert value_of(fee, price) == pytest.approx(fee * price / 10**16, rel=1e-12)


def test_a_price_that_64_bits_cannot_divide_by_is_refused() -> None:
    with pytest.raises(UsageError, match="give a price above 0"):
        Machine(paying(price=Decimal(800_000)))
