"""A writer that ends at any moment leaves a lake that is whole, and one that can be completed.

Law 1: after a crash each write is there with all its rows or not at all, and they are as written.
Law 2: the writer run again to its end leaves the files of a writer that was never disturbed.
"""

import multiprocessing
import os
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from tests.store.contract.rows import joined, same
from tests.store.killed_writer import BATCH_ROWS, BATCHES, KEYS, batches, run, write_all
from tests.store.recorded_events import bytes_of
from traider.store.parquet_lake import ParquetLake

KILLS = 30


class CrashError(BaseException):
    """The power went: nothing but the test may catch it."""


def written_batches(lake: ParquetLake) -> list[int]:
    """Return the batches that are there, having proved that each is whole and as written."""
    there = []
    held = {extent.key for extent in lake.series()}
    for key in KEYS:
        tables = list(lake.read(key)) if key in held else []
        if not tables:
            continue
        found = joined(tables)
        wanted = [
            batch
            for batch in batches(key)
            if batch.column("ts")[0].as_py() in set(found.column("ts").to_pylist())
        ]
        assert same(found, joined(wanted))
        there += [key.kind.content.is_events] * len(wanted)
    return [there.count(False), there.count(True)]


def whole(folder: Path) -> dict[str, bytes]:
    write_all(folder)
    return bytes_of(folder)


@pytest.mark.slow
def test_law_1_and_2_a_writer_killed_dozens_of_times(tmp_path: Path) -> None:
    context = multiprocessing.get_context("forkserver")
    # Arrow imports pandas, where it is there, at its first use: that takes longer than a life.
    context.set_forkserver_preload(["tests.store.killed_writer", "pandas"])
    folder, chance = tmp_path / "killed", random.Random(4)  # noqa: S311 - moments to kill at
    wanted = whole(tmp_path / "whole")
    kills, seen = 0, set[int]()
    while kills < KILLS:
        mine, theirs = context.Pipe(duplex=False)
        process = context.Process(target=run, args=(folder, theirs))
        process.start()
        assert mine.recv()
        process.join(chance.uniform(0.0, 0.15))
        kills += process.is_alive()
        if not process.is_alive():
            kills += 1  # it came to its end: as good a moment as any
        process.kill()
        process.join()
        process.close()
        seen.add(sum(written_batches(ParquetLake(folder))))
    assert len(seen) > 3
    write_all(folder)
    assert written_batches(ParquetLake(folder)) == [BATCHES, BATCHES]
    assert bytes_of(folder) == wanted
    assert len(wanted) == 4
    strays = [path for path in folder.rglob("*") if "writing" in path.name]
    assert strays == []


def counted(monkeypatch: pytest.MonkeyPatch, crash_at: int) -> list[str]:
    """Have each change of the disk counted, and the power go at one of them."""
    calls: list[str] = []

    def watched(name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **said: Any) -> Any:
            calls.append(name)
            if len(calls) == crash_at:
                raise CrashError
            return real(*args, **said)

        return call

    monkeypatch.setattr(Path, "replace", watched("replace", Path.replace))
    monkeypatch.setattr(Path, "unlink", watched("unlink", Path.unlink))
    monkeypatch.setattr(Path, "mkdir", watched("mkdir", Path.mkdir))
    monkeypatch.setattr(os, "fsync", watched("fsync", os.fsync))
    return calls


def some_work(folder: Path) -> None:
    """Write a new series, add to it late, and compact it."""
    lake, key = ParquetLake(folder), KEYS[1]
    parts = list(batches(key))
    lake.write(key, pa.concat_tables([parts[11], parts[12]]))
    lake.write(key, pa.concat_tables([parts[3], parts[13]]))
    lake.compact(key)


@pytest.mark.slow
def test_law_1_and_2_a_crash_at_each_change_of_the_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = counted(monkeypatch, 0)
    some_work(tmp_path / "whole")
    wanted, steps = bytes_of(tmp_path / "whole"), len(calls)
    monkeypatch.undo()
    assert steps > 30
    for step in range(1, steps + 1):
        folder = tmp_path / str(step)
        with monkeypatch.context() as patch:
            counted(patch, step)
            with pytest.raises(CrashError):
                some_work(folder)
        _, there = written_batches(ParquetLake(folder))
        # The two batches of one write are there together.
        assert there in {0, 2, 4}
        some_work(folder)
        assert bytes_of(folder) == wanted
        assert written_batches(ParquetLake(folder)) == [0, 4]
    assert BATCH_ROWS * BATCHES == 480
