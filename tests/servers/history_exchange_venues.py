"""What each venue answers about its markets, its time and its history.

Paging as documented and as ccxt 4.5 asks for it:
    coinbase   start and end in seconds, both inclusive; 350 buckets; newest first
    binance    startTime and endTime in ms, both inclusive; 1000 (spot), 1500 (USD-M); oldest first
    bybit      start and end in ms, both inclusive; 1000; newest first
    okx        after = older than, before = newer than, both exclusive; 300; newest first
    kraken     the newest 720 bars whatever ``since`` says, the open one last; trades by ns
"""

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from tests.servers.history_exchange_data import Bar, History, Trade
from tests.servers.history_exchange_faults import page

MS = {"1m": 60_000, "3m": 180_000, "5m": 300_000, "15m": 900_000, "30m": 1_800_000}
HOUR = 3_600_000
LENGTHS = {**MS, "1h": HOUR, "2h": 2 * HOUR, "4h": 4 * HOUR, "6h": 6 * HOUR, "1d": 24 * HOUR}
COINBASE = {
    "ONE_MINUTE": "1m", "FIVE_MINUTE": "5m", "FIFTEEN_MINUTE": "15m", "THIRTY_MINUTE": "30m",
    "ONE_HOUR": "1h", "TWO_HOUR": "2h", "SIX_HOUR": "6h", "ONE_DAY": "1d",
}  # fmt: skip
BYBIT = {"1": "1m", "3": "3m", "5": "5m", "15": "15m", "30": "30m", "60": "1h", "120": "2h",
         "240": "4h", "360": "6h", "D": "1d"}  # fmt: skip


class Refused(Exception):  # noqa: N818 - an answer
    """The venue refuses a question."""

    def __init__(self, status: int, body: str) -> None:
        super().__init__(body)
        self.status = status
        self.body = body


@dataclass(frozen=True)
class Asked:
    """One question."""

    histories: dict[str, History]
    query: dict[str, str]
    path: dict[str, str]
    now_ms: int
    faults: frozenset[str]

    def number(self, name: str, default: int = 0) -> int:
        """Return a number of the query."""
        return int(self.query.get(name) or default)

    def history(self, symbol: str) -> History:
        """Return the history of the market whose symbol begins with its base."""
        for base, history in self.histories.items():
            names = {"BTC": ("BTC", "XBT", "XXBT")}.get(base, (base,))
            if any(symbol.startswith(name) for name in names):
                return history
        raise Refused(400, '{"code":-1121,"msg":"Invalid symbol."}')

    def bars(
        self, market: tuple[str, int], span_ms: tuple[int, int], limit: int, *, keeps_newest: bool
    ) -> list[Bar]:
        """Return a page of the bars that open in a span, both ends included, oldest first.

        The open one is there with what it has so far; with ``overlap`` some of others are, too.
        """
        symbol, length_ms = market
        history = self.history(symbol)
        if "stubborn" in self.faults:
            span_ms, keeps_newest = (0, self.now_ms), True
        start, last = span_ms[0], min(span_ms[1], self.now_ms)
        found = page(
            history.between(length_ms, start, last), limit, self.faults, keeps_newest=keeps_newest
        )
        if "overlap" in self.faults and found:
            wide = 5 * length_ms
            before = history.between(length_ms, start - wide, start - 1)
            after = history.between(length_ms, last + 1, min(last + wide, self.now_ms))
            found = [*before, *found, *after]
        return [self._as_now(bar, length_ms) for bar in found]

    def _as_now(self, bar: Bar, length_ms: int) -> Bar:
        opens, first, high, low, close, volume = bar
        if opens + length_ms > self.now_ms:
            return (opens, first, first, first, first, "0.001")
        if "differs" in self.faults:
            return (opens, first, high, low, close, volume + "1")
        return bar

    def ordered(self, rows: list[Any], *, newest_first: bool) -> list[Any]:
        """Return rows in the venue's order, or in the other."""
        back = newest_first != ("shuffled" in self.faults)
        return rows[::-1] if back else rows


@dataclass(frozen=True)
class Route:
    """A path and what answers there."""

    pattern: re.Pattern[str]
    answer: Callable[[Asked], str]
    is_history: bool


