"""Reading accounts and markets, by real and documented answers."""

import asyncio
import tarfile
from collections.abc import Awaitable, Callable
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import Any, TypeVar

import msgspec
import pyarrow as pa
import pytest

from tests.venues.coinbase.keys import KEY
from tests.venues.coinbase.scripted_server import Answer, Asked, asking
from traider.domain.errors import DataError, UsageError
from traider.venues.coinbase.account_reads import AccountReads, FillFilter, OrderFilter
from traider.venues.coinbase.instruments import CoinbaseProduct
from traider.venues.coinbase.market_reads import CANDLES_MAX, MarketReads
from traider.venues.coinbase.rest_messages import amount
from traider.venues.errors import VenueSilenceError

Found = TypeVar("Found")
Fixture = Callable[[str], Any]


@pytest.fixture
def fixture(reference_data: Path) -> Fixture:
    """Return documented and real answers by their name."""
    path = reference_data / "rest" / "NAUTILUS-adapter-fixtures.tar.zst"
    with pa.input_stream(str(path), compression="zstd") as stream:
        packed = stream.read()

    def read(name: str) -> Any:
        with tarfile.open(fileobj=BytesIO(packed)) as archive:
            found = archive.extractfile(f"coinbase/{name}.json")
            assert found is not None
            return msgspec.json.decode(found.read())

    return read


def market(
    call: Callable[[MarketReads], Awaitable[Found]], *answers: Answer, private: bool = False
) -> tuple[Found, list[Asked]]:
    async def ask() -> tuple[Found, list[Asked]]:
        async with asking(*answers, key=KEY if private else None) as (session, asked):
            return await call(MarketReads(session)), asked

    return asyncio.run(ask())


def account(
    call: Callable[[AccountReads], Awaitable[Found]], *answers: Answer
) -> tuple[Found, list[Asked]]:
    async def ask() -> tuple[Found, list[Asked]]:
        async with asking(*answers, key=KEY) as (session, asked):
            return await call(AccountReads(session)), asked

    return asyncio.run(ask())


def test_a_real_product_has_its_grid(fixture: Fixture) -> None:
    product, asked = market(lambda reads: reads.product("BTC-USD"), Answer(fixture("http_product")))
    assert (product.tick_size, product.lot_size) == (Decimal("0.01"), Decimal("0.00000001"))
    assert (product.base_currency_id, product.quote_currency_id) == ("BTC", "USD")
    assert asked[0].path == "/api/v3/brokerage/market/products/BTC-USD"


def test_with_a_key_the_private_paths_are_asked(fixture: Fixture) -> None:
    _, asked = market(
        lambda reads: reads.product("BTC-USD"), Answer(fixture("http_product")), private=True
    )
    assert asked[0].path == "/api/v3/brokerage/products/BTC-USD"


def test_all_real_products_are_read(reference_data: Path) -> None:
    path = reference_data / "rest" / "COINBASE-ADVANCED-products-20260809.json.zst"
    with pa.input_stream(str(path), compression="zstd") as stream:
        body = stream.read()
    products, _ = market(lambda reads: reads.products(), Answer(body))
    assert len(products) == 920
    assert all(product.tick_size > 0 and product.lot_size > 0 for product in products)


def test_an_older_product_has_its_tick_in_the_increment_of_the_quote(fixture: Fixture) -> None:
    old = {**fixture("http_product"), "price_increment": ""}
    assert msgspec.convert(old, CoinbaseProduct).tick_size == Decimal("0.01")


def test_a_real_book_and_real_trades_are_read(fixture: Fixture) -> None:
    book, asked = market(lambda r: r.book("BTC-USD", 5), Answer(fixture("http_product_book")))
    assert [len(book.bids), len(book.asks)] == [5, 5]
    assert (book.bids[0].price, book.asks[0].price) == ("68923.66", "68923.67")
    assert asked[0].query == [("product_id", "BTC-USD"), ("limit", "5")]
    ticker, _ = market(lambda r: r.ticker("BTC-USD"), Answer(fixture("http_ticker")))
    assert (ticker.trades[0].trade_id, ticker.trades[0].side) == ("995098663", "SELL")


def candles(*starts: int) -> Answer:
    rows = [
        {"start": str(start), "low": "1", "high": "2", "open": "1", "close": "2", "volume": "3"}
        for start in starts
    ]
    return Answer({"candles": rows})


def test_candles_come_oldest_first_each_once_and_gaps_stay() -> None:
    found, asked = market(
        lambda reads: reads.candles("BTC-USD", 30, 301, 60), candles(240, 240, 60, 300, 0)
    )
    assert [candle.start_s for candle in found] == [60, 240, 300]
    assert dict(asked[0].query) == {
        "start": "60",
        "end": "300",
        "granularity": "ONE_MINUTE",
        "limit": "350",
    }


def test_many_candles_are_asked_for_in_pages() -> None:
    whole = CANDLES_MAX * 3_600
    found, asked = market(
        lambda reads: reads.candles("BTC-USD", 0, whole + 7_200, 3_600),
        candles(*range(0, whole, 3_600)),
        candles(whole + 3_600, whole),
    )
    assert [candle.start_s for candle in found] == list(range(0, whole + 7_200, 3_600))
    pages = [(dict(each.query)["start"], dict(each.query)["end"]) for each in asked]
    assert pages == [("0", str(whole - 1)), (str(whole), str(whole + 7_199))]


def test_candles_of_another_length_are_refused() -> None:
    with pytest.raises(UsageError, match="no candles of 45 s"):
        market(lambda reads: reads.candles("BTC-USD", 0, 1, 45), candles())


