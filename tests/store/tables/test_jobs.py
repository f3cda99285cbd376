"""Jobs on each database: claimed once, taken over, paused, and never written by who lost them."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import Engine

from tests.ports.clock import FixedClock
from traider.domain.errors import DatabaseError, UsageError
from traider.store.tables import Job, JobState, JobTable, Wanted, open_engine
from traider.store.tables.jobs import LOSSES_MAX, STALE_NS


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock()


@pytest.fixture
def jobs(engine: Engine, clock: FixedClock) -> JobTable:
    return JobTable(engine, clock.now_ns)


def claimed(jobs: JobTable, worker: str = "one") -> Job:
    job = jobs.claim(worker)
    assert job is not None
    return job


def test_a_job_goes_from_queued_to_done(jobs: JobTable, clock: FixedClock) -> None:
    request = {"symbol": "BTC-USD", "since": 1_700_000_000_000_000_000, "to": None}
    added = jobs.add("download", request)
    assert (added.state, added.wanted, added.request) == (JobState.QUEUED, Wanted.RUN, request)
    clock.advance(5)
    job = claimed(jobs)
    assert (job.id, job.state, job.worker, job.attempt) == (added.id, JobState.RUNNING, "one", 1)
    assert jobs.claim("two") is None
    clock.advance(5)
    assert jobs.report(job, done=3, total=10, note="page 3") is Wanted.RUN
    seen = jobs.get(job.id)
    assert (seen.done, seen.total, seen.note, seen.heartbeat_ns) == (
        3,
        10,
        "page 3",
        clock.now_ns(),
    )
    assert jobs.finish(job, JobState.DONE)
    over = jobs.get(job.id)
    assert (over.state, over.ended_ns, over.worker, over.done) == (
        JobState.DONE,
        clock.now_ns(),
        "",
        3,
    )
    assert over.started_ns == added.created_ns + 5
    assert jobs.report(job) is None
    assert not jobs.finish(job, JobState.FAILED, "late")


def test_each_job_is_claimed_by_one_of_many(tables_url: str) -> None:
    engine = open_engine(tables_url)
    jobs = JobTable(engine)
    wanted = [jobs.add("download", {"number": number}).id for number in range(30)]

    def work(worker: str) -> list[int]:
        own = open_engine(tables_url)
        table, taken = JobTable(own), []
        while (job := table.claim(worker)) is not None:
            taken.append(job.id)
            assert table.finish(job, JobState.DONE)
        own.dispose()
        return taken

    with ThreadPoolExecutor(6) as pool:
        taken = Counter(number for part in pool.map(work, "abcdef") for number in part)
    engine.dispose()
    assert taken == Counter(wanted)


def test_a_silent_worker_loses_its_job(jobs: JobTable, clock: FixedClock) -> None:
    jobs.add("download", {})
    first = claimed(jobs, "first")
    clock.advance(STALE_NS - 1)
    assert jobs.claim("second") is None
    clock.advance(1)
    second = claimed(jobs, "second")
    assert (second.id, second.worker, second.attempt) == (first.id, "second", 2)
    assert jobs.report(first, done=9) is None
    assert not jobs.finish(first, JobState.DONE)
    assert jobs.get(second.id).done == 0
    assert jobs.report(second) is Wanted.RUN
    clock.advance(STALE_NS - 1)
    assert jobs.claim("third") is None


def test_a_job_that_kills_its_workers_fails(jobs: JobTable, clock: FixedClock) -> None:
    added = jobs.add("download", {})
    for attempt in range(1, LOSSES_MAX + 1):
        assert claimed(jobs).attempt == attempt
        clock.advance(STALE_NS)
    assert jobs.claim("one") is None
    assert jobs.get(added.id).state is JobState.FAILED
    assert jobs.get(added.id).error == f"its worker died {LOSSES_MAX} times"
    assert jobs.ask(added.id, Wanted.RUN).state is JobState.QUEUED
    assert claimed(jobs).attempt == LOSSES_MAX + 1


@pytest.mark.parametrize(
    ("wanted", "state"), [(Wanted.PAUSE, JobState.PAUSED), (Wanted.CANCEL, JobState.CANCELLED)]
)
def test_what_is_asked_of_a_running_job_is_heard_at_its_report(
    jobs: JobTable, clock: FixedClock, wanted: Wanted, state: JobState
) -> None:
    jobs.add("download", {})
    job = claimed(jobs)
    assert jobs.ask(job.id, wanted).state is JobState.RUNNING
    assert jobs.report(job) is wanted
    assert jobs.finish(job, state)
    assert jobs.claim("one") is None
    assert jobs.ask(job.id, Wanted.RUN).state is JobState.QUEUED
    assert claimed(jobs).id == job.id
    # What a dead worker was to stop is not begun again.
    jobs.ask(job.id, wanted)
    clock.advance(STALE_NS)
    assert jobs.claim("two") is None
    assert jobs.get(job.id).state is state


def test_a_pause_that_was_taken_back_queues_the_job(jobs: JobTable) -> None:
    jobs.add("download", {})
    job = claimed(jobs)
    jobs.ask(job.id, Wanted.PAUSE)
    jobs.ask(job.id, Wanted.RUN)
    assert jobs.finish(job, JobState.PAUSED)
    assert jobs.get(job.id).state is JobState.QUEUED


def test_a_waiting_job_is_paused_and_cancelled_at_once(jobs: JobTable) -> None:
    job = jobs.add("download", {})
    assert jobs.ask(job.id, Wanted.PAUSE).state is JobState.PAUSED
    assert jobs.claim("one") is None
    assert jobs.ask(job.id, Wanted.CANCEL).state is JobState.CANCELLED
    with pytest.raises(UsageError, match=f"job {job.id} is cancelled"):
        jobs.ask(job.id, Wanted.PAUSE)
    with pytest.raises(UsageError, match="there is no job 99"):
        jobs.ask(99, Wanted.RUN)
    with pytest.raises(UsageError, match="not running"):
        jobs.finish(job, JobState.RUNNING)


def test_jobs_are_listed_newest_first_by_page_kind_and_state(jobs: JobTable) -> None:
    ids = [jobs.add("download" if number % 2 else "backtest", {}).id for number in range(6)]
    assert [job.id for job in jobs.list(count=2)] == [ids[5], ids[4]]
    assert [job.id for job in jobs.list(before=ids[4], count=2)] == [ids[3], ids[2]]
    assert [job.id for job in jobs.list(kinds=["backtest"])] == [ids[4], ids[2], ids[0]]
    assert jobs.claim("one", ["download"]) is not None
    assert [job.id for job in jobs.list(states=[JobState.RUNNING])] == [ids[1]]


def test_without_tables_one_line_says_what_to_do(empty_engine: Engine) -> None:
    with pytest.raises(DatabaseError, match="the tables are not there; run traider db upgrade"):
        JobTable(empty_engine).add("download", {})
