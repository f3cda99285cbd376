"""Where a database is: an address of SQLAlchemy's form, printed without its secrets.

``sqlite:///data/traider.db`` names a file; ``postgresql://user:password@host:5432/name`` a server,
with or without a driver (``postgresql+psycopg://``), as ``postgres://`` too.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self
from urllib.parse import quote_plus

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from traider.domain.errors import UsageError

DEFAULT_URL: Final = "sqlite:///data/traider.db"
HIDDEN: Final = "***"

_POSTGRES: Final = frozenset({"postgres", "postgresql", "postgresql+psycopg"})
_SECRETS: Final = frozenset({"password", "passfile", "sslpassword"})
_FIX: Final = "write sqlite:///FILE or postgresql://USER:PASSWORD@HOST:PORT/NAME"


def _unreadable() -> UsageError:
    return UsageError(
        "the address of the database cannot be read",
        fix=f"{_FIX}; write %40 for an @ within the password",
    )


@dataclass(frozen=True)
class DatabaseAddress:
    """A database's address, with the password inside and out of sight."""

    url: URL

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the address that ``text`` spells.

        Raises:
            UsageError: it is no address, of another database, or of one in memory. The text itself
                is not repeated, since it may hold a password.
        """
        try:
            url = make_url(text)
        except (ArgumentError, ValueError):
            raise _unreadable() from None
        if url.drivername in _POSTGRES:
            if "@" in (url.host or "") or text.partition("?")[0].count("@") > 1:
                # What is behind the first @ of a password would be taken for the host, and shown.
                raise _unreadable()
            return cls(url.set(drivername="postgresql+psycopg"))
        if url.drivername not in {"sqlite", "sqlite+pysqlite"}:
            raise UsageError(f"{url.drivername} is no database that is known here", fix=_FIX)
        if url.database in {None, "", ":memory:"} or url.host or url.query:
            raise UsageError("an SQLite database needs a file", fix="write sqlite:///FILE")
        return cls(url.set(drivername="sqlite"))

    @property
    def is_sqlite(self) -> bool:
        """Whether it is a file, not a server."""
        return self.url.drivername == "sqlite"

    @property
    def file(self) -> Path:
        """The file of an SQLite database."""
        return Path(self.url.database or "")

    def __str__(self) -> str:
        """Return the address with every password hidden."""
        shown = {
            name: HIDDEN if name in _SECRETS else value for name, value in self.url.query.items()
        }
        text = self.url.set(query=shown).render_as_string(hide_password=True)
        return text.replace(quote_plus(HIDDEN), HIDDEN)

    def __repr__(self) -> str:
        """Return the same: an address is printed in more ways than one."""
        return f"DatabaseAddress({self})"
