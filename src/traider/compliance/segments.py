"""The files of an audit's folder: their names, and which of them there are.

audit-000000.jsonl   records, a line each; the next file begins when this one is full
head                 the last record that was forced onto the disk: number and hash; -1 of none yet
anchors.jsonl        signed digests of ends that the chain had
actions.jsonl        what people did elsewhere, before the chain took it up
lock                 held by the process that writes
"""

import json
import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from traider.domain.errors import DataError, UsageError

HEAD: Final = "head"
MANIFEST: Final = "manifest.json"
"""List of the files of a copy, with the end of the chain."""
LOCK: Final = "lock"
_NAME: Final = re.compile(r"audit-(\d{6,9})\.jsonl")


@dataclass(frozen=True)
class ChainHead:
    """An end that the chain had."""

    seq: int
    hash: str


def segment_path(folder: Path, number: int) -> Path:
    """Return where the records of a segment lie, or would lie."""
    return folder / f"audit-{number:06}.jsonl"


def list_segments(folder: Path) -> dict[int, Path]:
    """Return the files of records that are there, by number.

    Raises:
        UsageError: the folder holds no audit, or cannot be read.
    """
    try:
        names = sorted(path.name for path in folder.iterdir())
    except OSError as fault:
        raise UsageError(
            f"the audit cannot be read: {fault.strerror}",
            where=str(folder),
            fix="name the --state folder of traider run",
        ) from fault
    found = {int(match[1]): folder / match[0] for match in map(_NAME.fullmatch, names) if match}
    if not found:
        raise UsageError(
            "there is no audit here",
            where=str(folder),
            fix="name the --state folder of traider run; traider audit update makes an audit",
        )
    return dict(sorted(found.items()))


def audit_folder(folder: Path) -> Path:
    """Return the folder of the audit, of which a run's state folder may have been named."""
    below = folder / "audit"
    return below if below.is_dir() else folder


def read_head(folder: Path) -> ChainHead | None:
    """Return the end that was noted last; None where none was.

    Raises:
        DataError: what is noted cannot be read.
    """
    path = folder / HEAD
    try:
        body = json.loads(path.read_bytes())
        return ChainHead(int(body["seq"]), str(body["hash"]))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError) as fault:
        raise DataError(
            "the noted end of the audit cannot be read", where=str(path), fix="restore it"
        ) from fault


def is_copy(folder: Path) -> bool:
    """Return whether a folder is what an export made: files of the chain, and a list of them."""
    return (folder / MANIFEST).is_file() and not (folder / HEAD).exists()


def noted_elsewhere(folder: Path) -> ChainHead | None:
    """Return the end that the list of a copy names; None where the folder is no copy.

    Raises:
        DataError: the list cannot be read.
    """
    path = folder / MANIFEST
    try:
        body = json.loads(path.read_bytes())["head"]
        return None if body is None else ChainHead(int(body["seq"]), str(body["hash"]))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError) as fault:
        raise DataError(
            "the list of the copy cannot be read", where=str(path), fix="copy it again"
        ) from fault


def write_head(folder: Path, head: ChainHead) -> None:
    """Note an end, whole or not at all; what is noted is on the disk already.

    Raises:
        OSError: the disk refuses.
    """
    path = folder / HEAD
    fresh = path.with_suffix(".part")
    with fresh.open("w", encoding="ascii") as file:
        file.write(json.dumps({"hash": head.hash, "seq": head.seq}) + "\n")
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
