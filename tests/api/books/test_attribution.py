"""The attribution of a run is what the command line makes, and goes on as the journal grows."""

import json
import shutil
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from tests.api.served import Caller
from traider.api.books.attribution import attribution_of
from traider.cli.main import run as run_command
from traider.domain.errors import UsageError
from traider.domain.events import join_events
from traider.journal.reader import JournalReader
from traider.journal.writer import JournalWriter
from traider.runtime.books.run_attribution import FollowedAttribution, attribution_body
from traider.runtime.parity.decisions import FOLLOWING
from traider.runtime.parity.recorded_run import RecordedRun
from traider.runtime.state_folder import RunPaths

pytestmark = pytest.mark.slow


def ignored(done: float, what: str) -> None:
    assert 0.0 <= done <= 1.0
    assert what


def test_the_parts_of_each_view_sum_to_the_total(
    viewer: Caller, traded_state: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_command(["attribution", "--state", str(traded_state), "--json"]) == 0
    wanted = json.loads(capsys.readouterr().out)
    answer = viewer.made("/api/v1/portfolio/attribution")
    assert answer.status == 200, answer.body
    told = answer.json
    assert {each["by"] for each in told["views"]} == set(wanted["views"])
    for view in told["views"]:
        parts = {each["name"]: each["value"] for each in view["parts"]}
        assert parts == wanted["views"][view["by"]]
        assert sum(map(Decimal, parts.values()), Decimal(0)) == Decimal(told["total"])
    assert told["total"] == wanted["total"]
    assert told["journal_events"] == wanted["journal_events"] > 0


def test_a_journal_that_grows_is_read_on(traded_state: Path, tmp_path: Path) -> None:
    source = JournalReader(RunPaths(traded_state).journal)
    wanted = attribution_body(FollowedAttribution(RecordedRun.open(traded_state)).refresh(ignored))
    folder = tmp_path / "run"
    shutil.copytree(traded_state, folder, ignore=shutil.ignore_patterns("journal"))
    events = join_events(list(source.events()))
    # A step and what it wants are written together.
    steps = np.flatnonzero(~np.isin(events["kind"], FOLLOWING))
    cuts = [0, *(int(steps[len(steps) * part // 3]) for part in (1, 2)), len(events)]
    with JournalWriter.open(RunPaths(folder).journal, source.instruments) as journal:
        journal.append(events[: cuts[1]])
        journal.sync()
        followed = FollowedAttribution(RecordedRun.open(folder))
        for first, last in pairwise(cuts):
            if first:
                journal.append(events[first:last])
                journal.sync()
            found = followed.refresh(ignored)
            assert found.events == last
            assert found.unexplained() == 0
    assert attribution_body(followed.refresh(ignored)) == wanted


def test_a_folder_without_a_run_is_told_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="run"):
        attribution_of(tmp_path / "none", ignored)
