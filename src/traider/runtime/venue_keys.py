"""The key that signs orders: from the environment, or from the file that the settings name.

The environment counts first. A file is what Coinbase gives for download, ``{"name",
"privateKey"}``, and nobody but its owner may read it. A key is never printed.
"""

import os
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import msgspec

from traider.domain.errors import ConfigError
from traider.runtime.config import Config
from traider.venues.coinbase.token import ApiKey

KEY_NAME: Final = "TRAIDER_COINBASE_KEY_NAME"
KEY_SECRET: Final = "TRAIDER_COINBASE_KEY_SECRET"  # noqa: S105 - a variable's name
KEY_VARIABLES: Final = (KEY_NAME, KEY_SECRET)
"""What a process without a key must not have in its environment."""
_LOOPBACK: Final = frozenset({"127.0.0.1", "::1", "localhost"})
_OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO


class _KeyFile(msgspec.Struct, frozen=True, rename="camel"):
    name: str
    private_key: str

    def __repr__(self) -> str:
        """Name the key without its secret."""
        return f"_KeyFile({self.name!r})"


@dataclass(frozen=True)
class FoundKey:
    """A key and where it was found."""

    key: ApiKey
    place: str


def find_key(config: Config) -> FoundKey | None:
    """Return the key for orders; None when there is none.

    Raises:
        ConfigError: it is half given, cannot be read, or others may read its file.
    """
    name, secret = (os.environ.get(each, "") for each in KEY_VARIABLES)
    if name or secret:
        if not (name and secret):
            raise ConfigError(
                "only a half of the key is given",
                where="environment",
                fix=f"set both {KEY_NAME} and {KEY_SECRET}",
            )
        return FoundKey(ApiKey.read(name, secret), "environment")
    path = config.venues.coinbase.key_file
    return None if path is None else FoundKey(_key_of(path), str(path))


def is_local(rest_url: str) -> bool:
    """Whether an address is of this machine, where only a local exchange can answer."""
    return urlsplit(rest_url).hostname in _LOOPBACK


def _key_of(path: Path) -> ApiKey:
    """Return the key of a file.

    Raises:
        ConfigError: it cannot be read, is something else, or is open to others.
    """
    try:
        if path.stat().st_mode & _OTHERS:
            raise ConfigError(
                "others than its owner may read the key", where=str(path), fix=f"chmod 600 {path}"
            )
        found = msgspec.json.decode(path.read_bytes(), type=_KeyFile)
    except OSError as fault:
        raise ConfigError(
            f"the key cannot be read: {fault.strerror}",
            where=str(path),
            fix="name the downloaded file in venues.coinbase.key_file",
        ) from None
    except msgspec.DecodeError:
        raise ConfigError(
            "holds no key",
            where=str(path),
            fix='give it as it was downloaded: {"name": …, "privateKey": …}',
        ) from None
    return ApiKey.read(found.name, found.private_key)
