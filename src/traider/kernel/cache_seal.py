"""Notice damaged files of compiled code before numba loads them.

Numba trusts what it finds. A file cut short by a power failure raises from deep within, and machine
code with a wrong byte crashes the process. So each file's checksum is written down once the kernel
is compiled; a file that differs is removed at the next start, and its function compiled anew.
"""

import json
import os
import zlib
from contextlib import suppress
from pathlib import Path
from typing import Final

_SEALS: Final = "seals.json"
_ENDINGS: Final = (".nbi", ".nbc")


def seal(folder: Path) -> None:
    """Write down the checksums of all files of compiled code; without room for it, none."""
    seals = {path.relative_to(folder).as_posix(): _checksum(path) for path in _files(folder)}
    written = folder / f"{_SEALS}.{os.getpid()}"
    with suppress(OSError):
        written.write_text(json.dumps(seals), encoding="ascii")
        written.replace(folder / _SEALS)
    with suppress(OSError):
        written.unlink(missing_ok=True)


def discard_damaged(folder: Path) -> tuple[Path, ...]:
    """Remove and return the files that are empty, or not what was sealed.

    Files that are not sealed yet belong to a start that was ended, or that is under way.
    """
    try:
        seals = json.loads((folder / _SEALS).read_text(encoding="ascii"))
    except (OSError, ValueError):
        seals = {}
    if not isinstance(seals, dict):
        seals = {}
    damaged = []
    for path in _files(folder):
        found = _checksum(path)
        if found == 0 or seals.get(path.relative_to(folder).as_posix(), found) != found:
            with suppress(OSError):
                path.unlink()
            damaged.append(path)
    return tuple(damaged)


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.suffix in _ENDINGS)


def _checksum(path: Path) -> int:
    """Return the CRC-32 of a file; 0 of one that is empty or gone."""
    try:
        return zlib.crc32(path.read_bytes())
    except OSError:
        return 0
