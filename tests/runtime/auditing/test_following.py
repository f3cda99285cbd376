"""A run's audit is what its journal says, and why; begun again anywhere it is the same bytes.

Laws:
1. Following after a kill at any point gives the same bytes.
2. Each order is told with its decision, features, scores and gate; the gate asked again agrees
   with the verdict in the journal.
"""

import shutil
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.kernel.builders import record
from tests.runtime.parity.recorded_runs import held_events, recorded
from tests.runtime.parity.recorded_runs import settings as of_run
from traider.compliance.exporting import archive_segments
from traider.compliance.reading import records
from traider.compliance.records import AuditRecord
from traider.compliance.segments import list_segments
from traider.compliance.stores import StoreTerms, open_store
from traider.compliance.verification import verify_audit
from traider.compliance.verifying import verify_chain
from traider.compliance.writing import AuditWriter
from traider.domain.events import Kind
from traider.kernel.codes import Limit
from traider.runtime.auditing.following import AuditFollower, AuditOrder
from traider.runtime.state_folder import RunPaths

REFUSING = ("limits.max_orders_per_minute=20",)
SMALL = 60_000


def followed(folder: Path) -> AuditFollower:
    follower = AuditFollower(AuditOrder(folder, rests=False, segment_bytes=SMALL))
    follower.close()
    follower.follow()
    return follower


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    narrowed = record(Kind.LIMITS_CHANGE, 0, code=Limit.MAX_ORDER_NOTIONAL, f1=15_000.0)
    folder = recorded(
        tmp_path_factory.mktemp("run") / "state",
        of_run("level2-ladder", *REFUSING),
        ((40_000, narrowed),),
        (57_000,),
    )
    followed(folder)
    return folder


def told(folder: Path) -> list[AuditRecord]:
    return list(records(folder / "audit"))


def bytes_of(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in list_segments(folder / "audit").values()}


def test_everything_about_orders_is_told_once_and_in_order(run: Path) -> None:
    events = held_events(RunPaths(run).journal)
    kinds = events["kind"]
    found = told(run)
    assert verify_chain(run / "audit").ok
    counts = dict.fromkeys(("order", "verdict", "refusal", "sent", "ack", "fill"), 0)
    for each in found:
        counts[each.action] = counts.get(each.action, 0) + 1
    verdicts = events[kinds == Kind.VERDICT]
    refused = int((verdicts["code"] != 0).sum())
    assert refused > 3
    assert counts["refusal"] == refused
    assert counts["verdict"] == len(verdicts) - refused
    assert counts["order"] + counts["cancel"] == int((kinds == Kind.ORDER_INTENT).sum()) > 10
    assert counts["fill"] == int((kinds == Kind.FILL).sum()) > 1
    assert counts["configuration"] == counts["leader"] == 2
    for each in found:
        if "event" in each.payload and each.action != "decision":
            position = each.payload["place"][0]
            assert each.payload["event"] == events[position : position + 1].tobytes().hex()


def test_orders_are_told_with_features_scores_and_a_gate_that_agrees(run: Path) -> None:
    found = told(run)
    verdicts = {
        each.object_id: each.payload for each in found if each.action in ("verdict", "refusal")
    }
    orders = [each for each in found if each.action == "order"]
    decisions = {int(each.object_id): each.payload for each in found if each.action == "decision"}
    assert orders
    for order in orders:
        gate = order.payload["gate"]
        verdict = verdicts[order.object_id]
        assert gate["agrees"]
        answer = {name: verdict[name] for name in ("check", "number", "limit")}
        assert gate["answer"] == answer
        failed = [row["check"] for row in gate["checks"] if not row["passed"]]
        assert failed[:1] == ([] if verdict["check"] == "approved" else [verdict["check"]]) or (
            verdict["check"] in failed
        )
        decision = decisions[order.payload["decision"]]
        (of_instrument,) = decision["instruments"].values()
        assert len(of_instrument["features"]) > 3
        assert any(each["score"] for each in of_instrument["scores"].values())
        assert len(of_instrument["definitions"]["features"]) == 64
        assert decision["versions"]["versions"]["traider"]


@pytest.mark.slow
@settings(max_examples=5, deadline=None)
@given(kept=st.floats(0, 1))
def test_following_after_a_kill_at_any_point_gives_the_same_bytes(
    run: Path, tmp_path_factory: pytest.TempPathFactory, kept: float
) -> None:
    folder = tmp_path_factory.mktemp("killed") / "state"
    shutil.copytree(run, folder)
    segments = list_segments(folder / "audit")
    left = round(kept * sum(path.stat().st_size for path in segments.values()))
    for path in segments.values():
        part = path.read_bytes()[:left]
        if part:
            path.write_bytes(part)
        else:
            path.unlink()
        left -= len(part)
    (folder / "audit" / "head").unlink()
    followed(folder)
    assert bytes_of(folder) == bytes_of(run)


def test_a_counterfactual_size_passes_and_the_next_does_not(run: Path) -> None:
    sizes = [
        (each.payload["size"], each.payload["gate"])
        for each in told(run)
        if each.action == "order" and each.payload["gate"]["answer"]["check"] == "max-notional"
    ]
    passing = [(size, gate) for size, gate in sizes if gate["otherwise"]["largest_lots"]]
    assert passing
    # Where the rate is used up as well, no size would have passed, and that is said.
    others = [gate["otherwise"] for size, gate in sizes if not gate["otherwise"]["largest_lots"]]
    assert {each["then"] for each in others} == {"order-rate"}
    for size, gate in passing:
        largest = float(gate["otherwise"]["largest_size"])
        answer = gate["answer"]
        assert 0 < largest < float(size)
        # The value of the order is in proportion to its size.
        assert np.isclose(largest / float(size), answer["limit"] / answer["number"], rtol=0.02)


def test_a_chain_goes_on_and_is_held_against_the_journal_after_its_files_were_moved(
    run: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "state"
    shutil.copytree(run, folder)
    compared = verify_audit(folder).compared
    store = open_store(str(tmp_path / "archive"), StoreTerms())
    with AuditWriter.open(folder / "audit", SMALL) as writer:
        assert archive_segments(writer, store, None) > 1
    assert followed(folder).written == 0
    found = verify_audit(folder)
    assert (found.faults, found.verdict.notes) == ((), [])
    assert 0 < found.compared < compared
