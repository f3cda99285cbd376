"""``traider journal cat`` and ``tail``: events and facts, a line each."""

import os
import re
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Final

import msgspec

from traider.cli.interrupt import stop_on_interrupt
from traider.domain.errors import UsageError
from traider.domain.events import EventArray, Kind
from traider.domain.payload_table import PAYLOADS, Word
from traider.journal import Fact, JournalInstrument, JournalReader
from traider.journal.segment_events import Span

_HEAD: Final = ("kind", "version", "instrument", "flags", "side", "ts_event", "ts_recv")
_SECOND_NS: Final = 1_000_000_000
_RAW_WORDS: Final = tuple(Word(f"w{place}", "i8", "") for place in range(5))


def cat_session(
    folder: Path, start: str | None, end: str | None, *, with_facts: bool, as_json: bool
) -> int:
    """Print a part of the journal in ``folder``; return the exit code."""
    reader = JournalReader(folder)
    span = span_of(start, end)
    lines = _lines_of(reader, as_json=as_json)
    with _quiet_pipe(), stop_on_interrupt(quiet=True) as stopped:
        facts = _Facts(reader, span) if with_facts else None
        for first, events in reader.numbered(span):
            if stopped():
                break
            if facts is not None:
                _write(_woven(lines, facts, first, events))
            else:
                _write(lines.events(first, events))
        if facts is not None and not stopped():
            _write(lines.fact(fact) for fact in facts.before(span.end))
    return 0


def tail_session(folder: Path, count: int, *, as_json: bool) -> int:
    """Print the last ``count`` events, then each new one until Ctrl-C; return the exit code."""
    reader = JournalReader(folder)
    start = max(reader.first, reader.end - count)
    with _quiet_pipe(), stop_on_interrupt(quiet=True) as stopped:
        lines = _lines_of(reader, as_json=as_json)
        for events in reader.follow(start, stopped):
            _write(lines.events(start, events))
            start += len(events)
    return 0


def span_of(start: str | None, end: str | None) -> Span:
    """Return the span that the words after ``--from`` and ``--to`` mean.

    Raises:
        UsageError: one is neither a sequence number nor a time, or the end is before the start.
    """
    span = Span()
    if start is not None:
        number, ts_ns = _place(start, "--from")
        span = replace(span, start=number) if ts_ns is None else replace(span, start_ns=ts_ns)
    if end is not None:
        number, ts_ns = _place(end, "--to")
        span = replace(span, end=number) if ts_ns is None else replace(span, end_ns=ts_ns)
    if span.end < span.start or span.end_ns < span.start_ns:
        raise UsageError(
            f"--to {end} is before --from {start}", fix="begin at or before where it is to end"
        )
    return span


def _place(text: str, option: str) -> tuple[int, int | None]:
    """Return the sequence number that ``text`` is, or the time in ns."""
    if re.fullmatch(r"\d{1,18}", text):
        return int(text), None
    if re.fullmatch(r"\d{9,}", text):
        raise UsageError(
            f"{text} is beyond every sequence number",
            where=option,
            fix="write at most 18 digits: traider journal verify tells how many events there are",
        )
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise UsageError(
            f"{text!r} is neither a sequence number nor a time",
            where=option,
            fix="write 12000, or 2026-11-21T19:00:00Z",
        ) from None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    fraction = re.search(r"[.,](\d{1,9})", text)
    nanoseconds = int(fraction[1].ljust(9, "0")) if fraction else 0
    return 0, int(moment.replace(microsecond=0).timestamp()) * _SECOND_NS + nanoseconds


