"""Reasons of a run's orders in words, from its audit as it grows: each look reads what is new.

    reasons = FollowedReasons(folder / "audit")
    reasons.refresh()
    reasons.of(order_id)      # empty while the audit does not tell of the order

The audit follows the trader by a second or so; what it does not tell yet comes with a later look.
"""

import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from traider.compliance.reason_words import STOPPED, is_of_stop, reason_words
from traider.compliance.records import AuditRecord, record_of
from traider.compliance.segments import list_segments
from traider.domain.errors import UsageError

_WANTED: Final = (b'{"action":"decision"', b'{"action":"order"')
"""How the lines begin that are looked at; the chain's text is canonical."""


class FollowedReasons:
    """The reason of each order by its id; threads may ask together."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._segment = -1
        self._offset = 0
        self._decided: dict[str, Mapping[str, Any]] = {}
        """Decisions whose orders are not told yet, by order."""
        self._words: dict[str, str] = {}

    def of(self, order_id: str) -> str:
        """Return the reason of an order by its 16 hexadecimal digits, as of the last refresh."""
        return self._words.get(order_id, "")

    def refresh(self) -> None:
        """Read what the audit got since.

        Raises:
            DataError: a line is no record.
        """
        with self._lock:
            try:
                segments = list_segments(self._folder)
            except UsageError:
                return  # a run need not keep one
            for number, path in segments.items():
                if number > self._segment:
                    self._segment, self._offset = number, 0
                if number == self._segment:
                    self._read(path)

    def _read(self, path: Path) -> None:
        with path.open("rb") as file:
            file.seek(self._offset)
            for line in file:
                if not line.endswith(b"\n"):
                    return  # the rest of it is being written
                self._offset += len(line)
                if line.startswith(_WANTED):
                    self._take(record_of(line))

    def _take(self, record: AuditRecord) -> None:
        if record.action == "decision":
            for order_id in record.payload.get("orders", ()):
                self._decided[order_id] = record.payload
            return
        decision = self._decided.pop(record.object_id, None)
        payload = record.payload
        decided = None if decision is None else of_instrument(decision, str(payload["instrument"]))
        asked = STOPPED if is_of_stop(payload.get("gate")) else ""
        if "why" in payload or (decision or {}).get("is_manual"):
            asked = f"{record.actor}: {payload.get('why', 'by hand')}"
        self._words[record.object_id] = reason_words(payload, decided, asked)


def of_instrument(decision: Mapping[str, Any], instrument: str) -> Mapping[str, Any] | None:
    """Return what a decision says of one instrument."""
    found = decision.get("instruments", {}).get(instrument)
    assert found is None or isinstance(found, Mapping)  # noqa: S101 - as the audit writes it
    return found
