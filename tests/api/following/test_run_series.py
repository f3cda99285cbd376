"""What a run said of itself is kept over time, with what its processes take."""

import dataclasses
import os
import time
from pathlib import Path

import msgspec

from tests.runtime.control.desk import some_status
from traider.api.following.kept_samples import FILE, KeptSamples
from traider.api.following.run_series import RunSeries
from traider.runtime.beside_file import BesideBody
from traider.runtime.status_body import CountsBody, Phase
from traider.runtime.status_file import write_status


def test_samples_are_taken_without_anybody_asking(tmp_path: Path) -> None:
    series = RunSeries(tmp_path, every_s=0.01)
    series.start()
    try:
        until_s = time.monotonic() + 60.0
        while len(series.samples()) < 3 and time.monotonic() < until_s:
            time.sleep(0.01)
    finally:
        series.close()
    taken = series.samples()
    assert len(taken) >= 3
    assert [each.at_ns for each in taken] == sorted(each.at_ns for each in taken)
    assert (taken[0].phase, taken[0].counts, taken[0].latency_us) == (None, CountsBody(), {})


def test_a_sample_is_what_the_run_said_last(tmp_path: Path) -> None:
    body = msgspec.structs.replace(
        some_status(), pid=os.getpid(), phase=Phase.TRADING, counts=CountsBody(events=7)
    )
    write_status(tmp_path, body)
    series = RunSeries(tmp_path)
    taken = series.take()
    assert series.samples() == [taken]
    assert taken.counts.events == 7
    assert taken.latency_us == body.latency_us
    assert [each.name for each in taken.processes] == ["trader", "api"]
    assert all(each.memory_bytes > 1_000_000 and each.cpu_s > 0 for each in taken.processes)


def test_a_server_begun_again_goes_on_with_what_the_last_one_saw(written_state: Path) -> None:
    folder = written_state
    before = RunSeries(folder)
    first = before.take()
    assert first.run_id
    with (folder / FILE).open("ab") as file:
        file.write(b'{"run_id":"half a li')
    # What another run left in the folder is not this one's.
    KeptSamples(folder, 10).add(dataclasses.replace(first, run_id="another"))
    after = RunSeries(folder)
    later = after.take()
    found = after.samples()
    assert found[-2:] == [first, later]
    assert {each.run_id for each in found} == {first.run_id}


def test_the_file_is_bounded(tmp_path: Path) -> None:
    sample = dataclasses.replace(RunSeries(tmp_path).take(), run_id="one")
    kept = KeptSamples(tmp_path, most=10)
    for number in range(95):
        kept.add(dataclasses.replace(sample, at_ns=number))
        assert len((tmp_path / FILE).read_bytes().splitlines()) <= 21
    assert [each.at_ns for each in KeptSamples(tmp_path, most=10).read("one")] == [*range(85, 95)]


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
