"""Questions to a lake in SQL: DuckDB over views of the files that manifests list, and nothing else.

    with LakeQuery(Path("lake")) as query:
        query.views                               # name -> columns
        query.table("select … from trades asof join quotes …")

The database may read those files alone: no other path, no network, no extension. DuckDB has no
setting that keeps it from writing to a file it may read, so nothing but SELECT gets to it: EXPLAIN
ANALYZE runs what it explains, COPY too. Files are compared with their manifest first, by checksum
unless ``verify`` is off, by size always.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

import duckdb
import pyarrow as pa

from traider.domain.errors import DataError, Interrupted, TraiderError, UsageError
from traider.store.lake_files import missing_file, open_file
from traider.store.lake_paths import series_folders
from traider.store.manifest import DataFile, listed_manifest
from traider.store.view_sql import Selected, quoted, views_of

FETCHED_ROWS: Final = 10_000


@dataclass(frozen=True)
class Answer:
    """The columns of an answer, and its rows as they are fetched."""

    columns: tuple[str, ...]
    types: tuple[str, ...]
    rows: Iterator[tuple[Any, ...]]


class LakeQuery:
    """A read-only database over a lake; it sees the lake as it was when it was opened.

    Args:
        lake: its folder, or one below it down to a series.
        verify: compare every file with its checksum first.
        stop: whether to give up comparing.

    Raises:
        UsageError: there is no lake.
        DataError: a manifest is damaged, or a file is missing or other than listed.
        Interrupted: ``stop`` said so.
    """

    def __init__(
        self, lake: Path, *, verify: bool = True, stop: Callable[[], bool] = lambda: False
    ) -> None:
        if not lake.is_dir():
            raise UsageError(
                "there is no lake here", where=str(lake), fix="make one: traider data import FILE"
            )
        self.lake = lake
        selected = _selected(lake, stop, verify=verify)
        self._files = [name for each in selected for name in each.files]
        self._connection = duckdb.connect(
            ":memory:",
            config={"autoinstall_known_extensions": False, "autoload_known_extensions": False},
        )
        self._define(selected)
        self._close_doors()

    @property
    def views(self) -> dict[str, tuple[str, ...]]:
        """The views there are, and their columns."""
        found: dict[str, list[str]] = {}
        told = self._connection.execute(
            "select table_name, column_name from information_schema.columns order by all"
        )
        for view, column in told.fetchall():
            found.setdefault(view, []).append(column)
        return {view: tuple(columns) for view, columns in found.items()}

    def table(self, sql: str) -> pa.Table:
        """Return the answer to a question, whole.

        Raises:
            UsageError: it is no single question, or the database cannot answer it.
            DataError: a file changed since the lake was opened.
        """
        self._refuse_other_statements(sql)
        try:
            answer: pa.Table = self._connection.sql(sql).to_arrow_table()
        except duckdb.Error as fault:
            raise self._told(fault) from fault
        return answer

    def ask(self, sql: str) -> Answer:
        """Return the answer to a question; rows come as they are taken.

        Raises:
            UsageError: as ``table``.
            DataError: as ``table``.
        """
        self._refuse_other_statements(sql)
        try:
            asked = self._connection.execute(sql)
            told = asked.description or []
        except duckdb.Error as fault:
            raise self._told(fault) from fault
        names = tuple(str(column[0]) for column in told)
        types = tuple(str(column[1]) for column in told)
        return Answer(names, types, self._rows(asked))

    def close(self) -> None:
        """Give the files back."""
        self._connection.close()

    def interrupt(self) -> None:
        """Stop the question being answered; called from another thread."""
        self._connection.interrupt()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _rows(self, asked: duckdb.DuckDBPyConnection) -> Iterator[tuple[Any, ...]]:
        try:
            while rows := asked.fetchmany(FETCHED_ROWS):
                yield from rows
        except duckdb.Error as fault:
            raise self._told(fault) from fault

    def _refuse_other_statements(self, sql: str) -> None:
        try:
            statements = self._connection.extract_statements(sql)
        except duckdb.Error as fault:
            raise self._told(fault) from fault
        if len(statements) != 1 or statements[0].type != duckdb.StatementType.SELECT:
            raise UsageError(
                "is no single question", where="SQL", fix="write one SELECT, DESCRIBE or SUMMARIZE"
            )

    def _told(self, fault: duckdb.Error) -> TraiderError:
        line = " ".join(str(fault).split())
        if isinstance(fault, duckdb.InterruptException):
            return Interrupted("stopped")
        named = next((name for name in self._files if name in str(fault)), "")
        if type(fault) is duckdb.Error or (
            named and isinstance(fault, duckdb.InvalidInputException)
        ):
            # DuckDB's reader of Parquet found nonsense, in a file that no checksum vouches for.
            return DataError(
                f"is damaged: {line}",
                where=named or str(self.lake),
                fix="traider data check LAKE tells all that is wrong",
            )
        if isinstance(fault, duckdb.IOException):
            return DataError(line, where=str(self.lake), fix="ask again; the lake was written to")
        views = ", ".join(self.views) or "none"
        return UsageError(line, where="SQL", fix=f"the lake has the views {views}")

    def _define(self, selected: Sequence[Selected]) -> None:
        for name, sql in views_of(selected).items():
            try:
                self._connection.execute(f'create view "{name}" as {sql}')
            except duckdb.Error as fault:
                raise DataError(
                    f"has no view {name}: {' '.join(str(fault).split())}", where=str(self.lake)
                ) from fault

    def _close_doors(self) -> None:
        """Leave the database nothing but the listed files; this cannot be taken back."""
        names = ", ".join(quoted(name) for name in self._files)
        for setting in (
            f"set allowed_paths = [{names}]",
            "set temp_directory = ''",
            "set enable_external_access = false",
            "set lock_configuration = true",
        ):
            self._connection.execute(setting)


def _selected(lake: Path, stop: Callable[[], bool], *, verify: bool) -> list[Selected]:
    """Return the files of every series, each found to be there as listed."""
    found = []
    for key, folder in series_folders(lake.absolute()):
        files = listed_manifest(folder).files
        for grid in dict.fromkeys(file.grid for file in files):
            mine = [file for file in files if file.grid == grid]
            for file in mine:
                if stop():
                    raise Interrupted("stopped")
                _check(folder, file, verify=verify)
            names = tuple(str(folder / file.name) for file in mine)
            found.append(Selected(key, grid, names))
    return found


def _check(folder: Path, file: DataFile, *, verify: bool) -> None:
    path = folder / file.name
    try:
        if verify or not file.checksum:
            # Without a manifest the file's own footer is all there is to compare with.
            open_file(folder, file)
        elif path.stat().st_size != file.bytes:
            raise DataError(
                f"is damaged: it has {path.stat().st_size} bytes, its manifest says {file.bytes}",
                where=str(path),
                fix="traider data check LAKE tells all that is wrong",
            )
    except FileNotFoundError:
        raise missing_file(path) from None
