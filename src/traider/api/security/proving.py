"""Prove to be somebody: a password, and a code where a second factor is enrolled.

Every way is counted and locked in the same way, takes as long for somebody as for nobody, and is
told in the audit. Few passwords are checked at a time: each takes 64 MiB and a processor.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore, Lock
from typing import Final

from traider.api.problems import NotSignedInError, TooManyRequestsError
from traider.api.security.codes import find_recovery, is_recovery_code, step_of_code
from traider.api.security.house import House
from traider.api.security.refusals import LoginCodeNeededError, PasswordOverError
from traider.api.security.users import KeptUser, Secrets

_WAIT_S: Final = 10.0


class Prover:
    """Checks passwords and codes of a house; thread-safe."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._checking = BoundedSemaphore(house.terms.logins_at_once)
        self._line_max = house.terms.logins_waiting + house.terms.logins_at_once
        self._lock = Lock()
        self.in_line = 0
        """Those who are checked, and those who wait for it."""

    def login(self, name: str, password: str, code: str, address: str) -> tuple[KeptUser, str]:
        """Return who logs in, and how they proved to be there: ``code`` or ``password``.

        Raises:
            NotSignedInError: name, password or code is wrong; it does not say which.
            LoginCodeNeededError: the password is right, and a code is missing.
            PasswordOverError: the password is right, was for one login, and its time is over.
            TooManyRequestsError: the name or the address is locked.
        """
        house = self._house
        small = name.strip().lower()
        with self.turn():
            house.failures.check(small, address)
            user = house.users.find(small)
            secrets = None if user is None else house.users.secrets(user.id)
            is_right = house.passwords.matches(
                None if secrets is None else secrets.password_digest, password
            )
            if user is None or secrets is None or not is_right or user.is_disabled:
                raise self._wrong(small, address, "login")
            if user.has_code and not code.strip():
                raise LoginCodeNeededError
            if user.has_code and not self._uses(user, secrets, code):
                raise self._wrong(small, address, "login")
        if user.password_until_ns is not None and house.now_ns() >= user.password_until_ns:
            house.tell(user.name, "login-failed", f"user:{user.name}", address=address, why="over")
            raise PasswordOverError
        if house.passwords.is_outdated(secrets.password_digest):
            house.users.keep_digest(user.id, house.passwords.digest(password))
        house.users.came_in(user.id)
        way = "code" if user.has_code else "password"
        house.tell(user.name, "login", f"user:{user.name}", address=address, factor=way)
        return user, way

    def prove(self, user_id: int, address: str, *, password: str = "", code: str = "") -> None:
        """Return when the person of a session proves once more to be there.

        Args:
            user_id: whose session it is.
            address: where the request came from.
            password: checked where it is given.
            code: checked where it is given.

        Raises:
            NotSignedInError: what is given is wrong.
            TooManyRequestsError: the name or the address is locked.
        """
        house = self._house
        user = house.users.find_id(user_id)
        if user is None:
            raise NotSignedInError("nobody is signed in")
        with self.turn():
            house.failures.check(user.name, address)
            secrets = house.users.secrets(user_id)
            is_right = bool(password or code)
            if password:
                is_right = house.passwords.matches(secrets.password_digest, password)
            if code and is_right:
                is_right = self._uses(user, secrets, code)
            if not is_right:
                raise self._wrong(user.name, address, "proof")

    def _uses(self, user: KeptUser, secrets: Secrets, code: str) -> bool:
        """Whether a code is right and was not used; it is used then."""
        house = self._house
        if is_recovery_code(code):
            digest = find_recovery(secrets.recovery_digests, code, house.light)
            if digest is None or not house.users.use_recovery(user.id, digest):
                return False
            left = house.users.get(user.name).recovery_codes
            house.tell(user.name, "recovery-code-used", f"user:{user.name}", left=left)
            return True
        if secrets.totp_sealed is None:
            return False
        step = step_of_code(house.sealer.open(secrets.totp_sealed), code, house.now_ns())
        return step is not None and house.users.use_step(user.id, step)

    def _wrong(self, name: str, address: str, what: str) -> NotSignedInError:
        house = self._house
        locked_ns = house.failures.note(name, address)
        # A name that nobody has may be a password that was typed into the wrong field.
        shown = name if house.users.find(name) else "nobody"
        house.tell(
            shown,
            f"{what}-failed",
            f"user:{shown}",
            address=address,
            locked_s=locked_ns // 1_000_000_000,
        )
        return NotSignedInError("name, password or code is wrong")

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Wait for a turn; the line is short, so that logins never stand in the way of others.

        Raises:
            TooManyRequestsError: the line is full, or does not move.
        """
        with self._lock:
            if self.in_line >= self._line_max:
                raise _too_many()
            self.in_line += 1
        try:
            if not self._checking.acquire(timeout=_WAIT_S):
                raise _too_many()
            try:
                yield
            finally:
                self._checking.release()
        finally:
            with self._lock:
                self.in_line -= 1


def _too_many() -> TooManyRequestsError:
    return TooManyRequestsError("too many log in at once", after_s=1)
