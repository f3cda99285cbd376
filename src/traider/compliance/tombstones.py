"""What the chain tells of files that were moved to an archive: a tombstone each.

A tombstone is a record like any other, so the chain proves it. It says what the file held, as far
as somebody needs it who has the file no more: its ends, the journal's place that it had come to,
the actions of people that it had taken up, and what it told of files moved before it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from traider.compliance.records import AuditRecord, record_of
from traider.domain.errors import DataError

TOMBSTONE: Final = "tombstone"
"""Action of a record that tells where a segment was moved to."""


@dataclass(frozen=True, slots=True)
class Tombstone:
    """What is told of one segment that was moved."""

    segment: int
    first: int
    """Its first record, and ``last`` its last."""
    last: int
    previous: str
    """Hash of the record before ``first``."""
    hash: str
    """Of the record ``last``."""
    sha256: str
    moved_to: str
    locked_until: str | None
    told: tuple[int, int] | None
    """The last place of the journal that it tells of; None where it tells of none."""
    actions: int
    """The last line of people's actions that it took up; 0 where it took up none."""

    def as_json(self) -> dict[str, Any]:
        """Return it as the payload of its record, without those before it."""
        return {
            "segment": self.segment,
            "first": self.first,
            "last": self.last,
            "previous": self.previous,
            "hash": self.hash,
            "sha256": self.sha256,
            "moved_to": self.moved_to,
            "locked_until": self.locked_until,
            "told": None if self.told is None else list(self.told),
            "actions": self.actions,
        }

    @classmethod
    def of(cls, payload: Mapping[str, Any]) -> "Tombstone":
        """Return the tombstone of a payload.

        Raises:
            KeyError, TypeError, ValueError: it is none.
        """
        told = payload.get("told")
        return cls(
            segment=int(payload["segment"]),
            first=int(payload["first"]),
            last=int(payload["last"]),
            previous=str(payload["previous"]),
            hash=str(payload["hash"]),
            sha256=str(payload["sha256"]),
            moved_to=str(payload["moved_to"]),
            locked_until=payload["locked_until"],
            told=None if told is None else (int(told[0]), int(told[1])),
            actions=int(payload.get("actions", 0)),
        )


def tombstones(segments: Mapping[int, Path]) -> dict[int, Tombstone]:
    """Return what the chain tells of segments that were moved, by number.

    It is not verified here: each tombstone is a record of the chain, which is.
    """
    found: dict[int, Tombstone] = {}
    wanted = f'"action":"{TOMBSTONE}"'.encode()
    for path in segments.values():
        with path.open("rb") as file:
            for line in file:
                if wanted in line[:64]:
                    try:
                        found |= {each.segment: each for each in _buried(record_of(line))}
                    except (DataError, KeyError, TypeError, ValueError):
                        continue  # told where the pass over the chain comes to it
    return found


def _buried(record: AuditRecord) -> Iterator[Tombstone]:
    """Yield what a tombstone tells, after those that its file told of."""
    yield from (Tombstone.of(each) for each in record.payload["earlier"])
    yield Tombstone.of(record.payload)
