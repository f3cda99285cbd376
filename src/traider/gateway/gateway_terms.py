"""How patient a gateway is, and where it stops whatever asks too much of it."""

from dataclasses import dataclass

from traider.domain.errors import ConfigError


@dataclass(frozen=True, kw_only=True)
class GatewayTerms:
    """The bounds of a gateway; each queue of it has one, and a stated policy when it is full."""

    answer_s: float = 10.0
    """An order that was sent and of which nothing was heard for so long counts as unknown."""
    arrival_s: float = 5.0
    """For so long after it was sent a venue may not show an order that it has."""
    absences_min: int = 3
    """Times that it must say so before an order counts as never arrived."""
    ask_pause_s: float = 0.2
    ask_pause_s_max: float = 5.0
    """Pauses between two questions about one order: each is twice the one before, up to this."""
    asks_at_once: int = 8
    """Orders that the venue is asked for at the same time; the others wait."""
    start_s: float = 30.0
    """How long ``start`` waits to be ready; it goes on trying when it returned."""
    reconcile_s: float = 60.0
    """How often the books are compared while nothing calls for it."""
    asked_pause_s: float = 1.0
    """Between two comparisons that contradictions called for."""
    living_max: int = 2_000
    """Orders that are not over; another one is refused (OPEN_ORDERS)."""
    orders_per_s: float = 50.0
    """Orders a second, on average, whatever the limits of the gate; more are refused (ORDER_RATE).

    Cancels always pass.
    """
    orders_at_once: int = 200
    """Orders that may come at once."""

    def __post_init__(self) -> None:
        """Refuse terms under which nothing could be sent or asked.

        Raises:
            ConfigError: one of them is not above zero.
        """
        for name in self.__dict__:
            if not getattr(self, name) > 0:
                raise ConfigError(f"{name} is {getattr(self, name)}", fix="give more than 0")
