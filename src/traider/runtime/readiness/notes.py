"""What people said before trading live, kept beside the paper run: alert seen, run signed.

``readiness.json`` of the state folder. A signature is of settings and of the run: with others it
does not count any more.
"""

import hashlib
import os
from pathlib import Path
from typing import Final

import msgspec

from traider.domain.errors import DataError, UsageError
from traider.runtime.config import Config

FILE: Final = "readiness.json"


class AlertTest(msgspec.Struct, frozen=True):
    """A test alert."""

    code: str
    """What a person reads in it, and tells."""
    sent_ns: int
    seen_ns: int = 0
    """When a person told its code; 0 before."""
    channels: tuple[str, ...] = ()


class Signature(msgspec.Struct, frozen=True):
    """A person's word."""

    name: str
    signed_ns: int
    digest: str
    """Of the settings it is for, hexadecimal."""
    run_id: str
    """Of the paper run it is for."""


class Notes(msgspec.Struct, frozen=True):
    """Everything that is kept."""

    alert: AlertTest | None = None
    signature: Signature | None = None


def read_notes(folder: Path) -> Notes:
    """Return the notes of a state folder; empty ones where there are none.

    Raises:
        DataError: they cannot be read.
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
