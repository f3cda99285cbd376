"""Jobs are started, watched, paused, resumed, cancelled and taken over; each queue only wakes."""

import json
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from tests.feed.download.downloads import (
    MINUTE_MS,
    MS,
    QUICK,
    START_MS,
    closed,
    download,
    held_rows,
    one,
    request,
    tree_bytes,
)
from tests.feed.download.warm_command import warm_command
from tests.runtime.redis_server import redis_server
from tests.servers.history_exchange import HistoryExchange, serving
from tests.servers.history_exchange_data import History, made_bars
from traider.cli.main import run
from traider.domain.errors import UsageError
from traider.feed.download import DownloadRequest
from traider.runtime.jobs import JobDesk
from traider.runtime.jobs_download import DOWNLOAD, DownloadWork, request_json, request_of
from traider.runtime.jobs_queue import JobQueue
from traider.runtime.jobs_worker import Worker, WorkerTerms
from traider.store.tables import Job, JobState, Wanted, open_engine

BARS = made_bars(START_MS, 3_000, MINUTE_MS, [7, *range(2_000, 2_020)])
NOW_MS = START_MS + 3_000 * MINUTE_MS + 3_600_000
PAGES = replace(QUICK, page_rows_max=100)
DOWNLOADS = {DOWNLOAD: DownloadWork(PAGES)}
BEATS = WorkerTerms(stale_s=0.6, heartbeat_s=0.05, look_s=60.0)


@pytest.fixture
def exchange() -> Iterator[HistoryExchange]:
    with serving({"BTC": History(MINUTE_MS, BARS), "ETH": History(MINUTE_MS, BARS)}, NOW_MS) as it:
        yield it


def minutes(exchange: HistoryExchange, lake: Path) -> DownloadRequest:
    until = (START_MS + 3_000 * MINUTE_MS) * MS
    return request(exchange, "binance", lake, until_ns=until)


@contextmanager
def desk_at(folder: Path, queue: str = "") -> Iterator[JobDesk]:
    engine = open_engine(f"sqlite:///{folder / 'jobs.db'}")
    waking = JobQueue.open(queue or f"sqlite:///{folder / 'queue.db'}")
    try:
        yield JobDesk(engine, waking)
    finally:
        waking.close()
        engine.dispose()


@contextmanager
def working(folder: Path, queue: str = "") -> Iterator[list[str]]:
    """Work in a thread, as a process of its own would; the queue alone wakes it in time."""
    ended = threading.Event()
    told: list[str] = []

    def work() -> None:
        with desk_at(folder, queue) as desk:
            Worker(desk, ended.is_set, told.append, DOWNLOADS, BEATS).run()

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield told
    finally:
        ended.set()
        thread.join(20.0)


def wait_for(desk: JobDesk, number: int, holds: Callable[[Job], bool]) -> Job:
    until = time.monotonic() + 30.0
    while time.monotonic() < until:
        job = desk.table.get(number)
        if holds(job):
            return job
        time.sleep(0.01)
    raise TimeoutError(str(desk.table.get(number)))


def is_over(job: Job) -> bool:
    return job.state.is_final


def slowly(exchange: HistoryExchange) -> None:
    """Let each answer take a moment, so that there is time to pause."""
    exchange.faults.on_page = lambda _: time.sleep(0.02)


def test_a_request_survives_as_json(exchange: HistoryExchange, tmp_path: Path) -> None:
    asked = replace(minutes(exchange, tmp_path), what=("bars", "funding"), verify="1h")
    assert request_of(json.loads(json.dumps(request_json(asked)))) == asked
    with pytest.raises(UsageError, match="lacks 'symbols'"):
        request_of({"venue": "okx"})


