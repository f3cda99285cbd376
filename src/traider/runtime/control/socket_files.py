"""The socket's file: made for its owner alone, put in place at once, however long its path is.

A path of more than some hundred bytes cannot be bound or connected to. On Linux the same file is
then reached through the open folder, as ``/proc/self/fd/N/NAME``.
"""

import contextlib
import os
import socket
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from traider.domain.errors import UsageError

ADDRESS_BYTES_MAX: Final = 103
"""Linux takes 107, others 103."""
_OPEN_FOLDERS: Final = Path("/proc/self/fd")
_CREDENTIALS: Final = struct.Struct("3i")
_BACKLOG: Final = 16


@contextmanager
def short_address(path: Path) -> Iterator[str]:
    """Yield an address of the file ``path`` that the system takes, while the block runs.

    Raises:
        UsageError: its path is too long here.
        OSError: its folder cannot be opened.
    """
    if len(os.fsencode(path)) <= ADDRESS_BYTES_MAX:
        yield str(path)
        return
    if not _OPEN_FOLDERS.is_dir() or len(os.fsencode(path.name)) > ADDRESS_BYTES_MAX // 2:
        raise UsageError(
            f"a socket's path of {len(os.fsencode(path))} bytes",
            where=str(path),
            fix=f"use a state folder with a path of less than {ADDRESS_BYTES_MAX - 20} bytes",
        )
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        yield f"{_OPEN_FOLDERS}/{folder}/{path.name}"
    finally:
        os.close(folder)


def listening_socket(path: Path) -> socket.socket:
    """Return a socket that listens at ``path``, which only its owner may open.

    It takes the place of whatever was there: who holds the lease serves, and a file that a dead or
    a frozen process left must not keep people from controlling the living one.

    Raises:
        UsageError: the path is too long, or nothing can be made there.
    """
    unfinished = path.with_name(f"{path.name}.{os.getpid()}")
    opened = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_CLOEXEC)
    try:
        unfinished.unlink(missing_ok=True)
        with short_address(unfinished) as address:
            opened.bind(address)
        # Nobody gets in between: a socket that is bound and does not listen refuses everyone.
        unfinished.chmod(0o600)
        opened.listen(_BACKLOG)
        opened.setblocking(False)  # noqa: FBT003 - the library's own signature
        unfinished.replace(path)
    except OSError as fault:
        opened.close()
        with contextlib.suppress(OSError):
            unfinished.unlink(missing_ok=True)
        raise UsageError(
            f"no control socket can be made: {fault.strerror}",
            where=str(path),
            fix="use a state folder on a local disk that you may write to",
        ) from fault
    except UsageError:
        opened.close()
        raise
    return opened


def identity_of(path: Path) -> tuple[int, int]:
    """Return which file is at ``path``: device and number; zeros where there is none."""
    try:
        found = path.stat()
    except OSError:
        return 0, 0
    return found.st_dev, found.st_ino


def peer_user(connection: socket.socket) -> int | None:
    """Return the user at the other end; None where the system does not tell."""
    option = getattr(socket, "SO_PEERCRED", None)
    if option is None:
        return None
    raw = connection.getsockopt(socket.SOL_SOCKET, option, _CREDENTIALS.size)
    user: int = _CREDENTIALS.unpack(raw)[1]
    return user


def may_control(connection: socket.socket) -> bool:
    """Whether the user at the other end is this process's own, or root."""
    user = peer_user(connection)
    return user is None or user in (0, os.geteuid())
