"""What a run said of itself is kept over time, with what its processes take."""

import os
from pathlib import Path

import msgspec

from tests.runtime.control.desk import some_status
from traider.api.following.run_series import RunSeries
from traider.runtime.beside_file import BesideBody
from traider.runtime.status_body import CountsBody, Phase
from traider.runtime.status_file import write_status


def test_samples_are_taken_when_they_are_due(tmp_path: Path) -> None:
    series = RunSeries(tmp_path, every_s=3_600.0)
    series.look()
    series.look()
    (empty,) = series.samples()
    assert (empty.phase, empty.counts, empty.latency_us) == (None, CountsBody(), {})
    body = msgspec.structs.replace(
        some_status(), pid=os.getpid(), phase=Phase.TRADING, counts=CountsBody(events=7)
    )
    write_status(tmp_path, body)
    taken = series.take()
    assert series.samples() == [empty, taken]
    assert taken.counts.events == 7
    assert [each.name for each in taken.processes] == ["trader", "api"]
    assert all(each.memory_bytes > 1_000_000 and each.cpu_s > 0 for each in taken.processes)


def test_processes_beside_the_trader_are_found_and_dead_ones_passed_over(tmp_path: Path) -> None:
    body = msgspec.structs.replace(some_status(), pid=2**22 + 1, phase=Phase.TRADING)
    write_status(tmp_path, body)
    beside = tmp_path / "beside.gateway.json"
    beside.write_bytes(msgspec.json.encode(BesideBody(pid=os.getpid())))
    found = RunSeries(tmp_path).take().processes
    assert [(each.name, each.pid) for each in found] == [
        ("api", os.getpid()),
        ("gateway", os.getpid()),
    ]


def test_who_asks_first_gets_a_sample(tmp_path: Path) -> None:
    series = RunSeries(tmp_path)
    (first,) = series.samples()
    assert series.samples() == [first]
