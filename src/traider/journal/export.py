"""Export a journal to Parquet: a file a kind of event, one of the facts, and a list of them all.

    export_journal(folder, target)
    SELECT ts_recv, price, size FROM 'target/trade.parquet' WHERE name = 'BINANCE:BTC-USDT'

Files are made beside and renamed when all are whole, so an export that was stopped leaves the one
before it. The same journal gives the same bytes.
"""

import itertools
import json
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from traider.domain.errors import UsageError
from traider.domain.events import EventArray
from traider.journal.export_columns import NS_TIME, IntArray, KindColumns, columns_of
from traider.journal.facts import Fact
from traider.journal.reader import JournalReader
from traider.journal.segment_events import Span
from traider.journal.segment_files import UNFINISHED, sync_folder

LIST_NAME: Final = "journal.json"
FACTS_NAME: Final = "facts.parquet"
ROW_GROUP: Final = 131_072
FACTS_GROUP: Final = 1_024
_FACTS_FIELDS: Final[tuple["pa.Field[Any]", ...]] = (
    pa.field("sequence", pa.int64()),
    pa.field("ts", NS_TIME),
    pa.field("kind", pa.string()),
    pa.field("body", pa.string()),
    pa.field("body_bytes", pa.binary()),
)
"""A body that is no text has its bytes in a column of their own."""


@dataclass(frozen=True)
class ExportedFile:
    """One file of an export."""

    name: str
    rows: int


@dataclass(frozen=True)
class ExportReport:
    """What was exported."""

    events: int
    facts: int
    files: tuple[ExportedFile, ...]


def export_journal(
    folder: Path,
    target: Path,
    *,
    progress: Callable[[float, str], None] | None = None,
    stop: Callable[[], bool] = lambda: False,
) -> ExportReport | None:
    """Write the journal of ``folder`` to Parquet files in ``target``; None when it was stopped.

    Raises:
        UsageError: there is no journal, or the target is its folder or cannot be written.
        DataError: the journal is damaged; what an earlier export left is untouched.
    """
    reader = JournalReader(folder)
    try:
        target.mkdir(parents=True, exist_ok=True)
        if target.resolve() == folder.resolve():
            raise UsageError(
                "the journal's own folder", where=str(target), fix="export to another folder"
            )
        with _Export(target, reader) as export:
            for first, events in reader.numbered(Span()):
                if stop():
                    return None
                export.add(first, events)
                if progress is not None:
                    progress((first + len(events)) / max(1, reader.end), "exporting")
            export.add_facts(reader.facts())
            return export.finish()
    except OSError as fault:
        raise UsageError(
            f"cannot be written: {fault.strerror}",
            where=str(target),
            fix="name a folder that you may write to, on a disk with room",
        ) from fault


class _KindFile:
    """The file of one kind while it is written."""

    def __init__(self, path: Path, columns: KindColumns) -> None:
        self.rows = 0
        self._columns = columns
        self._held: list[pa.Table] = []
        self._held_rows = 0
        self._file = pq.ParquetWriter(path, columns.schema, compression="zstd")

    def add(self, sequences: IntArray, events: EventArray) -> None:
        self._held.append(self._columns.table(sequences, events))
        self._held_rows += len(events)
        if self._held_rows >= ROW_GROUP:
            self._flush()

    def _flush(self) -> None:
        self._file.write_table(pa.concat_tables(self._held), row_group_size=ROW_GROUP)
        self.rows += self._held_rows
        self._held, self._held_rows = [], 0

    def close(self) -> None:
        """Write what is held and the end of the file."""
        if self._held:
            self._flush()
        self._file.close()


class _Export:
    """The files of one export, each beside its name until all are whole."""

    def __init__(self, target: Path, reader: JournalReader) -> None:
        self._target = target
        self._instruments = reader.instruments
        self._kinds: dict[str, _KindFile] = {}
        self._events = self._facts = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for path in self._target.glob(f"*{UNFINISHED}"):
            path.unlink()

    def _unfinished(self, name: str) -> Path:
        return self._target / f"{name}{UNFINISHED}"

    def add(self, first: int, events: EventArray) -> None:
        """Write a run of events, the first of which has the sequence ``first``."""
        sequences = np.arange(first, first + len(events), dtype=np.int64)
        kinds = events["kind"].astype(np.int64) * 256 + events["version"]
        for code in np.unique(kinds).tolist():
            columns = columns_of(code // 256, code % 256, self._instruments)
            name = f"{columns.name}.parquet"
            if name not in self._kinds:
                self._kinds[name] = _KindFile(self._unfinished(name), columns)
            chosen = kinds == code
            self._kinds[name].add(sequences[chosen], events[chosen])
        self._events += len(events)

    def add_facts(self, facts: Iterator[Fact]) -> None:
        """Write the facts."""
        with pq.ParquetWriter(
            self._unfinished(FACTS_NAME), pa.schema(_FACTS_FIELDS), compression="zstd"
        ) as file:
            for part in batched(facts, FACTS_GROUP):
                file.write_table(_fact_rows(part))
                self._facts += len(part)

    def finish(self) -> ExportReport:
        """Give every file its name and return what was written."""
        for file in self._kinds.values():
            file.close()
        found = [ExportedFile(name, file.rows) for name, file in sorted(self._kinds.items())]
        found.append(ExportedFile(FACTS_NAME, self._facts))
        report = ExportReport(self._events, self._facts, tuple(found))
        before = _listed(self._target)
        self._unfinished(LIST_NAME).write_text(json.dumps(asdict(report), indent=1) + "\n")
        for name in [*(file.name for file in found), LIST_NAME]:
            self._unfinished(name).replace(self._target / name)
        for name in before - {file.name for file in found}:
            (self._target / name).unlink(missing_ok=True)
        sync_folder(self._target)
        return report


def batched(facts: Iterator[Fact], size: int) -> Iterator[list[Fact]]:
    """Yield ``facts`` in lists of ``size``, the last one shorter."""
    while part := list(itertools.islice(facts, size)):
        yield part


def _fact_rows(facts: list[Fact]) -> pa.Table:
    texts = [_text(fact.body) for fact in facts]
    pairs = zip(facts, texts, strict=True)
    columns: list[list[Any]] = [
        [fact.sequence for fact in facts],
        [fact.ts_ns for fact in facts],
        [fact.kind for fact in facts],
        texts,
        [fact.body if text is None else None for fact, text in pairs],
    ]
    arrays: list[pa.Array[Any]] = [
        pa.array(values, field.type) for values, field in zip(columns, _FACTS_FIELDS, strict=True)
    ]
    return pa.Table.from_arrays(arrays, schema=pa.schema(_FACTS_FIELDS))


def _text(body: bytes) -> str | None:
    """Return ``body`` as text; None where it is not."""
    try:
        return body.decode()
    except UnicodeDecodeError:
        return None


def _listed(target: Path) -> set[str]:
    """Return the files of an export that was here before."""
    try:
        found = json.loads((target / LIST_NAME).read_text(encoding="utf-8"))
        return {Path(str(file["name"])).name for file in found["files"]}
    except (OSError, ValueError, KeyError, TypeError):
        return set()
