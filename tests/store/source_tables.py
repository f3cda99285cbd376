"""Sources written for a test, in any format, and imports of them."""

import gzip
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.feather as pa_feather
import pyarrow.parquet as pq

from tests.backtest.bar_tables import START_MS, columns_of, wave
from traider.store.findings import Finding
from traider.store.importing import Importer, ImportReport
from traider.store.preparation import Prepared, SourceOptions, prepare
from traider.store.source_files import open_source

NOW_NS: Final = 1_800_000_000_000_000_000
"""In 2027, after all data of the tests."""
NAME: Final = "BINANCE-BTC-USDT-1h"
START_NS: Final = START_MS * 1_000_000
MINUTE_NS: Final = 60_000_000_000

Columns = dict[str, Any]


def hours(bars: int, *, seed: int = 1, decimals: int = 2) -> Columns:
    """Return sound hourly bars."""
    columns = columns_of(wave(bars, seed=seed, decimals=decimals))
    columns["volume"] = np.round(100.0 + np.arange(bars) % 7 + 0.25, 2)
    return columns


def settlements(count: int, *, step_hours: int = 8) -> Columns:
    """Return sound funding."""
    ts = START_MS + np.arange(count, dtype=np.int64) * step_hours * 3_600_000
    return {"ts": ts, "rate": np.round(0.0001 + (np.arange(count) % 5) * 1e-5, 6)}


def trades(count: int, *, with_ids: bool = True) -> Columns:
    """Return sound trades, two an instant."""
    place = np.arange(count, dtype=np.int64)
    columns: Columns = {
        "ts": START_MS + place // 2 * 250,
        "price": np.round(100.0 + (place % 10) * 0.01, 2),
        "size": np.round(0.5 + (place % 3) * 0.1, 1),
        "side": np.where(place % 2 == 0, "buy", "sell"),
    }
    if with_ids:
        columns["id"] = place + 1_000
    return columns


def write_csv(path: Path, columns: Mapping[str, Sequence[Any]], *, delimiter: str = ",") -> Path:
    """Write columns as text, each cell as Python spells it."""
    names = list(columns)
    rows = zip(*(np.asarray(columns[name]).tolist() for name in names), strict=True)
    lines = [delimiter.join(names), *(delimiter.join(map(str, row)) for row in rows)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def write_parquet(path: Path, columns: Mapping[str, Any]) -> Path:
    """Write columns as Parquet."""
    pq.write_table(pa.table(dict(columns)), path)
    return path


def write_format(folder: Path, ending: str, columns: Mapping[str, Any], name: str = NAME) -> Path:
    """Write columns in the format and the packing that ``ending`` names, ``.csv.gz`` say."""
    kind, _, packing = ending.removeprefix(".").partition(".")
    plain = folder / f"{name}.{kind}"
    if kind == "csv":
        write_csv(plain, columns)
    elif kind == "parquet":
        write_parquet(plain, columns)
    else:
        pa_feather.write_feather(pa.table(dict(columns)), str(plain))
    if not packing:
        return plain
    data = plain.read_bytes()
    plain.unlink()
    packed = folder / f"{name}{ending}"
    packed.write_bytes(
        gzip.compress(data) if packing == "gz" else pa.compress(data, codec="zstd", asbytes=True)
    )
    return packed


def prepared(path: Path, **said: Any) -> Prepared:
    """Open and understand a file."""
    return prepare(open_source(path), SourceOptions(**said), NOW_NS)


def imported(lake: Path, path: Path, *, on_bad: str = "refuse", **said: Any) -> ImportReport:
    """Import a file; its counts must add up, whatever it is."""
    report = Importer(lake, on_bad, NOW_NS).run(path, SourceOptions(**said))
    assert report.imported + report.duplicates + report.quarantined == report.rows
    return report


def kinds_of(findings: Sequence[Finding]) -> list[str]:
    """Return the kinds found."""
    return [finding.kind for finding in findings]


def the(findings: Sequence[Finding], kind: str) -> Finding:
    """Return the only finding of a kind."""
    (found,) = (finding for finding in findings if finding.kind == kind)
    return found


@contextmanager
def passing_folder() -> Iterator[Path]:
    """Give a folder that is removed at once, in memory where there is such a place.

    A large lake is tens of thousands of files; on a busy disk they take minutes.
    """
    memory = Path("/dev/shm")  # noqa: S108 - the folder in it has a name of its own
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as name:
        yield Path(name)


def parts(lake: Path) -> list[Path]:
    """Return the data files of a lake."""
    return sorted(lake.glob("venue=*/instrument=*/kind=*/day=*/*.parquet"))
