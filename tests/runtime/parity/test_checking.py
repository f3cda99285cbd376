"""A recorded run is had again from its journal, and what was changed in it is told in one line.

Laws:
1. Restarts and controls in the middle change nothing; neither does how the journal is cut.
2. What was changed (settings, bytes, an event, the kernel) is named.
3. A paper run without controls is the back-test of the market's events: no difference in profit.
"""

import json
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.kernel.builders import cut, record
from tests.parity.small_run import small_run
from tests.runtime.parity.recorded_runs import capture, held_events, recorded, rewritten
from tests.runtime.parity.recorded_runs import settings as of_run
from traider.domain.errors import Interrupted, UsageError
from traider.domain.events import EventArray, Kind, join_events
from traider.domain.payloads import config_digest_event
from traider.kernel.machine import Machine
from traider.runtime.config import config_digest
from traider.runtime.event_stream import EventStream
from traider.runtime.parity.checking import check_run
from traider.runtime.parity.decisions import DecisionReplay
from traider.runtime.parity.inputs import is_input
from traider.runtime.parity.paper_run import PaperComparison
from traider.runtime.parity.recorded_run import RecordedRun
from traider.runtime.parity.reference import ReferenceTerms
from traider.runtime.parity.report import ParityReport
from traider.runtime.parity.watch import Watch
from traider.runtime.state_folder import RunPaths, present_versions
from traider.runtime.status_body import Mode

pytestmark = pytest.mark.uncounted

PAUSE, REARM, KILL = (record(kind, 0) for kind in (Kind.PAUSE, Kind.REARM, Kind.KILL))
PAPER = ["journal", "settings", "decisions", "back-test"]


def first_fault(report: ParityReport) -> tuple[str, str]:
    """Return name and line of the first check that found a difference."""
    found = [check for check in report.checks if not check.ok]
    assert found
    assert "\n" not in found[0].first_difference
    return found[0].name, found[0].first_difference


def without(events: EventArray, place: int) -> EventArray:
    """Return events without the one at ``place``."""
    return join_events([events[:place], events[place + 1 :]])


def until(end: int, events: EventArray) -> EventArray:
    """Return the events before ``end``."""
    return events[:end]


def last_of(events: EventArray, kind: Kind, back: int = 1) -> int:
    return int(np.flatnonzero(events["kind"] == kind)[-back])


def test_a_paper_run_is_its_back_test(tmp_path: Path) -> None:
    report = check_run(recorded(tmp_path))
    assert [check.name for check in report.checks] == PAPER
    assert report.ok, report.checks
    assert (report.mode, report.notes, report.foreign) == ("paper", (), {})
    assert (report.decisions > 50, report.fills > 5) == (True, True)
    assert {check.compared for check in report.checks} == {1, report.events}
    assert report.reference is not None
    found = report.reference.difference
    assert (found.difference, found.unexplained) == (Decimal(0), Decimal(0))
    assert report.reference.fingerprint == report.fingerprint
    assert {row.kind for row in found.rows} == {"both"}


@pytest.mark.parametrize("name", ["level2-iceberg", "level2-quotes"])
def test_restarts_and_controls_are_had_again(tmp_path: Path, name: str) -> None:
    controls = [
        (9_000, PAUSE),
        (15_000, REARM),
        (20_000, record(Kind.WEIGHTS_CHANGE, 0, w0=0, f1=0.5)),
        (50_000, KILL),
    ]
    report = check_run(recorded(tmp_path, of_run(name), controls, [22_000, 40_000]))
    assert report.ok, report.checks
    assert report.decisions > 0
    assert report.foreign == {
        "restarts": 2,
        "weight changes": 1,
        "pauses": 1,
        "emergency stops": 1,
        "re-armings": 1,
    }


def test_a_run_at_a_venue_is_told_beside_the_simulated_one(tmp_path: Path) -> None:
    report = check_run(recorded(tmp_path, of_run("level2-iceberg"), mode=Mode.DEMO))
    assert [check.name for check in report.checks] == PAPER[:3]
    assert report.ok, report.checks
    assert report.reference is not None
    found = report.reference.difference
    assert (found.difference != 0, found.parts.fill != 0) == (True, True)
    assert found.parts.total + found.unexplained == found.difference
    assert abs(found.unexplained_share) < 1e-6


def test_another_record_of_the_same_market_can_be_the_reference(tmp_path: Path) -> None:
    folder = recorded(tmp_path, of_run("level2-iceberg"))
    run = RecordedRun.open(folder)
    same = EventStream("capture", run.manifest.instruments, lambda: iter([capture()[1]]))
    whole = check_run(folder, terms=ReferenceTerms(same))
    assert whole.reference is not None
    assert whole.reference.difference.difference == 0
    # The same market, one tick higher: what was bought and the last mark rise alike, fees do not.
    higher = capture()[1].copy()
    is_priced = np.isin(higher["kind"], (Kind.TRADE, Kind.DEPTH_SNAPSHOT, Kind.DEPTH_UPDATE))
    higher["price"][is_priced] += 1
    moved = replace(same, chunks=lambda: iter([higher]))
    found = check_run(folder, terms=ReferenceTerms(moved))
    assert found.ok
    assert found.reference is not None
    assert found.reference.difference.parts.total == found.reference.difference.parts.fee > 0
    others = EventStream("lake", run.manifest.instruments[:0], lambda: iter([]))
    with pytest.raises(Exception, match=r"the lake: is of nothing, the run of BINANCE:BTC-USDT"):
        check_run(folder, terms=ReferenceTerms(others))


