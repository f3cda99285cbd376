"""Prove a recorded run: journal whole, settings the same, decisions had again, and the P&L told.

The journal is read once for all replays, and a few times more for the profit of a back-test beside
it (``reference``); what is kept grows with the orders of the run alone.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from traider.domain.errors import DataError, TraiderError
from traider.domain.events import EventArray, Kind
from traider.domain.payloads import config_digest_of
from traider.journal.reader import JournalReader
from traider.journal.verifying import verify_journal
from traider.kernel.specification import KernelSpec
from traider.runtime.event_stream import EventStream, GriddedInstrument
from traider.runtime.parity.account_book import AccountBook
from traider.runtime.parity.decisions import DecisionReplay
from traider.runtime.parity.inputs import ForeignInputs
from traider.runtime.parity.paper_run import PaperComparison
from traider.runtime.parity.recorded_run import RecordedRun
from traider.runtime.parity.reference import MarketComparison, ReferenceTerms
from traider.runtime.parity.report import ParityCheck, ParityReport
from traider.runtime.parity.watch import Watch

_REPLAYING: Final = 0.6
"""Part of the work that the replays are."""


def check_run(
    folder: Path, watch: Watch | None = None, terms: ReferenceTerms | None = None
) -> ParityReport:
    """Compare the run of a state folder with its replays and its back-tests.

    Raises:
        UsageError: the folder holds no run, or the other record is of other instruments.
        DataError: its manifest cannot be read.
        StrategyError: its strategy is not there any more.
        Interrupted: it was asked to stop.
    """
    run = RecordedRun.open(folder)
    watch = watch or Watch()
    notes = run.changed_versions()
    verdict = verify_journal(run.paths.journal)
    faults = [fault.line for fault in verdict.faults]
    journal = ParityCheck("journal", not faults, verdict.events, faults[0] if faults else "")
    if faults:
        return ParityReport(run.manifest.mode, verdict.events, 0, 0, (journal,), "", notes=notes)
    return _Checking(run, watch, terms or ReferenceTerms()).report(journal, notes)


class _Checking:
    """One pass of every replay over a journal."""

    def __init__(self, run: RecordedRun, watch: Watch, terms: ReferenceTerms) -> None:
        self._run = run
        self._watch = watch
        self._reader = JournalReader(run.paths.journal)
        self._spec: KernelSpec = run.spec()
        _check_instruments(run, self._reader, terms.record)
        self._book = AccountBook(self._spec)
        self._foreign = ForeignInputs()
        self._decisions = DecisionReplay(self._spec, simulates=run.simulates)
        self._paper = PaperComparison(self._spec) if run.simulates else None
        self._market = MarketComparison(run, self._reader, self._spec, terms, watch)
        self._digests: list[str] = []
        self._fault = ""

    def report(self, journal: ParityCheck, notes: Sequence[str]) -> ParityReport:
        """Read the journal and tell what was found."""
        end = self._reader.end
        chunks = self._watch.over(
            self._reader.events(0, end), end, (0.0, _REPLAYING), "replaying the journal"
        )
        for chunk in chunks:
            self._take(chunk)
        checks = [journal, self._settings_check(), self._decisions.finish()]
        if self._paper is not None:
            checks.append(self._paper_check(self._paper))
        reference = None
        if all(check.ok for check in checks):
            reference = self._market.finish(self._book.account(self._decisions.machine))
        return ParityReport(
            mode=self._run.manifest.mode,
            events=end,
            decisions=self._decisions.decisions,
            fills=self._book.fills,
            checks=checks,
            fingerprint=self._decisions.fingerprint.hexdigest(),
            foreign=self._foreign.counts,
            notes=notes,
            reference=reference,
        )

    def _take(self, chunk: EventArray) -> None:
        self._digests += [
            config_digest_of(chunk[place : place + 1]).hex()
            for place in (chunk["kind"] == Kind.CONFIG_DIGEST).nonzero()[0].tolist()
        ]
        self._book.add(chunk)
        self._foreign.take(chunk)
        self._decisions.take(chunk)
        self._market.take(chunk)
        if self._paper is not None and not self._fault:
            # Where the back-test cannot go on, the other checks do.
            try:
                self._paper.take(chunk)
            except TraiderError as fault:
                self._fault = fault.line()

    def _settings_check(self) -> ParityCheck:
        """Compare the settings with what the manifest and the journal say they were."""
        now, begun = self._run.digest, self._run.manifest.digest
        told = self._digests[0] if self._digests else begun
        line = ""
        if now != begun:
            line = f"the settings in run.json have the digest {now[:16]}…, begun with {begun[:16]}…"
        elif told != begun:
            line = f"the journal begins with the settings {told[:16]}…, run.json has {begun[:16]}…"
        return ParityCheck("settings", not line, len(self._digests), line)

    def _paper_check(self, paper: PaperComparison) -> ParityCheck:
        line = self._fault
        if not line:
            paper.finish()
            found = paper.comparison.difference
            line = "" if found is None else found.line
            if (
                not line
                and paper.fingerprint.hexdigest() != self._decisions.fingerprint.hexdigest()
            ):
                line = "the events are the same, the values of the account are not"
        return ParityCheck("back-test", not line, paper.comparison.compared, line)


def _check_instruments(run: RecordedRun, reader: JournalReader, record: EventStream | None) -> None:
    """Refuse a record whose numbers mean something else than the run's.

    Raises:
        DataError: the first that differs.
    """
    wanted = [(each.name, each.tick_size, each.lot_size) for each in run.manifest.instruments]
    records: list[tuple[str, Sequence[GriddedInstrument]]] = [
        (str(run.paths.journal), reader.instruments)
    ]
    if record is not None:
        records.append((f"the {record.kind}", record.instruments))
    for where, instruments in records:
        found = [(each.name, each.tick_size, each.lot_size) for each in instruments]
        if found != wanted:
            raise DataError(
                f"is of {_said(found)}, the run of {_said(wanted)}",
                where=where,
                fix="name the record of the run's own instruments, in their order",
            )


def _said(instruments: Sequence[tuple[str, object, object]]) -> str:
    return ", ".join(f"{name} by {tick} and {lot}" for name, tick, lot in instruments) or "nothing"
