"""The log of orders: nothing is lost by closing it, by a crash between two writes, or by weeks."""

from collections.abc import Iterable
from pathlib import Path

import pytest
from msgspec import Raw

from tests.gateway.orders import (
    INSTRUMENTS,
    NOW_NS,
    cancel,
    fill,
    intent,
    packed,
    refused,
    sent,
)
from traider.domain.errors import DataError
from traider.domain.events import EventArray, Kind, empty_events, join_events
from traider.domain.fault_points import listening
from traider.domain.order_states import CancelPending, Filled, PartlyFilled, Rejected
from traider.domain.payloads import encode_event
from traider.gateway.order_checkpoints import Stance
from traider.gateway.order_lives import ENDED_KEPT, OrderLife
from traider.gateway.order_log import CHECKPOINT_EVENTS, MARK_EVENTS, OrderLog
from traider.gateway.order_words import (
    PERSON_FACT,
    VENUE_FACT,
    PersonWord,
    VenueWord,
    person_of,
)
from traider.gateway.reports import count_reports, is_report, report
from traider.journal import FsyncPolicy, JournalReader, JournalTerms

A, B, C = (intent(packed(sequence)) for sequence in (100, 200, 300))
ONE = packed(100)


class Died(BaseException):
    """The process ended."""


def opened(folder: Path) -> OrderLog:
    return OrderLog.open(folder, INSTRUMENTS)


def all_reports(log: OrderLog, after: int = 0) -> EventArray:
    return join_events(list(log.reports_after(after)))


def test_orders_are_as_they_stood_when_the_log_is_opened_again(tmp_path: Path) -> None:
    with opened(tmp_path) as log:
        log.append(join_events([sent(A), sent(B), refused(C)]))
        log.tell(VenueWord("accepted", ONE, "v-1"), report(Kind.ACK, A, NOW_NS, size=10))
        log.tell(VenueWord("filled", ONE, "v-1", fill_id="f-1"), fill(A, 4, 6))
        log.append(cancel(ONE))
    with opened(tmp_path) as log:
        life = log.lives.get(ONE)
        assert life is not None
        assert life.state == CancelPending(10, 6)
        assert (life.venue_id, life.filled_lots) == ("v-1", 4)
        assert life.fill_ids == {"f-1"}
        assert life.wants_cancel
        assert [each.order_id for each in log.lives.living()] == [ONE, packed(200)]
        rejected = log.lives.get(packed(300))
        assert rejected is not None
        assert isinstance(rejected.state, Rejected)
        assert log.lives.position_lots == {0: 4}
        assert log.reports == 7


def crash_between_the_writes(folder: Path, word: VenueWord, became: EventArray) -> None:
    """Let a process die after it kept a word, and before it kept what became of it."""

    def die(name: str) -> None:
        if name == "order-log-told":
            raise Died

    log = opened(folder)
    try:
        with listening(die), pytest.raises(Died):
            log.tell(word, became)
    finally:
        log._journal.close()


def test_a_fill_is_neither_lost_nor_counted_twice_between_the_two_writes(tmp_path: Path) -> None:
    with opened(tmp_path) as log:
        log.append(sent(A))
    crash_between_the_writes(tmp_path, VenueWord("filled", ONE, fill_id="f-1"), fill(A, 4, 6))
    for _ in range(2):
        with opened(tmp_path) as log:
            life = log.lives.get(ONE)
            assert life is not None
            assert life.state == PartlyFilled(10, 6)
            assert life.fill_ids == {"f-1"}
            assert log.reports == 3
            assert list(all_reports(log)["kind"]) == [Kind.VERDICT, Kind.SENT, Kind.FILL]


