"""A download that ends at any step of its work on the disk goes on to the very same bytes.

1. Whatever step it dies at, and however often, the lake ends as that of an undisturbed run.
2. What was asked for and kept is not asked for again.
"""

import asyncio
import errno
import os
import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.feed.download.downloads import MINUTE_MS, MS, START_MS, held_rows, tree_bytes
from tests.servers.history_exchange_data import Bar, made_bars
from traider.domain.errors import DataError
from traider.domain.instruments import InstrumentName
from traider.feed.download.candles import bar_table
from traider.feed.download.desk import Desk
from traider.feed.download.outcome import SeriesOutcome
from traider.feed.download.page import Page, inside, stamps
from traider.feed.download.series_download import SeriesDownload
from traider.feed.download.spans import Span
from traider.feed.download.staging import Staging, staging_folder
from traider.store.kinds import Content, DataKind
from traider.store.lake_paths import SeriesKey
from traider.store.parquet_lake import ParquetLake

MINUTE_NS = MINUTE_MS * MS
KEY = SeriesKey(InstrumentName("VENUE", "BTC", "USD"), DataKind(Content.BARS, "1m"))
BARS = made_bars(START_MS, 2_000, MINUTE_MS, [5, *range(1_430, 1_450), *range(1_600, 1_900)])
WANTED = (START_MS * MS, (START_MS + 2_000 * MINUTE_MS) * MS)


class Crash(BaseException):
    """The process ended here."""


@dataclass
class MemoryPages:
    """Pages of any size out of memory; overlapping, as venues send them."""

    bars: list[Bar]
    page_bars: int
    length_ns: int = MINUTE_NS
    asked: list[Span] = field(default_factory=list)

    def window(self, span: Span) -> Span:
        return span[0], min(span[1], span[0] + self.page_bars * MINUTE_NS)

    def end_ns(self) -> int:
        return WANTED[1]

    async def page(self, window: Span, edge: str) -> Page:
        del edge
        self.asked.append(window)
        rows = inside(bar_table(self.bars), (window[0] - 3 * MINUTE_NS, window[1]))
        return Page(rows, window)


@contextmanager
def crashing_at(
    step: int, monkeypatch: pytest.MonkeyPatch, fault: BaseException | None = None
) -> Iterator[list[int]]:
    """End the process, as far as the disk can tell, before its step ``step``; or let that fail."""
    steps = [0]

    def counted(work: Any) -> Any:
        def wrapped(*args: Any, **kwargs: Any) -> Any:
            steps[0] += 1
            if steps[0] == step:
                raise fault or Crash
            return work(*args, **kwargs)

        return wrapped

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", counted(os.fsync))
        patch.setattr(Path, "replace", counted(Path.replace))
        patch.setattr(Path, "unlink", counted(Path.unlink))
        yield steps


def run(lake: Path, pages: MemoryPages, publish_rows: int = 800) -> SeriesOutcome:
    """Download in this process."""
    outcome = SeriesOutcome(KEY, "BTC/USD", WANTED)

    async def work() -> None:
        desk = Desk(
            store=ParquetLake(lake),
            writing=asyncio.Lock(),
            stop=lambda: False,
            publish_rows=publish_rows,
            is_repairing=False,
            changed=lambda *_: None,
        )
        with Staging(staging_folder(lake, KEY), KEY) as staging:
            await SeriesDownload(desk, pages, staging, outcome).run()

    asyncio.run(work())
    return outcome


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    lake = tmp_path_factory.mktemp("whole")
    run(lake, MemoryPages(BARS, 1_000), publish_rows=100_000)
    return tree_bytes(lake)


def test_a_run_keeps_every_bar(tmp_path: Path) -> None:
    outcome = run(tmp_path, MemoryPages(BARS, 617))
    rows = held_rows(tmp_path, KEY)
    assert [row[0] for row in rows] == [bar[0] * MS for bar in BARS]
    assert (outcome.stored.fresh, outcome.gaps, outcome.missing) == (1_679, 3, 321)


