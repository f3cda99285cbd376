"""Payloads as Coinbase's documents print them ("WebSocket channels", 2026-06-28), word for word.

Documents and the capture differ in places: ``client_id``, the spelling of zero, counters as text,
times of 1970. A session is played in the order of the wire, and ends with a refusal.
"""

import pytest

from tests.venues.coinbase.wire import Wire, kinds
from traider.domain.errors import DataError

HEAD = '"client_id":"","timestamp":"2023-02-09T20:32:50.714964855Z"'
SESSION: tuple[tuple[str, list[str]], ...] = (
    (
        '{"channel":"subscriptions",' + HEAD + ',"sequence_num":0,'
        '"events":[{"subscriptions":{"heartbeats":["heartbeats"]}}]}',
        [],
    ),
    (
        '{"channel":"l2_data",' + HEAD + ',"sequence_num":1,"events":[{"type":"snapshot",'
        '"product_id":"BTC-USD","updates":[{"side":"bid","event_time":"1970-01-01T00:00:00Z",'
        '"price_level":"21921.73","new_quantity":"0.06317902"},{"side":"offer",'
        '"event_time":"1970-01-01T00:00:00Z","price_level":"21921.74","new_quantity":"1.5"}]}]}',
        ["DEPTH_SNAPSHOT", "DEPTH_SNAPSHOT"],
    ),
    (
        '{"channel":"subscriptions",' + HEAD + ',"sequence_num":2,'
        '"events":[{"subscriptions":{"heartbeats":["heartbeats"],"level2":["BTC-USD"]}}]}',
        [],
    ),
    (
        '{"channel":"l2_data",' + HEAD + ',"sequence_num":3,"events":[{"type":"update",'
        '"product_id":"BTC-USD","updates":[{"side":"offer",'
        '"event_time":"2023-02-09T20:32:50.2Z","price_level":"21921.74",'
        '"new_quantity":"0.00000000"}]}]}',
        ["DEPTH_UPDATE"],
    ),
    (
        '{"channel":"heartbeats",' + HEAD + ',"sequence_num":4,"events":[{"current_time":'
        '"2023-06-23 20:31:56.121961769 +0000 UTC m=+91717.525857105",'
        '"heartbeat_counter":"3049"}]}',
        [],
    ),
    (
        '{"channel":"market_trades",' + HEAD + ',"sequence_num":5,"events":[{"type":"snapshot",'
        '"trades":[{"trade_id":"000000000","product_id":"ETH-USD","price":"1260.01",'
        '"size":"0.3","side":"BUY","time":"2019-08-14T20:42:27.265Z"}]}]}',
        ["TRADE"],
    ),
    (
        '{"channel":"ticker",' + HEAD + ',"sequence_num":6,"events":[{"type":"snapshot",'
        '"tickers":[{"type":"ticker","product_id":"BTC-USD","price":"21932.98",'
        '"volume_24_h":"16038.28770938","low_24_h":"21835.29","high_24_h":"23011.18",'
        '"low_52_w":"15460","high_52_w":"48240","price_percent_chg_24_h":"-4.15775596190603",'
        '"best_bid":"21931.98","best_bid_quantity":"8000.21","best_ask":"21933.98",'
        '"best_ask_quantity":"8038.07770938"}]}]}',
        ["QUOTE"],
    ),
    (
        '{"channel":"ticker_batch",' + HEAD + ',"sequence_num":7,"events":[{"type":"update",'
        '"tickers":[{"type":"ticker","product_id":"BTC-USD","price":"21932.98",'
        '"volume_24_h":"16038.28770938","low_24_h":"21835.29","high_24_h":"23011.18",'
        '"low_52_w":"15460","high_52_w":"48240",'
        '"price_percent_chg_24_h":"-4.15775596190603"}]}]}',
        [],
    ),
    (
        '{"channel":"candles",' + HEAD + ',"sequence_num":8,"events":[{"type":"snapshot",'
        '"candles":[{"start":"1688998200","high":"1867.72","low":"1865.63","open":"1867.38",'
        '"close":"1866.81","volume":"0.20269406","product_id":"ETH-USD"}]}]}',
        [],
    ),
    (
        '{"channel":"status",' + HEAD + ',"sequence_num":9,"events":[{"type":"snapshot",'
        '"products":[{"product_type":"SPOT","id":"BTC-USD","base_currency":"BTC",'
        '"quote_currency":"USD","base_increment":"0.00000001","quote_increment":"0.01",'
        '"display_name":"BTC/USD","status":"online","status_message":"",'
        '"min_market_funds":"1"}]}]}',
        ["INSTRUMENT_STATUS"],
    ),
)


def test_the_documented_session_is_read_to_its_end() -> None:
    wire = Wire("BTC-USD", "ETH-USD")
    for payload, said in SESSION:
        assert kinds(wire.raw(payload.encode())) == said
    assert wire.mapper.is_whole("BTC-USD")
    assert wire.mapper.subscriptions == {"heartbeats": ("heartbeats",), "level2": ("BTC-USD",)}
    others = wire.mapper.counts.others
    assert others == {"heartbeats": 1, "ticker_batch": 1, "candles": 1}
    with pytest.raises(DataError, match="authentication failure"):
        wire.raw(b'{"type":"error","message":"authentication failure"}')


def test_a_documented_trade_is_that_of_a_seller() -> None:
    wire = Wire("BTC-USD", "ETH-USD")
    (trade,) = wire.raw(SESSION[5][0].encode())
    assert (trade["side"], trade["id"], trade["instrument"]) == (-1, 0, 1)
    assert trade["ts_event"] == 1_565_815_347_265_000_000
