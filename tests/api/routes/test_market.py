"""The market of a traded run is what its journal says."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.api.people import enter
from tests.api.served import Caller, serving
from tests.runtime.parity.recorded_runs import capture, held_events
from traider.domain.events import EventArray, Kind
from traider.runtime.kernel_books import KernelBooks
from traider.runtime.state_folder import RunPaths

NAME = "BINANCE:BTC-USDT-PERP"
MINUTE_NS = 60_000_000_000


@pytest.fixture(scope="module")
def events(traded_state: Path) -> EventArray:
    """Every event of the run."""
    return held_events(RunPaths(traded_state).journal)


def got(viewer: Caller, path: str) -> Any:
    answer = viewer.get(f"/api/v1/{path}")
    assert answer.status == 200, answer.body
    return answer.json


def test_nobody_sees_it_without_a_right(served: Caller) -> None:
    assert served.get("/api/v1/market/products").status == 401


def test_products_say_what_is_traded_and_how_it_stands(viewer: Caller, events: EventArray) -> None:
    body = got(viewer, "market/products")
    (product,) = body["items"]
    source, _ = capture()
    assert (product["name"], product["symbol"]) == (NAME, "BTCUSDT")
    assert (product["base"], product["quote"], product["kind"]) == ("BTC", "USDT", "perpetual")
    assert Decimal(product["tick_size"]) == source.tick_size
    trades = events[events["kind"] == Kind.TRADE]
    assert Decimal(product["last"]) == int(trades["price"][-1]) * source.tick_size
    first, last = int(trades["price"][0]), int(trades["price"][-1])
    assert product["change"] == pytest.approx(last / first - 1.0)
    assert Decimal(product["high"]) == int(trades["price"].max()) * source.tick_size
    assert Decimal(product["volume"]) == int(trades["size"].sum()) * source.lot_size
    assert (product["is_healthy"], product["health"], product["gaps"]) == (True, "healthy", 0)
    stands = body["as_of"]
    assert (stands["state"], stands["kernel_fault"]) == ("live", "")
    assert stands["position"] == len(events)


def test_candles_are_made_of_the_trades(viewer: Caller, events: EventArray) -> None:
    body = got(viewer, f"market/bars?instrument={NAME}&frame=1m")
    trades = events[events["kind"] == Kind.TRADE]
    slots = trades["ts_event"] // MINUTE_NS * MINUTE_NS
    assert [bar["open_ns"] for bar in body["bars"]] == sorted(set(slots.tolist()))
    tick = capture()[0].tick_size
    for bar in body["bars"]:
        own = trades[slots == bar["open_ns"]]
        assert Decimal(bar["open"]) == int(own["price"][0]) * tick
        assert Decimal(bar["close"]) == int(own["price"][-1]) * tick
        assert Decimal(bar["low"]) == int(own["price"].min()) * tick
        assert bar["trades"] == len(own)
    now_ns = body["as_of"]["now_ns"]
    assert [bar["is_open"] for bar in body["bars"]] == [
        bar["open_ns"] + MINUTE_NS > now_ns for bar in body["bars"]
    ]


def test_indicators_are_the_houses_own(viewer: Caller) -> None:
    asked = (
        "sma:5,rsi:3,bollinger_upper:5:2,ema(close,%203)%20-%20sma(close,%203),highest(high,%204)"
    )
    body = got(viewer, f"market/bars?instrument={NAME}&frame=1s&limit=40&indicators={asked}")
    assert (len(body["bars"]), body["has_more"]) == (40, True)
    whole = got(viewer, f"market/bars?instrument={NAME}&frame=1s&limit=2000")["bars"]
    closes = np.array([float(bar["close"]) for bar in whole])
    lines = {line["name"]: line for line in body["indicators"]}
    assert [line["name"] for line in body["indicators"]][:2] == ["sma:5", "rsi:3"]
    assert lines["sma:5"]["expression"] == "sma(close, 5)"
    assert (lines["sma:5"]["unit"], lines["rsi:3"]["unit"]) == ("price", "0 to 100")
    means = np.convolve(closes, np.ones(5) / 5, "valid")[-40:]
    assert lines["sma:5"]["values"] == pytest.approx(means.tolist())
    highs = [float(bar["high"]) for bar in whole]
    tops = [max(highs[end - 4 : end]) for end in range(len(highs) - 39, len(highs) + 1)]
    assert lines["highest(high, 4)"]["values"] == pytest.approx(tops)
    assert all(0.0 <= value <= 100.0 for value in lines["rsi:3"]["values"])
    bands = [closes[end - 5 : end] for end in range(len(closes) - 39, len(closes) + 1)]
    upper = [band.mean() + 2 * band.std() for band in bands]
    assert lines["bollinger_upper:5:2"]["values"] == pytest.approx(upper)


@pytest.mark.parametrize(
    ("query", "status", "words"),
    [
        ("instrument=NOSUCH", 404, "trades no NOSUCH"),
        (f"instrument={NAME}&indicators=wobble:3", 422, "wobble"),
        (f"instrument={NAME}&indicators=beta:3", 422, "two inputs"),
        (f"instrument={NAME}&indicators=score_x", 422, "score_x"),
        (f"instrument={NAME}&frame=7m", 422, "frame"),
        (f"instrument={NAME}&indicators={','.join(f'sma:{n}' for n in range(1, 14))}", 422, "13"),
    ],
)
def test_what_cannot_be_drawn_is_told(viewer: Caller, query: str, status: int, words: str) -> None:
    answer = viewer.get(f"/api/v1/market/bars?{query}")
    assert answer.status == status
    assert words in answer.body.decode()


def test_the_book_is_the_houses_own(viewer: Caller, events: EventArray) -> None:
    body = got(viewer, f"market/book/{NAME}?depth=5")
    books = KernelBooks(1)
    books.apply(events.copy())
    top, tick = books.top(0), capture()[0].tick_size
    assert Decimal(body["bids"][0]["price"]) == top.bid_ticks * tick
    assert Decimal(body["asks"][0]["price"]) == top.ask_ticks * tick
    assert (body["bid_levels"], body["ask_levels"]) == books.levels(0)
    assert body["state"] == "open"
    assert Decimal(body["spread"]) == (top.ask_ticks - top.bid_ticks) * tick
    for side in ("bids", "asks"):
        assert len(body[side]) == 5
        sizes = [Decimal(level["size"]) for level in body[side]]
        assert [Decimal(level["total"]) for level in body[side]] == [
            sum(sizes[: place + 1]) for place in range(5)
        ]
    bid, ask = body["bids"][0], body["asks"][0]
    weight = Decimal(bid["size"]) + Decimal(ask["size"])
    crossed = Decimal(bid["price"]) * Decimal(ask["size"])
    crossed += Decimal(ask["price"]) * Decimal(bid["size"])
    assert body["microprice"] == pytest.approx(float(crossed / weight))
    assert viewer.get("/api/v1/market/book/NOSUCH").status == 404


def test_the_tape_is_paged_back_in_time(viewer: Caller, events: EventArray) -> None:
    trades = events[events["kind"] == Kind.TRADE][-2_000:]
    first = got(viewer, f"market/trades?instrument={NAME}&limit=7")
    second = got(viewer, f"market/trades?instrument={NAME}&limit=7&cursor={first['next_cursor']}")
    times = [each["at_ns"] for each in (*first["items"], *second["items"])]
    assert times == trades["ts_event"][-14:][::-1].tolist()
    sides = {1: "buy", -1: "sell"}
    assert [each["side"] for each in first["items"]] == [
        sides[int(side)] for side in trades["side"][-7:][::-1]
    ]
    assert viewer.get(f"/api/v1/market/trades?instrument={NAME}&cursor=x").status == 422


def test_quality_is_told_for_a_span(viewer: Caller, events: EventArray) -> None:
    body = got(viewer, "market/quality")
    (found,) = body["items"]
    now_ns = int(events["ts_recv"].max())
    assert (body["end_ns"], found["health"], found["unhealthy_s"]) == (now_ns + 1, "healthy", 0.0)
    assert body["begin_ns"] == now_ns + 1 - 86_400_000_000_000
    answer = viewer.get(f"/api/v1/market/quality?from_ns=5&to_ns=3&instrument={NAME}")
    assert (answer.status, answer.json["where"]) == (422, "query.to_ns")


def test_a_folder_without_a_run_says_so(tmp_path: Path) -> None:
    with serving(tmp_path) as url, Caller(url) as caller:
        answer = enter(caller, tmp_path).get("/api/v1/market/products")
    assert (answer.status, answer.json["title"]) == (409, "Conflict")
    assert "no run has begun" in answer.json["detail"]
