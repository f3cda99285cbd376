"""What the stream says of risk: use of limits, exposure, breakers, and what may be lost."""

from typing import Any, Final

from traider.api.facts import Facts
from traider.api.routes.risk import measured_now, risk_breakers, risk_exposure, risk_limits
from traider.api.stream.deltas import Body, bare

_AGE_S: Final = 0.9
"""The gate is asked for each limit and instrument; once a second is enough for a person."""


class RiskBodies:
    """Reads the channels of risk, each with the words of its route."""

    def __init__(self, facts: Facts) -> None:
        self._facts = facts

    def limits(self) -> Body:
        """Return every limit with its use, as ``GET /risk/limits`` does."""
        return self._facts.cached(
            "stream limits",
            _AGE_S,
            lambda: [each.model_dump(mode="json") for each in risk_limits(self._facts).items],
        )

    def exposure(self) -> Body:
        """Return what is held, as ``GET /risk/exposure`` does."""
        shape = risk_exposure(self._facts)
        body: dict[str, Any] = bare(shape.model_dump(mode="json", exclude={"as_of"}))
        return body

    def breakers(self) -> Body:
        """Return every circuit breaker, as ``GET /risk/breakers`` does; one name has several."""
        return [
            {"key": f"{each.name}:{each.instrument}", **each.model_dump(mode="json")}
            for each in risk_breakers(self._facts).items
        ]

    def value_at_risk(self) -> Body:
        """Return what the account may lose, as the trader measured it last; empty before."""
        measured = measured_now(self._facts)
        if measured is None:
            return {}
        body: dict[str, Any] = bare(measured.model_dump(mode="json"))
        return body
