"""Long work over a real connection, done by real worker processes that the API keeps.

Laws:
1. A back-test from the page gives the fingerprint of the same settings run here.
2. What a job leaves is read as it is on the disk; a job without a result says so.
"""

import os
import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import pytest

from tests.api.people import enter
from tests.api.served import Caller, serving_on
from tests.feed.download.downloads import MINUTE_MS, START_MS
from tests.runtime.parity.recorded_runs import recorded
from tests.servers.history_exchange import HistoryExchange, serving
from tests.servers.history_exchange_data import History, made_bars
from tests.written_bars import write_swings
from traider.api.rights import Role
from traider.api.terms import ApiTerms
from traider.cli.main import run
from traider.runtime.backtest_choice import BacktestChoice, BacktestPlaces, chosen_config
from traider.runtime.config import load_config
from traider.runtime.wiring import run_backtest

BARS: Final = made_bars(START_MS, 3_000, MINUTE_MS, [7, *range(2_000, 2_020)])
NOW_MS: Final = START_MS + 3_000 * MINUTE_MS + 3_600_000
SETTINGS: Final = {"strategy.fast": 3, "strategy.slow": 7}
SWINGS: Final[dict[str, Any]] = {
    "preset": "sma-cross",
    "source": "lake",
    "instruments": ["BINANCE:BTC-USDT"],
    "bars": "1h",
    "start": "2024-01-01",
    "settings": SETTINGS,
}