def at_a_slower_venue(folder: Path, name: str, latency_ms: int) -> Path:
    """Return a run at a venue outside that takes so long, where its settings say less.

    Its market is told without delay, so that the venue's clock is the record's.
    """
    events = capture()[1].copy()
    events["ts_event"] = events["ts_recv"]
    latencies = folder / "latencies-ms.txt"
    latencies.write_text(f"{latency_ms}\n")
    slow = of_run(name, f"execution.latency_file={latencies}")
    told = held_events(RunPaths(recorded(folder / "slow", slow, events=events)).journal)
    run = recorded(folder / "run", of_run(name), mode=Mode.DEMO, events=events)
    begun = held_events(RunPaths(run).journal)[:1]
    return rewritten(run, lambda _events: join_events([begun, told[1:]]))


@pytest.mark.parametrize("name", ["level2-ladder", "level2-iceberg"])
def test_what_a_slower_venue_costs_is_latency(tmp_path: Path, name: str) -> None:
    folder = at_a_slower_venue(tmp_path, name, 400)
    report = check_run(folder)
    assert [check.name for check in report.checks if not check.ok] == [], report.checks
    found = report.reference
    assert found is not None
    # With the latency that the run had, the back-test is the run.
    assert found.difference.difference == 0
    assert found.share_of_profit == 0.0
    assert {row.kind for row in found.difference.rows} == {"both"}
    assert found.venue.measured is not None
    spread = found.venue.measured.orders.spread
    assert (spread.p50_ns, spread.longest_ns) == (400_000_000, 400_000_000)
    # Beside the settings' latency all of the difference is latency, whatever it led to.
    apart = found.by_latency
    assert apart is not None
    assert apart.difference == found.difference.run_profit - found.settings_profit != 0
    assert sum(row.parts.total for row in apart.rows) + apart.unexplained == apart.difference
    assert abs(apart.unexplained_share) < 1e-6
    plain = check_run(folder, terms=ReferenceTerms(latency="settings")).reference
    assert plain is not None
    assert (plain.venue.measured, plain.by_latency) == (None, None)
    assert plain.difference.reference_profit == found.settings_profit
    assert plain.difference.difference == apart.difference
    assert plain.difference.parts.total + plain.difference.unexplained == apart.difference
    assert plain.share_of_turnover == pytest.approx(float(apart.difference) / float(found.turnover))


Change = Callable[[EventArray], EventArray]


def _flipped(kind: Kind, name: str) -> Change:
    def change(events: EventArray) -> EventArray:
        events[name][last_of(events, kind)] ^= 1
        return events

    return change


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (_flipped(Kind.ORDER_INTENT, "size"), "ORDER_INTENT of instrument 0: size"),
        (_flipped(Kind.FILL, "price"), "FILL of instrument 0: price"),
        (_flipped(Kind.VERDICT, "w1"), "VERDICT of instrument 0: number"),
        (lambda events: without(events, last_of(events, Kind.ORDER_INTENT, 5)), "expected"),
        (lambda events: without(events, last_of(events, Kind.DEPTH_SNAPSHOT)), "event "),
        (lambda events: without(events, last_of(events, Kind.TIMER, 9)), "TIMER"),
    ],
    ids=["intent", "fill", "verdict", "no intent", "no level", "no timer"],
)
def test_a_changed_journal_is_told_by_its_first_event(
    tmp_path: Path, change: Change, said: str
) -> None:
    report = check_run(rewritten(recorded(tmp_path), change))
    name, line = first_fault(report)
    assert name == "decisions"
    assert said in line
    assert report.reference is None


