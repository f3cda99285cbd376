"""No trade is lost without a mark: what mappers remember of trades moves with their records alone.

1. A message that is refused at its last trade tells none; told again, its trades are all written.
2. One that nobody tells again leaves a hole that the next trade is marked with, book or none.
3. The mark goes to the next trade that makes a record.
4. Where numbers do not count on, the first trade of the next connection is marked.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from tests.venues.binance.wire import Wire as BinanceWire
from tests.venues.binance.wire import trade as binance_trade
from tests.venues.coinbase.wire import Wire as CoinbaseWire
from tests.venues.coinbase.wire import trades as coinbase_trades
from tests.venues.stream_wire import BEFORE, LAST, MARKED, StreamWire, listing
from traider.domain.errors import DataError
from traider.venues.bitfinex.mapper import BitfinexMapper
from traider.venues.bybit.mapper import BybitMapper
from traider.venues.coinbase_pro.mapper import CoinbaseProMapper
from traider.venues.deribit.mapper import DeribitMapper
from traider.venues.kraken.mapper import KrakenMapper
from traider.venues.kraken.mapper_v1 import KrakenV1Mapper
from traider.venues.market_mapper import MarketMapper
from traider.venues.okx.mapper import OkxMapper

MS = 1_721_347_020_984
TIME = "2024-07-18T23:57:00.984Z"
OFF = "10.05"
"""A price that is no multiple of 0.1."""

Told = tuple[int, str]
"""Number and price of a trade."""


def kraken(*told: Told) -> Any:
    shared = {"symbol": "X", "side": "buy", "qty": 1, "timestamp": TIME}
    data = [{**shared, "trade_id": number, "price": float(price)} for number, price in told]
    return {"channel": "trade", "type": "update", "data": data}


def kraken_v1(*told: Told) -> Any:
    return [1, [[price, "1", "1721347020.98", "b", "l", ""] for _, price in told], "trade", "X"]


def deribit(*told: Told, **more: Any) -> Any:
    shared = {"instrument_name": "X", "timestamp": MS, "amount": 1, "direction": "buy", **more}
    data = [{**shared, "trade_seq": number, "price": float(price)} for number, price in told]
    return {"method": "subscription", "params": {"channel": "trades.X.raw", "data": data}}


def bybit(*told: Told) -> Any:
    shared = {"s": "X", "T": MS, "S": "Buy", "v": "1"}
    data = [{**shared, "i": str(number), "p": price, "seq": number} for number, price in told]
    return {"topic": "publicTrade.X", "type": "snapshot", "ts": MS, "data": data}


def bybit_of_one_sequence(*told: Told) -> Any:
    message = bybit(*told)
    for trade in message["data"]:
        trade["seq"] = 9
    return message


def okx(*told: Told) -> Any:
    shared = {"instId": "X", "sz": "1", "side": "buy", "ts": str(MS)}
    data = [{**shared, "tradeId": str(number), "px": price} for number, price in told]
    return {"arg": {"channel": "trades", "instId": "X"}, "data": data}


def match(told: Told) -> Any:
    number, price = told
    shared = {"type": "match", "product_id": "X", "side": "sell", "time": TIME}
    return {**shared, "trade_id": number, "price": price, "size": "1"}


@dataclass(frozen=True)
class Venue:
    """How one venue tells several trades in a message."""

    build: Callable[[Any], MarketMapper]
    trades: Callable[..., Any]
    is_numbered: bool = True

    def wire(self) -> StreamWire:
        """Open a connection."""
        return StreamWire(self.build([listing("X")]))


COUNTED = {"kraken": Venue(KrakenMapper, kraken), "deribit": Venue(DeribitMapper, deribit)}
RISING = {
    "bybit": Venue(BybitMapper, bybit),
    "bybit, one sequence": Venue(BybitMapper, bybit_of_one_sequence),
    "okx": Venue(OkxMapper, okx),
    "kraken v1": Venue(KrakenV1Mapper, kraken_v1, is_numbered=False),
}


@pytest.mark.parametrize("name", [*COUNTED, *RISING])
def test_law_1_trades_of_a_refused_message_are_written_when_told_again(name: str) -> None:
    venue = (COUNTED | RISING)[name]
    wire = venue.wire()
    wire.send(venue.trades((10, "10")))
    with pytest.raises(DataError, match="no multiple of"):
        wire.send(venue.trades((11, "11"), (12, "12"), (13, OFF)))
    assert len(wire.out) == 0
    wire.disconnect()
    events = wire.send(venue.trades((11, "11"), (12, "12")))
    assert events["price"].tolist() == [110, 120]
    counts = wire.mapper.counts_of("X")
    assert (counts.trades, counts.trades_old, counts.trade_gaps) == (3, 0, 0)


def test_law_1_holds_for_coinbase_where_the_snapshot_tells_them_again() -> None:
    wire = CoinbaseWire("BTC-USD", "ETH-USD")
    wire.send("market_trades", coinbase_trades("snapshot", 10))
    off = coinbase_trades("update", 5, product="ETH-USD")
    off["trades"][0]["price"] = "100.001"
    with pytest.raises(DataError, match="no multiple of"):
        wire.send("market_trades", coinbase_trades("update", 11, 12), off)
    assert len(wire.out) == 0
    wire.disconnect()
    events = wire.send("market_trades", coinbase_trades("snapshot", 10, 11, 12))
    assert (events["id"].tolist(), events["flags"].tolist()) == ([11, 12], [LAST, LAST])
    counts = wire.mapper.counts_of("BTC-USD")
    assert (counts.trades, counts.trades_old) == (3, 1)


@pytest.mark.parametrize("name", COUNTED)
def test_law_2_a_refused_trade_that_nobody_tells_again_is_marked(name: str) -> None:
    venue = COUNTED[name]
    wire = venue.wire()
    wire.send(venue.trades((10, "10")))
    with pytest.raises(DataError):
        wire.send(venue.trades((11, OFF)))
    wire.disconnect()
    assert wire.send(venue.trades((12, "10")))["flags"].tolist() == [MARKED]
    assert wire.mapper.counts_of("X").trade_gaps == 1


def test_law_2_holds_for_messages_of_one_trade() -> None:
    binance = BinanceWire()
    binance.send(binance_trade(10))
    with pytest.raises(DataError):
        binance.send(binance_trade(11, price="100.15"))
    assert binance.send(binance_trade(12))["flags"].tolist() == [MARKED]
    wire = StreamWire(CoinbaseProMapper([listing("X")]))
    wire.send(match((10, "10")))
    with pytest.raises(DataError):
        wire.send(match((11, OFF)))
    assert wire.send(match((12, "10")))["flags"].tolist() == [MARKED]


def test_law_3_a_trade_without_a_record_leaves_the_mark_to_the_next() -> None:
    wire = COUNTED["deribit"].wire()
    wire.send(deribit((10, "10")))
    assert len(wire.send(deribit((12, "10"), block_trade_id="1"))) == 0
    with pytest.raises(DataError):
        wire.send(deribit((13, "10"), (14, OFF)))
    assert wire.send(deribit((13, "10"), (14, "10")))["flags"].tolist() == [MARKED, LAST]


@pytest.mark.parametrize("name", RISING)
def test_law_4_the_next_connection_marks_where_no_number_can(name: str) -> None:
    venue = RISING[name]
    wire = venue.wire()
    wire.disconnect()
    assert wire.send(venue.trades((10, "10")))["flags"].tolist() == [LAST]
    wire.disconnect()
    events = wire.send(venue.trades((11, "10"), (12, "10")))
    assert events["flags"].tolist() == [LAST | BEFORE, LAST]


def test_law_4_holds_where_the_channel_is_told_first() -> None:
    wire = StreamWire(BitfinexMapper([listing("tX")]))
    flags = []
    for number in (10, 11):
        wire.send({"event": "subscribed", "channel": "trades", "chanId": 5, "symbol": "tX"})
        flags += wire.send([5, "te", [number, MS, 1, 10], 1])["flags"].tolist()
        wire.disconnect()
    assert flags == [LAST, MARKED]
