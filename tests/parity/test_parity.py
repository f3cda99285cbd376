"""Laws of parity, on real bars and on books, with all alphas and orders of every type.

The runs on books stand in the queue, work their orders, ladder their exits, and are liquidated.

1. Same events, same bytes: again, in chunks of 1, 7, 1000 events, and across a snapshot that
   another process goes on from.
2. The decider alone, fed the journaled events, gives the same intents and ends in the same state.
3. Compiled and interpreted agree to the bit: journal, equity, fingerprint, state, all features.
"""

import os
import subprocess
import sys
from pathlib import Path
from typing import Final

import numpy as np
import pytest

from tests.kernel.builders import cut, differences, finish, run_chunks
from tests.parity.book_run import BOOK_RUNS
from tests.parity.replay import replay_decider
from tests.parity.small_run import RUNS, STYLES, features, outcome, small_run
from traider.domain.events import EventArray, FillFlag, Kind
from traider.kernel.codes import PlanState, Reject, Verdict, WorkEnd
from traider.kernel.machine import DeciderMachine, Machine
from traider.kernel.specification import KernelSpec

pytestmark = pytest.mark.uncounted

styles = pytest.mark.parametrize("style", RUNS)


def _elsewhere(repo_root: Path, *words: str, interpreted: bool = False) -> None:
    """Run the small run in a process of its own."""
    paths = os.pathsep.join([str(repo_root / "src"), str(repo_root)])
    environment = {**os.environ, "PYTHONPATH": paths, "NUMBA_DISABLE_JIT": str(int(interpreted))}
    subprocess.run(
        [sys.executable, "-m", "tests.parity.small_run", *words],
        check=True,
        cwd=repo_root,
        env=environment,
    )


@pytest.mark.parametrize("style", STYLES)
def test_the_run_is_worth_proving(style: str) -> None:
    spec, events = small_run(style)
    kinds = finish(spec, events).journal["kind"]
    wanted = [Kind.FILL, Kind.CANCELLED, Kind.REJECTED, Kind.EXPIRED, Kind.ACK, Kind.SENT]
    counts = {kind.name: int((kinds == kind).sum()) for kind in wanted}
    assert counts["FILL"] > 20
    assert min(counts.values()) > 0, counts


def test_limits_on_risk_refuse_some_orders_of_their_run() -> None:
    journal = finish(*small_run("risk")).journal
    codes = set(journal["code"][journal["kind"] == Kind.VERDICT].tolist())
    wanted = {Verdict.NO_COVARIANCE, Verdict.VAR, Verdict.ES, Verdict.DAILY_LOSS_AMOUNT}
    assert codes > wanted


def _seen(spec: KernelSpec, journal: EventArray) -> set[object]:
    """Return what plans and worked orders of a run went through, and how orders ended in it."""
    found: set[object] = set()
    machine = DeciderMachine(spec)
    for place in np.flatnonzero(journal["kind"] != Kind.ORDER_INTENT).tolist():
        machine.step(journal, place)
        decider = machine.decider
        for plan in decider.plans:
            found |= {("targets", int(plan["targets_hit"])), ("trailing", int(plan["trailing"]))}
            if plan["state"] == PlanState.CLOSING and plan["deadline_ns"]:
                found.add(("time is up", bool(plan["deadline_ns"] <= decider.account[0]["now_ns"])))
        for work in decider.works.ravel():
            found |= {WorkEnd(int(work["reason"])), ("taking", int(work["taking"]))}
    fills = journal[journal["kind"] == Kind.FILL]
    for fill in fills:
        resting = bool(fill["flags"] & FillFlag.MAKER)
        found |= {
            FillFlag(int(fill["flags"])),
            ("resting, in part", resting and fill["leaves"] > 0),
        }
    ended = np.isin(journal["kind"], [Kind.CANCELLED, Kind.REJECTED])
    found |= {Reject(code) for code in journal["code"][ended].tolist()}
    return found | {Kind(kind) for kind in np.unique(journal["kind"])}


