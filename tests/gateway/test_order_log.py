"""The log of orders: nothing is lost by closing it, by a crash between two writes, or by weeks."""

from pathlib import Path

import pytest

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
from traider.domain.events import EventArray, Kind, join_events
from traider.domain.fault_points import listening
from traider.domain.order_states import CancelPending, PartlyFilled, Rejected
from traider.gateway.order_log import MARK_EVENTS, OrderLog
from traider.gateway.order_words import VenueWord
from traider.gateway.reports import count_reports, is_report, report
from traider.journal import FsyncPolicy, JournalTerms

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
    terms = JournalTerms(FsyncPolicy.EACH, segment_bytes=40_000, compress=False)
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
