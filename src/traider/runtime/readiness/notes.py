"""What people said before trading live, kept beside the paper run: alert seen, run signed.

``readiness.json`` of the state folder. A signature is of settings and of the run: with others it
does not count any more. The file is no proof: who may write it may sign. What no tool of the house
writes there is refused as a whole all the same, so that no slip of an editor counts as a signature.
"""

import hashlib
import os
import re
from pathlib import Path
from typing import Final

import msgspec

from traider.domain.errors import DataError, UsageError
from traider.runtime.config import Config

FILE: Final = "readiness.json"
_CODE: Final = re.compile("[0-9a-f]{6}")
_DIGEST: Final = re.compile("[0-9a-f]{64}")
_RUN_ID: Final = re.compile("[0-9a-f]{8}")


class AlertTest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A test alert.

    Raises:
        ValueError: it is none that was ever sent.
    """

    code: str
    """What a person reads in it, and tells."""
    sent_ns: int
    seen_ns: int = 0
    """When a person told its code; 0 before."""
    channels: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse what no test alert is."""
        _check(_CODE.fullmatch(self.code) is not None, "alert.code is no code")
        _check(self.sent_ns > 0, "alert.sent_ns is no time")
        _check(self.seen_ns == 0 or self.seen_ns >= self.sent_ns, "alert.seen_ns is before sent_ns")
        _check(len(self.channels) > 0 and all(self.channels), "alert.channels names none")


class Signature(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A person's word.

    Raises:
        ValueError: nobody signed, or nothing.
    """

    name: str
    signed_ns: int
    digest: str
    """Of the settings it is for, hexadecimal."""
    run_id: str
    """Of the paper run it is for."""

    def __post_init__(self) -> None:
        """Refuse what no signature is."""
        _check(self.name.strip() != "", "signature.name is empty")
        _check(self.name.isprintable(), "signature.name cannot be printed")
        _check(self.signed_ns > 0, "signature.signed_ns is no time")
        _check(_DIGEST.fullmatch(self.digest) is not None, "signature.digest is none")
        _check(_RUN_ID.fullmatch(self.run_id) is not None, "signature.run_id is none")


class Notes(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Everything that is kept."""

    alert: AlertTest | None = None
    signature: Signature | None = None


def _check(is_so: bool, fault: str) -> None:  # noqa: FBT001 - what is asserted, and its words
    """Refuse a value.

    Raises:
        ValueError: it is not so; where a file is read it becomes the reader's error.
    """
    if not is_so:
        raise ValueError(fault)


def read_notes(folder: Path) -> Notes:
    """Return the notes of a state folder; empty ones where there are none.

    Raises:
        DataError: they cannot be read, or hold what no check here writes.
    """
    path = folder / FILE
    try:
        return msgspec.json.decode(path.read_bytes(), type=Notes)
    except FileNotFoundError:
        return Notes()
    except (OSError, msgspec.DecodeError) as fault:
        raise DataError(
            f"cannot be read: {fault}", where=str(path), fix="remove it, and sign again"
        ) from fault


def write_notes(folder: Path, notes: Notes) -> None:
    """Write the notes, whole or not at all.

    Raises:
        UsageError: the folder cannot be written.
    """
    path = folder / FILE
    fresh = path.with_suffix(".new")
    try:
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(msgspec.json.encode(notes) + b"\n")
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)
    except OSError as fault:
        raise UsageError(
            f"cannot be written: {fault.strerror}", where=str(path), fix="make room, or let us in"
        ) from fault


def signed_digest(config: Config) -> str:
    """Return the digest of every setting, those that decide nothing included; hexadecimal."""
    return hashlib.sha256(config.model_dump_json().encode()).hexdigest()