def test_reports_are_given_after_any_number_of_them(tmp_path: Path) -> None:
    terms = JournalTerms(FsyncPolicy.NONE, segment_bytes=200_000, compress=False)
    with OrderLog.open(tmp_path, INSTRUMENTS, terms=terms) as log:
        parts = []
        for sequence in range(1, 2 * MARK_EVENTS // 3):
            part = sent(intent(packed(sequence)))
            log.append(part)
            parts.append(part)
        whole = join_events(parts)
        told = whole[is_report(whole)]
        assert log.reports == count_reports(whole) == len(told)
        for after in (0, 1, 2, 3_000, len(told) - 1, len(told)):
            found = all_reports(log, after)
            assert found.tobytes() == told[after:].tobytes()
            rest = join_events(list(log.events_after(after)))
            assert count_reports(rest) == len(told) - after
        with pytest.raises(DataError, match="holds"):
            all_reports(log, len(told) + 1)


def test_orders_that_memory_let_go_of_are_read_from_the_disk(tmp_path: Path) -> None:
    terms = JournalTerms(FsyncPolicy.NONE, segment_bytes=100_000, compress=False)
    with OrderLog.open(tmp_path, INSTRUMENTS, terms=terms) as log:
        log.append(sent(A))
        log.tell(VenueWord("accepted", ONE, "v-1"), report(Kind.ACK, A, NOW_NS))
        log.tell(VenueWord("filled", ONE, "v-1", fill_id="f-1"), fill(A, 10, 0))
        for sequence in range(200, 200 + ENDED_KEPT + 100):
            log.append(refused(intent(packed(sequence))))
        assert log.lives.get(ONE) is None
        life = log.find(ONE)
        assert life is not None
        assert life.state == Filled(10)
        assert (life.venue_id, life.filled_lots) == ("v-1", 10)
        assert life.fill_ids == {"f-1"}
        assert log.lives.get(ONE) == life
        for missing in (packed(150), packed(10**6), packed(1)):
            assert log.find(missing) is None


def test_opening_begins_with_the_newest_checkpoint_and_needs_none(tmp_path: Path) -> None:
    terms = JournalTerms(FsyncPolicy.NONE, compress=False)
    log = OrderLog.open(tmp_path, INSTRUMENTS, terms=terms)
    log.own_state = lambda: b"mine"
    log.append(sent(A))
    log.tell(VenueWord("accepted", ONE, "v-1", entries=(Raw(b"1"),)), empty_events(0))
    log.keep_checkpoint_when_due()
    assert not list(tmp_path.glob("snapshots/*"))
    log.keep_checkpoint()
    log.tell(VenueWord("reconciled", entries=(Raw(b"2"),)), empty_events(0))
    log._journal.close()
    stood: tuple[OrderLife, ...] = ()
    # What the checkpoint knows is not told again, though it follows the same event.
    for _ in range(2):
        again = OrderLog.open(tmp_path, INSTRUMENTS, terms=terms)
        assert again.kept_state == b"mine"
        assert [word.entries for word in again.words_since_checkpoint()] == [(Raw(b"2"),)]
        assert join_or_none(again.since_checkpoint()) == b""
        stood = again.lives.living()
        again._journal.close()
    for path in tmp_path.glob("snapshots/*.snap"):
        path.write_bytes(b"damaged")
    with OrderLog.open(tmp_path, INSTRUMENTS, terms=terms) as log:
        assert log.kept_state == b""
        assert log.lives.living() == stood
        assert [word.entries for word in log.words_since_checkpoint()] == [
            (Raw(b"1"),),
            (Raw(b"2"),),
        ]
        assert join_or_none(log.since_checkpoint()) == sent(A).tobytes()


def join_or_none(parts: Iterable[EventArray]) -> bytes:
    return b"".join(part.tobytes() for part in parts)


def test_a_log_of_many_orders_is_opened_from_its_end(tmp_path: Path) -> None:
    terms = JournalTerms(FsyncPolicy.NONE, segment_bytes=200_000, compress=False)
    with OrderLog.open(tmp_path, INSTRUMENTS, terms=terms) as log:
        for sequence in range(1, CHECKPOINT_EVENTS // 2 + 10):
            log.append(refused(intent(packed(sequence))))
            log.keep_checkpoint_when_due()
        at, reports = log.sequence, log.reports
        log._journal.close()
        log._checkpoint_at = at
    (path,) = tmp_path.glob("snapshots/*.snap")
    assert int(path.stem.removeprefix("snapshot-")) == CHECKPOINT_EVENTS
    with OrderLog.open(tmp_path, INSTRUMENTS, terms=terms) as log:
        assert (log.sequence, log.reports) == (at, reports)
        assert len(join_or_none(log.since_checkpoint())) == (at - CHECKPOINT_EVENTS) * 64
        assert len(join_or_none(log.reports_after(reports - 5))) == 5 * 64


def test_who_leads_and_what_was_stopped_outlives_the_process(tmp_path: Path) -> None:
    stances: tuple[tuple[dict[str, str | int | float], Stance], ...] = (
        ({"kind": "LEADER_EPOCH", "epoch": 7}, Stance(7)),
        ({"kind": "PAUSE"}, Stance(7, is_halted=True)),
        (
            {"kind": "KILL", "keep_positions": 1},
            Stance(7, is_killed=True, keeps_positions=True, is_halted=True),
        ),
        ({"kind": "REARM"}, Stance(7)),
    )
    for place, (fields, stance) in enumerate(stances):
        with opened(tmp_path) as log:
            log.append(encode_event(fields))
        if place % 2:
            for path in tmp_path.glob("snapshots/*.snap"):
                path.unlink()
        with opened(tmp_path) as log:
            assert log.stance == stance


def test_a_log_that_is_damaged_is_refused(tmp_path: Path) -> None:
    with opened(tmp_path) as log:
        log.append(sent(A))
        log.note(PersonWord("order", "ana", "the news", (ONE,)))
        log._journal.append_fact(VENUE_FACT, b"{")
        with pytest.raises(DataError, match="cannot be read"):
            list(log.words_since_checkpoint())
    for path in tmp_path.glob("snapshots/*.snap"):
        path.unlink()
    with pytest.raises(DataError, match="cannot be read"):
        opened(tmp_path)
    # The writer let go of the folder, so that it can be looked into and mended.
    (fact,) = JournalReader(tmp_path).facts(PERSON_FACT)
    assert person_of(fact.body).who == "ana"


def test_an_append_that_breaks_off_leaves_no_checkpoint_without_it(tmp_path: Path) -> None:
    log = opened(tmp_path)

    def dies(name: str) -> None:
        if name == "order-log-appended":
            raise Died

    with pytest.raises(Died), listening(dies):
        log.append(sent(A))
    log.close()
    with opened(tmp_path) as again:
        life = again.lives.get(ONE)
        assert life is not None
        assert not life.is_over


def test_what_was_written_is_in_the_book_when_somebody_asks_or_the_log_is_opened(
    tmp_path: Path,
) -> None:
    with opened(tmp_path) as log:
        log.write(sent(A))
        assert log.lives.get(ONE) is None
        assert log.sequence == 3  # it is on the disk all the same
        assert log.find(ONE) is not None
        assert log.take_up() == ()
        log.write(report(Kind.FILL, B, NOW_NS))
        log.tell(VenueWord("accepted", ONE, "v-1"), report(Kind.ACK, A, NOW_NS, size=10))
        assert [step.order_id for step in log.take_up()] == []
        log.write(sent(C))
    with opened(tmp_path) as log:
        assert [each.order_id for each in log.lives.living()] == [ONE, packed(300)]
        assert log.lives.living()[0].venue_id == "v-1"


def test_steps_that_cannot_be_are_told_once_whoever_brought_the_book_up_to_date(
    tmp_path: Path,
) -> None:
    with opened(tmp_path) as log:
        log.write(fill(B, 1, 9))
        assert log.find(ONE) is None
        assert [step.order_id for step in log.take_up()] == [packed(200)]
        assert log.take_up() == ()
