"""Secrets that must be read again: encrypted, under a key that is not beside them in the tables.

The key is 32 random bytes in ``people.key`` of the state folder, for nobody else to read, or in
``TRAIDER_PEOPLE_KEY`` where several machines share the tables.
"""

import os
import secrets
from pathlib import Path
from typing import Final

from cryptography.fernet import Fernet, InvalidToken

from traider.domain.errors import ConfigError, DataError

KEY_FILE: Final = "people.key"
KEY_VARIABLE: Final = "TRAIDER_PEOPLE_KEY"
_FIX: Final = "make one with: openssl rand -base64 32 | tr '+/' '-_'"


class Sealer:
    """Encrypt and decrypt short texts."""

    def __init__(self, key: bytes, where: str) -> None:
        """Use ``key``, 32 bytes in URL-safe base64.

        Raises:
            ConfigError: it is no such key.
        """
        self._where = where
        try:
            self._fernet = Fernet(key)
        except ValueError:
            raise ConfigError("this is no key", where=where, fix=_FIX) from None

    def seal(self, text: str, now_ns: int) -> str:
        """Return ``text`` encrypted, with the time inside."""
        return self._fernet.encrypt_at_time(text.encode(), now_ns // 1_000_000_000).decode()

    def open(self, sealed: str) -> str:
        """Return what was sealed.

        Raises:
            DataError: it was sealed with another key, or changed.
        """
        try:
            return self._fernet.decrypt(sealed.encode()).decode()
        except InvalidToken:
            raise DataError(
                "a second factor was sealed with another key",
                where=self._where,
                fix="restore the key, or take the factor away: traider users password NAME",
            ) from None

    def open_young(self, sealed: str, age_ns_max: int, now_ns: int) -> str | None:
        """Return what was sealed not long ago; None where it is too old or was changed."""
        try:
            second = 1_000_000_000
            plain = self._fernet.decrypt_at_time(
                sealed.encode(), age_ns_max // second, now_ns // second
            )
        except InvalidToken:
            return None
        return plain.decode()


def open_sealer(state: Path) -> Sealer:
    """Return the sealer of a run: its key is made when there is none.

    Raises:
        ConfigError: the key is none, or cannot be made.
    """
    told = os.environ.get(KEY_VARIABLE, "")
    if told:
        return Sealer(told.encode(), KEY_VARIABLE)
    path = state / KEY_FILE
    try:
        if not path.exists():
            _make_key(path)
        if path.stat().st_mode & 0o077:
            raise ConfigError("others can read the key", where=str(path), fix=f"chmod 600 {path}")
        return Sealer(path.read_bytes().strip(), str(path))
    except OSError as fault:
        raise ConfigError(
            f"the key cannot be used: {fault.strerror}", where=str(path), fix="mend the folder"
        ) from fault


def _make_key(path: Path) -> None:
    """Make a key whole or not at all; of two processes that do, one wins."""
    path.parent.mkdir(parents=True, exist_ok=True)
    half = path.with_suffix(f".{secrets.token_hex(4)}")
    descriptor = os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(Fernet.generate_key())
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(half, path)
    except FileExistsError:
        return
    finally:
        half.unlink()