IN_PART: Final = ("resting, in part", True)
LIQUIDATED: Final = {FillFlag.LIQUIDATION, Reject.LIQUIDATED, Kind.TRANSFER}


@pytest.mark.parametrize(
    ("style", "wanted"),
    [
        ("book-quotes", {IN_PART, WorkEnd.CHANGED, Reject.MARGIN, *LIQUIDATED}),
        (
            "book-slices",
            {("targets", 7), ("time is up", True), WorkEnd.DONE, WorkEnd.HALTED, FillFlag.MAKER}
            | {Reject.INSUFFICIENT_FUNDS, Reject.NOT_FILLED_AT_ONCE, Reject.ENTRY_GONE}
            | {Reject.WOULD_TAKE, Kind.EXPIRED},
        ),
        (
            "book-ladder",
            {("targets", 7), ("trailing", 1), ("taking", 1), WorkEnd.DONE, IN_PART, *LIQUIDATED}
            | {Reject.OTHER_LEG_FILLED, Reject.NO_LIQUIDITY, Kind.EXPIRED},
        ),
        ("book-iceberg", {IN_PART, WorkEnd.DONE, WorkEnd.OUT_OF_TIME, Reject.UNKNOWN_ORDER}),
    ],
    ids=BOOK_RUNS,
)
def test_the_run_on_books_is_worth_proving(style: str, wanted: set[object]) -> None:
    spec, events = small_run(style)
    run = finish(spec, events)
    assert wanted - _seen(spec, run.journal) == set()
    assert len(run.fills) > 20


@styles
@pytest.mark.parametrize("size", [1, 7, 1000])
def test_chunks_change_nothing(style: str, size: int) -> None:
    spec, events = small_run(style)
    machine = Machine(spec, journal_all=True, buffer=512)
    chunked = run_chunks(machine, cut(events, range(size, len(events), size)))
    assert differences(chunked, finish(spec, events)) == []


@styles
def test_another_process_goes_on_from_a_snapshot(
    style: str, repo_root: Path, tmp_path: Path
) -> None:
    spec, events = small_run(style)
    whole = finish(spec, events)
    place = len(events) // 2 + 1
    first = Machine(spec, journal_all=True, buffer=512)
    before = run_chunks(first, [events[:place]], final=False)
    (tmp_path / "snapshot").write_bytes(first.snapshot())
    _elsewhere(repo_root, style, str(tmp_path / "snapshot"), str(place), str(tmp_path / "out.npz"))
    with np.load(tmp_path / "out.npz") as after:
        assert bytes(after["state"]).decode() == whole.machine.state_hash()
        assert before.journal.tobytes() + bytes(after["journal"]) == whole.journal.tobytes()
        assert before.nav.tobytes() + bytes(after["nav"]) == whole.nav.tobytes()


@styles
def test_the_decider_alone_decides_the_same(style: str) -> None:
    spec, events = small_run(style)
    whole = finish(spec, events)
    replayed = replay_decider(spec, whole.journal)
    assert replayed.journal.tobytes() == whole.journal.tobytes()
    assert replayed.state_hash == whole.evidence()["decider"]


@pytest.mark.slow
@styles
def test_compiled_is_interpreted(style: str, repo_root: Path, tmp_path: Path) -> None:
    spec, events = small_run(style)
    compiled = finish(spec, events)
    _elsewhere(repo_root, style, str(tmp_path / "out.npz"), interpreted=True)
    with np.load(tmp_path / "out.npz") as plain:
        assert plain["interpreted"]
        unequal = features(spec, compiled.journal) != plain["features"]
        slots = sorted({spec.tape.names[slot] for slot in np.nonzero(unequal)[2]})
        assert slots == []
        for name, value in outcome(compiled).items():
            assert bytes(value) == bytes(plain[name]), name
