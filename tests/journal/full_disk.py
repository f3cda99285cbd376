"""Write a journal until the disk refuses, and print what became of it as JSON.

``python -m tests.journal.full_disk FOLDER full|limit|readonly``: the folder lies on a small disk,
or the size of files is limited here, or the folder's disk is made read-only half-way.
"""

import json
import resource
import subprocess
import sys
from pathlib import Path

from tests.journal.journals import all_events, some_events
from traider.domain.errors import TraiderError
from traider.journal import JournalTerms, JournalWriter
from traider.journal.verifying import verify_journal

FILE_BYTES = 300_000
TERMS = JournalTerms(segment_bytes=200_000)


def fill(folder: Path) -> dict[str, object]:
    """Write until the disk refuses."""
    told: dict[str, object] = {}
    with JournalWriter.open(folder, terms=TERMS) as journal:
        acknowledged = 0
        try:
            for _ in range(10_000):
                journal.append(some_events(150, journal.sequence))
                acknowledged = journal.sequence
                journal.append_fact("note", b"x" * 3_000)
        except TraiderError as error:
            told["error"] = error.line()
        try:
            journal.append(some_events(1, acknowledged))
        except TraiderError as error:
            told["again"] = error.line()
    return {**told, "acknowledged": acknowledged}


def look(folder: Path) -> dict[str, object]:
    """Read back what is there."""
    found = all_events(folder)
    return {
        "events": len(found),
        "equal": found.tobytes() == some_events(len(found)).tobytes(),
        "faults": [fault.kind.value for fault in verify_journal(folder).faults],
    }


def resume(folder: Path) -> dict[str, object]:
    """Open the journal once more."""
    try:
        with JournalWriter.open(folder, terms=TERMS) as journal:
            return {"resumed": journal.sequence}
    except TraiderError as error:
        return {"refused": error.line()}


def main(folder: Path, how: str) -> dict[str, object]:
    """Do what is asked and return what came of it."""
    if how == "limit":
        resource.setrlimit(resource.RLIMIT_FSIZE, (FILE_BYTES // 2, FILE_BYTES))
    told = fill(folder)
    if how == "limit":
        resource.setrlimit(resource.RLIMIT_FSIZE, (FILE_BYTES, FILE_BYTES))
    if how == "readonly":
        command = ["mount", "-o", "remount,ro", str(folder.parent)]
        subprocess.run(command, check=True)
    if how == "full":
        (folder.parent / "ballast").unlink()
    return {**told, **look(folder), **resume(folder)}


if __name__ == "__main__":
    print(json.dumps(main(Path(sys.argv[1]), sys.argv[2])))  # noqa: T201 - told to the test