def test_every_page_of_accounts_is_read(fixture: Fixture) -> None:
    body = fixture("http_accounts")
    first = {**body, "accounts": body["accounts"][:1], "has_next": True, "cursor": "next"}
    second = {**body, "accounts": body["accounts"][1:], "has_next": False}
    found, asked = account(lambda reads: reads.accounts(), Answer(first), Answer(second))
    owned = {each.currency: (each.available, each.held) for each in found}
    assert owned == {
        "BTC": (Decimal("1.23456789"), Decimal("0.005")),
        "USD": (Decimal("10000.5"), Decimal(450)),
    }
    assert [each.query for each in asked] == [
        [("limit", "250")],
        [("limit", "250"), ("cursor", "next")],
    ]


def test_pages_that_go_round_in_circles_are_an_error(fixture: Fixture) -> None:
    body = {**fixture("http_accounts"), "has_next": True, "cursor": "same"}
    with pytest.raises(VenueSilenceError, match="never end"):
        account(lambda reads: reads.accounts(), Answer(body))


def test_orders_are_listed_by_their_filter(fixture: Fixture) -> None:
    wanted = OrderFilter(product_ids=("BTC-USD",), statuses=("OPEN", "PENDING"))
    found, asked = account(
        lambda reads: reads.orders(wanted),
        Answer({**fixture("http_orders_list"), "has_next": False}),
    )
    assert found
    assert asked[0].query == [
        ("product_ids", "BTC-USD"),
        ("order_status", "OPEN"),
        ("order_status", "PENDING"),
        ("limit", "100"),
    ]


def listed(*orders: tuple[str, int], cursor: str = "") -> Answer:
    """Answer with orders of these ids, created in these seconds of 2026."""
    rows = [{"order_id": f"o-{name}", "client_order_id": name, "product_id": "BTC-USD",
             "side": "BUY", "status": "OPEN", "created_time": f"2026-01-01T00:00:{second:02}.5Z"}
            for name, second in orders]  # fmt: skip
    return Answer({"orders": rows, "has_next": bool(cursor), "cursor": cursor})


@pytest.mark.parametrize(
    ("name", "found", "pages"), [("c-9", "o-c-9", 1), ("c-4", "o-c-4", 2), ("never", None, 3)]
)
def test_an_order_is_found_by_our_id_or_not_there(name: str, found: str | None, pages: int) -> None:
    order, asked = account(
        lambda reads: reads.find(name, "BTC-USD", 1_767_225_602_000_000_000),
        listed(("c-9", 9), ("c-8", 8), cursor="b"),
        listed(("c-5", 5), ("c-4", 4), cursor="c"),
        listed(("c-2", 2), ("c-1", 1), cursor="older ones, which are not asked for"),
    )
    assert (order.order_id if order else None) == found
    assert len(asked) == pages
    assert asked[0].query == [("product_ids", "BTC-USD"), ("start_date", "2026-01-01T00:00:02Z"),
                              ("limit", "100")]  # fmt: skip


def test_one_order_is_read(fixture: Fixture) -> None:
    found, asked = account(lambda reads: reads.order("x"), Answer(fixture("http_order")))
    assert (found.status, amount(found.total_fees)) == ("OPEN", Decimal(5))
    assert asked[0].path == "/api/v3/brokerage/orders/historical/x"


def test_fills_end_with_an_empty_cursor_and_come_once(fixture: Fixture) -> None:
    body = fixture("http_fills")
    found, asked = account(
        lambda reads: reads.fills(), Answer({**body, "cursor": "more"}), Answer(body)
    )
    assert [fill.base_size for fill in found] == [Decimal("0.005"), Decimal("0.0325")]
    assert len(asked) == 2


def test_a_fill_counted_in_the_quote_is_counted_in_the_base(fixture: Fixture) -> None:
    body = fixture("http_fills")
    body["fills"][0].update(size="225.61725", size_in_quote=True)
    found, _ = account(lambda reads: reads.fills(), Answer(body))
    assert found[0].base_size == Decimal("0.005")


def test_fills_of_orders_take_no_other_filter() -> None:
    with pytest.raises(UsageError, match="no other filter"):
        FillFilter(order_ids=("a",), product_ids=("b",)).query()


def test_fees_are_fractions() -> None:
    body = {"fee_tier": {"taker_fee_rate": "0.006", "maker_fee_rate": "0.004"}}
    tier, _ = account(lambda reads: reads.fees(), Answer(body))
    assert (tier.maker, tier.taker) == (Decimal("0.004"), Decimal("0.006"))


def test_permissions_are_read() -> None:
    may, _ = account(
        lambda reads: reads.permissions(), Answer({"can_view": True, "can_trade": False})
    )
    assert (may.can_view, may.can_trade) == (True, False)


def test_the_venues_clock_is_read() -> None:
    told = {
        "iso": "2023-11-14T22:13:20Z",
        "epochSeconds": "1700000000",
        "epochMillis": "1700000000123",
    }
    time, _ = market(lambda reads: reads.server_time(), Answer(told))
    assert time.now_ns == 1_700_000_000_123_000_000


def test_an_answer_of_another_shape_is_not_trusted() -> None:
    with pytest.raises(VenueSilenceError, match="cannot be read"):
        account(lambda reads: reads.accounts(), Answer({"accounts": 7}))


@pytest.mark.parametrize("text", ["x", "NaN", "Infinity"])
def test_what_is_no_amount_is_refused(text: str) -> None:
    with pytest.raises(DataError, match="is no amount"):
        amount(text)
    assert amount("") == 0