def test_a_flipped_byte_of_the_journal_is_told_by_its_place(tmp_path: Path) -> None:
    folder = recorded(tmp_path)
    path = next(RunPaths(folder).journal.glob("*-000000.seg"))
    raw = bytearray(path.read_bytes())
    raw[len(raw) // 2] ^= 1
    path.write_bytes(raw)
    report = check_run(folder)
    assert not report.ok
    name, line = first_fault(report)
    assert name == "journal"
    assert "000000" in line or "block" in line


def _edited(folder: Path, edit: Callable[[dict[str, Any]], None]) -> Path:
    path = RunPaths(folder).manifest
    body = json.loads(path.read_bytes())
    edit(body)
    path.write_text(json.dumps(body))
    return folder


def test_changed_settings_are_told(tmp_path: Path) -> None:
    def edit(body: dict[str, Any]) -> None:
        body["settings"]["fill_tier"] = "optimistic"

    name, line = first_fault(check_run(_edited(recorded(tmp_path), edit)))
    assert name == "settings"
    assert "the settings in run.json have the digest" in line


def test_a_run_of_a_version_that_knew_fewer_settings_is_the_same(tmp_path: Path) -> None:
    folder = recorded(tmp_path)
    run = RecordedRun.open(folder)
    known = run.manifest.settings
    del known["execution"]["latency_moves"]
    digest = config_digest(run.config, known)
    assert digest != config_digest(run.config)

    def of_then(events: EventArray) -> EventArray:
        place = last_of(events, Kind.CONFIG_DIGEST)
        told = config_digest_event(digest, 0)[0]
        for word in ("w0", "w1", "w2", "w3"):
            events[word][place] = told[word]
        return events

    def edit(body: dict[str, Any]) -> None:
        body.update(settings=known, digest=digest.hex())

    assert check_run(_edited(rewritten(folder, of_then), edit)).ok


def test_settings_of_another_run_are_told(tmp_path: Path) -> None:
    other = recorded(tmp_path / "other", of_run("level2-ladder", "capital=30000"))
    folder = recorded(tmp_path / "run")
    RunPaths(folder).manifest.write_bytes(RunPaths(other).manifest.read_bytes())
    name, line = first_fault(check_run(folder))
    assert name == "settings"
    assert "the journal begins with the settings" in line


def test_another_kernel_is_noted(tmp_path: Path) -> None:
    def edit(body: dict[str, dict[str, object]]) -> None:
        body["versions"]["kernel"] = "0123456789abcdef0123"

    report = check_run(_edited(recorded(tmp_path), edit))
    assert report.ok
    present = present_versions()["kernel"]
    assert report.notes == (f"begun with kernel 0123456789abcdef0123, this is {present}",)


def test_a_folder_without_a_run_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="holds no run; name the --state folder"):
        check_run(tmp_path)


def test_a_check_can_be_stopped(tmp_path: Path) -> None:
    told: list[float] = []

    def told_twice() -> bool:
        return len(told) >= 2

    watch = Watch(lambda fraction, _text: told.append(fraction), told_twice)
    with pytest.raises(Interrupted, match="stopped after"):
        check_run(recorded(tmp_path), watch)
    assert told == sorted(told)


@pytest.mark.parametrize("kind", [Kind.ORDER_INTENT, Kind.VERDICT, Kind.TIMER, Kind.FILL])
def test_a_journal_may_end_anywhere(tmp_path: Path, kind: Kind) -> None:
    """A trader that was killed, or is at work, leaves its journal amid what comes out."""
    folder = recorded(tmp_path)
    ends = np.flatnonzero(held_events(RunPaths(folder).journal)["kind"] == kind)
    for end in (int(ends[len(ends) // 2]), int(ends[len(ends) // 2]) + 1):
        report = check_run(rewritten(folder, partial(until, end)))
        assert [check.name for check in report.checks if not check.ok] == [], report.checks


@settings(max_examples=10, deadline=None)
@given(data=st.data())
def test_cutting_a_journal_changes_nothing(data: st.DataObject) -> None:
    style = data.draw(st.sampled_from(["market", "book-ladder"]))
    spec, events = small_run(style)
    machine = Machine(spec, journal_all=True)
    (drained,) = machine.feed(events)
    journal = drained.events
    places = data.draw(st.lists(st.integers(1, len(journal) - 1), max_size=12))
    paper, decisions = PaperComparison(spec), DecisionReplay(spec, simulates=True)
    for piece in cut(journal, places):
        paper.take(piece)
        decisions.take(piece)
    paper.finish()
    assert paper.comparison.difference is None
    assert paper.comparison.compared == len(journal)
    found = decisions.finish()
    assert (found.ok, found.compared) == (True, len(journal)), found.first_difference
    assert paper.fingerprint.hexdigest() == decisions.fingerprint.hexdigest()


@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_a_changed_byte_of_what_the_kernel_made_is_found(data: st.DataObject) -> None:
    spec, events = small_run("market")
    (drained,) = Machine(spec, journal_all=True).feed(events)
    journal = drained.events.copy()
    made = np.flatnonzero(~is_input(journal))
    place = data.draw(st.sampled_from(made.tolist()))
    # A changed kind may make an input of it, so the bytes before and after the kind are changed.
    byte = data.draw(st.sampled_from([*range(8), *range(18, 64)]))
    raw = journal.view(np.uint8).reshape(-1, 64)
    raw[place, byte] ^= data.draw(st.integers(1, 255))
    decisions = DecisionReplay(spec, simulates=True)
    for piece in cut(journal, [place]):
        decisions.take(piece)
    found = decisions.finish()
    assert not found.ok
    assert f"event {place}" in found.first_difference
