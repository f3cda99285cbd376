"""The folder of a run: what was asked for, and where everything of it is kept.

    run.json        what was asked, with which instruments and settings: written once
    run.lock        held by the process that runs; pair.lock by the one that keeps two running
    journal/        every event, its snapshots and facts
    orders/         the gateway's own log
    audit/          who did what, when and why, under a hash chain
    tables.sqlite   orders, fills, positions, for questions in SQL
    people.sqlite   who may come in at the API; people.key seals their second factors
    control.sock    commands and status
    gateway.sock    the gateway, where it is a process of its own
    leader.lock     who leads
    log.jsonl       the log; gateway.log.jsonl, api.log.jsonl and so on of others
    api.json        where the API is served, while it is
    api.series.jsonl  what the run said of itself each few seconds, for the API's charts
    api.scores.jsonl  what the strategy thought at each decision, for the same
    nav/            what the account was worth each second
    reports/        a report of each session
    exchange/       accounts of the local exchange, in the demo

The same request in the same folder goes on where it was; another one is refused.
"""

import fcntl
import os
import platform
import secrets
import time
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

import msgspec
import numba
import numpy as np
from msgspec import Struct

from traider import __version__
from traider.domain.errors import DataError, UsageError
from traider.journal.instruments import JournalInstrument
from traider.kernel import source_digest
from traider.runtime.config import Config
from traider.runtime.config_model import config_digest
from traider.runtime.run_request import RunRequest, check_same, config_from, settings_of
from traider.runtime.status_body import Mode

FORMAT: Final = 1
RUN_LOCK: Final = "run.lock"
"""Held by the process that runs."""
PAIR_LOCK: Final = "pair.lock"
"""Held by the process that keeps a trader and a gateway running."""
GATEWAY_SOCKET: Final = "gateway.sock"
_RUN_ID_BYTES: Final = 4
_LOOK_S: Final = 0.02


class RunInstrument(Struct, frozen=True):
    """An instrument of the run; its number is its place."""

    name: str
    symbol: str
    tick_size: Decimal
    lot_size: Decimal


class _Format(Struct, frozen=True):
    """What every manifest has, whatever its version."""

    format: int


class RunManifest(Struct, frozen=True, kw_only=True):
    """What a run was begun with; never changed afterwards."""

    format: int = FORMAT
    run_id: str
    """Eight hexadecimal digits, drawn at random: the venue knows our orders by them."""
    created_ns: int
    mode: Mode
    venue: str
    products: tuple[str, ...]
    instruments: tuple[RunInstrument, ...]
    settings: dict[str, Any]
    """Everything of the configuration that decides something."""
    digest: str
    """Of the configuration, hexadecimal: the journal's first record has it too."""
    versions: dict[str, str]
    """Of Traider and what its kernel stands on, when the run was begun."""

    def request(self, beside: Config) -> RunRequest:
        """Return what was asked for; what decides nothing is taken from ``beside``."""
        config = config_from(self.settings, beside)
        return RunRequest(self.mode, self.venue, self.products, config)


@dataclass(frozen=True)
class RunPaths:
    """Where the parts of a run are."""

    folder: Path

    @property
    def manifest(self) -> Path:
        """What was asked for."""
        return self.folder / "run.json"

    @property
    def journal(self) -> Path:
        """The trader's journal."""
        return self.folder / "journal"

    @property
    def orders(self) -> Path:
        """The gateway's log."""
        return self.folder / "orders"

    @property
    def tables(self) -> Path:
        """The tables' file."""
        return self.folder / "tables.sqlite"

    @property
    def socket(self) -> Path:
        """The control socket."""
        return self.folder / "control.sock"

    @property
    def gateway_socket(self) -> Path:
        """The gateway's socket, where it is a process of its own."""
        return self.folder / GATEWAY_SOCKET

    @property
    def gateway_log(self) -> Path:
        """The log of a gateway that is a process of its own."""
        return self.folder / "gateway.log.jsonl"

    @property
    def supervisor_log(self) -> Path:
        """The log of the process that keeps trader and gateway running."""
        return self.folder / "supervisor.log.jsonl"

    @property
    def leader(self) -> Path:
        """The leader's lease."""
        return self.folder / "leader.lock"

    @property
    def log(self) -> Path:
        """The log."""
        return self.folder / "log.jsonl"

    @property
    def api_log(self) -> Path:
        """The log of the process that serves the API."""
        return self.folder / "api.log.jsonl"

    @property
    def api_address(self) -> Path:
        """Where the API is served, while it is: ``{"url": …}``."""
        return self.folder / "api.json"

    @property
    def nav(self) -> Path:
        """What the account was worth each second."""
        return self.folder / "nav"

    @property
    def reports(self) -> Path:
        """Reports of sessions."""
        return self.folder / "reports"

    @property
    def exchange(self) -> Path:
        """Accounts of the demo's exchange."""
        return self.folder / "exchange"


