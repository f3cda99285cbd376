"""``traider journal verify``: the verdict as a few lines, or as one JSON object."""

import json
import re
from pathlib import Path
from typing import Final

import click

from traider.cli.progress import Show, progress_shown
from traider.domain.errors import UsageError
from traider.journal.blocks import HASH_BYTES
from traider.journal.mark import JournalHead
from traider.journal.verifying import JournalVerdict, verify_journal

WHOLE: Final = 0
DAMAGED: Final = 1
_ANCHOR: Final = re.compile(rf"(\d{{1,18}}):([0-9a-f]{{{2 * HASH_BYTES}}})")
_SHOWN_MAX: Final = 50


def verify_session(folder: Path, anchor: str | None, *, as_json: bool, quiet: bool) -> int:
    """Verify the journal of ``folder`` and print what is found; return the exit code."""
    known = None if anchor is None else anchor_of(anchor)
    show = Show.JSON if as_json else Show.NOTHING if quiet else Show.SUMMARY
    with progress_shown(show) as report:
        verdict = verify_journal(folder, anchor=known, progress=report)
    if as_json:
        click.echo(json.dumps(verdict_json(folder, verdict), ensure_ascii=False))
    else:
        _print(folder, verdict)
    return WHOLE if verdict.is_whole else DAMAGED


def anchor_of(text: str) -> JournalHead:
    """Return the end that ``NUMBER:HASH`` names.

    Raises:
        UsageError: it is not written so.
    """
    match = _ANCHOR.fullmatch(text.strip().lower())
    if match is None:
        raise UsageError(
            f"{text!r} is no anchor",
            where="--anchor",
            fix="give what verify printed as the head: a number, a colon, 64 hexadecimal digits",
        )
    return JournalHead(int(match[1]), 0, bytes.fromhex(match[2]))


def verdict_json(folder: Path, verdict: JournalVerdict) -> dict[str, object]:
    """Return the verdict as plain values."""
    return {
        "journal": str(folder),
        "whole": verdict.is_whole,
        "segments": verdict.segments,
        "blocks": verdict.blocks,
        "events": verdict.events,
        "facts": verdict.facts,
        "bytes": verdict.bytes,
        "head": {
            "block": verdict.head.number,
            "sequence": verdict.head.sequence,
            "hash": verdict.head.hash.hex(),
        },
        "faults": [
            {
                "segment": fault.segment,
                "file": fault.file,
                "block": fault.block,
                "offset": fault.offset,
                "bytes": fault.bytes,
                "kind": fault.kind.value,
                "what": fault.what,
            }
            for fault in verdict.faults
        ],
    }


def _print(folder: Path, verdict: JournalVerdict) -> None:
    click.echo(
        f"{folder}: {verdict.events:,} events and {verdict.facts:,} facts in {verdict.blocks:,} "
        f"blocks, {verdict.segments:,} segments, {verdict.bytes:,} bytes"
    )
    for fault in verdict.faults[:_SHOWN_MAX]:
        click.echo(f"  {fault.kind.value}: {fault.line}")
    if len(verdict.faults) > _SHOWN_MAX:
        click.echo(f"  and {len(verdict.faults) - _SHOWN_MAX:,} more; --json lists them all")
    if verdict.is_whole:
        click.echo(f"whole; head {verdict.head.number}:{verdict.head.hash.hex()}")
    else:
        faults = len(verdict.faults)
        click.echo(f"damaged: {faults:,} {'fault' if faults == 1 else 'faults'}")
