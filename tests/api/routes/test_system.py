"""How the system is, over a traded run: numbers are those that the run itself kept."""

import os
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.api.served import Caller
from tests.runtime.control.desk import some_status
from traider import __version__
from traider.api.following import Standing, ViewState
from traider.api.following.processes import ProcessUse
from traider.api.following.run_sample import RunSample
from traider.api.reading import system
from traider.runtime.state_folder import RunPaths, read_manifest
from traider.runtime.status_body import CountsBody, LatencyBody, Phase, RestartBody, StandbyBody
from traider.runtime.status_file import read_status
from traider.runtime.status_source import FoundStatus, Liveness

SECOND_NS = 1_000_000_000


def got(caller: Caller, path: str) -> Any:
    answer = caller.get(f"/api/v1/{path}")
    assert answer.status == 200, answer.body
    return answer.json


def sample(at_s: float, events: int, cpu_s: float = 0.0) -> RunSample:
    """Return a look at a run that journaled so many events."""
    return RunSample(
        run_id="run",
        at_ns=round(at_s * SECOND_NS),
        phase=Phase.TRADING,
        counts=CountsBody(events=events),
        latency_us={"decide": LatencyBody(at_s, at_s, 2 * at_s, at_s, events)},
        processes=(ProcessUse("trader", 7, cpu_s, 1_000, 3),),
    )


def test_parts_are_those_of_the_status_and_what_follows_beside(
    viewer: Caller, traded_state: Path
) -> None:
    body = got(viewer, "system/roles")
    status = read_status(traded_state)
    assert status is not None
    cards = {card["part"]: card for card in body["items"]}
    assert {part.part for part in status.health} < set(cards)
    assert (body["liveness"], body["phase"]) == ("ended", "stopped")
    assert not cards["trader"]["is_good"]
    assert "no process runs" in cards["trader"]["detail"]
    assert (cards["api"]["is_good"], cards["api"]["lag_events"]) == (True, 0)
    assert cards["api"]["pid"] == os.getpid()
    assert cards["audit chain"]["lag_events"] >= 0


def test_restarts_and_standbys_are_told(traded_state: Path, viewer: Caller) -> None:
    got(viewer, "system/roles")
    standing = Standing(ViewState.WAITING, "", "", "", 0, 0.0, 0, 0)
    body = msgspec.structs.replace(
        some_status(),
        up_s=12.0,
        restarts=(RestartBody("tables", 2, "the database is locked", 5),),
        standbys=(StandbyBody(9, is_ready=False, lag_events=4, lag_s=1.5, since_ns=6, said_ns=7),),
    )
    found = FoundStatus(body, Liveness.RUNNING, 0.0)
    cards = {
        card.part: card
        for card in system.roles(found, RunPaths(traded_state / "none"), standing).items
    }
    tables, standby = cards["tables"], cards["standby"]
    assert (tables.restarts, tables.fault, tables.restarted_ns) == (2, "the database is locked", 5)
    assert (standby.is_good, standby.lag_events, standby.lag_s, standby.pid) == (False, 4, 1.5, 9)
    assert cards["trader"].is_good
    assert not cards["api"].is_good


def test_rates_are_what_was_counted_over_the_time_that_passed() -> None:
    samples = [sample(0, 100), sample(10, 300), sample(20, 300), sample(80, 900)]
    body = msgspec.structs.replace(some_status(), counts=CountsBody(events=950))
    events = next(each for each in system.rates(body, samples).items if each.name == "events")
    assert events.values == [20.0, 0.0, 10.0]
    assert (events.total, events.per_second) == (950, 10.0)
    again = system.rates(body, [sample(0, 900), sample(5, 10)])
    assert next(each.values for each in again.items if each.name == "events") == [0.0]
    assert system.rates(body, [sample(0, 5)]).items[0].per_second is None


def test_latencies_move_with_the_looks() -> None:
    samples = [sample(1, 1), sample(2, 2)]
    body = msgspec.structs.replace(some_status(), latency_us=samples[-1].latency_us)
    found = system.latency(body, samples)
    (stage,), (series,) = found.stages, found.series
    assert (stage.stage, stage.p50, stage.p99, stage.count) == ("decide", 2.0, 4.0, 2)
    assert (series.p50, series.p99) == ([1.0, 2.0], [2.0, 4.0])
    assert found.instants == [SECOND_NS, 2 * SECOND_NS]


def test_a_process_keeps_cores_busy_between_two_looks(tmp_path: Path) -> None:
    (tmp_path / "journal").mkdir()
    (tmp_path / "journal" / "events").write_bytes(b"x" * 1_000)
    (tmp_path / "status.json").write_bytes(b"{}")
    found = system.resources(tmp_path, [sample(0, 1, 10.0), sample(10, 1, 15.0)])
    (process,), (series,) = found.processes, found.series
    assert (process.name, process.cpu, process.memory_bytes) == ("trader", 0.5, 1_000)
    assert (series.cpu, series.memory_bytes) == ([None, 0.5], [1_000, 1_000])
    assert [(each.name, each.size_bytes, each.files) for each in found.folders] == [
        ("journal", 1_000, 1),
        ("status.json", 2, 1),
    ]
    assert 0 < found.free_bytes < found.disk_bytes


def test_series_are_thinned_with_the_last_look_among_them() -> None:
    samples = [sample(at, at) for at in range(1_000)]
    kept = system.thinned(samples)
    assert len(kept) <= system.POINTS
    assert kept[-1] is samples[-1]
    assert [each.at_ns for each in kept] == sorted(each.at_ns for each in kept)


@pytest.mark.parametrize("path", ["latency", "rates", "resources"])
def test_what_is_looked_at_now_and_then_is_served(viewer: Caller, path: str) -> None:
    body = got(viewer, f"system/{path}")
    assert len(body["instants"]) <= system.POINTS


def test_parity_is_told_with_its_age(viewer: Caller) -> None:
    body = got(viewer, "system/parity")
    assert (body["ok"], body["checks"], body["state"], body["replica"]) == (True, 3, "proved", "")
    assert body["ago_s"] > 0.0


def test_versions_are_those_of_the_manifest(viewer: Caller, traded_state: Path) -> None:
    body = got(viewer, "system/version")
    manifest = read_manifest(traded_state)
    assert manifest is not None
    assert (body["traider"], body["begun_with"]) == (__version__, manifest.versions)
    assert body["changed"] == []


def test_the_log_is_paged_back(viewer: Caller, traded_state: Path) -> None:
    assert got(viewer, "system/logs?process=gateway")["items"] == []
    lines = "".join(
        f'{{"ts":"2026-01-02T03:04:0{place}+00:00","level":"info","message":"line {place}"}}\n'
        for place in range(5)
    )
    (traded_state / "supervisor.log.jsonl").write_text(lines, encoding="utf-8")
    first = got(viewer, "system/logs?process=supervisor&limit=3")
    assert [line["message"] for line in first["items"]] == ["line 4", "line 3", "line 2"]
    cursor = first["next_cursor"]
    second = got(viewer, f"system/logs?process=supervisor&limit=3&cursor={cursor}")
    assert [line["message"] for line in second["items"]] == ["line 1", "line 0"]
    assert second["next_cursor"] is None
    found = got(viewer, "system/logs?process=supervisor&text=line%203")["items"]
    assert [line["message"] for line in found] == ["line 3"]
    assert viewer.get("/api/v1/system/logs?level=shout").status == 422
