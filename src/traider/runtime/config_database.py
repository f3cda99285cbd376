"""The table [database]: where tables are kept, and where research reads."""

import re
from typing import Final
from urllib.parse import unquote_plus

from pydantic import Secret

from traider.runtime.config_sections import Section

HIDDEN: Final = "***"
_SECRETS: Final = frozenset({"password", "passfile", "sslpassword"})
_PASSWORD: Final = re.compile(r"^((?:[^:/@]*://)?[^:/@]*):(?!//).*@", re.DOTALL)
_OPTION: Final = re.compile(r"([?&])([^=&?]*)=([^&]*)")


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
    """Return an address with its password and the secrets among its options hidden.

    Nothing is taken to be written well: whatever stands between the user and the last ``@`` is
    hidden, so that of a password with an ``@``, a slash or a ``#`` no part is seen.
    """
    return _PASSWORD.sub(rf"\1:{HIDDEN}@", _OPTION.sub(_without_secret, text))


def _without_secret(option: re.Match[str]) -> str:
    mark, name, _ = option.groups()
    return f"{mark}{name}={HIDDEN}" if unquote_plus(name) in _SECRETS else option.group()