def check_a_job_from_start_to_end(exchange: HistoryExchange, folder: Path, queue: str) -> None:
    """Start, pause, resume and finish a job, woken by ``queue``."""
    slowly(exchange)
    lake = folder / "lake"
    with desk_at(folder, queue) as desk, working(folder, queue) as told:
        started = time.monotonic()
        job, is_new = desk.start_download(minutes(exchange, lake))
        wait_for(desk, job.id, lambda found: found.done > 100)
        assert is_new
        assert time.monotonic() - started < BEATS.look_s / 2
        again, is_new = desk.start_download(minutes(exchange, lake))
        assert (again.id, is_new) == (job.id, False)
        desk.ask(job.id, Wanted.PAUSE)
        paused = wait_for(desk, job.id, lambda found: found.state is JobState.PAUSED)
        asked = exchange.candles_asked()
        assert 100 < paused.done < 1000
        time.sleep(0.2)
        assert exchange.candles_asked() == asked
        desk.ask(job.id, Wanted.RUN)
        done = wait_for(desk, job.id, is_over)
    assert (done.state, done.done, done.total, done.attempt) == (JobState.DONE, 1000, 1000, 2)
    assert done.note.startswith("2,")
    assert f"job {job.id}: done" in told
    key = one(download(minutes(exchange, lake))).key
    assert held_rows(lake, key) == closed(BARS, NOW_MS)


def test_a_job_without_any_server(exchange: HistoryExchange, tmp_path: Path) -> None:
    check_a_job_from_start_to_end(exchange, tmp_path, "")


def test_a_job_over_redis(exchange: HistoryExchange, tmp_path: Path) -> None:
    with redis_server(tmp_path) as url:
        check_a_job_from_start_to_end(exchange, tmp_path, url)


def test_a_queue_out_of_reach_costs_time_and_no_job(
    exchange: HistoryExchange, tmp_path: Path
) -> None:
    pytest.importorskip("redis")
    with desk_at(tmp_path, "redis://127.0.0.1:9/0") as desk:
        job, _ = desk.start_download(minutes(exchange, tmp_path / "lake"))
        assert not desk.queue.wake()
        Worker(desk, lambda: False, lambda _: None, DOWNLOADS, BEATS).run(is_once=True)
        assert desk.table.get(job.id).state is JobState.DONE


def test_a_cancelled_job_stays_over_until_it_is_resumed(
    exchange: HistoryExchange, tmp_path: Path
) -> None:
    slowly(exchange)
    with desk_at(tmp_path) as desk, working(tmp_path):
        job, _ = desk.start_download(minutes(exchange, tmp_path / "lake"))
        wait_for(desk, job.id, lambda found: found.done > 100)
        desk.ask(job.id, Wanted.CANCEL)
        assert wait_for(desk, job.id, is_over).state is JobState.CANCELLED
        desk.ask(job.id, Wanted.RUN)
        assert wait_for(desk, job.id, lambda found: found.state is JobState.DONE).attempt == 2


def test_a_failed_job_says_why(exchange: HistoryExchange, tmp_path: Path) -> None:
    with desk_at(tmp_path) as desk:
        wrong = replace(minutes(exchange, tmp_path / "lake"), symbols=("DOGE/USDT",))
        job, _ = desk.start_download(wrong)
        Worker(desk, lambda: False, lambda _: None, DOWNLOADS, BEATS).run(is_once=True)
        failed = desk.table.get(job.id)
    assert failed.state is JobState.FAILED
    assert "lists no market 'DOGE/USDT'" in failed.error


def test_a_worker_that_is_asked_to_end_queues_its_job_again(
    exchange: HistoryExchange, tmp_path: Path
) -> None:
    slowly(exchange)
    with desk_at(tmp_path) as desk:
        job, _ = desk.start_download(minutes(exchange, tmp_path / "lake"))
        with working(tmp_path):
            wait_for(desk, job.id, lambda found: found.done > 100)
        assert desk.table.get(job.id).state is JobState.QUEUED
        with working(tmp_path):
            assert wait_for(desk, job.id, is_over).state is JobState.DONE


def test_one_series_is_not_downloaded_twice_at_a_time(
    exchange: HistoryExchange, tmp_path: Path
) -> None:
    first = minutes(exchange, tmp_path / "lake")
    with desk_at(tmp_path) as desk:
        job, _ = desk.start_download(first)
        with pytest.raises(UsageError, match=f"job {job.id} is queued and downloads"):
            desk.start_download(replace(first, symbols=("BTCUSDT",), timeframes=("5m", "1m")))
        other, is_new = desk.start_download(replace(first, symbols=("ETH-USDT",)))
        assert is_new
        desk.ask(job.id, Wanted.CANCEL)
        assert desk.start_download(replace(first, symbols=("BTCUSDT",)))[0].id > other.id


