"""How much memory a process has, its own apart from pages of files.

Pages of libraries and machine code are the kernel's to drop and to read again: what a process holds
on to, and could hold more and more of, is its own alone.
"""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

_KIB_PER_MIB: Final = 1024


@dataclass(frozen=True)
class ProcessMemory:
    """What of a process is in memory, in MiB."""

    own: float
    """Anonymous memory, and what is shared with other processes without a file."""
    files: float
    """Pages of files."""

    @property
    def resident(self) -> float:
        """Both: what ``ps`` calls RSS."""
        return self.own + self.files

    @classmethod
    def of(cls, pid: int | None = None) -> Self:
        """Return that of a process, by default of this one.

        Raises:
            OSError: there is no such process.
        """
        lines = Path(f"/proc/{pid or os.getpid()}/status").read_text(encoding="ascii").splitlines()
        told = dict(line.split(":", 1) for line in lines if line.startswith("Rss"))
        kib = {name: int(value.split()[0]) for name, value in told.items()}
        own, files = kib["RssAnon"] + kib["RssShmem"], kib["RssFile"]
        return cls(own / _KIB_PER_MIB, files / _KIB_PER_MIB)
