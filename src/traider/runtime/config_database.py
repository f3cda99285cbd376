"""The table [database]: where tables are kept, and where research reads."""

from typing import Final
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from pydantic import Secret

from traider.runtime.config_sections import Section

HIDDEN: Final = "***"
_SECRETS: Final = frozenset({"password", "passfile", "sslpassword"})


class DatabaseUrl(Secret[str]):
    """An address that is printed with its password hidden, wherever it is printed."""

    def _display(self) -> str:
        """Return the address without its secrets."""
        return shown_url(self.get_secret_value())


class DatabaseConfig(Section):
    """Where tables are kept: an SQLite file, or a PostgreSQL server."""

    url: DatabaseUrl = DatabaseUrl("sqlite:///data/traider.db")
    """Address of the database: sqlite:///FILE or postgresql://USER:PASSWORD@HOST:PORT/NAME; best
    given as TRAIDER_DATABASE__URL, since it holds a password."""
    replica_url: DatabaseUrl = DatabaseUrl("")
    """Address of a read replica that research reads from; the database itself when empty."""


def shown_url(text: str) -> str:
    """Return an address with its password and the secrets among its options hidden."""
    try:
        parts = urlsplit(text)
    except ValueError:
        return HIDDEN
    account, at, place = parts.netloc.rpartition("@")
    user, colon, _ = account.partition(":")
    netloc = f"{user}{colon}{HIDDEN}{at}{place}" if colon else parts.netloc
    options = [
        (name, HIDDEN if name in _SECRETS else value) for name, value in parse_qsl(parts.query)
    ]
    return urlunsplit(
        (parts.scheme, netloc, parts.path, urlencode(options, safe="*/"), parts.fragment)
    )