class EventLines:
    """Events and facts as JSON objects, a line each."""

    def __init__(self, instruments: Sequence[JournalInstrument]) -> None:
        self.instruments = instruments
        self._words = {
            (int(kind), payload.version): [
                (place, word) for place, word in enumerate(payload.words) if word.is_used
            ]
            for kind, payload in PAYLOADS.items()
        }
        self._raw = list(enumerate(_RAW_WORDS))
        self._encode = msgspec.json.Encoder().encode

    def events(self, first: int, events: EventArray) -> Iterator[str]:
        """Yield a line for each event; the first has the sequence ``first``."""
        columns = [events[name].tolist() for name in _HEAD]
        integers = [events[f"w{place}"].tolist() for place in range(5)]
        floats = [events[f"f{place}"].tolist() for place in range(5)]
        for row, head in enumerate(zip(*columns, strict=True)):
            words = [
                (word, (floats if word.type == "f8" else integers)[place][row])
                for place, word in self._words.get(head[:2], self._raw)
            ]
            yield self._event(first + row, head, words)

    def _event(
        self, sequence: int, head: tuple[int, ...], words: list[tuple[Word, int | float]]
    ) -> str:
        kind, version, instrument, flags, side, ts_event, ts_recv = head
        body: dict[str, object] = {
            "sequence": sequence,
            "kind": kind_name(kind),
            "version": version,
            "ts_event": ts_event,
            "ts_recv": ts_recv,
            "instrument": instrument,
            "flags": flags,
            "side": side,
        }
        body |= {word.name: value for word, value in words}
        return self._encode(body).decode()

    def fact(self, fact: Fact) -> str:
        """Return the line of a fact."""
        body = {"fact": fact.kind, "sequence": fact.sequence, "ts": fact.ts_ns}
        return self._encode({**body, "body": _readable(fact.body)}).decode()


class PlainLines(EventLines):
    """Events and facts as a person reads them: times of the day, prices in the quote currency."""

    def _event(
        self, sequence: int, head: tuple[int, ...], words: list[tuple[Word, int | float]]
    ) -> str:
        kind, _, number, flags, side, _, ts_recv = head
        known = number < len(self.instruments)
        parts = [str(sequence), time_text(ts_recv), kind_name(kind)]
        parts.append(self.instruments[number].name if known else str(number))
        if side:
            parts.append(f"{side:+}")
        if flags:
            parts.append(f"flags={flags:#06x}")
        for word, value in words:
            step = _step(word.unit, self.instruments[number]) if known else None
            shown = value if step is None else f"{int(value) * step:f}"
            parts.append(f"{word.name}={shown}")
        return "  ".join(parts)

    def fact(self, fact: Fact) -> str:
        """Return the line of a fact."""
        body = fact.body.decode(errors="replace")
        return f"{fact.sequence}  {time_text(fact.ts_ns)}  fact {fact.kind}  {body!r}"


def _lines_of(reader: JournalReader, *, as_json: bool) -> EventLines:
    # As JSON events are printed as they are kept: facts that cannot be read hide none of them.
    return EventLines(()) if as_json else PlainLines(reader.instruments)


def kind_name(kind: int) -> str:
    """Return a kind's name, its number where this traider does not know it."""
    return Kind(kind).name if kind in PAYLOADS else str(kind)


def time_text(ts_ns: int) -> str:
    """Return an instant in ISO form with nanoseconds, UTC; the number where no calendar has it."""
    seconds, rest = divmod(ts_ns, _SECOND_NS)
    try:
        moment = datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, ValueError, OSError):
        return str(ts_ns)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{rest:09}Z"


def _step(unit: str, instrument: JournalInstrument) -> Decimal | None:
    if unit.startswith("ticks"):
        return instrument.tick_size
    return instrument.lot_size if unit.startswith("lots") and ";" not in unit else None


def _readable(body: bytes) -> object:
    """Return a fact's body as JSON where it is that, else as text."""
    try:
        found: object = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return body.decode(errors="replace")
    return found


class _Facts:
    """The facts of a span, taken off in order."""

    def __init__(self, reader: JournalReader, span: Span) -> None:
        self._facts = (
            fact
            for fact in reader.facts()
            if fact.sequence >= span.start - 1 and span.start_ns <= fact.ts_ns < span.end_ns
        )
        self._next = next(self._facts, None)

    def before(self, sequence: int) -> Iterator[Fact]:
        """Yield those that follow an event before ``sequence``."""
        while self._next is not None and self._next.sequence < sequence:
            yield self._next
            self._next = next(self._facts, None)


def _woven(lines: EventLines, facts: _Facts, first: int, events: EventArray) -> Iterator[str]:
    for sequence, line in enumerate(lines.events(first, events), first):
        for fact in facts.before(sequence):
            yield lines.fact(fact)
        yield line


def _write(lines: Iterator[str]) -> None:
    text = "".join(f"{line}\n" for line in lines)
    sys.stdout.write(text)
    sys.stdout.flush()


@contextmanager
def _quiet_pipe() -> Iterator[None]:
    """End quietly where whoever reads stdout has gone."""
    try:
        yield
    except BrokenPipeError:
        # Python flushes stdout once more as it ends: that must meet an open file.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
