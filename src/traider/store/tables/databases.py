"""The two ways into a database: one that writes, and one for research that only reads.

Research asks the read replica where one is set up, so that no long query stands in the way of
trading; without one it asks the same database. Either way it cannot change anything.
"""

from types import TracebackType
from typing import Self

from sqlalchemy import Engine

from traider.store.tables.addresses import DatabaseAddress
from traider.store.tables.engines import open_engine


class Databases:
    """Engines of one database and its replica, opened when they are first asked for."""

    def __init__(self, url: str, replica_url: str = "") -> None:
        """Read both addresses; nothing is connected yet.

        Raises:
            UsageError: an address cannot be read.
        """
        self.address = DatabaseAddress.parse(url)
        self.research_address = DatabaseAddress.parse(replica_url) if replica_url else self.address
        self._write: Engine | None = None
        self._research: Engine | None = None

    def write(self) -> Engine:
        """Return the engine that may change the database."""
        if self._write is None:
            self._write = open_engine(self.address)
        return self._write

    def research(self) -> Engine:
        """Return the engine that only reads, of the replica where there is one.

        What was written a moment ago may not have arrived at a replica yet.
        """
        if self._research is None:
            self._research = open_engine(self.research_address, read_only=True)
        return self._research

    def close(self) -> None:
        """Close every connection; the engines open anew when they are asked for again."""
        for engine in (self._write, self._research):
            if engine is not None:
                engine.dispose()
        self._write = self._research = None

    def __enter__(self) -> Self:
        """Open for the length of a context."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close every connection."""
        self.close()
