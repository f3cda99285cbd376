"""Results of jobs give way by number and by age; what runs, waits or has a name stays."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from traider.runtime.jobs import JobDesk, result_folder
from traider.runtime.jobs_backtest import BACKTEST
from traider.runtime.jobs_parity import PARITY
from traider.runtime.jobs_queue import JobQueue
from traider.runtime.jobs_results import Keeping, prune_results
from traider.store.tables import JobState, Wanted, open_engine

DAY_NS = 86_400_000_000_000


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[JobDesk]:
    engine = open_engine(f"sqlite:///{tmp_path / 'jobs.db'}")
    desk = JobDesk(engine, JobQueue.open(f"sqlite:///{tmp_path / 'queue.db'}"))
    yield desk
    desk.close()


def job(
    desk: JobDesk, jobs: Path, kind: str = BACKTEST, *, title: str = "", ends: bool = True
) -> Path:
    """Return the folder of a job with results, over unless told otherwise."""
    folder = result_folder(jobs, kind)
    folder.mkdir(parents=True)
    (folder / "done.json").write_text("{}")
    made = desk.table.add(kind, {"folder": str(folder), "title": title})
    if ends:
        claimed = desk.table.claim("somebody", [kind])
        assert claimed is not None
        assert claimed.id == made.id
        desk.table.finish(claimed, JobState.DONE)
    return folder


def test_the_newest_of_each_kind_stay(desk: JobDesk, tmp_path: Path) -> None:
    jobs = tmp_path / "jobs"
    made = [job(desk, jobs) for _ in range(5)]
    check = job(desk, jobs, PARITY)
    (jobs / "worker-research.log").write_text("said")
    removed = prune_results(desk.table, jobs, Keeping(most=2, days=0))
    assert sorted(removed) == sorted(made[:3])
    assert sorted(jobs.iterdir()) == sorted([*made[3:], check, jobs / "worker-research.log"])
    assert len(desk.table.list()) == 6
    assert prune_results(desk.table, jobs, Keeping(most=2, days=0)) == ()


def test_what_is_older_goes_and_what_has_a_name_or_is_not_over_stays(
    desk: JobDesk, tmp_path: Path
) -> None:
    jobs = tmp_path / "jobs"
    old, named = job(desk, jobs), job(desk, jobs, title="the one to keep")
    waits = job(desk, jobs, ends=False)
    paused = desk.table.list(states=[JobState.QUEUED])[0]
    desk.ask(paused.id, Wanted.PAUSE)
    runs = job(desk, jobs, ends=False)
    assert desk.table.claim("somebody", [BACKTEST]) is not None
    ended_ns = desk.table.list(states=[JobState.DONE])[-1].ended_ns
    assert ended_ns is not None
    keeping = Keeping(most=1, days=30)
    assert prune_results(desk.table, jobs, keeping, ended_ns + 30 * DAY_NS) == ()
    assert prune_results(desk.table, jobs, keeping, ended_ns + 31 * DAY_NS) == (old,)
    assert sorted(jobs.iterdir()) == sorted([named, waits, runs])


def test_nothing_goes_where_no_bound_is_set(desk: JobDesk, tmp_path: Path) -> None:
    folder = job(desk, tmp_path / "jobs")
    keeping = Keeping(most=0, days=0)
    assert prune_results(desk.table, tmp_path / "jobs", keeping, 2**62) == ()
    assert folder.is_dir()


def test_folders_of_nobody_go_by_age_and_others_are_never_touched(
    desk: JobDesk, tmp_path: Path
) -> None:
    jobs = tmp_path / "jobs"
    left, fresh = result_folder(jobs, BACKTEST), result_folder(jobs, BACKTEST)
    mine, far = jobs / "my-notes", tmp_path / "far"
    half = jobs / ".gone-backtest-20260101T000000-00000000"
    for folder in (left, fresh, mine, far, half):
        folder.mkdir(parents=True)
    link = result_folder(jobs, BACKTEST)
    link.symlink_to(far)
    for folder in (left, mine):
        os.utime(folder, ns=(0, 0))
    assert prune_results(desk.table, jobs, Keeping()) == (left,)
    assert sorted(jobs.iterdir()) == sorted([fresh, mine, link])
    assert far.is_dir()
