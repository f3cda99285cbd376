"""Rows set aside: each with its place, the reason, and its cells as they were.

They go to ``LAKE/_quarantine/NAME-DIGEST.csv``, text so that any cell fits and no reader of the
lake's Parquet files takes them for data. The name tells the file they come from and its content,
so importing it again writes the same bytes to the same place.
"""

import csv
import io
from pathlib import Path
from typing import Final

import numpy as np

from traider.domain.errors import DataError
from traider.store.arrow_columns import cell_texts, column_of
from traider.store.check_rows import row_place, row_reason
from traider.store.preparation import Prepared
from traider.store.row_faults import REASONS, RowFault
from traider.store.source_files import plain_stem

FOLDER_NAME: Final = "_quarantine"
OWN_COLUMNS: Final = ("_place", "_fault", "_reason")
_DIGEST_LETTERS: Final = 8


def quarantine_path(prepared: Prepared, lake: Path) -> Path:
    """Return where the bad rows of a source go."""
    digest = prepared.source.digest[:_DIGEST_LETTERS]
    return lake / FOLDER_NAME / f"{plain_stem(prepared.source.path)}-{digest}.csv"


def write_quarantine(prepared: Prepared, lake: Path) -> Path:
    """Write every bad row of a source; return the file.

    A malformed line is kept whole, in the first of the source's columns.

    Raises:
        DataError: the disk refuses.
    """
    path = quarantine_path(prepared, lake)
    temporary = path.with_name(f".{path.name}.writing")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary.write_text(quarantine_text(prepared), encoding="utf-8")
        temporary.replace(path)
    except OSError as fault:
        raise DataError(
            f"cannot be written: {fault.strerror}", where=str(path), fix="choose another --to"
        ) from fault
    return path


def quarantine_text(prepared: Prepared) -> str:
    """Return the bad rows of a source as CSV, in the order of the source, malformed lines last."""
    table = prepared.source.table
    bad = np.flatnonzero(~prepared.rows.sound)
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow((*OWN_COLUMNS, *table.column_names))
    columns = [cell_texts(column_of(table, name).take(bad)) for name in table.column_names]
    for row, *cells in zip(bad.tolist(), *columns, strict=True):
        fault = RowFault(int(prepared.rows.faults[row])).name.lower()
        writer.writerow((row_place(prepared, row).text, fault, row_reason(prepared, row), *cells))
    for line in prepared.source.malformed:
        reason = f"{REASONS[RowFault.MALFORMED]}: it has {line.cells}"
        writer.writerow((f"line {line.line}", RowFault.MALFORMED.name.lower(), reason, line.text))
    return text.getvalue()