def test_every_step_may_be_the_last(
    whole: dict[str, bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with crashing_at(-1, monkeypatch) as steps:
        run(tmp_path / "count", MemoryPages(BARS, 900))
    for step in range(1, steps[0] + 1):
        lake = tmp_path / str(step)
        with crashing_at(step, monkeypatch), pytest.raises(Crash):
            run(lake, MemoryPages(BARS, 900))
        pages = MemoryPages(BARS, 900)
        run(lake, pages)
        assert tree_bytes(lake) == whole, f"crash at step {step}"
        assert not list((lake / "_download").rglob("page-*"))
    assert steps[0] > 25


def test_many_crashes_with_other_pages_each_time_change_no_byte(
    whole: dict[str, bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dice = random.Random(5)  # noqa: S311 - no secret
    for place in range(3):
        lake = tmp_path / str(place)
        crashes = 0
        while crashes < 25:
            try:
                with crashing_at(dice.randint(1, 12), monkeypatch):
                    pages = MemoryPages(BARS, dice.randint(60, 900))
                    run(lake, pages, publish_rows=dice.choice([300, 10**6]))
                break
            except Crash:
                crashes += 1
        run(lake, MemoryPages(BARS, 333))
        assert crashes > 2
        assert tree_bytes(lake) == whole


def test_a_full_disk_is_told_in_one_line_and_loses_nothing(
    whole: dict[str, bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for step in range(1, 32, 5):
        lake = tmp_path / str(step)
        full = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        with (
            crashing_at(step, monkeypatch, full),
            pytest.raises(DataError, match="cannot be written: No space left on device") as told,
        ):
            run(lake, MemoryPages(BARS, 900))
        assert "\n" not in told.value.line()
        run(lake, MemoryPages(BARS, 900))
        assert tree_bytes(lake) == whole


def test_what_is_kept_is_not_asked_for_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, after = MemoryPages(BARS, 500), MemoryPages(BARS, 500)
    # Two flushes and a rename keep a page; the third page's rename is the ninth step but one.
    with crashing_at(8, monkeypatch), pytest.raises(Crash):
        run(tmp_path, before, publish_rows=10**6)
    run(tmp_path, after)
    assert len(before.asked) == 3
    assert after.asked[0] == before.asked[2]
    assert [*before.asked[:2], *after.asked][-1][1] == WANTED[1]


def test_two_downloads_of_one_series_do_not_meet(tmp_path: Path) -> None:
    folder = staging_folder(tmp_path, KEY)
    with (
        Staging(folder, KEY),
        pytest.raises(DataError, match="is being downloaded already"),
        Staging(folder, KEY),
    ):
        pass


def test_staged_rows_come_back_as_they_were(tmp_path: Path) -> None:
    rows = bar_table(BARS[:100])
    with Staging(tmp_path, KEY) as staging:
        staging.add(rows, staging.progress.after(Page(rows, (0, 5)), 5))
        staging.add(rows.slice(0, 0), staging.progress.after(Page(rows, (5, 9)), 9))
    with Staging(tmp_path, KEY) as staging:
        assert staging.table() == rows
        assert staging.progress.settled == ((0, 9),)
        assert staging.progress.pages == 2
        assert np.array_equal(stamps(staging.table()), stamps(rows))


@pytest.mark.parametrize("name", ["page-00000002.arrow", "checkpoint.json"])
def test_one_changed_bit_anywhere_is_told_with_the_file_s_name(tmp_path: Path, name: str) -> None:
    rows = bar_table(BARS[:10])
    with Staging(tmp_path, KEY) as staging:
        for end in (5, 9):
            staging.add(rows, staging.progress.after(Page(rows, (end - 4, end)), end))
        staging.settle(rows, staging.progress)
    file = tmp_path / name
    data = file.read_bytes()
    for place in range(0, len(data), 1 + len(data) // 300):
        changed = bytearray(data)
        changed[place] ^= 1 << place % 8
        file.write_bytes(bytes(changed))
        with pytest.raises(DataError, match="its checksum differs") as told:
            Staging(tmp_path, KEY).__enter__()
        assert told.value.where == str(file)
    file.write_bytes(data)
    with Staging(tmp_path, KEY) as staging:
        assert staging.table() == rows


def test_a_page_that_changes_while_it_waits_does_not_get_into_the_lake(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with crashing_at(8, monkeypatch), pytest.raises(Crash):
        run(tmp_path, MemoryPages(BARS, 500), publish_rows=10**6)
    page = min(tmp_path.rglob("page-*"))
    data = bytearray(page.read_bytes())
    data[len(data) // 2] ^= 1
    page.write_bytes(bytes(data))
    with pytest.raises(DataError, match=r"page-00000000\.arrow: is damaged: its checksum differs"):
        run(tmp_path, MemoryPages(BARS, 500))
    assert not ParquetLake(tmp_path).series()


def test_a_page_that_is_cut_short_is_told_with_its_name(tmp_path: Path) -> None:
    rows = bar_table(BARS[:100])
    with Staging(tmp_path, KEY) as staging:
        staging.add(rows, staging.progress.after(Page(rows, (0, 5)), 5))
    (page,) = tmp_path.glob("page-*")
    page.write_bytes(page.read_bytes()[:200])
    with pytest.raises(DataError, match=r"page-00000000\.arrow: is damaged"):
        Staging(tmp_path, KEY).__enter__()