def test_words_of_others_in_the_queue_do_no_harm(tmp_path: Path) -> None:
    queue = JobQueue.open(f"sqlite:///{tmp_path / 'queue.db'}")
    queue._huey.storage.enqueue(b"\x80\x04not ours", None)
    queue._huey.storage.enqueue(b'{"name": "os.system", "args": ["false"]}', None)
    assert queue.wake()
    assert queue.wait(5.0, lambda: False)
    assert not queue.wait(0.3, lambda: False)
    queue.close()


@pytest.mark.parametrize("url", ["kafka://host", "postgresql://host/name", "queue.db"])
def test_other_queues_are_refused(url: str) -> None:
    with pytest.raises(UsageError, match=r"is no queue .* write sqlite:///FILE or redis://"):
        JobQueue.open(url)


@pytest.mark.slow
def test_the_lines_of_the_guide_bring_jobs_to_postgresql_and_redis(
    exchange: HistoryExchange,
    tmp_path: Path,
    postgres_url: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def said(*arguments: str) -> str:
        assert run(arguments) == 0, capsys.readouterr().err
        return capsys.readouterr().out

    with redis_server(tmp_path) as queue:
        monkeypatch.setenv("TRAIDER_DATABASE__URL", postgres_url)
        monkeypatch.setenv("TRAIDER_JOBS__QUEUE", queue)
        assert run(["jobs", "list"]) == 7
        assert "traider db upgrade" in capsys.readouterr().err
        said("db", "upgrade")
        started = said(
            *("download", "--venue", "bybit", "--symbol", "BTC/USDT", "--timeframe", "1m"),
            *("--since", "2025-04-30", "--until", "2025-05-01", "--background", "--json"),
            *("--to", str(tmp_path / "lake"), "--base-url", exchange.url),
        )
        number = str(json.loads(started)["job"])
        assert f"job {number}: done" in said("jobs", "work", "--once")
        shown = json.loads(said("jobs", "show", number, "--json"))
    assert (shown["state"], shown["note"]) == ("done", "1,439 new rows in 1 series, 1 gap")


@pytest.mark.slow
def test_killed_workers_lose_nothing(exchange: HistoryExchange, tmp_path: Path) -> None:
    exchange.faults.on_page = lambda _: time.sleep(0.01)
    place = ("--url", f"sqlite:///{tmp_path / 'jobs.db'}", "--queue", f"sqlite:///{tmp_path}/q.db")
    asked = minutes(exchange, tmp_path / "lake")
    download(replace(asked, lake=tmp_path / "calm"), PAGES)
    with warm_command(tmp_path) as command, desk_at(tmp_path) as desk:
        started = command.run(
            *("download", "--venue", "binance", "--symbol", "BTC/USDT", "--timeframe", "1m"),
            *("--since", "2025-04-30", "--until", "2025-05-02T02:00", "--background", "--json"),
            *("--to", str(tmp_path / "lake"), "--base-url", exchange.url, *place),
        )
        assert started.code == 0, started.err
        number = started.body["job"]
        killed = 0
        while killed < 2:
            before = exchange.candles_asked()
            process = command.start("jobs", "work", "--once", "--stale", "1", *place)
            while exchange.candles_asked() == before:
                time.sleep(0.005)
            time.sleep(0.05)
            os.kill(process, signal.SIGKILL)
            assert command.wait().code == -signal.SIGKILL
            assert desk.table.get(number).state is JobState.RUNNING
            killed += 1
            time.sleep(1.05)
        ended = command.run("jobs", "work", "--once", "--stale", "1", *place)
        assert ended.code == 0, ended.err
        shown = command.run("jobs", "show", str(number), "--json", *place).body
        listed = command.run("jobs", "list", "--all", *place).out
    assert (shown["state"], shown["attempt"], shown["done"]) == ("done", 3, 1000)
    assert "download  done   100 %" in listed
    assert tree_bytes(tmp_path / "lake") == tree_bytes(tmp_path / "calm")
