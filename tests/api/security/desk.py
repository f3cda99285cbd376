"""A served house whose clock is set by hand, and people who come in at its door."""

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import pyotp
from argon2 import PasswordHasher

from tests.api.served import Caller, Said, serving_application
from traider.api.access import add_access
from traider.api.application import create_application
from traider.api.rights import Role
from traider.api.security import AccessTerms, House, HousePlace
from traider.api.security.origins import CSRF_HEADER
from traider.api.security.passwords import Passwords
from traider.api.terms import ApiTerms
from traider.runtime.config import load_config

SECOND_NS = 1_000_000_000
MINUTE_NS = 60 * SECOND_NS
PASSWORD = "plumb-oven-trail-9k"
OTHER_PASSWORD = "drift-lamp-cedar-4q"
QUICK = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
"""As cheap as it gets: tests show what is done with digests, not what they cost."""


class HandClock:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.ns = time.time_ns()

    def __call__(self) -> int:
        return self.ns

    def move(self, span_ns: int) -> None:
        """Let time pass."""
        self.ns += span_ns


@dataclass
class Desk:
    """A served house, and what tests move of it."""

    state: Path
    house: House
    clock: HandClock
    url: str = ""
    is_live: bool = False
    closing: ExitStack = field(default_factory=ExitStack)

    def caller(self) -> Caller:
        """Return somebody with a browser of their own, who is not signed in."""
        return self.closing.enter_context(Caller(self.url))

    def add(self, name: str, role: Role, password: str = PASSWORD) -> None:
        """Let somebody in, with a password of their own."""
        digest = self.house.passwords.digest(password)
        self.house.users.add(name, role, digest, must_change=False)

    def entered(self, name: str, password: str = PASSWORD, code: str = "") -> Caller:
        """Return somebody who logged in."""
        caller = self.caller()
        answer = log_in(caller, name, password, code)
        assert answer.status == 200, answer
        return caller

    def code(self, secret: str) -> str:
        """Return what a telephone shows now; the next one is another."""
        self.clock.move(30 * SECOND_NS)
        return pyotp.TOTP(secret).at(self.clock.ns // SECOND_NS)

    def enroll(self, caller: Caller, password: str = PASSWORD) -> tuple[str, list[str]]:
        """Enroll a second factor; return its secret and the recovery codes."""
        begun = caller.post("/api/v1/auth/mfa", {"password": password}).json
        confirmation = {"enrollment": begun["enrollment"], "code": self.code(begun["secret"])}
        answer = caller.post("/api/v1/auth/mfa/confirm", confirmation)
        assert answer.status == 200, answer
        learn_word(caller)
        return begun["secret"], answer.json["codes"]


def log_in(caller: Caller, name: str, password: str, code: str = "") -> Said:
    """Log in, and learn the word of the session."""
    body = {"name": name, "password": password, "code": code}
    answer = caller.post("/api/v1/auth/login", body)
    if answer.status == 200:
        caller.headers[CSRF_HEADER] = answer.json["csrf_token"]
    return answer


def learn_word(caller: Caller) -> None:
    """Learn the word of a session whose secret changed."""
    caller.headers[CSRF_HEADER] = caller.get("/api/v1/auth/session").json["csrf_token"]


@contextmanager
def desk_at(state: Path, terms: AccessTerms | None = None) -> Iterator[Desk]:
    """Serve a house of ``state`` while the block runs."""
    clock = HandClock()
    house = House(HousePlace(state), terms or AccessTerms(), lambda: desk.is_live, clock)
    house.passwords = house.light = Passwords(QUICK)
    desk = Desk(state, house, clock)
    application = create_application(ApiTerms(state, load_config(), state / "data"))
    add_access(application, house)
    with serving_application(application) as url, desk.closing:
        desk.url = url
        yield desk


def two_people(terms: AccessTerms | None = None) -> AccessTerms:
    """Return terms under which dangerous requests wait."""
    return replace(terms or AccessTerms(), needs_two_people=True)
