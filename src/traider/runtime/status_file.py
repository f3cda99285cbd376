"""The last status of a trader in its state folder, for when no process can be asked.

It is a convenience, not a source: books are in the journal. It is written whole and renamed, so
that a reader never sees half of one, and it is not forced to the disk.
"""

from pathlib import Path
from typing import Final

import msgspec

from traider.domain.errors import DataError
from traider.runtime.status_body import StatusBody

STATUS_FILE: Final = "status.json"
"""In the state folder."""


def write_status(folder: Path, body: StatusBody) -> None:
    """Keep ``body`` as the last status."""
    part = folder / f"{STATUS_FILE}.part"
    part.write_bytes(msgspec.json.encode(body))
    part.replace(folder / STATUS_FILE)


def read_status(folder: Path) -> StatusBody | None:
    """Return the last status; None where none was kept.

    Raises:
        DataError: the file cannot be read, or is of another version.
    """
    path = folder / STATUS_FILE
    try:
        return msgspec.json.decode(path.read_bytes(), type=StatusBody)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, msgspec.DecodeError) as fault:
        raise DataError(
            f"the last status cannot be read ({fault})",
            where=str(path),
            fix="remove the file; the books are in the journal",
        ) from None