class StateFolder:
    """A folder held by this process. A context: left, the folder is free again.

    Raises:
        UsageError: another process runs here, or the folder cannot be written.
    """

    def __init__(self, folder: Path, *, patience_s: float = 0.0) -> None:
        """Take the folder; who took over from another may wait a little for it."""
        self.paths = RunPaths(folder)
        self._lock = _claimed(folder, patience_s)

    def take_up(self, asked: RunRequest) -> RunManifest | None:
        """Return the manifest of the run that is here, if the same is asked for; None for none.

        Raises:
            UsageError: it was begun with something else.
            DataError: the manifest cannot be read, or is of a newer version.
        """
        kept = read_manifest(self.paths.folder)
        if kept is not None:
            check_same(self.paths.folder, kept.request(asked.config), asked)
        return kept

    def begin(
        self, asked: RunRequest, instruments: tuple[JournalInstrument, ...], now_ns: int
    ) -> RunManifest:
        """Write down what a new run is begun with.

        Raises:
            UsageError: the folder holds something else, or cannot be written.
        """
        if self.paths.journal.exists():
            raise UsageError(
                "holds a journal and no run.json",
                where=str(self.paths.folder),
                fix="name another folder with --state",
            )
        manifest = RunManifest(
            run_id=secrets.token_hex(_RUN_ID_BYTES),
            created_ns=now_ns,
            mode=asked.mode,
            venue=asked.venue,
            products=asked.products,
            instruments=tuple(
                RunInstrument(each.name, each.symbol, each.tick_size, each.lot_size)
                for each in instruments
            ),
            settings=settings_of(asked.config),
            digest=config_digest(asked.config).hex(),
            versions=present_versions(),
        )
        _write(self.paths.manifest, msgspec.json.encode(manifest))
        return manifest

    def close(self) -> None:
        """Let the folder go."""
        if self._lock >= 0:
            os.close(self._lock)
            self._lock = -1

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Let the folder go, whatever happened."""
        self.close()


def check_free(folder: Path) -> None:
    """Refuse a folder that another process holds.

    Raises:
        UsageError: one runs there, which may be a trader that another command keeps running.
    """
    for name in (PAIR_LOCK, RUN_LOCK):
        try:
            lock = os.open(folder / name, os.O_RDWR | os.O_CLOEXEC)
        except OSError:
            continue  # nobody ran there, or whoever takes it says why not
        try:
            if not _is_locked(lock, 0.0):
                raise _taken(folder, lock)
        finally:
            os.close(lock)


def claim_pair(folder: Path) -> int:
    """Take a folder for a trader and a gateway that are kept running; return the open lock.

    Each of the two may die and leave its own lock for a moment; this one stays.

    Raises:
        UsageError: another command keeps a pair running there.
    """
    return _claimed(folder, 0.0, PAIR_LOCK)


def present_versions() -> dict[str, str]:
    """Return the versions of Traider, of its kernel's sources, and of what they stand on."""
    return {
        "traider": __version__,
        "kernel": source_digest(),
        "python": platform.python_version(),
        "numpy": np.__version__,
        "numba": numba.__version__,
    }


def read_manifest(folder: Path) -> RunManifest | None:
    """Return what the run in ``folder`` was begun with; None when there is none.

    Raises:
        DataError: it cannot be read, or is of a newer version.
    """
    path = RunPaths(folder).manifest
    try:
        raw = path.read_bytes()
        version = msgspec.json.decode(raw, type=_Format).format
        if version > FORMAT:
            raise DataError(
                f"was begun by a newer Traider (format {version}, known is {FORMAT})",
                where=str(path),
                fix="go on with the version that began it, or a later one",
            )
        return msgspec.json.decode(raw, type=RunManifest)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, msgspec.DecodeError) as fault:
        raise DataError(
            f"cannot be read: {fault}", where=str(path), fix="restore it from a backup"
        ) from fault


def check_instruments(
    manifest: RunManifest, found: tuple[JournalInstrument, ...], folder: Path
) -> None:
    """Refuse to go on with instruments whose numbers or grids changed.

    Raises:
        UsageError: names the first that differs.
    """
    known = [(each.name, each.tick_size, each.lot_size) for each in manifest.instruments]
    now = [(each.name, each.tick_size, each.lot_size) for each in found]
    for one, other in zip(known, now, strict=False):
        if one != other:
            raise UsageError(
                f"the run here was begun with {_said(one)}, the venue now tells {_said(other)}",
                where=str(folder),
                fix="begin anew in another folder with --state",
            )
    if len(known) != len(now):
        raise UsageError(
            f"the run here was begun with {len(known)} instruments, not {len(now)}",
            where=str(folder),
            fix="ask for the same, or name another folder with --state",
        )


def _said(row: tuple[str, Decimal, Decimal]) -> str:
    return f"{row[0]} by {row[1]:f} and {row[2]:f}"


def _claimed(folder: Path, patience_s: float, name: str = RUN_LOCK) -> int:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = os.open(folder / name, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as fault:
        raise UsageError(
            f"cannot be written: {fault.strerror}", where=str(folder), fix="name another folder"
        ) from fault
    if not _is_locked(lock, patience_s):
        taken = _taken(folder, lock)
        os.close(lock)
        raise taken
    os.ftruncate(lock, 0)
    os.pwrite(lock, f"{os.getpid()}\n".encode(), 0)
    return lock


def _taken(folder: Path, lock: int) -> UsageError:
    owner = os.pread(lock, 32, 0).decode(errors="replace").strip()
    return UsageError(
        f"another process runs here{f', pid {owner}' if owner else ''}",
        where=str(folder),
        fix="stop it, watch it with traider status, or name another folder with --state",
    )


def _is_locked(lock: int, patience_s: float) -> bool:
    until = time.monotonic() + patience_s
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= until:
                return False
            time.sleep(_LOOK_S)
        else:
            return True


def _write(path: Path, raw: bytes) -> None:
    """Write a file that is there whole or not at all, also after a loss of power."""
    fresh = path.with_suffix(".new")
    try:
        with fresh.open("wb") as file:
            file.write(raw + b"\n")
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    except OSError as fault:
        raise UsageError(
            f"cannot be written: {fault.strerror}", where=str(path), fix="make room on the disk"
        ) from fault
