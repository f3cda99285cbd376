"""The gateway's durable log: what was wanted, answered and sent, and all that the venue said.

    with OrderLog.open(folder, instruments) as log:
        log.append(events)                  # one write and one fsync; only then is anything sent
        log.tell("filled", order_id, events, fill_id="…")
        for events in log.reports_after(n): …

It is the truth about orders. Events are in a journal of its own, forced onto the disk one by one.
What the venue says in words (its ids, fills, codes, messages) is a fact before the event that it
became; the fact holds that event too, so one that a crash kept from being written is written when
the log is opened again, and a fill is never there without its id. From both the book of lives is
rebuilt, beginning with the newest checkpoint.

What stays in memory: orders that are not over, some thousands of ended ones, and three numbers for
each 4,096 events. Older orders are read from the disk.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, suppress
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import Final, Self

import numpy as np
from msgspec.structs import replace

from traider.domain.errors import DataError
from traider.domain.events import EventArray, Kind, OrderFlag
from traider.domain.fault_points import reach
from traider.domain.ports import Clock
from traider.gateway.order_checkpoints import LogMark, OrderCheckpoints, Rest, Stance, checkpoint_of
from traider.gateway.order_lives import IllegalStep, OrderLife, OrderLives
from traider.gateway.order_words import PERSON_FACT, VENUE_FACT, PersonWord, VenueWord, word_of
from traider.gateway.own_orders import is_own_order
from traider.gateway.reports import count_reports, is_report
from traider.journal import (
    FsyncPolicy,
    JournalInstrument,
    JournalReader,
    JournalTerms,
    JournalWriter,
)
from traider.journal.segment_events import Span

SEGMENT_BYTES: Final = 8 * 1024 * 1024
"""Small segments: opening a log goes through all of the last one."""
MARK_EVENTS: Final = 4096
"""Events from one noted place to the next."""
CHECKPOINT_EVENTS: Final = 16_384
"""Events after which the book of lives is kept beside the log."""
_INTENT: Final = int(Kind.ORDER_INTENT)
_CANCEL: Final = int(OrderFlag.CANCEL)
_STANCE_KINDS: Final = tuple(map(int, (Kind.LEADER_EPOCH, Kind.PAUSE, Kind.KILL, Kind.REARM)))
_TERMS: Final = JournalTerms(FsyncPolicy.EACH, segment_bytes=SEGMENT_BYTES)


class OrderLog:
    """The one writer of a log, for one thread; made by ``open``."""

    def __init__(self, journal: JournalWriter, terms: JournalTerms) -> None:
        self.lives = OrderLives()
        """The orders, as of the last event."""
        self.stance = Stance()
        self.reports = 0
        """How many reports the log holds."""
        self.own_state: Callable[[], bytes] = bytes
        """What the log's owner wants kept with a checkpoint."""
        self.kept_state = b""
        """What it had kept, as of opening."""
        self.illegal: list[IllegalStep] = []
        """Steps found while the log was read again."""
        self._journal = journal
        self._terms = terms
        self._checkpoints = OrderCheckpoints(journal.folder)
        self._checkpoint_at = self._opened_at = 0
        self._marks: list[LogMark] = []
        self._newest_id = 0
        self._words_here = self._known_words = 0
        """Words that follow the last event: so far, and as the opening's checkpoint knew them."""
        self._is_amid = False
        """Whether what is on the disk was not taken up yet: a checkpoint would leave it out."""
        self._waiting: EventArray | None = None
        """Events that ``write`` kept, and that the book does not have yet."""
        self._found: list[IllegalStep] = []

    @classmethod
    def open(
        cls,
        folder: Path,
        instruments: Sequence[JournalInstrument] = (),
        clock: Clock | None = None,
        terms: JournalTerms = _TERMS,
    ) -> Self:
        """Make the log of ``folder``, or take it up with every order as it stood.

        Raises:
            UsageError: another process writes it, or the folder cannot be used.
            DataError: something in it is missing or damaged that no crash explains.
        """
        journal = JournalWriter.open(folder, instruments, terms, clock)
        log = cls(journal, terms)
        with ExitStack() as undoing:
            undoing.callback(journal.close)
            log._recover()
            undoing.pop_all()
        return log

    @property
    def folder(self) -> Path:
        """Where it lies."""
        return self._journal.folder

    @property
    def sequence(self) -> int:
        """The position that the next event gets."""
        return self._journal.sequence

    def close(self) -> None:
        """Keep a checkpoint where the disk takes one, and let the log go.

        Raises:
            JournalFailedError: the disk could not keep what was appended.
        """
        try:
            with suppress(OSError):
                if self.sequence > self._checkpoint_at and not self._is_amid:
                    self.keep_checkpoint()
        finally:
            self._journal.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    # ---------------------------------------------------------------------------------- writing

    def append(self, events: EventArray) -> tuple[IllegalStep, ...]:
        """Keep ``events``, forced onto the disk by one write; return steps that cannot be.

        Raises:
            JournalFailedError: they are not kept, and nothing later will be: nothing may be sent.
        """
        self.write(events)
        return self.take_up()

    def write(self, events: EventArray) -> None:
        """Keep ``events`` as ``append`` does, and leave the book as it is until ``take_up``.

        Raises:
            JournalFailedError: as for ``append``.
        """
        self._catch_up()
        reach("order-log-append")
        self._is_amid = True
        self._journal.append(events)
        self._waiting = events
        reach("order-log-appended")

    def take_up(self) -> tuple[IllegalStep, ...]:
        """Bring the book up to date with what was written; return steps that cannot be."""
        self._catch_up()
        found, self._found = self._found, []
        return tuple(found)

    def _catch_up(self) -> None:
        events, self._waiting = self._waiting, None
        if events is not None:
            self._found += self._take(events, self._journal.sequence - len(events))
            self._is_amid = False

    def tell(self, word: VenueWord, events: EventArray) -> tuple[IllegalStep, ...]:
        """Keep what the venue said, and the events it became; return steps that cannot be.

        Both are forced onto the disk at once: their blocks are one chain, so that a loss of power
        never leaves the events without the word.

        Raises:
            JournalFailedError: as for ``append``.
        """
        self._catch_up()
        reach("order-log-tell")
        body = word.with_events(events).body()
        self._is_amid = True
        self._journal.append_fact(VENUE_FACT, body, waits=len(events) > 0)
        reach("order-log-told")
        self._words_here += 1
        _hear(self.lives, word)
        if len(events):
            return self.append(events)
        self._is_amid = False
        return ()

    def note(self, person: PersonWord) -> None:
        """Keep who wants the order that follows, or stops everything, and why.

        Raises:
            JournalFailedError: as for ``append``.
        """
        self._journal.append_fact(PERSON_FACT, person.body())
        reach("order-log-noted")

    def keep_checkpoint_when_due(self) -> None:
        """Keep a checkpoint where the last one is long ago; asked when the owner saw all events.

        Raises:
            OSError: the disk refuses; the log itself is whole.
        """
        if self.sequence - self._checkpoint_at >= CHECKPOINT_EVENTS:
            self.keep_checkpoint()

    def keep_checkpoint(self) -> None:
        """Keep the book beside the log, so that the next opening begins there.

        Raises:
            OSError: the disk refuses; the log itself is whole.
        """
        now = LogMark(self.sequence, self.reports, self._newest_id)
        rest = Rest(tuple(self._marks), self._words_here, self.own_state())
        checkpoint = checkpoint_of(self.lives, self.stance, now, rest)
        reach("order-checkpoint")
        self._checkpoints.write(self.sequence, checkpoint)
        self._checkpoint_at = self.sequence
        reach("order-checkpoint-kept")

    # ---------------------------------------------------------------------------------- reading

    def events_after(self, reports: int) -> Iterator[EventArray]:
        """Yield all events after the ``reports``-th report, in order, some thousands at a time.

        Raises:
            DataError: the log holds fewer, or a block of it is damaged.
        """
        if reports > self.reports:
            raise DataError(
                f"the log of orders holds {self.reports} reports, the journal {reports}",
                where=str(self.folder),
                fix="restore the log that belongs to the journal",
            )
        mark = self._mark_before(lambda each: each.reports, reports)
        left = reports - mark.reports
        for _, events in self._read(mark.sequence):
            if not left:
                yield events
                continue
            told = np.flatnonzero(is_report(events))
            if len(told) < left:
                left -= len(told)
                continue
            rest = events[int(told[left - 1]) + 1 :]
            left = 0
            if len(rest):
                yield rest

    def reports_after(self, reports: int) -> Iterator[EventArray]:
        """Yield the reports after the ``reports``-th, in order.

        Raises:
            DataError: the log holds fewer, or a block of it is damaged.
        """
        for events in self.events_after(reports):
            told = events[is_report(events)]
            if len(told):
                yield told

    def find(self, order_id: int) -> OrderLife | None:
        """Return an order by its packed id, from the disk where memory has let go of it.

        Raises:
            DataError: a block of the log is damaged.
        """
        self._catch_up()
        life = self.lives.get(order_id)
        if life is not None or order_id > self._newest_id:
            return life
        mark = self._mark_before(lambda each: each.newest_id, order_id)
        book, last = OrderLives(), self.sequence
        for sequence, events in self._read(mark.sequence):
            for place in np.flatnonzero(events["order_id"] == order_id):
                book.take(events[place : place + 1])
            life = book.get(order_id)
            if life is not None and life.is_over:
                last = sequence + len(events)
                break
        if life is None:
            return None
        for sequence, word in self._words(mark.sequence):
            if sequence > last:
                break  # what was said after it was over changes nothing
            if word.order_id == order_id:
                _hear(book, word)
        found = book.get(order_id)
        if found is not None:
            self.lives.put(found)
        return found

    def words_since_checkpoint(self) -> Iterator[VenueWord]:
        """Yield what the venue said since the checkpoint of ``kept_state``, up to now.

        Raises:
            DataError: a block of the log is damaged.
        """
        for _, word in self._words_since():
            yield word

    def _words_since(self) -> Iterator[tuple[int, VenueWord]]:
        """Yield the words since the checkpoint; those that it knows follow its last event too."""
        yield from islice(self._words(self._opened_at), self._known_words, None)

    # --------------------------------------------------------------------------------- its own

    def _take(self, events: EventArray, sequence: int) -> tuple[IllegalStep, ...]:
        """Bring everything up to date with events that begin at ``sequence``."""
        found = self.lives.take(events)
        self._words_here = 0
        self.reports += count_reports(events)
        for place, kind in enumerate(events["kind"].tolist()):
            if kind == _INTENT:
                order_id = int(events["order_id"][place])
                if not events["flags"][place] & _CANCEL and not is_own_order(order_id):
                    self._newest_id = max(self._newest_id, order_id)
            elif kind in _STANCE_KINDS:
                self.stance = _stance_after(self.stance, events[place : place + 1])
        end = sequence + len(events)
        if end - (self._marks[-1].sequence if self._marks else 0) >= MARK_EVENTS:
            self._marks.append(LogMark(end, self.reports, self._newest_id))
        return found

    def since_checkpoint(self) -> Iterator[EventArray]:
        """Yield the events since the checkpoint of ``kept_state``, up to now.

        Raises:
            DataError: a block of the log is damaged.
        """
        for _, events in self._read(self._opened_at):
            yield events

    def _recover(self) -> None:
        place, checkpoint = self._checkpoints.latest(self.sequence)
        if checkpoint is not None:
            checkpoint.fill(self.lives)
            self.stance, self.reports = checkpoint.stance, checkpoint.reports
            self._newest_id, self._marks = checkpoint.newest_id, list(checkpoint.rest.marks)
            self.kept_state = checkpoint.rest.own_state
            self._known_words = checkpoint.rest.words_here
        self._opened_at = self._checkpoint_at = place
        for sequence, events in self._read(place):
            self.illegal += self._take(events, sequence)
        last: tuple[int, VenueWord] | None = None
        for sequence, word in self._words_since():
            _hear(self.lives, word)
            last = sequence, word
            self._words_here += sequence + 1 == self.sequence
        if place == self.sequence:
            self._words_here += self._known_words
        if last is not None and last[0] + 1 == self.sequence and len(last[1].records):
            # The process ended between the two writes of ``tell``: the second is made up for.
            self.illegal += self.append(last[1].records)

    def _read(self, start: int) -> Iterator[tuple[int, EventArray]]:
        if start < self.sequence:
            yield from JournalReader(self.folder).numbered(Span(start))

    def _words(self, start: int) -> Iterator[tuple[int, VenueWord]]:
        """Yield what the venue said after event ``start - 1``, with the event that it followed."""
        for fact in JournalReader(self.folder).facts(VENUE_FACT, start - 1):
            yield fact.sequence, word_of(fact.body)

    def _mark_before(self, number: Callable[[LogMark], int], value: int) -> LogMark:
        place = bisect_left(self._marks, value, key=number)
        return self._marks[place - 1] if place else LogMark()


def _hear(book: OrderLives, word: VenueWord) -> None:
    """Note in the book what a word says beside its events."""
    book.name(word.order_id, word.venue_id)
    if word.fill_id:
        book.count_fill(word.order_id, word.fill_id)
    book.explain(word.order_id, word.code)


def _stance_after(stance: Stance, event: EventArray) -> Stance:
    """Return who leads and whether all is stopped after one event."""
    kind = int(event["kind"][0])
    if kind == Kind.LEADER_EPOCH:
        return replace(stance, epoch=int(event["w0"][0]))
    if kind == Kind.KILL:
        return replace(stance, is_killed=True, keeps_positions=bool(event["w2"][0]))
    return replace(stance, is_halted=True) if kind == Kind.PAUSE else Stance(stance.epoch)
