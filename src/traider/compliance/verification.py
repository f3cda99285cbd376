"""Everything that can be proved of a run's audit at once: chain, signed digests, journal."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from traider.compliance.actions import actions_after, last_action_line
from traider.compliance.agreement import ActionAgreement, JournalAgreement
from traider.compliance.anchoring import Anchor, anchor_faults, read_anchors, signature_faults
from traider.compliance.records import AuditRecord
from traider.compliance.segments import audit_folder, is_copy
from traider.compliance.tombstones import Tombstone
from traider.compliance.verifying import ChainVerdict, Watch, verify_chain
from traider.domain.errors import DataError

NO_JOURNAL: Final = "no journal is beside it: nothing was held against the events"
"""Noted of a chain by itself."""
_JOURNAL: Final = "journal"
_RUN: Final = "run.json"
"""What a state folder has beside the audit."""


@dataclass(frozen=True)
class VerifyTerms:
    """How an audit is verified."""

    public_key: str = ""
    """Hexadecimal, which the digests must be signed with; any without it."""
    copies: tuple[Path, ...] = ()
    """Folders outside the state folder with copies of the digests."""
    progress: Callable[[float, int], None] = lambda _done, _records: None
    """Takes the part of the bytes that was looked at, and how many records those are."""
    stop: Callable[[], bool] = lambda: False


@dataclass(frozen=True)
class AuditVerification:
    """What was found."""

    folder: Path
    """Of the chain."""
    verdict: ChainVerdict
    faults: tuple[str, ...]
    """Everything that is wrong, a line each."""
    compared: int
    """Events held against the journal."""
    anchors: int
    """Signed digests that were found."""

    @property
    def is_whole(self) -> bool:
        """Whether nothing is wrong."""
        return not self.faults


def verify_audit(folder: Path, terms: VerifyTerms | None = None) -> AuditVerification:
    """Verify every byte of the audit of a state folder, or of a folder ``audit``.

    Raises:
        UsageError: there is none.
    """
    asked = terms or VerifyTerms()
    chain = audit_folder(folder)
    faults: list[str] = []
    known = _known_anchors(chain, asked, faults)
    agreement, notes = _journal_beside(chain, faults)
    actions = None if is_copy(chain) else ActionAgreement(chain)

    def look(record: AuditRecord) -> str:
        said = "" if agreement is None else agreement(record)
        return said or ("" if actions is None else actions(record))

    def pass_over(moved: Tombstone) -> None:
        for each in (agreement, actions):
            if each is not None:
                each.pass_over(moved)

    verdict = verify_chain(
        chain,
        Watch(
            look=look,
            wanted=frozenset(each.head.seq for each in known),
            passed=pass_over,
            progress=asked.progress,
            stop=asked.stop,
        ),
    )
    verdict.notes += notes
    if verdict.ok and not asked.stop():
        here, elsewhere = _parted(known, verdict)
        faults += anchor_faults(here, verdict.hashes, asked.public_key)
        faults += signature_faults(elsewhere, asked.public_key)
        verdict.notes += [_elsewhere(each, verdict) for each in elsewhere]
        _check_actions(chain, verdict, faults)
        if agreement is not None and (rest := agreement.rest()):
            verdict.notes.append(f"the journal has {rest:,} further events that are not told yet")
    faults = [*([] if verdict.fault is None else [verdict.fault.line]), *faults]
    compared = 0 if agreement is None else agreement.compared
    return AuditVerification(chain, verdict, tuple(faults), compared, len(known))


def _known_anchors(chain: Path, asked: VerifyTerms, faults: list[str]) -> list[Anchor]:
    """Return every signed digest; where one was counted on and none is, that is a fault."""
    known: list[Anchor] = []
    for place in (chain, *asked.copies):
        try:
            found = read_anchors(place)
        except DataError as fault:
            faults.append(fault.line())
            continue
        if not found and place is not chain:
            faults.append(f"{place}: no signed digest is there; name the folder of the copies")
        known += found
    if asked.public_key and not known:
        faults.append(f"{chain}: no signed digest is there that the key could be tried on")
    return known


def _journal_beside(chain: Path, faults: list[str]) -> tuple[JournalAgreement | None, list[str]]:
    """Return what holds records against the journal, and what is to be noted; a run has one."""
    journal = chain.parent / _JOURNAL
    if journal.is_dir():
        return JournalAgreement(journal), []
    if (chain.parent / _RUN).exists():
        faults.append(f"{journal}: is not there, and the run's audit tells of it")
        return None, []
    return None, [NO_JOURNAL]


def _parted(known: Iterable[Anchor], verdict: ChainVerdict) -> tuple[list[Anchor], list[Anchor]]:
    """Return the digests that can be compared here, and those of records that are elsewhere."""
    here: list[Anchor] = []
    elsewhere: list[Anchor] = []
    for anchor in known:
        is_moved = anchor.head.seq not in verdict.hashes and _grave(anchor, verdict) is not None
        (elsewhere if is_moved else here).append(anchor)
    return here, elsewhere


def _grave(anchor: Anchor, verdict: ChainVerdict) -> Tombstone | None:
    """Return what is told of the file that a digest's record went with; None of one still here."""
    record = anchor.head.seq
    return next((each for each in verdict.moved if each.first <= record <= each.last), None)


def _elsewhere(anchor: Anchor, verdict: ChainVerdict) -> str:
    moved = _grave(anchor, verdict)
    where = "" if moved is None else moved.moved_to
    return (
        f"the digest of {anchor.day} is of record {anchor.head.seq}, which is in {where}: "
        "copy that file back beside the others to compare"
    )


def _check_actions(chain: Path, verdict: ChainVerdict, faults: list[str]) -> None:
    """Verify what people did elsewhere and the chain has not taken up yet; a copy has none."""
    if is_copy(chain):
        return
    try:
        waiting = sum(1 for _ in actions_after(chain, last_action_line(chain)))
    except DataError as fault:
        faults.append(fault.line())
        return
    if waiting:
        verdict.notes.append(f"{waiting:,} actions of people are not in the chain yet")


def verification_body(found: AuditVerification) -> dict[str, Any]:
    """Return what was found as it is printed for a program."""
    head, fault = found.verdict.head, found.verdict.fault
    return {
        "audit": str(found.folder),
        "whole": found.is_whole,
        "records": found.verdict.records,
        "segments": found.verdict.segments,
        "archived": found.verdict.archived,
        "events_compared": found.compared,
        "anchors": found.anchors,
        "head": None if head is None else {"seq": head.seq, "hash": head.hash},
        "first_bad": None
        if fault is None
        else {"file": fault.file, "record": fault.record, "what": fault.what},
        "faults": list(found.faults),
        "notes": found.verdict.notes,
    }
