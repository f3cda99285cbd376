"""Laws of the picture: it fits its width, and shows every part whatever the numbers are."""

import io
import re
import time

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from tests.runtime.test_status_body import BODY
from traider.cli.status_numbers import age, amount, change, duration_us, exact, percent
from traider.cli.status_view import draw
from traider.runtime.status_body import (
    AlertBody,
    CountsBody,
    HealthBody,
    LatencyBody,
    Mode,
    OrderBody,
    ParityBody,
    Phase,
    StandbyBody,
    StatusBody,
)
from traider.runtime.status_source import FoundStatus, Liveness

ORDER = OrderBody(
    order_id="00000000000000ff",
    client_order_id="d41a52c0-00000000000000ff",
    name="BTC-USD",
    side="sell",
    kind="stop-limit",
    size="0.5",
    leaves="0.25",
    price="49000",
    trigger="49500",
    state="partly filled",
    age_s=75.0,
)
FULL = msgspec.structs.replace(
    BODY,
    orders=(ORDER,) * 23,
    latency_us={"signal_to_order": LatencyBody(812, 1900, 4100, 9000, 77)},
    counts=CountsBody(events=1_234_567, orders_refused=3),
    limits={"max_exposure": 0.5, "max_order_notional": 2_000.0},
    parity=ParityBody(ok=False, checks=4, last_ns=time.time_ns()),
    alerts=(AlertBody("k", "critical", "state differs", "event 12", BODY.now_ns),),
)


def picture(body: StatusBody, width: int, liveness: Liveness = Liveness.RUNNING) -> str:
    console = Console(file=io.StringIO(), width=width, highlight=False)
    age_s = 0.0 if liveness is Liveness.RUNNING else 65.0
    console.print(draw(FoundStatus(body, liveness, age_s), width))
    file = console.file
    assert isinstance(file, io.StringIO)
    return file.getvalue()


@pytest.mark.parametrize("width", [40, 60, 80, 100, 130, 150, 200])
def test_it_fits_its_width(width: int) -> None:
    for line in picture(FULL, width).splitlines():
        assert len(line) <= width


@pytest.mark.parametrize("width", [80, 130, 200])
def test_everything_is_on_it(width: int) -> None:
    # By the machine's clock, unlike what the status says of its market.
    last_ns = time.time_ns() - 3_600_000_000_000
    parity = ParityBody(ok=False, checks=4, last_ns=last_ns)
    text = picture(msgspec.structs.replace(FULL, parity=parity), width)
    for words in (
        "DEMO", "trading", "10,012.35 USD", "+12.35 USD", "0.10 %", "BTC-USD", "sell stop-limit",
        "0.25 / 0.5", "49,000 @ 49,500", "partly filled", "and 3 more", "no tick", "4.1 ms",
        "STATE DIFFERS FROM THE JOURNAL", "4 checks, the last 1 h ago", "1,234,567 events",
        "3 refused", "state differs: event 12", "max_exposure 0.5", "max_order_notional 2,000",
    ):  # fmt: skip
        assert words in text, words


@pytest.mark.parametrize(
    ("width", "has_age", "has_id"),
    [
        (80, False, False),
        (100, True, False),
        (120, True, True),
        (160, True, False),
        (180, True, True),
    ],
)
def test_a_narrow_terminal_leaves_out_what_can_be_missed(
    width: int, has_age: bool, has_id: bool
) -> None:
    text = picture(FULL, width)
    assert ("1 min 15 s" in text) == has_age
    assert (ORDER.order_id in text) == has_id


@pytest.mark.parametrize("mode", list(Mode))
def test_nobody_takes_one_mode_for_another(mode: Mode) -> None:
    text = picture(msgspec.structs.replace(BODY, mode=mode), 80)
    assert ("REAL MONEY" in text) == (mode is Mode.LIVE)
    assert mode.name in text


@pytest.mark.parametrize(
    ("liveness", "words"),
    [
        (Liveness.RUNNING, "process 4711, up 1 min, leads, epoch 3"),
        (Liveness.SILENT, "DOES NOT ANSWER; this was said 1 min 5 s ago"),
        (Liveness.ENDED, "not running; this was said 1 min 5 s ago"),
        (Liveness.NEVER_RAN, "nothing was said yet"),
    ],
)
def test_it_says_whether_anybody_is_at_work(liveness: Liveness, words: str) -> None:
    assert words in picture(BODY, 100, liveness)


def test_what_is_empty_is_said_to_be() -> None:
    blank = msgspec.structs.replace(
        BODY, nav="", pnl="", fees="", drawdown="", positions=(), health=()
    )
    text = picture(msgspec.structs.replace(blank, phase=Phase.KILLED), 80)
    for words in (
        "positions: none", "open orders: none", "alerts: none", "not measured yet",
        "nothing was said", "not checked yet", "killed", "–", "limits: not said",
    ):  # fmt: skip
        assert words in text, words


def test_the_age_of_a_parts_health_goes_by_the_machines_clock() -> None:
    since_ns = time.time_ns() - 200_000_000_000
    part = HealthBody("journal", is_good=True, detail="", since_ns=since_ns)
    replayed = msgspec.structs.replace(BODY, health=(part,), now_ns=1_500_000_000_000_000_000)
    assert re.search(r"journal +good +3 min 2\d s", picture(replayed, 80))
    assert re.search(r"journal +good +2 min 1\d s", picture(replayed, 80, Liveness.ENDED))


def test_numbers_are_written_for_people() -> None:
    assert amount("10012.345678", "USD") == "10,012.35 USD"
    assert change("-3.005").plain == "-3.00"
    assert (change("1").style, change("-1").style) == ("green", "red")
    assert percent("0.0123") == "1.23 %"
    assert exact("50123.4500 USD") == "50,123.4500 USD"
    assert [exact(""), amount(""), percent(""), change("").plain] == ["–"] * 4
    assert [age(each) for each in (-1, 59, 60, 3_599, 3_600, 90_000)] == [
        "0 s", "59 s", "1 min", "59 min 59 s", "1 h", "1 d 1 h",
    ]  # fmt: skip
    assert [duration_us(each) for each in (0, 412, 1_300, 2_100_000)] == [
        "0 us", "412 us", "1.3 ms", "2.1 s",
    ]  # fmt: skip


@given(
    st.decimals(
        allow_nan=False, allow_infinity=False, places=8, min_value=-(10**12), max_value=10**12
    )
)
def test_money_keeps_its_first_two_decimals(value: object) -> None:
    text = amount(f"{value:f}").replace(",", "")
    assert abs(float(text) - float(str(value))) <= 0.0051


def test_the_clocks_of_market_and_machine_are_told_apart() -> None:
    began = BODY.now_ns - 600 * 10**9
    fast = msgspec.structs.replace(BODY, started_ns=began, up_s=30.0)
    assert "up 30 s (10 min of the market's time)" in picture(fast, 160)
    same = msgspec.structs.replace(fast, up_s=600.0)
    assert "up 10 min, leads" in picture(same, 160)


def test_standbys_are_shown_beside_their_leader() -> None:
    beside = StandbyBody(99, True, 120, 0.5, 1, 2)  # noqa: FBT003 - fields of a row
    cold = StandbyBody(100, False, 0, 0.0, 1, 2)  # noqa: FBT003 - fields of a row
    text = picture(msgspec.structs.replace(BODY, standbys=(beside, cold)), 160)
    assert "standby: process 99, ready, 120 events (0.5 s) behind" in text
    assert "standby: process 100, not ready" in text
