"""Every order and refusal of a run is explained, from its audit or, where that lags, by replay."""

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.kernel.builders import record
from tests.runtime.parity.recorded_runs import held_events, recorded
from tests.runtime.parity.recorded_runs import settings as of_run
from traider.cli.explain_outcome import explanation_lines
from traider.cli.main import run as command
from traider.compliance.lookup import AuditLookup
from traider.compliance.segments import list_segments
from traider.domain.errors import UsageError
from traider.domain.events import EventArray, Kind, OrderFlag
from traider.kernel.codes import Limit
from traider.runtime.auditing.explaining import BeyondAudit
from traider.runtime.auditing.following import update_audit
from traider.runtime.state_folder import RunPaths

Explained = dict[str, Any]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    narrowed = record(Kind.LIMITS_CHANGE, 0, code=Limit.MAX_ORDER_NOTIONAL, f1=15_000.0)
    folder = recorded(
        tmp_path_factory.mktemp("run") / "state",
        of_run("level2-ladder", "limits.max_orders_per_minute=20", "breakers.preset=live"),
        ((40_000, narrowed),),
    )
    update_audit(folder)
    return folder


@pytest.fixture(scope="module")
def events(run: Path) -> EventArray:
    return held_events(RunPaths(run).journal)


def lookup(folder: Path) -> AuditLookup:
    return AuditLookup(folder, BeyondAudit(folder))


def order_ids(events: EventArray) -> list[int]:
    orders = events[
        (events["kind"] == Kind.ORDER_INTENT) & (events["flags"] & OrderFlag.CANCEL == 0)
    ]
    return list(dict.fromkeys(orders["order_id"].tolist()))


def test_every_order_and_refusal_is_explained(run: Path, events: EventArray) -> None:
    asked = lookup(run)
    ids = order_ids(events)
    assert len(ids) > 40
    kinds = set()
    for order_id in ids:
        found = asked.explain(f"{order_id:016x}")
        own = events[events["order_id"] == order_id]
        verdict = own[own["kind"] == Kind.VERDICT][0]
        kinds.add(found["kind"])
        assert found["kind"] == ("order" if verdict["code"] == 0 else "refusal")
        assert found["verdict"]["number"] == verdict["number"]
        assert found["verdict"]["limit"] == verdict["limit"]
        assert found["gate"]["agrees"]
        assert found["gate"]["answer"]["check"] == found["verdict"]["check"]
        assert len(found["features"]) > 3
        assert found["would_have_passed"].startswith("would have passed")
        assert len(found["fills"]) == int((own["kind"] == Kind.FILL).sum())
        assert found["notes"] == []
        # What was refused never left; how long it took to say so is told all the same.
        assert found["stages_us"]["decide"] >= 0.0
        assert ("send" in found["stages_us"]) is (found["sent"] is not None)
        lines = list(explanation_lines(found))
        assert any(line.startswith("gate checks") for line in lines)
    assert kinds == {"order", "refusal"}


def test_an_order_has_many_names(run: Path, events: EventArray) -> None:
    asked = lookup(run)
    (place, *_) = np.flatnonzero(events["kind"] == Kind.FILL).tolist()
    order_id = int(events["order_id"][place])
    by_id = asked.explain(f"{order_id:016x}")
    names = (str(order_id), f"0x{order_id:016x}", f"{asked.run_id}-{order_id:016x}")
    for name in names:
        assert asked.explain(name) | {"asked": ""} == by_id | {"asked": ""}
    by_fill = asked.explain(str(place))
    assert by_fill["kind"] == "fill"
    assert by_fill["fill"]["position"] == place
    assert by_fill["features"] == by_id["features"]
    stages = by_fill["stages_us"]
    assert stages["first_fill"] >= stages["ack"] > 0


def test_what_was_decided_on_names_its_order(run: Path, events: EventArray) -> None:
    # Timers that led to one order; several are told apart by their ids.
    are_intents = np.append(events["kind"] == Kind.ORDER_INTENT, [False, False])
    on_clock = events["kind"] == Kind.TIMER
    (alone, *_) = np.flatnonzero(on_clock & are_intents[1:-1] & ~are_intents[2:]).tolist()
    found = lookup(run).explain(str(alone))
    assert found["event"]["position"] == alone
    (several, *_) = np.flatnonzero(are_intents[1:-1] & are_intents[2:] & ~are_intents[:-2]).tolist()
    if int(events["kind"][several]) == Kind.TIMER:
        with pytest.raises(UsageError, match="led to"):
            lookup(run).explain(str(several))


def test_where_the_audit_lags_the_same_is_replayed_and_said(
    run: Path, events: EventArray, tmp_path: Path
) -> None:
    folder = tmp_path / "state"
    shutil.copytree(run, folder)
    ids = order_ids(events)
    whole = {order_id: lookup(run).explain(f"{order_id:016x}") for order_id in ids[-3:]}
    (segment,) = list_segments(folder / "audit").values()
    lines = segment.read_bytes().splitlines(keepends=True)
    segment.write_bytes(b"".join(lines[: len(lines) // 2]))
    for order_id, full in whole.items():
        found = lookup(folder).explain(f"{order_id:016x}")
        assert "the journal was replayed" in found["notes"][0]
        assert _without_records(found) == _without_records(full)
    shutil.rmtree(folder / "audit")
    found = lookup(folder).explain(f"{ids[0]:016x}")
    assert "this run has no audit" in found["notes"][0]
    assert found["gate"]["agrees"]


def _without_records(found: Explained) -> Explained:
    text = json.dumps({name: found[name] for name in found if name != "notes"})
    body: Explained = json.loads(
        text, object_hook=lambda each: {k: v for k, v in each.items() if k != "record"}
    )
    return body


def test_what_is_not_there_is_one_line_with_near_matches(
    run: Path, events: EventArray, capsys: pytest.CaptureFixture[str]
) -> None:
    order_id = order_ids(events)[0]
    assert command(["explain", f"{order_id + 3:016x}", "--state", str(run)]) == 2
    told = capsys.readouterr().err
    assert told.count("\n") == 1
    assert f"did you mean {order_id:016x}" in told
    for name, said in [
        ("ffffffff-0010000000000500", "an order of the run ffffffff"),
        ("99999999", "no event 99999999"),
        ("2", "led to no order"),
        ("no-such-fill", "nothing in this run is called"),
    ]:
        with pytest.raises(UsageError, match=said):
            lookup(run).explain(name)


def test_the_command_prints_lines_or_one_object(
    run: Path, events: EventArray, capsys: pytest.CaptureFixture[str]
) -> None:
    name = f"{order_ids(events)[0]:016x}"
    assert command(["explain", name, "--state", str(run), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["id"] == name
    assert command(["explain", name, "--state", str(run)]) == 0
    assert "would have passed" in capsys.readouterr().out
