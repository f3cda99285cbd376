"""Definitions as JSON files by hash, beside the store whose series carry it in their names."""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from traider.domain.errors import DataError, UsageError
from traider.features.definition import (
    SHORT_HASH,
    Definition,
    canonical,
    feature_hash,
    read_definition,
)

FOLDER_NAME: Final = "_definitions"
_ENDING: Final = ".json"


class DefinitionFolder:
    """The definitions of a feature store.

    A file is written whole or not at all, and checked against its name when it is read.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @classmethod
    def of_lake(cls, lake: Path) -> "DefinitionFolder":
        """Return the folder that stands inside a lake."""
        return cls(lake / FOLDER_NAME)

    def keep(self, definition: Definition) -> str:
        """Keep a definition and return its hash.

        Raises:
            DataError: the folder cannot be written.
        """
        digest = feature_hash(definition)
        path = self.folder / f"{digest}{_ENDING}"
        if path.is_file():
            return digest
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile(
                dir=self.folder, prefix=".", suffix=_ENDING, delete=False
            ) as file:
                file.write(canonical(definition).encode())
                file.flush()
                os.fsync(file.fileno())
            Path(file.name).replace(path)
        except OSError as fault:
            raise DataError(
                f"cannot be written: {fault.strerror}",
                where=str(self.folder),
                fix="choose another store",
            ) from fault
        return digest

    def find(self, start: str) -> Definition:
        """Return the definition whose hash begins with ``start``.

        Raises:
            UsageError: none does, or several.
            DataError: its file is damaged.
        """
        found = [digest for digest in self.hashes() if digest.startswith(start)]
        if len(found) != 1 or not start:
            raise UsageError(
                f"{len(found) or 'no'} definitions begin with {start!r}",
                where=str(self.folder),
                fix="see traider features list",
            )
        return self._read(found[0])

    def known(self, short: str) -> Definition | None:
        """Return the definition that a series' name tells of, None where its file is not there.

        Raises:
            DataError: its file is damaged.
        """
        found = [digest for digest in self.hashes() if digest.startswith(short)]
        return self._read(found[0]) if len(found) == 1 and len(short) >= SHORT_HASH else None

    def hashes(self) -> Iterator[str]:
        """Yield the hashes there are, in order."""
        for path in sorted(self.folder.glob(f"*{_ENDING}")):
            if not path.name.startswith("."):
                yield path.name.removesuffix(_ENDING)

    def _read(self, digest: str) -> Definition:
        path = self.folder / f"{digest}{_ENDING}"
        try:
            text = path.read_text(encoding="ascii")
        except (OSError, ValueError) as fault:
            raise DataError("cannot be read", where=str(path), fix="remove it") from fault
        definition = read_definition(text, str(path))
        if feature_hash(definition) != digest:
            raise DataError(
                "does not have the hash it is named by",
                where=str(path),
                fix="it was changed, or is of another version: compute the features again",
            )
        return definition
