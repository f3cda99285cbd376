"""Laws of determinism, on random streams of bars or books with every kind of order and command.

1. The same events give the same bytes again: journal, equity, reasons, state.
2. How the events are cut into chunks, and how large the output buffer is, changes nothing.
3. A snapshot anywhere, restored into a new machine, changes nothing.
4. The decider alone, fed the journal without its own intents, writes those intents again, byte
   for byte and at their places, and ends in the same state.
5. Changing what is received after T changes no event of the journal received at or before T.
"""

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests.kernel.builders import cut, differences, finish, run_chunks
from tests.parity.replay import replay_decider
from tests.property.book_cases import book_cases
from tests.property.event_streams import Case, cases
from traider.kernel.machine import Machine

pytestmark = pytest.mark.uncounted

runs = st.one_of(cases(), book_cases())


@given(runs)
@settings(max_examples=40)
def test_a_run_repeats_itself(case: Case) -> None:
    first = finish(case.spec, case.events)
    again = finish(case.spec, case.events)
    assert differences(first, again) == []
    assert len(first.journal) == first.machine.sequence


@given(runs, st.data())
@settings(max_examples=40)
def test_chunks_and_buffers_change_nothing(case: Case, data: st.DataObject) -> None:
    places = data.draw(st.lists(st.integers(0, len(case.events)), max_size=12))
    whole = finish(case.spec, case.events)
    small = Machine(case.spec, journal_all=True, buffer=data.draw(st.sampled_from([1, 50, 300])))
    assert differences(run_chunks(small, cut(case.events, places)), whole) == []


@given(runs, st.data())
@settings(max_examples=40)
def test_a_snapshot_anywhere_changes_nothing(case: Case, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(case.events)))
    whole = finish(case.spec, case.events)
    first = Machine(case.spec, journal_all=True, buffer=512)
    before = run_chunks(first, [case.events[:place]], final=False)
    second = Machine(case.spec, journal_all=True, buffer=512)
    second.restore(first.snapshot())
    assert second.state_hash() == first.state_hash()
    after = run_chunks(second, [case.events[place:]])
    assert before.journal.tobytes() + after.journal.tobytes() == whole.journal.tobytes()
    assert before.nav.tobytes() + after.nav.tobytes() == whole.nav.tobytes()
    assert second.state_hash() == whole.machine.state_hash()


@given(runs)
@settings(max_examples=40)
def test_the_decider_alone_decides_the_same(case: Case) -> None:
    whole = finish(case.spec, case.events)
    replayed = replay_decider(case.spec, whole.journal)
    assert replayed.journal.tobytes() == whole.journal.tobytes()
    assert replayed.state_hash == whole.evidence()["decider"]


@given(runs, st.data())
@settings(max_examples=40)
def test_the_future_is_not_known(case: Case, data: st.DataObject) -> None:
    assume(len(case.events) > 0)
    place = data.draw(st.integers(0, len(case.events) - 1))
    now = int(case.events["ts_recv"][place])
    changed = case.events.copy()
    later = changed["ts_recv"] > now
    bars = later & (changed["kind"] == 25)
    for name in ("open", "high", "low", "close"):
        changed[name][bars] += data.draw(st.sampled_from([1, 500]))
    changed["volume"][bars] += 1_000
    changed["price"][later & (changed["kind"] == 23)] += 77
    changed = changed[~(later & (changed["kind"] == 73))]
    known = [
        run.journal[run.journal["ts_recv"] <= now].tobytes()
        for run in (finish(case.spec, case.events), finish(case.spec, changed))
    ]
    assert known[0] == known[1]
