"""The exchange put together: desk, entry, crowds, connections, keys and limits. No socket."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Final, Protocol

from traider.venues.simulated.account_keeping import AccountKeeper
from traider.venues.simulated.amounts import ONE
from traider.venues.simulated.clock import WALL_NS, VirtualClock
from traider.venues.simulated.crowd import Crowd
from traider.venues.simulated.desk import Desk
from traider.venues.simulated.faults.conditions import Conditions
from traider.venues.simulated.faults.plan import FaultPlan
from traider.venues.simulated.order_entry import OrderEntry
from traider.venues.simulated.portfolios import Portfolio
from traider.venues.simulated.products import Product
from traider.venues.simulated.rate_limits import RateLimit
from traider.venues.simulated.stream.delivery import Delivery
from traider.venues.simulated.stream.hub import Hub
from traider.venues.simulated.stream.requests import Subscriptions
from traider.venues.simulated.tokens import PERMISSIONS, ApiKey, TokenVerifier, make_key

RESTART_CODE: Final = 1012
"""WebSocket close code of a service that restarts."""
DEPOSITS: Final = {
    "USD": 1_000_000 * ONE,
    "USDC": 1_000_000 * ONE,
    "EUR": 1_000_000 * ONE,
    "USDT": 1_000_000 * ONE,
    "BTC": 10 * ONE,
    "ETH": 200 * ONE,
    "SOL": 5_000 * ONE,
}
"""What a new account starts with."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Requests and messages a second; 0 is without limit."""

    private: float = 30
    """REST requests of an account."""
    public: float = 10
    """REST requests of an address without a token."""
    connections: float = 8
    """WebSocket connections of an address."""
    messages: float = 8
    """WebSocket requests without a token, of an address."""


class Market(Protocol):
    """Where the crowd's orders, levels and trades come from."""

    def next_ns(self) -> int | None:
        """Return when the next step is due; None when the market has ended."""

    def step(self) -> None:
        """Carry out the step that is due."""


@dataclass(slots=True)
class Doors:
    """The rate limits at the doors, one bucket a caller."""

    private: RateLimit
    public: RateLimit
    connections: RateLimit
    messages: RateLimit


@dataclass(frozen=True, slots=True)
class Opening:
    """How an exchange opens."""

    products: dict[str, Product]
    start_ns: int
    speed: float = 1.0
    """Virtual seconds in a second; 0 is as fast as it can."""
    seed: int = 1
    limits: Limits = field(default_factory=Limits)
    fault_seed: int = 1
    wall_ns: Callable[[], int] = WALL_NS


class Exchange:
    """Everything but the sockets. One account is there from the start."""

    def __init__(self, opening: Opening) -> None:
        self.opening = opening
        self.wall_ns = opening.wall_ns
        self.clock = VirtualClock(opening.start_ns, opening.speed)
        self.desk = Desk(opening.products, opening.seed, opening.start_ns)
        self.crowds = {name: Crowd(self.desk, market) for name, market in self.desk.markets.items()}
        self.faults = FaultPlan(opening.fault_seed, lambda: self.desk.now_ns)
        self.conditions = Conditions(self.faults, self.desk, self.crowds)
        self.entry = OrderEntry(self.desk, self.faults)
        self.delivery = Delivery(self.desk, self.faults, self.clock.wall_seconds)
        self.hub = Hub(self.desk, self.delivery, self.faults)
        self.subscriptions = Subscriptions(self.desk, self.hub, self.delivery)
        self.verifier = TokenVerifier()
        limits, clocks = opening.limits, (lambda: self.desk.now_ns, opening.wall_ns)
        self.doors = Doors(
            RateLimit(limits.private, clocks),
            RateLimit(limits.public, clocks),
            RateLimit(limits.connections, clocks),
            RateLimit(limits.messages, clocks),
        )
        self.portfolio = self.desk.open_portfolio("Default", DEPOSITS)
        self.keeper: AccountKeeper | None = None
        """What keeps the accounts beyond this process, where that is asked for."""

    def add_key(
        self,
        algorithm: str = "ES256",
        portfolio: Portfolio | None = None,
        permissions: frozenset[str] = PERMISSIONS,
    ) -> tuple[ApiKey, str]:
        """Make a key of an account; return it and its private part."""
        key, pem = make_key((portfolio or self.portfolio).portfolio_id, algorithm)
        key = replace(key, permissions=permissions)
        self.verifier.add(key)
        return key, pem

    def keep(self) -> None:
        """Keep what changed in accounts; comes before anyone is told of it."""
        if self.keeper is not None:
            self.keeper.write()

    def apply_conditions(self) -> None:
        """Bring in what the faults in force ask for; in maintenance no connection stays."""
        self.conditions.update()
        if self.conditions.in_maintenance:
            for connection in tuple(self.hub.connections.values()):
                connection.end(RESTART_CODE)

    def token_time_s(self) -> float:
        """Return the wall time that tokens are judged by."""
        return (self.wall_ns() + self.desk.skew_ns) / 1e9
