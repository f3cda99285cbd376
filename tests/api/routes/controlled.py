"""A state folder with a control socket that a desk serves, the real API over it, and who asks."""

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path
from typing import Any, Final

import msgspec

from tests.api.people import enter
from tests.api.served import Caller, Said, serving
from tests.runtime.control.desk import KeepingDesk
from tests.runtime.control.serving import serving as desk_serving
from traider.api.rights import Role
from traider.runtime.config import load_config
from traider.runtime.status_body import OrderBody, PositionBody, StatusBody

WHY: Final = {"why": "a try"}
_KEYS: Final = count()


def order(number: int, *, guards: bool = False) -> OrderBody:
    """Return an open order."""
    return OrderBody(
        f"{number:016x}", f"c{number}", "X:A-USD", "buy", "limit", "1", "0.5", "2", "", "open",
        0.1, guards=guards,
    )  # fmt: skip


@dataclass
class HoldingDesk(KeepingDesk):
    """Shows orders and positions, which go one look after another once it was stopped."""

    orders: Sequence[OrderBody] = ()
    held: Sequence[str] = ()
    limits: dict[str, float] = field(default_factory=dict)

    def status(self) -> StatusBody:
        if self.asked and self.orders:
            self.orders = self.orders[1:]
        elif self.asked:
            self.held = self.held[1:]
        positions = tuple(PositionBody(name, "1", "2", "2", "0") for name in self.held)
        return msgspec.structs.replace(
            super().status(), orders=tuple(self.orders), positions=positions, limits=self.limits
        )


def key() -> str:
    """Return a key that no request had."""
    return f"a-key-of-its-own-{next(_KEYS)}"


@dataclass(frozen=True)
class Controlled:
    """Whoever asks, of a run whose trader is a desk."""

    caller: Caller
    state: Path
    desk: HoldingDesk

    def post(self, path: str, body: dict[str, Any], key_of_it: str = "") -> Said:
        """Ask for a change, under a key of its own unless one is named."""
        return self.caller.post(
            f"/api/v1/control/{path}", body, **{"Idempotency-Key": key_of_it or key()}
        )

    def get(self, path: str) -> Said:
        """Read."""
        return self.caller.get(f"/api/v1/control/{path}")

    def anew(self) -> "Controlled":
        """Return the same with an admin who has just proved to be there, and nothing asked."""
        self.desk.asked.clear()
        self.desk.refuses, self.desk.orders, self.desk.held = (), (), ()
        self.desk.limits = {}
        self.caller.headers.clear()
        return self.as_role(Role.ADMIN)

    def as_role(self, role: Role) -> "Controlled":
        """Return the same, signed in as another."""
        enter(self.caller, self.state, role)
        return replace(self)


@contextmanager
def controlled(
    written: Path, folder: Path, *, has_trader: bool = True, role: Role = Role.ADMIN
) -> Iterator[Controlled]:
    """Serve a copy of a written run, with a desk in it in the place of a trader."""
    state = folder / "run"
    shutil.copytree(written, state)
    with serving(state, load_config()) as url, Caller(url) as caller:
        asks = Controlled(enter(caller, state, role), state, HoldingDesk())
        if has_trader:
            with desk_serving(state, asks.desk):
                yield asks
        else:
            yield asks
