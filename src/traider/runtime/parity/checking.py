"""Prove a recorded run: journal whole, settings the same, decisions had again, and the P&L told.

The journal is read once for all replays and once more for the market's prices at the times of
trading; what is kept grows with the orders of the run alone.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from traider.domain.errors import DataError, Interrupted, TraiderError
from traider.domain.events import EventArray, Kind
from traider.domain.payloads import config_digest_of
from traider.journal.reader import JournalReader
from traider.journal.verifying import verify_journal
from traider.kernel.specification import KernelSpec
from traider.runtime.event_stream import EventStream, GriddedInstrument
from traider.runtime.parity.account_book import AccountBook
from traider.runtime.parity.attribution import ProfitDifference, attribute_difference
from traider.runtime.parity.decisions import DecisionReplay
from traider.runtime.parity.inputs import ForeignInputs
from traider.runtime.parity.market_backtest import MarketBacktest
from traider.runtime.parity.market_prices import market_prices, trading_times
from traider.runtime.parity.paper_run import PaperComparison
from traider.runtime.parity.recorded_run import RecordedRun
from traider.runtime.parity.report import MarketReference, ParityCheck, ParityReport

Progress = Callable[[float, str], None]
"""Takes the fraction done, 0 to 1, and what is being done."""

_REPLAYING: Final = 0.8
"""Part of the work that the replays are."""


@dataclass(frozen=True)
class Watch:
    """Who looks on, and who may ask to stop."""

    progress: Progress = lambda _fraction, _text: None
    stop: Callable[[], bool] = lambda: False

    def over(
        self, chunks: Iterable[EventArray], total: int, share: tuple[float, float], text: str
    ) -> Iterator[EventArray]:
        """Yield ``chunks`` of ``total`` events, telling progress.

        Raises:
            Interrupted: it was asked to stop.
        """
        begin, end = share
        done = 0
        for chunk in chunks:
            if self.stop():
                raise Interrupted(
                    f"stopped after {done:,} events", fix="a check begins anew each time"
                )
            yield chunk
            done += len(chunk)
            self.progress(begin + (end - begin) * done / max(total, 1), text)


def check_run(
    folder: Path, watch: Watch | None = None, record: EventStream | None = None
) -> ParityReport:
    """Compare the run of a state folder with its replays and its back-tests.

    ``record`` is another record of the same market, for the back-test to run on; without it that is
    the run's own.

    Raises:
        UsageError: the folder holds no run, or ``record`` is of other instruments.
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
    return _Checking(run, watch, record).report(journal, notes)


class _Checking:
    """One pass of every replay over a journal."""

    def __init__(self, run: RecordedRun, watch: Watch, record: EventStream | None) -> None:
        self._run = run
        self._watch = watch
        self._reader = JournalReader(run.paths.journal)
        self._spec: KernelSpec = run.spec()
        self._record = record
        _check_instruments(run, self._reader, record)
        self._book = AccountBook(self._spec)
        self._foreign = ForeignInputs()
        self._decisions = DecisionReplay(self._spec, simulates=run.simulates)
        self._paper = PaperComparison(self._spec) if run.simulates else None
        self._market = MarketBacktest(self._spec)
        self._digests: list[str] = []
        self._faults: dict[str, str] = {}

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
        reference = self._reference() if all(check.ok for check in checks) else None
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
        if self._paper is not None:
            self._guarded("back-test", self._paper.take, chunk)
        if self._record is None:
            self._guarded("market", self._market.take, chunk)

    def _guarded(self, name: str, take: Callable[[EventArray], None], chunk: EventArray) -> None:
        """Let one replay take a chunk; where it cannot go on, the others do."""
        if name in self._faults:
            return
        try:
            take(chunk)
        except TraiderError as fault:
            self._faults[name] = fault.line()

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
        line = self._faults.get("back-test", "")
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

    def _reference(self) -> MarketReference:
        """Compare with the back-test of the market's events alone.

        Raises:
            DataError: that back-test cannot be run.
        """
        if self._record is not None:
            for chunk in self._record.chunks():
                self._guarded("market", self._market.take, chunk)
        if "market" in self._faults:
            raise DataError(
                f"the market's events alone cannot be run: {self._faults['market']}",
                where=str(self._run.paths.folder),
                fix="traider journal verify tells whether the record is whole",
            )
        self._market.finish()
        return MarketReference(
            difference=self._difference(),
            fingerprint=self._market.fingerprint.hexdigest(),
            capital=self._run.config.capital,
            currency=self._run.config.currency,
        )

    def _difference(self) -> ProfitDifference:
        run = self._book.account(self._decisions.machine)
        other = self._market.book.account(self._market.machine)
        wanted = [*trading_times(run.orders), *trading_times(other.orders)]
        end = self._reader.end
        chunks = self._watch.over(
            self._reader.events(0, end), end, (_REPLAYING, 1.0), "reading the market's prices"
        )
        instruments = self._run.manifest.instruments
        own = market_prices(chunks, instruments, wanted)
        told = own
        if self._record is not None:
            told = market_prices(self._record.chunks(), instruments, wanted)
        return attribute_difference(
            run.priced(own), other.priced(told), self._spec.strategy.decision_ns
        )


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
