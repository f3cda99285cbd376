"""Find what a person means by an id, and explain it from the audit alone.

An id of an order tells the position of its decision in the journal, so what the audit says of it is
read where it stands. What the audit does not tell comes from ``Beyond``, and the answer says so.
"""

import json
import re
from collections.abc import Iterable
from functools import cached_property
from pathlib import Path
from typing import Any, Final, Protocol

import numpy as np

from traider.compliance.explanation import Told, explanation, is_about, is_over
from traider.compliance.near_matches import near_matches
from traider.compliance.reading import last_place, records_about
from traider.domain.errors import UsageError
from traider.domain.events import EventArray, Kind, empty_events, join_events
from traider.domain.orders import SEQUENCE_BITS, OrderId
from traider.journal.reader import JournalReader

Body = dict[str, Any]

_CLIENT: Final = re.compile(r"([0-9a-f]{8})-([0-9a-f]{16})")
_HEX: Final = re.compile(r"(?:0x)?([0-9a-f]{16})")
_POSITION: Final = re.compile(r"(?:#|seq:|fill:)?([0-9]{1,19})")
_PACKED_FROM: Final = 1 << 52
"""Ids of orders, whose epochs begin with 1, are at least this; positions are far below."""
_ORDER_KINDS: Final = frozenset(
    int(kind)
    for kind in Kind
    if Kind.ACK <= kind <= Kind.UNKNOWN or Kind.ORDER_INTENT <= kind <= Kind.SENT
)
_ORDERS_NAMED: Final = 8
_STEP_MOST: Final = 256
"""More orders than one step ever wants."""


class Beyond(Protocol):
    """What knows more than the audit: the journal itself, and a replay of it."""

    def journaled(self, order_id: int, after: int) -> Iterable[Told]:
        """Yield what the journal says of an order in events later than ``after``."""

    def replayed(self, order_id: int) -> Iterable[Told]:
        """Yield all there is to say of an order, from a replay of the journal."""

    def order_of_venue(self, text: str) -> int | None:
        """Return the order that the venue's own id of an order or a fill belongs to."""


class AuditLookup:
    """Answers about the run of one state folder.

    Raises:
        UsageError: the folder holds no run that journaled anything.
    """

    def __init__(self, folder: Path, beyond: Beyond) -> None:
        self._folder = folder
        self._beyond = beyond
        self._audit = folder / "audit"
        self.run_id = _run_id(folder)
        self._told = last_place(self._audit)[0]

    @cached_property
    def _reader(self) -> JournalReader:
        """The journal, opened where the audit does not tell enough."""
        return JournalReader(self._folder / "journal")

    def explain(self, text: str) -> Body:
        """Return the explanation of what ``text`` names.

        Raises:
            UsageError: nothing is called so.
            DataError: the audit or the journal cannot be read.
        """
        order_id, position = self._meant(text)
        notes: list[str] = []
        name = f"{order_id:016x}"
        found = explanation(name, self._parts(order_id, notes))
        if found is None:
            raise self._unknown(text, name)
        found |= {"run": self.run_id, "asked": text}
        fill = next((each for each in found["fills"] if each["position"] == position), None)
        if fill is not None:
            found |= {"kind": "fill", "fill": fill}
        found["notes"] += notes
        return found

    # ----------------------------------------------------------------------------- what is meant

    def _meant(self, text: str) -> tuple[int, int]:
        """Return the order that is meant, and the position that named it, -1 where none did."""
        given = text.strip().lower()
        client, packed = _CLIENT.fullmatch(given), _HEX.fullmatch(given)
        if client is not None:
            if client[1] != self.run_id:
                raise UsageError(
                    f"{text} is an order of the run {client[1]}",
                    where=str(self._folder),
                    fix=f"name its state folder; this is the run {self.run_id}",
                )
            return int(client[2], 16), -1
        # Sixteen digits that do not begin with 0 are a number: ids of early epochs begin so.
        if packed is not None and not (given.isdecimal() and given[0] != "0"):
            return int(packed[1], 16), -1
        number = _POSITION.fullmatch(given)
        if number is not None and int(number[1]) < _PACKED_FROM:
            return self._order_at(int(number[1]), text), int(number[1])
        if number is not None:
            return int(number[1]), -1
        order_id = self._beyond.order_of_venue(text.strip())
        if order_id is None:
            raise self._unknown(text, given)
        return order_id, -1

    def _order_at(self, position: int, text: str) -> int:
        """Return the order that the event at a position is about, or that was decided there."""
        events = self._events(position, position + 1)
        if not len(events):
            raise UsageError(
                f"the journal has no event {text}: the next is {self._reader.end}",
                where=str(self._folder),
                fix="name an order, a fill or a refusal of this run",
            )
        if int(events["kind"][0]) in _ORDER_KINDS:
            return int(events["order_id"][0])
        rest = self._events(position + 1, position + 1 + _STEP_MOST)
        others = np.flatnonzero(rest["kind"] != Kind.ORDER_INTENT)
        wanted = rest[: int(others[0])] if len(others) else rest
        ids = list(dict.fromkeys(wanted["order_id"].tolist()))
        if len(ids) == 1:
            return int(ids[0])
        if ids:
            listed = ", ".join(f"{each:016x}" for each in ids[:_ORDERS_NAMED])
            raise UsageError(
                f"event {text} led to {len(ids)} orders",
                where=str(self._folder),
                fix=f"name one of {listed}",
            )
        kind = Kind(int(events["kind"][0])).name.lower()
        raise UsageError(
            f"event {text} is a {kind} that led to no order",
            where=str(self._folder),
            fix="name an order, a fill or a refusal",
        )

    def _unknown(self, text: str, name: str) -> UsageError:
        near = near_matches(self._audit, name)
        fix = f"did you mean {', '.join(near)}" if near else "traider audit search tells what is"
        return UsageError(f"nothing in this run is called {text}", where=str(self._folder), fix=fix)

    # ------------------------------------------------------------------------------ what is known

    def _parts(self, order_id: int, notes: list[str]) -> list[Told]:
        name, start = f"{order_id:016x}", OrderId.unpack(order_id).sequence
        # Orders of the gateway's own have sequences that no journal reaches.
        start = -1 if start >> SEQUENCE_BITS - 1 else start
        found: list[Told] = []
        for record in records_about(self._audit, name, start) if self._told >= 0 else ():
            if is_about(record, name):
                found.append(record)
                if is_over(record):
                    return found
        if any(each.action == "order" for each in found):
            later = list(self._beyond.journaled(order_id, self._told))
            if later:
                notes.append(f"what came after event {self._told} is from the journal itself")
            return found + later
        if not self._is_wanted(order_id):
            return []
        notes.append(
            "the audit does not tell of it yet: the journal was replayed"
            if self._told >= 0
            else "this run has no audit: the journal was replayed"
        )
        return list(self._beyond.replayed(order_id))

    def _is_wanted(self, order_id: int) -> bool:
        """Return whether the journal has an order of this id where its id says."""
        sequence = OrderId.unpack(order_id).sequence
        events = self._events(sequence + 1, sequence + 1 + _STEP_MOST)
        return bool(
            ((events["kind"] == Kind.ORDER_INTENT) & (events["order_id"] == order_id)).any()
        )

    def _events(self, start: int, end: int) -> EventArray:
        return join_events([empty_events(0), *self._reader.events(start, end)])


def _run_id(folder: Path) -> str:
    try:
        return str(json.loads((folder / "run.json").read_bytes())["run_id"])
    except (OSError, ValueError, KeyError):
        raise UsageError(
            "holds no run", where=str(folder), fix="name the --state folder of traider run"
        ) from None