@pytest.fixture(scope="module")
def exchange() -> Iterator[HistoryExchange]:
    with serving({"BTC": History(MINUTE_MS, BARS)}, NOW_MS) as it:
        yield it


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run that traded, and a data folder with a lake of bars that swing."""
    top = tmp_path_factory.mktemp("work")
    recorded(top / "run")
    write_swings(top / "bars", 900, 1_704_067_200_000)
    files = [str(path) for path in sorted((top / "bars").iterdir())]
    assert run(["data", "import", *files, "--to", str(top / "data" / "lake")]) == 0
    return top


@pytest.fixture(scope="module")
def caller(place: Path, exchange: HistoryExchange) -> Iterator[Caller]:
    config = load_config(None, (f'jobs.download_url="{exchange.url}"',))
    terms = ApiTerms(place / "run", config, place / "data")
    with serving_on(terms) as url, Caller(url) as asks:
        yield enter(asks, place / "run", Role.ADMIN)


def until(caller: Caller, path: str, holds: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    end_s = time.monotonic() + 120.0
    body: dict[str, Any] = {}
    while time.monotonic() < end_s:
        body = caller.get(path).json
        if holds(body):
            return body
        time.sleep(0.02)
    raise TimeoutError(str(body))


def is_over(body: dict[str, Any]) -> bool:
    return body["state"] in {"done", "failed", "cancelled"}


def started(caller: Caller, **more: Any) -> dict[str, Any]:
    answer = caller.post("/api/v1/backtest", {**SWINGS, **more})
    assert answer.status == 202, answer.json
    job: dict[str, Any] = answer.json
    return job


def test_a_back_test_is_run_by_a_worker_and_read(caller: Caller, place: Path) -> None:
    first = started(caller, title="by the page")
    assert (first["state"], first["kind"], first["who"]) == ("queued", "backtest", "admin")
    second = started(caller, fill_tier="optimistic", seed=4)
    path = f"/api/v1/backtest/{first['id']}"
    done = until(caller, path, is_over)
    assert (done["state"], done["progress"], done["error"]) == ("done", 1.0, "")
    assert done["instruments"] == SWINGS["instruments"]
    result = caller.get(f"{path}/result").json
    own = {each["fill_tier"]: each for each in result["tiers"]}["pessimistic"]
    assert own["fingerprint"] == done["fingerprint"]
    choice = BacktestChoice(**{**SWINGS, "instruments": tuple(SWINGS["instruments"])})
    config = chosen_config(choice, BacktestPlaces(place / "run", place / "data" / "lake"))
    here = run_backtest(config.model_copy(update={"output": place / "here"}))
    assert here.result.chosen.fingerprint == done["fingerprint"]
    assert float(result["equity"]["worth"][-1]) == pytest.approx(float(own["final_equity"]))
    assert len(result["equity"]["worth"]) == len(result["equity"]["instants"]) > 100
    trades = caller.get(f"{path}/trades?limit=2").json
    assert [each["number"] for each in trades["items"]] == [1, 2]
    following = caller.get(f"{path}/trades?limit=2&cursor={trades['next_cursor']}").json
    assert [each["number"] for each in following["items"]] == [3, 4]
    none = caller.get(f"{path}/trades?instrument=BINANCE:X-USDT").json
    assert none == {"items": [], "next_cursor": None}
    assert caller.get(f"{path}/result?tier=optimistic").json["fill_tier"] == "optimistic"
    until(caller, f"/api/v1/backtest/{second['id']}", is_over)
    ids = f"{first['id']},{second['id']}"
    beside = caller.get(f"/api/v1/backtest/compare?ids={ids}").json
    assert [each["figures"]["fill_tier"] for each in beside["items"]] == [
        "pessimistic",
        "optimistic",
    ]
    for each in beside["items"]:
        assert each["index"][0] == 1.0
        assert len(each["index"]) == len(beside["instants"])
    listed = caller.get("/api/v1/backtest").json["items"]
    assert [each["id"] for each in listed] == [second["id"], first["id"]]
    assert (place / "run" / "jobs" / "worker-research.log").is_file()


def worker_of(state: Path) -> int:
    """Return the process of the newest worker."""
    said = (state / "jobs" / "worker-research.log").read_text()
    return int(re.findall(r"worker [^:]*:(\d+)", said)[-1])


def test_a_worker_gives_way_to_the_trader(caller: Caller, place: Path) -> None:
    job = started(caller, title="to look at")
    path = f"/api/v1/backtest/{job['id']}"
    until(caller, path, lambda body: body["state"] != "queued")
    assert os.getpriority(os.PRIO_PROCESS, worker_of(place / "run")) >= 10
    until(caller, path, is_over)


def test_a_back_test_is_cancelled_and_leaves_nothing(caller: Caller) -> None:
    job = started(caller, settings={**SETTINGS, "monte_carlo.draws": 100_000})
    path = f"/api/v1/backtest/{job['id']}"
    until(caller, path, lambda body: body["state"] == "running" and body["progress"] > 0)
    asked = caller.post(f"{path}/cancel")
    assert asked.json["wanted"] == "cancel"
    over = until(caller, path, is_over)
    assert (over["state"], over["has_result"], over["fingerprint"]) == ("cancelled", False, "")
    refused = caller.get(f"{path}/result")
    assert (refused.status, "has no result" in refused.json["detail"]) == (409, True)
    assert caller.post(f"{path}/cancel").status == 409


@pytest.mark.parametrize(
    ("body", "status", "words"),
    [
        ({"preset": "none-such"}, 409, "there is no preset"),
        ({"settings": {"output": "/tmp"}}, 409, "cannot be set"),  # noqa: S108 - refused
        ({"settings": {"execution.latency_file": "/x"}}, 409, "names a file"),
        ({"settings": {"strategy.enter": 9}}, 422, ""),
        ({"instruments": ["../../etc"]}, 409, ""),
        ({"bars": "1x"}, 422, ""),
        ({"start": "yesterday"}, 422, ""),
        ({"start": "2024-02-31"}, 422, "is no date"),
        ({"start": "2260-01-01", "end": ""}, 422, "is in the future"),
        ({"start": "2990-01-01"}, 422, "is no date"),
    ],
)
def test_a_choice_that_cannot_be_run_starts_nothing(
    caller: Caller, body: dict[str, Any], status: int, words: str
) -> None:
    before = len(caller.get("/api/v1/backtest").json["items"])
    answer = caller.post("/api/v1/backtest", {**SWINGS, **body})
    assert (answer.status, words in answer.json["detail"]) == (status, True), answer.json
    assert len(caller.get("/api/v1/backtest").json["items"]) == before


def test_presets_tell_what_a_back_test_can_begin_with(caller: Caller) -> None:
    items = {each["name"]: each for each in caller.get("/api/v1/backtest/presets").json["items"]}
    assert {"ensemble", "sma-cross", "futures", "run"} <= set(items)
    assert items["run"]["words"].startswith("The settings that the paper run")
    assert items["ensemble"]["instruments"] == ["BINANCE:BTC-USDT", "BINANCE:ETH-USDT"]


def test_the_run_is_proved_and_told_beside_a_back_test(caller: Caller) -> None:
    unchecked = caller.get("/api/v1/parity/report")
    assert (unchecked.status, unchecked.json) == (200, {"job": None, "report": None})
    answer = caller.post("/api/v1/parity", {})
    assert (answer.status, answer.json["kind"]) == (202, "parity")
    until(caller, f"/api/v1/jobs/{answer.json['id']}", is_over)
    found = caller.get("/api/v1/parity/report").json
    assert found["job"]["id"] == answer.json["id"]
    assert found["report"]["ok"] is True
    assert list(found["report"]["attribution"]["parts"]) == [
        "signal", "latency", "fill", "fee", "funding", "data",
    ]  # fmt: skip


def test_a_download_is_started_paused_resumed_and_seen_in_the_calendar(
    caller: Caller, exchange: HistoryExchange
) -> None:
    exchange.faults.on_page = lambda _: time.sleep(0.02)
    asked = {
        "venue": "binance", "symbols": ["BTC/USDT"], "timeframes": ["1m"],
        "since": "2025-04-30", "until": "2025-05-02T02:00",
    }  # fmt: skip
    answer = caller.post("/api/v1/backfill", asked)
    assert (answer.status, answer.json["is_new"]) == (202, True), answer.json
    assert answer.json["who"] == "admin"
    path = f"/api/v1/backfill/{answer.json['id']}"
    again = caller.post("/api/v1/backfill", asked).json
    assert (again["id"], again["is_new"]) == (answer.json["id"], False)
    caller.post(f"{path}/pause")
    until(caller, path, lambda body: body["state"] in {"paused", "done"})
    exchange.faults.on_page = lambda _: None
    if caller.get(path).json["state"] == "paused":
        assert caller.post(f"{path}/resume").json["wanted"] == "run"
    done = until(caller, path, is_over)
    assert (done["state"], done["symbols"]) == ("done", ["BTC/USDT"])
    assert caller.post(f"{path}/pause").status == 409
    kinds = "instrument=BINANCE:BTC-USDT&kind=bars-1m"
    (series,) = caller.get(f"/api/v1/backfill/coverage?{kinds}").json["items"]
    assert series["rows"] == sum(day["rows"] for day in series["days"]) == 2_979
    assert [(day["day"], day["rows"], day["share"]) for day in series["days"]] == [
        ("2025-04-30", 1_439, 1_439 / 1_440),
        ("2025-05-01", 1_420, 1_420 / 1_440),
        ("2025-05-02", 120, 120 / 1_440),
    ]
    narrow = f"/api/v1/backfill/coverage?{kinds}&since=2025-05-01&until=2025-05-02"
    (part,) = caller.get(narrow).json["items"]
    assert [day["day"] for day in part["days"]] == ["2025-05-01"]
    found = caller.get(f"/api/v1/backfill/findings?{kinds}").json
    assert found["rows"] == 2_979
    assert "gaps" in {each["kind"] for each in found["findings"]}
    assert caller.get("/api/v1/backfill/findings?instrument=X:Y-Z&kind=bars-1m").status == 404


@pytest.mark.parametrize(
    ("body", "where", "words"),
    [
        ({"venue": "binanse"}, "body.venue", "did you mean binance"),
        ({"since": "2260-01-01"}, "body.since", "is in the future"),
        ({"since": "2024-02-31"}, "body.since", "is no date"),
        ({"until": "2024-04-30"}, "body.until", "before it begins"),
        ({"timeframes": []}, "body.timeframes", "bars need a timeframe"),
        ({"timeframes": ["7m"]}, "body.timeframes", "unknown timeframe"),
        ({"verify": "7m"}, "body.verify", "unknown timeframe"),
        ({"verify": "1m"}, "body.verify", "none of the timeframes"),
    ],
)
def test_a_download_that_cannot_be_meant_is_refused_in_the_words_of_the_request(
    caller: Caller, body: dict[str, Any], where: str, words: str
) -> None:
    asked = {"venue": "binance", "symbols": ["A/B"], "timeframes": ["5m"], "since": "2025-04-30"}
    before = len(caller.get("/api/v1/backfill").json["items"])
    answer = caller.post("/api/v1/backfill", {**asked, **body})
    assert (answer.status, answer.json["where"]) == (422, where), answer.json
    told = f"{answer.json['detail']}; {answer.json['fix']}"
    assert (words in told, "--" in told) == (True, False), told
    assert len(caller.get("/api/v1/backfill").json["items"]) == before


def test_jobs_of_every_kind_are_in_one_list(caller: Caller) -> None:
    page = caller.get("/api/v1/jobs?limit=2").json
    rest = caller.get(f"/api/v1/jobs?limit=100&cursor={page['next_cursor']}").json
    kinds = {each["kind"] for each in [*page["items"], *rest["items"]]}
    assert kinds == {"backtest", "parity", "download"}
    assert all(each["title"] for each in rest["items"])
    assert caller.get("/api/v1/jobs/9999").status == 404
    download = next(each for each in page["items"] if each["kind"] == "download")
    assert caller.get(f"/api/v1/backtest/{download['id']}").status == 404
    queued = caller.get("/api/v1/jobs?state=queued").json
    assert queued["items"] == []


def test_no_worker_outlives_the_api(place: Path) -> None:
    state, data = place / "another", place / "other-data"
    with serving_on(ApiTerms(state, load_config(), data)) as url, Caller(url) as asks:
        enter(asks, state, Role.ADMIN)
        answer = asks.post(
            "/api/v1/backtest", {"preset": "sma-cross", "settings": {"monte_carlo.draws": 100_000}}
        )
        path = f"/api/v1/backtest/{answer.json['id']}"
        until(asks, path, lambda body: body["state"] == "running")
        worker = worker_of(state)
        os.kill(worker, 0)
    with pytest.raises(ProcessLookupError):
        os.kill(worker, 0)
    alone = load_config(None, ("jobs.keeps_workers=false",))
    with serving_on(ApiTerms(state, alone, data)) as url, Caller(url) as asks:
        enter(asks, state, Role.ADMIN)
        # Queued again by a worker that heard it; one that did not was ended, and is taken over.
        assert asks.get(path).json["state"] in {"queued", "running"}
        assert asks.post(f"{path}/cancel").json["wanted"] == "cancel"
