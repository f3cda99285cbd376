"""How the parts of a session are: asked once a second, kept on the board that health shows."""

from collections.abc import Callable
from dataclasses import dataclass

from traider.domain.market_health import MarketHealth
from traider.feed.connection import ConnectionState
from traider.feed.feed import Feed
from traider.gateway.port import RunningGateway, Stand
from traider.runtime.observability import RoleObservation
from traider.runtime.session.record import SessionRecord
from traider.runtime.status_body import AlertBody, HealthBody, ParityBody


@dataclass(frozen=True)
class WatchedParts:
    """What is looked at."""

    feed: Feed
    gateway: RunningGateway
    exchange_runs: Callable[[], bool]


class SessionWatch:
    """What a desk asks about everything beside the trader."""

    def __init__(self, parts: WatchedParts, seen: RoleObservation, record: SessionRecord) -> None:
        self._parts, self._seen, self._record = parts, seen, record
        self.checked: ParityBody | None = None
        """What all checks of the session found, once it is over."""
        self.checks: Callable[[], ParityBody] = ParityBody
        """Tells what they found so far."""
        self.is_over = False
        """Whether the session parted from its venue: how parts are from then on says nothing."""

    def health(self) -> tuple[HealthBody, ...]:
        """Look at each part, and return how all are."""
        if self.is_over:
            return self._seen.health_bodies()
        board, parts = self._seen.health, self._parts
        for instrument, watch in zip(parts.feed.instruments, parts.feed.watches, strict=True):
            is_good = watch.health is MarketHealth.HEALTHY
            words = "" if is_good else watch.health.name.lower().replace("_", " ")
            board.report(f"market {instrument.name}", is_good=is_good, detail=words)
        for connection in parts.feed.connections:
            is_open = connection.state is ConnectionState.OPEN
            board.report(
                f"connection {connection.stream.name}",
                is_good=is_open,
                detail="" if is_open else connection.why or connection.state.value,
            )
        self._look_at_orders()
        found = self._seen.health_bodies()
        self._record.look(found)
        return found

    def alerts(self) -> tuple[AlertBody, ...]:
        """Return the last ten alerts."""
        return self._seen.alert_bodies()

    def parity(self) -> ParityBody:
        """Return what the identity checks found."""
        return self.checked or self.checks()

    def reconnects(self) -> int:
        """Return how many connections had to be opened again."""
        opened = sum(each.counts.opened for each in self._parts.feed.connections)
        return max(opened - len(self._parts.feed.connections), 0)

    def is_fed(self) -> bool:
        """Whether the book of every instrument is whole and fresh."""
        watches = self._parts.feed.watches
        return all(watch.health is MarketHealth.HEALTHY for watch in watches)

    def _look_at_orders(self) -> None:
        board, parts = self._seen.health, self._parts
        words = _gateway_words(parts.gateway)
        board.report("gateway", is_good=not words, detail=words)
        if parts.exchange_runs():
            board.forget("exchange")
        else:
            board.report("exchange", is_good=False, detail="its process ended")


def _gateway_words(gateway: RunningGateway) -> str:
    """Return what is wrong with it; nothing where all is well or a person stopped it."""
    differs = gateway.disagreement
    if gateway.stand is Stand.SILENT:
        return "does not answer"
    if not gateway.is_ready:
        return "not reconciled"
    return f"opens nothing: {differs}" if differs else ""
