"""A run in a notebook: the same frames from its folder and from its server, by both packages.

1. Folder and server, Polars and pandas say the same, which is what the routes say.
2. What cannot be is one line.
3. ``import traider`` loads nothing of it.
"""

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd
import polars as pl
import pytest

import traider
from tests.api.people import token_of
from tests.api.served import Caller, serving
from traider.api.notebook import Connection
from traider.api.rights import Right, Role
from traider.domain.errors import DataError, UsageError


@pytest.fixture(scope="module")
def url(traded_state: Path) -> Iterator[str]:
    """Serve the traded run."""
    with serving(traded_state) as at:
        yield at


@pytest.fixture(scope="module")
def token(traded_state: Path) -> str:
    """A token of a program that reads and audits."""
    return token_of(traded_state, Role.ADMIN, frozenset((Right.READ, Right.AUDIT)))


@pytest.fixture(scope="module")
def run(traded_state: Path) -> Iterator[Connection]:
    """The run by its folder."""
    with traider.connect(traded_state) as connection:
        assert isinstance(connection, Connection)
        yield connection


TABLES = (
    "orders",
    "fills",
    "positions",
    "nav",
    "lots",
    "disposals",
    "features",
    "signals",
    "audit",
)


def test_a_folder_and_its_server_say_the_same(run: Connection, url: str, token: str) -> None:
    with traider.connect(url, token) as served, traider.connect(url, token, frames="pandas") as pan:
        for name in TABLES:
            one, other = getattr(run, name)(), getattr(served, name)()
            if name == "audit":  # people logged in meanwhile: the chain itself is the same
                one, other = one.filter(pl.col("seq") >= 0), other.filter(pl.col("seq") >= 0)
            assert one.equals(other), name
            assert one.width > 2, name
            frame = getattr(pan, name)()
            assert isinstance(frame, pd.DataFrame)
            assert list(frame.columns) == one.columns, name
        assert run.performance() == served.performance()
        assert run.summary() == served.summary()
        assert run.risk().keys() == served.risk().keys()
        assert run.status()["venue"] == served.status()["venue"]


def test_frames_are_what_the_routes_say(run: Connection, viewer: Caller) -> None:
    rows: list[dict[str, Any]] = viewer.get("/api/v1/orders?limit=500").json["items"]
    orders = run.orders(exact=True)
    assert isinstance(orders, pl.DataFrame)
    assert orders["order_id"].to_list() == [each["order_id"] for each in rows]
    assert orders["reason"].to_list() == [each["reason"] for each in rows]
    assert orders["notional"].to_list() == [Decimal(each["notional"]) for each in rows]
    assert orders["decided"].dtype == pl.Datetime("ns", "UTC")
    assert orders["decided"].cast(pl.Int64).to_list() == [each["decided_ns"] for each in rows]
    floats = run.orders()
    assert floats["notional"].to_list() == [float(each["notional"]) for each in rows]
    bought = run.orders(side="buy")
    assert set(bought["side"]) == {"buy"}
    assert bought.height == sum(1 for each in rows if each["side"] == "buy")


def test_pandas_has_times_and_decimals_too(traded_state: Path) -> None:
    with traider.connect(traded_state, frames="pandas") as run:
        fills = run.fills(exact=True)
        assert isinstance(fills["price"][0], Decimal)
        assert str(fills["heard"].dtype) == "datetime64[ns, UTC]"
        assert run.fills()["price"].dtype == "float64"
        nothing = run.fills(text="nobody said this")
        assert list(nothing.columns) == list(fills.columns)
        assert nothing.empty


def test_a_window_is_named_in_any_way(run: Connection) -> None:
    whole = run.nav()
    assert isinstance(whole, pl.DataFrame)
    middle = whole["ts"].cast(pl.Int64)[whole.height // 2] // 1_000_000_000 * 1_000_000_000
    instant = datetime.fromtimestamp(middle / 1e9, UTC)
    text = instant.isoformat()
    heights = {run.nav(start=each).height for each in (middle, instant, text)}
    assert len(heights) == 1
    assert run.nav(start=middle).height + run.nav(end=middle).height == whole.height
    with pytest.raises(UsageError, match="ISO date"):
        run.nav(start="yesterday")


def test_bars_have_their_indicators_beside_them(run: Connection) -> None:
    name = run.positions()["instrument"][0]
    bars = run.bars(name, limit=5, indicators="sma:2")
    assert isinstance(bars, pl.DataFrame)
    assert {"open_time", "open", "close", "volume", "sma:2"} <= set(bars.columns)
    assert bars.height >= 1


def test_an_order_is_explained(run: Connection) -> None:
    filled = run.fills()["order_id"][0]
    told = run.explain(filled)
    assert told["order_id"] == filled
    assert told["sentences"]


def test_it_works_where_a_loop_runs_already(run: Connection) -> None:
    async def cell() -> int:
        return int(run.orders().shape[0])

    assert asyncio.run(cell()) > 0


@pytest.mark.parametrize(
    ("where", "token", "words"),
    [
        ("nothing/here", "", "holds no run"),
        ("https://", "trd_x", "no address"),
        ("http://desk.example:8000", "trd_x", "unprotected"),
        ("http://127.0.0.1:8000", "", "wants a token"),
    ],
)
def test_what_cannot_be_connected_is_one_line(where: str, token: str, words: str) -> None:
    with pytest.raises(UsageError, match=words) as told:
        traider.connect(where, token)
    assert len(str(told.value).splitlines()) == 1
    assert told.value.fix


def test_what_cannot_be_asked_is_one_line(run: Connection, url: str, traded_state: Path) -> None:
    with pytest.raises(UsageError, match="no order with this id"):
        run.explain("00ff00ff00ff00ff")
    with pytest.raises(UsageError, match="Not Found"):
        run.get("nothing")
    with pytest.raises(UsageError, match="there is no such parameter"):
        run.orders(hue="red")
    with traider.connect(url, "trd_none") as stranger, pytest.raises(UsageError, match="token"):
        stranger.orders()
    nobody = traider.connect("http://127.0.0.1:9", "trd_x")
    with pytest.raises(DataError, match="cannot be reached"):
        nobody.orders()
    with pytest.raises(UsageError, match="choose polars or pandas"):
        traider.connect(traded_state, frames="arrow")


@pytest.mark.parametrize("is_server", [False, True])
def test_a_closed_connection_says_so(
    traded_state: Path, url: str, token: str, *, is_server: bool
) -> None:
    run = traider.connect(url, token) if is_server else traider.connect(traded_state)
    assert len(run.orders()) > 0
    run.close()
    run.close()
    with pytest.raises(UsageError, match="is closed"):
        run.orders()


def test_importing_traider_loads_nothing_of_it() -> None:
    heavy = ("fastapi", "polars", "pandas", "numba")
    code = f"import sys, traider; print([name for name in {heavy} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
    with pytest.raises(AttributeError, match="nothing"):
        _ = traider.nothing
