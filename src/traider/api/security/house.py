"""Everything that is kept about who may come in, opened when it is first asked for."""

import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from threading import Lock
from typing import Final

from sqlalchemy import Engine

from traider.api.security.answered import AnsweredTable
from traider.api.security.approvals import ApprovalTable
from traider.api.security.digests import digest_of
from traider.api.security.failures import FailureTable
from traider.api.security.passwords import Passwords, light_passwords
from traider.api.security.preferences import PreferenceTable
from traider.api.security.remembering import Remembered, forget_at_changes
from traider.api.security.sealing import Sealer, open_sealer
from traider.api.security.sessions import KeptSession, SessionTable
from traider.api.security.terms import AccessTerms
from traider.api.security.tokens import KeptToken, TokenTable
from traider.api.security.users import UserTable
from traider.compliance.actions import Action, record_action
from traider.domain.errors import DatabaseError
from traider.store.tables import DatabaseAddress, open_engine, upgrade

PEOPLE_FILE: Final = "people.sqlite"
"""In the state folder, where no server keeps people."""
_OURS_ALONE: Final = 0o600


@dataclass(frozen=True)
class HousePlace:
    """Where people are kept, and what they do is told."""

    state: Path
    """State folder of the run."""
    database_url: str = ""
    """A server that keeps people; a file of the state folder where it is empty, or a file."""

    @property
    def address(self) -> DatabaseAddress:
        """Where the tables are."""
        if self.database_url:
            address = DatabaseAddress.parse(self.database_url)
            if not address.is_sqlite:
                return address
        return DatabaseAddress.parse(f"sqlite:///{self.state.absolute() / PEOPLE_FILE}")


class House:
    """People, sessions and tokens of one run; thread-safe."""

    def __init__(
        self,
        place: HousePlace,
        terms: AccessTerms,
        is_live: Callable[[], bool],
        now_ns: Callable[[], int] = time.time_ns,
    ) -> None:
        """Make the house; nothing is opened yet.

        Args:
            place: where things are kept.
            terms: how long they last.
            is_live: whether the trader trades real money now; asked for each dangerous request.
            now_ns: tells the time, ns UTC.
        """
        self.place = place
        self.terms = terms
        self.is_live = is_live
        self.now_ns = now_ns
        self.origins = terms.origins
        self.light = light_passwords()
        """Digests of recovery codes."""
        self._lock = Lock()
        self._engine: Engine | None = None
        self._seen_sessions: Remembered[KeptSession] = Remembered(now_ns)
        self._seen_tokens: Remembered[KeptToken] = Remembered(now_ns)
        self._sealer: Sealer | None = None

    @property
    def engine(self) -> Engine:
        """The database, with its tables made.

        Raises:
            DatabaseError: it cannot be reached or made.
        """
        with self._lock:
            if self._engine is None:
                self._engine = _opened(self.place.address)
                forget_at_changes(self._engine, self._forget)
            return self._engine

    @property
    def sealer(self) -> Sealer:
        """What encrypts second factors.

        Raises:
            ConfigError: its key cannot be used.
        """
        with self._lock:
            if self._sealer is None:
                self._sealer = open_sealer(self.place.state)
            return self._sealer

    @cached_property
    def passwords(self) -> Passwords:
        """Digests of passwords."""
        return Passwords()

    @property
    def failures(self) -> FailureTable:
        """Wrong logins."""
        return FailureTable(self.engine, self.terms, self.now_ns)

    @property
    def users(self) -> UserTable:
        """People."""
        return UserTable(self.engine, self.now_ns)

    @property
    def answered(self) -> AnsweredTable:
        """Requests that move money, by their keys."""
        return AnsweredTable(self.engine, self.now_ns)

    @property
    def approvals(self) -> ApprovalTable:
        """Requests that wait for a second person."""
        return ApprovalTable(self.engine, self.terms, self.now_ns)

    @property
    def sessions(self) -> SessionTable:
        """Sessions of browsers."""
        return SessionTable(self.engine, self.terms, self.now_ns)

    def session_of(self, secret: str, *, only_reads: bool = False) -> KeptSession | None:
        """Return what ``sessions.find`` does, or did within the last second."""
        key = f"{only_reads}:{digest_of(secret)}"
        return self._seen_sessions.get(
            key, lambda: self.sessions.find(secret, only_reads=only_reads)
        )

    def token_of(self, secret: str) -> KeptToken | None:
        """Return what ``tokens.find`` does, or did within the last second."""
        return self._seen_tokens.get(digest_of(secret), lambda: self.tokens.find(secret))

    @property
    def preferences(self) -> PreferenceTable:
        """What people choose for themselves."""
        return PreferenceTable(self.engine, self.now_ns)

    @property
    def tokens(self) -> TokenTable:
        """Tokens of programs."""
        return TokenTable(self.engine, self.terms, self.now_ns)

    def _forget(self) -> None:
        self._seen_sessions.forget()
        self._seen_tokens.forget()

    def tell(self, actor: str, action: str, about: str, **payload: object) -> None:
        """Keep in the audit that ``actor`` did ``action``; never with a secret in it.

        Raises:
            UsageError: the audit cannot be written; what was to be done is then not done.
        """
        record_action(
            self.place.state / "audit", Action(actor, action, about, payload), self.now_ns()
        )

    def close(self) -> None:
        """Close the database; it opens anew when it is asked for again."""
        with self._lock:
            if self._engine is not None:
                self._engine.dispose()
                self._engine = None


def _opened(address: DatabaseAddress) -> Engine:
    if address.is_sqlite:
        _keep_to_us(address.file)
    engine = open_engine(address)
    upgrade(engine)
    return engine


def _keep_to_us(file: Path) -> None:
    """Make the file, for nobody else to read; SQLite gives its log the same rights."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        os.close(os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, _OURS_ALONE))
        file.chmod(_OURS_ALONE)
    except OSError as fault:
        raise DatabaseError(
            f"people cannot be kept: {fault.strerror}", where=str(file), fix="make room there"
        ) from fault
