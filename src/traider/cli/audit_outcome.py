"""What ``traider audit`` prints: records, a verdict, or what was done."""

import itertools
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import click

from traider.cli.interrupt import stop_on_interrupt
from traider.cli.progress import ProgressReport, Show, progress_shown
from traider.cli.times import TIME
from traider.compliance.actions import ACTIONS
from traider.compliance.anchoring import keep_anchor, public_key_of
from traider.compliance.records import AuditRecord
from traider.compliance.searching import WAITING, AuditSearch, search, search_waiting
from traider.compliance.segments import audit_folder, list_segments
from traider.compliance.verification import (
    AuditVerification,
    VerifyTerms,
    verification_body,
    verify_audit,
)
from traider.compliance.verifying import verify_chain
from traider.domain.errors import DataError, Interrupted, UsageError
from traider.venues.rfc3339 import format_ns

WHOLE: Final = 0
DAMAGED: Final = 1
_SHOWN: Final = (
    "check", "what", "instrument", "side", "size", "price", "name", "number", "limit", "old", "new",
    "why",
)  # fmt: skip


@dataclass(frozen=True)
class SearchOrder:
    """What a person looks for, as written."""

    action: str
    actor: str
    object_id: str
    text: str
    since: str | None
    until: str | None

    def search(self) -> AuditSearch:
        """Return it with its times read."""
        since, until = (
            None if text is None else int(TIME.convert(text, None, None))
            for text in (self.since, self.until)
        )
        return AuditSearch(self.action, self.actor, self.object_id, self.text, since, until)


def search_session(folder: Path, asked: SearchOrder, *, as_json: bool) -> int:
    """Print the records looked for; return the exit code."""
    chain, wanted = audit_folder(folder), asked.search()
    found = itertools.chain(_chained(chain, wanted), search_waiting(chain, wanted))
    try:
        with stop_on_interrupt(quiet=True) as stopped:
            for record in found:
                if stopped():
                    raise Interrupted("stopped")
                click.echo(record.line().decode() if as_json else _record_line(record))
    except BrokenPipeError:
        # Python flushes stdout once more as it ends: that must meet an open file.
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    return WHOLE


def _chained(chain: Path, wanted: AuditSearch) -> Iterator[AuditRecord]:
    """Yield what the chain has; where no trader ran yet there may be actions of people alone."""
    try:
        list_segments(chain)
    except UsageError:
        if (chain / ACTIONS).exists():
            return
        raise
    yield from search(chain, wanted)


def _record_line(record: AuditRecord) -> str:
    said = ", ".join(
        f"{name} {record.payload[name]}" for name in _SHOWN if record.payload.get(name) is not None
    )
    what = f"{record.action} {record.object_id}".rstrip()
    place = "waits" if record.seq == WAITING else record.seq
    return f"{place:>8}  {format_ns(record.ts_ns)}  {record.actor}: {what}  {said}".rstrip()


def verify_session(
    folder: Path, public_key: Path | None, anchors: Path | None, *, as_json: bool, quiet: bool
) -> int:
    """Verify the audit of ``folder`` and print what is found; return the exit code."""
    key = "" if public_key is None else public_key_of(_read(public_key), str(public_key))
    show = Show.JSON if as_json else Show.NOTHING if quiet else Show.SUMMARY
    with stop_on_interrupt(quiet=as_json) as stopped, progress_shown(show) as report:
        terms = VerifyTerms(
            key,
            () if anchors is None else (anchors,),
            lambda done, records: _told(report, done, records),
            stopped,
        )
        found = verify_audit(folder, terms)
        if stopped():
            raise Interrupted("stopped", fix="a check begins anew each time")
    if as_json:
        click.echo(json.dumps(verification_body(found)))
    else:
        _print(found)
    return WHOLE if found.is_whole else DAMAGED


def _told(report: ProgressReport | None, done: float, records: int) -> None:
    if report is not None:
        report(done, f"{records:,} records")


def _print(found: AuditVerification) -> None:
    verdict = found.verdict
    for line in found.faults:
        click.echo(f"DAMAGED {line}")
    for note in verdict.notes:
        click.echo(f"note: {note}")
    archived = f", {verdict.archived} archived" if verdict.archived else ""
    click.echo(
        f"{found.folder}: {verdict.records:,} records in {verdict.segments} files{archived}; "
        f"{found.compared:,} held against the journal, {found.anchors} signed digests"
    )
    if verdict.head is not None:
        click.echo(f"head {verdict.head.seq}:{verdict.head.hash}")
    click.echo("whole" if found.is_whole else "damaged")


def update_session(folder: Path, *, as_json: bool) -> int:
    """Bring the audit of a run up to date; return the exit code."""
    from traider.runtime.auditing.following import update_audit

    done = update_audit(folder)
    if as_json:
        click.echo(json.dumps({"written": done.written, "events": done.told}))
    else:
        click.echo(f"{done.written:,} records written; {done.told:,} events of the journal told")
    return WHOLE


def anchor_session(
    folder: Path, key_file: Path | None, target: Path | None, *, as_json: bool
) -> int:
    """Sign a digest of the end of an audit; return the exit code."""
    from traider.runtime.auditing.anchors import SigningTerms, sign_end

    chain = audit_folder(folder)
    terms = SigningTerms.configured(key_file, target)
    verdict = verify_chain(chain)
    if verdict.fault is not None:
        raise DataError(
            verdict.fault.line, where=str(chain), fix="restore the audit before it is signed"
        )
    found = sign_end(terms, verdict.head)
    keep_anchor(found, (chain, *terms.copies))
    if as_json:
        click.echo(found.line())
    else:
        click.echo(f"{found.day}: {found.head.seq + 1:,} records, signed by {found.key[:16]}…")
    return WHOLE


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as fault:
        raise UsageError(
            f"cannot be read: {fault.strerror}",
            where=str(path),
            fix="name a file that you may read",
        ) from fault
