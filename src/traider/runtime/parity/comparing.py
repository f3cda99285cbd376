"""Compare two streams of events byte for byte, however cut, and name the first difference."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from traider.domain.events import EVENT, EventArray, Kind, empty_events, join_events
from traider.domain.payload_table import PAYLOADS
from traider.kernel.live_machine import Mismatch

_HEAD: Final = ("ts_event", "ts_recv", "instrument", "flags", "side", "version")
_UNSAID: Final = ("ts_event", "instrument")
_BYTES: Final = np.dtype((np.void, EVENT.itemsize))


@dataclass(frozen=True)
class Difference:
    """Where two streams part: the position, and what each has there; None for its end."""

    sequence: int
    expected: EventArray | None
    found: EventArray | None

    @property
    def line(self) -> str:
        """The difference in one line; of two events of one kind, only what they differ in."""
        expected, found = self.expected, self.found
        if expected is None or found is None or _form(expected) != _form(found):
            return (
                f"event {self.sequence}: expected {event_text(expected)}, came {event_text(found)}"
            )
        wanted, came = _fields(expected), _fields(found)
        apart = [
            f"{name} {wanted[name]} expected, {came[name]} came"
            for name in wanted
            if wanted[name] != came.get(name)
        ]
        what = kind_text(int(expected["kind"][0]))
        number = int(expected["instrument"][0])
        return f"event {self.sequence}, {what} of instrument {number}: {'; '.join(apart)}"


def mismatch_line(mismatch: Mismatch) -> str:
    """Return the first event that a replay has otherwise than the journal, in one line."""
    records = (mismatch.expected, mismatch.found)
    expected, found = (np.frombuffer(each, EVENT) if each else None for each in records)
    return Difference(mismatch.sequence, expected, found).line


class StreamComparison:
    """Take what was expected and what came, in pieces; the two need not be cut alike."""

    def __init__(self) -> None:
        self.compared = 0
        self.difference: Difference | None = None
        self._expected = empty_events(0)
        self._found = empty_events(0)

    @property
    def awaits(self) -> bool:
        """Whether something was expected that has not come yet."""
        return self.difference is None and len(self._expected) > 0

    def expect(self, events: EventArray) -> None:
        """Take the next events of the record."""
        if self.difference is None:
            self._expected = join_events([self._expected, events])
            self._compare()

    def find(self, events: EventArray) -> None:
        """Take the next events that came."""
        if self.difference is None:
            self._found = join_events([self._found, events])
            self._compare()

    def finish(self) -> None:
        """Say that nothing follows: what the record still has did not come.

        What came beyond the record is no difference: the record ended before it.
        """
        if self.difference is None and len(self._expected):
            self.difference = Difference(self.compared, self._expected[:1].copy(), None)

    def _compare(self) -> None:
        count = min(len(self._expected), len(self._found))
        expected, found = self._expected[:count], self._found[:count]
        if expected.tobytes() != found.tobytes():
            differs = expected.view(_BYTES) != found.view(_BYTES)
            place = int(np.argmax(differs))
            self.difference = Difference(
                self.compared + place,
                expected[place : place + 1].copy(),
                found[place : place + 1].copy(),
            )
            count = place
        self.compared += count
        self._expected = self._expected[count:].copy()
        self._found = self._found[count:].copy()


def event_text(event: EventArray | None) -> str:
    """Return an event in a few words: kind, instrument, side and the words that are not 0."""
    if event is None:
        return "nothing"
    head = event.reshape(-1)[0]
    told = [kind_text(int(head["kind"])), f"of instrument {head['instrument']}"]
    told += [
        f"{name} {value}" for name, value in _fields(event).items() if value and name not in _UNSAID
    ]
    return " ".join(told)


def kind_text(kind: int) -> str:
    """Return a kind's name, its number where it has none."""
    return Kind(kind).name if kind in set(Kind) else f"kind {kind}"


def _fields(event: EventArray) -> dict[str, float]:
    """Return head and payload of an event by name; raw words where it is not known."""
    head = event.reshape(-1)[0]
    found: dict[str, float] = {name: int(head[name]) for name in _HEAD}
    kind = int(head["kind"])
    payload = PAYLOADS[Kind(kind)] if kind in set(Kind) else None
    if payload is None or payload.version != head["version"]:
        return found | {f"w{place}": int(head[f"w{place}"]) for place in range(5)}
    for place, word in enumerate(payload.words):
        letter = "f" if word.is_used and word.type == "f8" else "w"
        name = word.name if word.is_used else f"w{place}"
        found[name] = head[f"{letter}{place}"].item()
    return found


def _form(event: EventArray) -> tuple[int, int]:
    """Return what gives the words of an event their meaning."""
    head = event.reshape(-1)[0]
    return int(head["kind"]), int(head["version"])
