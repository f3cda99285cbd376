"""Every check in order, and what a person can add: a test alert, its code, a signature."""

import asyncio
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec

from traider.domain.errors import UsageError
from traider.domain.ports import Alert, AlertChannel, Clock, Severity
from traider.runtime.config import LoadedConfig
from traider.runtime.parity.watch import Watch
from traider.runtime.readiness.account_checks import check_account
from traider.runtime.readiness.kept_checks import check_alert, check_backup, check_signature
from traider.runtime.readiness.limit_checks import check_limits
from traider.runtime.readiness.limits_in_force import limits_in_force
from traider.runtime.readiness.notes import (
    AlertTest,
    Signature,
    read_notes,
    signed_digest,
    write_notes,
)
from traider.runtime.readiness.paper_checks import WantedPaper, check_paper, check_paper_settings
from traider.runtime.readiness.rows import Row
from traider.runtime.state_folder import read_manifest

SIGN_OFF: Final = "sign-off"
ACCOUNT_ROWS: Final = ("key", "permissions")
"""What only a process with the key can know."""
_CODE_BYTES: Final = 3


@dataclass(frozen=True)
class Asked:
    """What readiness is asked about."""

    folder: Path
    """State folder of the paper run."""
    loaded: LoadedConfig
    """The settings that would trade live."""
    clock: Clock
    watch: Watch
    venue: str = "coinbase"
    """Where real money is traded."""
    products: tuple[str, ...] = ()
    """What of it; those of the paper run where none are named."""
    live: Path | None = None
    """State folder of the live run, whose limits in force count; None for none."""


def check_readiness(asked: Asked) -> Sequence[Row]:
    """Return every check, each as it is now.

    Raises:
        DataError: the notes beside the paper run cannot be read.
        Interrupted: it was asked to stop.
    """
    config, now_ns = asked.loaded.config, asked.clock.now_ns()
    notes = read_notes(asked.folder)
    return (
        *asyncio.run(check_account(config)),
        _limits_row(asked),
        check_alert(notes, config, now_ns),
        check_backup(config, now_ns),
        *check_paper(asked.folder, _wanted(asked, now_ns), asked.watch),
        check_signature(notes, config, _run_id(asked.folder), now_ns),
    )


def check_for_gateway(asked: Asked) -> Sequence[Row]:
    """Return what a gateway can judge before it takes the key: what was signed, and still holds.

    How the paper run went is for the trader's start; the signature says that it was well then.

    Raises:
        DataError: the notes beside the paper run cannot be read.
        Interrupted: it was asked to stop.
    """
    config, now_ns = asked.loaded.config, asked.clock.now_ns()
    return (
        *asyncio.run(check_account(config)),
        _limits_row(asked),
        check_paper_settings(asked.folder, _wanted(asked, now_ns)),
        check_signature(read_notes(asked.folder), config, _run_id(asked.folder), now_ns),
    )


def _limits_row(asked: Asked) -> Row:
    """Look at the limits of the file, and at those that the live run would go on with."""
    if asked.live is None:
        return check_limits(asked.loaded)
    in_force = limits_in_force(asked.live, asked.loaded.config, asked.watch.stop)
    return check_limits(asked.loaded, in_force)


def _wanted(asked: Asked, now_ns: int) -> WantedPaper:
    return WantedPaper(asked.loaded.config, asked.venue, asked.products, now_ns)


def sign_off(asked: Asked, name: str, rows: Sequence[Row]) -> Sequence[Row]:
    """Keep a person's signature, if all else is well; return the rows as they are then.

    Raises:
        UsageError: something is not well, or no name is given.
    """
    bad = [row.name for row in rows if not row.ok and row.name != SIGN_OFF]
    if bad:
        raise UsageError(
            f"not signed, since not all is well: {', '.join(bad)}",
            where=str(asked.folder),
            fix="mend that first; traider readiness tells how",
        )
    if not name.strip() or not name.strip().isprintable():
        raise UsageError("nobody signs", where="--sign-off", fix="give your name")
    config, run_id = asked.loaded.config, _run_id(asked.folder)
    signed = Signature(name.strip(), asked.clock.now_ns(), signed_digest(config), run_id)
    notes = msgspec.structs.replace(read_notes(asked.folder), signature=signed)
    write_notes(asked.folder, notes)
    row = check_signature(notes, config, run_id, signed.signed_ns)
    return tuple(row if each.name == SIGN_OFF else each for each in rows)


def send_test_alert(asked: Asked, channel: AlertChannel, names: Sequence[str]) -> None:
    """Send an alert with a code that only its reader can know, and note that it was sent.

    Raises:
        UsageError: the folder cannot be written.
    """
    code = secrets.token_hex(_CODE_BYTES)
    test = AlertTest(code, asked.clock.now_ns(), channels=tuple(names))
    write_notes(asked.folder, msgspec.structs.replace(read_notes(asked.folder), alert=test))
    detail = f"the code is {code}; tell it with traider readiness --alert-seen {code}"
    channel.send(Alert(f"test:{code}", Severity.WARNING, "test of the alert channel", detail))


def note_alert_seen(asked: Asked, code: str) -> None:
    """Note that the test alert arrived.

    Raises:
        UsageError: the code is another.
    """
    notes = read_notes(asked.folder)
    if notes.alert is None or not secrets.compare_digest(notes.alert.code, code.strip().lower()):
        raise UsageError(
            "no test alert with that code was sent last",
            where="--alert-seen",
            fix="send one with --test-alert",
        )
    seen = msgspec.structs.replace(notes.alert, seen_ns=asked.clock.now_ns())
    write_notes(asked.folder, msgspec.structs.replace(notes, alert=seen))


def _run_id(folder: Path) -> str:
    kept = read_manifest(folder)
    return "" if kept is None else kept.run_id