def _say(body: object) -> str:
    return json.dumps(body)


def _trades(asked: Asked, symbol: str) -> list[Trade]:
    return [t for t in asked.history(symbol).trades if t.ts_us // 1000 <= asked.now_ms]


# ------------------------------------------------------------------------------------ Coinbase
def coinbase_time(asked: Asked) -> str:
    return _say({"data": {"iso": "", "epoch": asked.now_ms // 1000}})


def coinbase_products(asked: Asked) -> str:
    if asked.query.get("product_type") == "FUTURE":
        return _say({"products": [], "num_products": 0})
    products = [
        {
            "product_id": f"{base}-USD", "base_currency_id": base, "quote_currency_id": "USD",
            "product_type": "SPOT", "base_increment": "0.00000001", "quote_increment": "0.01",
            "price_increment": "0.01", "base_min_size": "0.00000001", "quote_min_size": "1",
            "status": "online", "trading_disabled": False, "alias_to": [],
        }
        for base in asked.histories
    ]  # fmt: skip
    return _say({"products": products, "num_products": len(products)})


def coinbase_candles(asked: Asked) -> str:
    length = LENGTHS[COINBASE[asked.query["granularity"]]]
    start, end = asked.number("start") * 1000, asked.number("end") * 1000
    if (end - start) // length > 350:
        raise Refused(400, '{"error":"INVALID_ARGUMENT","message":"number of candles over 350"}')
    rows = asked.bars((asked.path["id"], length), (start, end), 350, keeps_newest=True)
    names = ("start", "open", "high", "low", "close", "volume")
    told = [dict(zip(names, (str(bar[0] // 1000), *bar[1:]), strict=True)) for bar in rows]
    return _say({"candles": asked.ordered(told, newest_first=True)})


def coinbase_trades(asked: Asked) -> str:
    start, end = asked.number("start") * 10**6, asked.number("end") * 10**6
    found = [t for t in _trades(asked, asked.path["id"]) if start <= t.ts_us <= end]
    rows = page(found, asked.number("limit", 100), asked.faults, keeps_newest=True)
    told = [
        {
            "trade_id": str(trade.number), "product_id": asked.path["id"], "price": trade.price,
            "size": trade.size, "time": _coinbase_time(trade.ts_us),
            "side": "SELL" if trade.is_buy else "BUY",
        }
        for trade in rows
    ]  # fmt: skip
    return _say({"trades": asked.ordered(told, newest_first=True), "best_bid": "1"})


def _coinbase_time(ts_us: int) -> str:
    from datetime import UTC, datetime  # noqa: PLC0415

    whole = datetime.fromtimestamp(ts_us // 10**6, UTC).strftime("%Y-%m-%dT%H:%M:%S")
    return f"{whole}.{ts_us % 10**6:06d}Z"


# ------------------------------------------------------------------------------------- Binance
def binance_time(asked: Asked) -> str:
    return _say({"serverTime": asked.now_ms})


def binance_markets(asked: Asked) -> str:
    if asked.path["room"] == "/dapi/v1":
        return _say({"symbols": []})
    is_future = asked.path["room"] == "/fapi/v1"
    extra = {"contractType": "PERPETUAL", "marginAsset": "USDT", "onboardDate": 1569398400000}
    symbols = [
        {
            "symbol": f"{base}USDT", "status": "TRADING", "baseAsset": base, "quoteAsset": "USDT",
            "baseAssetPrecision": 8, "quotePrecision": 8, "isSpotTradingAllowed": not is_future,
            "permissions": ["SPOT"], "orderTypes": ["LIMIT"],
            "filters": [
                {"filterType": "PRICE_FILTER", "minPrice": "0.01", "maxPrice": "1000000",
                 "tickSize": "0.01"},
                {"filterType": "LOT_SIZE", "minQty": "0.00001", "maxQty": "9000",
                 "stepSize": "0.00001"},
            ],
            **(extra if is_future else {}),
        }
        for base in asked.histories
    ]  # fmt: skip
    return _say({"timezone": "UTC", "serverTime": asked.now_ms, "symbols": symbols})


def binance_klines(asked: Asked) -> str:
    length = LENGTHS[asked.query["interval"]]
    most = 1500 if asked.path["room"] == "/fapi/v1" else 1000
    last = asked.number("endTime", asked.now_ms)
    limit = min(asked.number("limit", 500), most)
    market, span = (asked.query["symbol"], length), (asked.number("startTime"), last)
    rows = asked.bars(market, span, limit, keeps_newest=False)
    told = [
        [*bar, bar[0] + length - 1, "0", 1, "0", "0", "0"]
        for bar in asked.ordered(rows, newest_first=False)
    ]
    return _say(told)


def binance_trades(asked: Asked) -> str:
    trades = _trades(asked, asked.query["symbol"])
    if "fromId" in asked.query:
        trades = [trade for trade in trades if trade.number >= asked.number("fromId")]
    else:
        start, end = asked.number("startTime"), asked.number("endTime", asked.now_ms)
        if end - start > HOUR:
            raise Refused(400, '{"code":-1127,"msg":"More than 1 hours between times."}')
        trades = [trade for trade in trades if start <= trade.ts_us // 1000 <= end]
    rows = page(trades, asked.number("limit", 500), asked.faults, keeps_newest=False)
    return _say(
        [
            {
                "a": t.number,
                "p": t.price,
                "q": t.size,
                "f": t.number,
                "l": t.number,
                "T": t.ts_us // 1000,
                "m": not t.is_buy,
                "M": True,
            }
            for t in rows
        ]
    )


def binance_funding(asked: Asked) -> str:
    start, end = asked.number("startTime"), asked.number("endTime", asked.now_ms)
    found = [
        each
        for each in asked.history(asked.query["symbol"]).funding
        if start <= each[0] <= min(end, asked.now_ms)
    ]
    rows = page(found, asked.number("limit", 100), asked.faults, keeps_newest=False)
    return _say(
        [
            {
                "symbol": asked.query["symbol"],
                "fundingTime": ts,
                "fundingRate": rate,
                "markPrice": "100.5" if ts > 1_698_700_000_000 else "",
            }
            for ts, rate in rows
        ]
    )


# --------------------------------------------------------------------------------------- Bybit
def _bybit(asked: Asked, rows: Sequence[object], category: str = "") -> str:
    result = {"category": category, "list": list(rows), "nextPageCursor": ""}
    return _say({"retCode": 0, "retMsg": "OK", "result": result, "time": asked.now_ms})


def bybit_time(asked: Asked) -> str:
    seconds = {"timeSecond": str(asked.now_ms // 1000), "timeNano": str(asked.now_ms * 10**6)}
    return _say({"retCode": 0, "retMsg": "OK", "result": seconds, "time": asked.now_ms})


def bybit_markets(asked: Asked) -> str:
    category = asked.query["category"]
    if category == "inverse" or asked.query.get("status") == "PreLaunch":
        return _bybit(asked, [], category)
    rows = [
        {
            "symbol": f"{base}USDT", "baseCoin": base, "quoteCoin": "USDT", "status": "Trading",
            "contractType": "LinearPerpetual", "settleCoin": "USDT", "fundingInterval": 480,
            "launchTime": "1585526400000", "deliveryTime": "0", "marginTrading": "none",
            "lotSizeFilter": {"basePrecision": "0.000001", "quotePrecision": "0.01",
                              "minOrderQty": "0.001", "maxOrderQty": "100", "qtyStep": "0.001"},
            "priceFilter": {"tickSize": "0.01", "minPrice": "0.01", "maxPrice": "999999"},
        }
        for base in asked.histories
    ]  # fmt: skip
    return _bybit(asked, rows, category)


def bybit_candles(asked: Asked) -> str:
    length = LENGTHS[BYBIT[asked.query["interval"]]]
    last = asked.number("end", asked.now_ms)
    limit = min(asked.number("limit", 200), 1000)
    market, span = (asked.query["symbol"], length), (asked.number("start"), last)
    rows = asked.bars(market, span, limit, keeps_newest=True)
    told = [[str(bar[0]), *bar[1:], "0"] for bar in rows]
    return _bybit(asked, asked.ordered(told, newest_first=True), asked.query["category"])


def bybit_trades(asked: Asked) -> str:
    limit = min(asked.number("limit", 60), 60 if asked.query["category"] == "spot" else 1000)
    rows = page(_trades(asked, asked.query["symbol"]), limit, asked.faults, keeps_newest=True)
    told = [
        {"execId": str(t.number), "symbol": asked.query["symbol"], "price": t.price,
         "size": t.size, "side": "Buy" if t.is_buy else "Sell", "time": str(t.ts_us // 1000)}
        for t in rows
    ]  # fmt: skip
    return _bybit(asked, told[::-1], asked.query["category"])


def bybit_funding(asked: Asked) -> str:
    if "startTime" in asked.query and "endTime" not in asked.query:
        raise Refused(200, '{"retCode":10001,"retMsg":"endTime is required","result":{}}')
    start, end = asked.number("startTime"), asked.number("endTime", asked.now_ms)
    found = [
        each
        for each in asked.history(asked.query["symbol"]).funding
        if start <= each[0] <= min(end, asked.now_ms)
    ]
    rows = page(found, min(asked.number("limit", 200), 200), asked.faults, keeps_newest=True)
    told = [
        {"symbol": asked.query["symbol"], "fundingRate": rate, "fundingRateTimestamp": str(ts)}
        for ts, rate in rows
    ]
    return _bybit(asked, asked.ordered(told, newest_first=True), "linear")


# ----------------------------------------------------------------------------------------- OKX
def _okx(rows: Sequence[object]) -> str:
    return _say({"code": "0", "msg": "", "data": list(rows)})


def okx_time(asked: Asked) -> str:
    return _okx([{"ts": str(asked.now_ms)}])


def okx_markets(asked: Asked) -> str:
    kind = asked.query["instType"]
    if kind not in {"SPOT", "SWAP"}:
        return _okx([])
    is_swap = kind == "SWAP"
    rows = [
        {
            "instId": f"{base}-USDT" + ("-SWAP" if is_swap else ""), "instType": kind,
            "baseCcy": "" if is_swap else base, "quoteCcy": "" if is_swap else "USDT",
            "ctType": "linear" if is_swap else "", "ctVal": "0.01" if is_swap else "",
            "ctValCcy": base if is_swap else "", "settleCcy": "USDT" if is_swap else "",
            "uly": f"{base}-USDT" if is_swap else "", "instFamily": f"{base}-USDT",
            "listTime": "1548133413000", "lotSz": "0.01", "minSz": "0.01", "tickSz": "0.1",
            "state": "live", "expTime": "", "lever": "10", "optType": "", "stk": "",
        }
        for base in asked.histories
    ]  # fmt: skip
    return _okx(rows)


def okx_candles(asked: Asked) -> str:
    length = LENGTHS[asked.query["bar"].removesuffix("utc").lower()]
    newer, older = asked.number("before"), asked.number("after", asked.now_ms + 1)
    market, span = (asked.query["instId"], length), (newer + 1, older - 1)
    rows = asked.bars(market, span, min(asked.number("limit", 100), 300), keeps_newest=True)
    told = [
        [str(bar[0]), *bar[1:5], bar[5], bar[5], "0", str(int(bar[0] + length <= asked.now_ms))]
        for bar in rows
    ]
    return _okx(asked.ordered(told, newest_first=True))


def okx_trades(asked: Asked) -> str:
    trades = _trades(asked, asked.query["instId"])
    if asked.query.get("type") == "2":
        trades = [t for t in trades if t.ts_us // 1000 < asked.number("after", asked.now_ms + 1)]
    elif "after" in asked.query:
        trades = [trade for trade in trades if trade.number < asked.number("after")]
    rows = page(trades, min(asked.number("limit", 100), 100), asked.faults, keeps_newest=True)
    told = [
        {"instId": asked.query["instId"], "side": "buy" if t.is_buy else "sell", "sz": t.size,
         "px": t.price, "tradeId": str(t.number), "ts": str(t.ts_us // 1000)}
        for t in rows
    ]  # fmt: skip
    return _okx(told[::-1])


def okx_funding(asked: Asked) -> str:
    newer, older = asked.number("before"), asked.number("after", asked.now_ms + 1)
    found = [
        each
        for each in asked.history(asked.query["instId"]).funding
        if newer < each[0] < older and each[0] <= asked.now_ms
    ]
    rows = page(found, min(asked.number("limit", 400), 400), asked.faults, keeps_newest=True)
    told = [
        {"instId": asked.query["instId"], "fundingRate": "0.5", "realizedRate": rate,
         "fundingTime": str(ts)}
        for ts, rate in rows
    ]  # fmt: skip
    return _okx(asked.ordered(told, newest_first=True))


# -------------------------------------------------------------------------------------- Kraken
def kraken_time(asked: Asked) -> str:
    return _say({"error": [], "result": {"unixtime": asked.now_ms // 1000, "rfc1123": ""}})


def kraken_markets(asked: Asked) -> str:
    names = {"BTC": ("XXBTZUSD", "XBTUSD", "XBT/USD", "XXBT")}
    pairs = {}
    for base in asked.histories:
        pair, alt, wsname, raw = names.get(base, (f"{base}USD", f"{base}USD", f"{base}/USD", base))
        pairs[pair] = {
            "altname": alt, "wsname": wsname, "base": raw, "quote": "ZUSD", "pair_decimals": 1,
            "lot_decimals": 8, "ordermin": "0.0001", "costmin": "0.5", "status": "online",
            "fees": [[0, 0.26]], "fees_maker": [[0, 0.16]], "leverage_buy": [],
        }  # fmt: skip
    return _say({"error": [], "result": pairs})


def kraken_candles(asked: Asked) -> str:
    length = asked.number("interval", 1) * 60_000
    rows = asked.bars((asked.query["pair"], length), (0, asked.now_ms), 720, keeps_newest=True)
    told = [[bar[0] // 1000, *bar[1:5], bar[4], bar[5], 1] for bar in rows]
    last = told[-1][0] if told else 0
    return _say({"error": [], "result": {asked.query["pair"]: told, "last": last}})


def kraken_trades(asked: Asked) -> str:
    since = asked.number("since")
    found = [t for t in _trades(asked, asked.query["pair"]) if _kraken_ns(t) > since]
    rows = page(found, asked.number("count", 1000), asked.faults, keeps_newest=False)
    told = [
        [t.price, t.size, _kraken_ns(t) / 1e9, "b" if t.is_buy else "s", "l", "", t.number]
        for t in rows
    ]
    last = str(_kraken_ns(rows[-1])) if rows else str(since)
    return _say({"error": [], "result": {asked.query["pair"]: told, "last": last}})


def _kraken_ns(trade: Trade) -> int:
    return trade.ts_us * 1000


def _route(path: str, answer: Callable[[Asked], str], *, history: bool = False) -> Route:
    return Route(re.compile(path), answer, history)


_CB = "/api/v3/brokerage/market/products"
_BN = "(?P<room>/api/v3|/fapi/v1|/dapi/v1)"
ROUTES = (
    _route("/v2/time", coinbase_time),
    _route(_CB, coinbase_products),
    _route(f"{_CB}/(?P<id>[^/]+)/candles", coinbase_candles, history=True),
    _route(f"{_CB}/(?P<id>[^/]+)/ticker", coinbase_trades, history=True),
    _route(f"{_BN}/time", binance_time),
    _route(f"{_BN}/exchangeInfo", binance_markets),
    _route(f"{_BN}/klines", binance_klines, history=True),
    _route(f"{_BN}/aggTrades", binance_trades, history=True),
    _route(f"{_BN}/fundingRate", binance_funding, history=True),
    _route("/v5/market/time", bybit_time),
    _route("/v5/market/instruments-info", bybit_markets),
    _route("/v5/market/kline", bybit_candles, history=True),
    _route("/v5/market/recent-trade", bybit_trades, history=True),
    _route("/v5/market/funding/history", bybit_funding, history=True),
    _route("/api/v5/public/time", okx_time),
    _route("/api/v5/public/instruments", okx_markets),
    _route("/api/v5/market/(history-)?candles", okx_candles, history=True),
    _route("/api/v5/market/(history-)?trades", okx_trades, history=True),
    _route("/api/v5/public/funding-rate-history", okx_funding, history=True),
    _route("/0/public/Time", kraken_time),
    _route("/0/public/AssetPairs", kraken_markets),
    _route("/0/public/OHLC", kraken_candles, history=True),
    _route("/0/public/Trades", kraken_trades, history=True),
)
