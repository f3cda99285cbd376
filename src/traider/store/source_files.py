"""Open a file of any shape: Parquet, Feather or delimited text, plain, gzip, zstd or zip.

What a file is, its first bytes say, not its name. It is read whole: a million rows of text take up
to 400 MB while they are imported, Parquet half of that.
"""

import hashlib
import io
import json
import re
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

import pyarrow as pa
import pyarrow.ipc as pa_ipc
import pyarrow.parquet as pq

from traider.domain.errors import DataError
from traider.store.kinds import IntArray
from traider.store.text_tables import MalformedLine, parse_text

_GZIP: Final = b"\x1f\x8b"
_ZSTD: Final = b"\x28\xb5\x2f\xfd"
_ZIP: Final = b"PK\x03\x04"
_PARQUET: Final = b"PAR1"
_ARROW: Final = b"ARROW1"
_OLD_FEATHER: Final = b"FEA1"
_HEAD_BYTES: Final = 65_536
_SNIFFED_BYTES: Final = 1 << 20
_BINANCE_CAPTURE: Final = re.compile(r"BINANCE-(SPOT|USDM)-[^.]+\.txt(\.gz|\.zst)?$", re.IGNORECASE)
_HEAD_LINES: Final = 5
_SUFFIXES: Final = frozenset(
    (".gz", ".zst", ".zip", ".csv", ".tsv", ".txt", ".parquet", ".pq", ".feather", ".arrow", ".ipc")
)


@dataclass(frozen=True)
class Source:
    """A file as it is: columns and cells unchanged, each row with its place."""

    path: Path
    format: str
    table: pa.Table
    lines: IntArray | None
    """Line of each row of a text; None for files without lines."""
    has_header: bool
    malformed: tuple[MalformedLine, ...]
    digest: str
    """SHA-256 of the file, in hex."""

    @property
    def rows(self) -> int:
        """Rows read, malformed lines among them."""
        return self.table.num_rows + len(self.malformed)

    def place(self, row: int) -> str:
        """Return where a row stands: its line in a text, its number from 0 elsewhere."""
        return f"row {row}" if self.lines is None else f"line {self.lines[row]}"


def plain_stem(path: Path) -> str:
    """Return the file's name without the endings of formats and compressions."""
    name = path.name
    while Path(name).suffix.lower() in _SUFFIXES:
        name = Path(name).stem
    return name


def open_source(path: Path) -> Source:
    """Read a file.

    Raises:
        DataError: it is missing, damaged, a folder, a raw capture or of no known format.
    """
    where = str(path)
    data = _bytes_of(path)
    digest = hashlib.sha256(data).hexdigest()
    data = _unpacked(data, where)
    if not data:
        raise DataError("is empty", where=where, fix="export it again")
    if data.startswith((_PARQUET, _ARROW, _OLD_FEATHER)):
        table = _binary_table(data, where)
        name = "parquet" if data.startswith(_PARQUET) else "feather"
        return Source(path, name, table, None, has_header=True, malformed=(), digest=digest)
    _refuse_capture(data, where)
    text = parse_text(data, where)
    return Source(path, "csv", text.table, text.lines, text.has_header, text.malformed, digest)


def _bytes_of(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise DataError("there is no such file", where=str(path), fix="check the path") from None
    except IsADirectoryError:
        raise DataError(
            "is a folder", where=str(path), fix=f"name its files, {path}/* for example"
        ) from None
    except OSError as fault:
        raise DataError(
            f"cannot be read: {fault.strerror}", where=str(path), fix="check its permissions"
        ) from fault


def _unpacked(data: bytes, where: str) -> bytes:
    if data.startswith(_ZIP):
        return _zip_member(data, where)
    codec: Literal["gzip", "zstd"] | None
    codec = "gzip" if data.startswith(_GZIP) else "zstd" if data.startswith(_ZSTD) else None
    if codec is None:
        return data
    try:
        with pa.CompressedInputStream(pa.BufferReader(data), codec) as stream:
            return bytes(stream.read())
    except (OSError, pa.ArrowException) as fault:
        raise DataError(
            f"is damaged inside its {codec} packing: {fault}", where=where, fix="fetch it again"
        ) from fault


def _zip_member(data: bytes, where: str) -> bytes:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = [entry for entry in archive.infolist() if not entry.is_dir()]
            if len(members) != 1:
                raise DataError(
                    f"holds {len(members)} files", where=where, fix="unpack it and name its files"
                )
            return archive.read(members[0])
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError) as fault:
        raise DataError(
            f"is damaged inside its zip packing: {fault}", where=where, fix="fetch it again"
        ) from fault


def _binary_table(data: bytes, where: str) -> pa.Table:
    try:
        if data.startswith(_PARQUET):
            table = pq.ParquetFile(pa.BufferReader(data)).read()
        elif data.startswith(_OLD_FEATHER):
            raise pa.ArrowInvalid("Feather version 1 is not read any more")
        else:
            table = pa_ipc.open_file(pa.BufferReader(data)).read_all()
    except (pa.ArrowException, OSError) as fault:
        name = "Parquet" if data.startswith(_PARQUET) else "Feather"
        raise DataError(
            f"cannot be read as {name}: {fault}", where=where, fix="export it again"
        ) from fault
    twice = sorted({name for name in table.column_names if table.column_names.count(name) > 1})
    if twice:
        raise DataError(
            f"has several columns called {', '.join(twice)}", where=where, fix="rename them"
        )
    return table.combine_chunks()


def refuse_raw_capture(path: Path) -> None:
    """Refuse a file that begins with recorded messages, packed or not; pass over any other.

    Raises:
        DataError: says which captures can be used.
    """
    try:
        with path.open("rb") as file:
            data = file.read(_SNIFFED_BYTES)
        codec: Literal["gzip", "zstd"] | None
        codec = "gzip" if data.startswith(_GZIP) else "zstd" if data.startswith(_ZSTD) else None
        if codec is not None:
            with pa.CompressedInputStream(pa.OSFile(str(path), "rb"), codec) as stream:
                data = bytes(stream.read(_SNIFFED_BYTES))
    except (OSError, pa.ArrowException):
        return
    _refuse_capture(data, str(path))


def _refuse_capture(data: bytes, where: str) -> None:
    """Refuse recorded messages (a line is JSON, or a time and JSON) and other JSON."""
    lines = data[:_HEAD_BYTES].split(b"\n")[:_HEAD_LINES]
    # A line may be longer than the head that is looked at, so the first one is taken whole.
    lines[0] = data.partition(b"\n")[0]
    if not any(map(_is_message, lines)):
        return
    if data[len(lines[0]) :].strip():
        raise DataError(
            "is a raw capture of a venue's messages, not a table",
            where=where,
            fix=f"back-test on it as it is: traider backtest --data {where}"
            if _BINANCE_CAPTURE.match(Path(where).name)
            else "no command reads it yet: back-tests take captures of Binance alone, named "
            "BINANCE-SPOT-<symbol>.txt.zst or BINANCE-USDM-<symbol>.txt.zst",
        )
    raise DataError("is JSON, not a table", where=where, fix="write it as CSV or Parquet")


def _is_message(line: bytes) -> bool:
    """Whether a line is JSON, with or without the time it was received at before it."""
    stamp, _, message = line.strip().partition(b" ")
    has_stamp = stamp.rstrip(b":").replace(b".", b"").isdigit()
    body = message if has_stamp else line.strip()
    if not body.startswith((b"{", b"[")):
        return False
    try:
        json.loads(body)
    except ValueError:
        return False
    return True
