"""What a session gives to those who measure its account."""

from traider.runtime.observability import RoleObservation
from traider.runtime.risk_watch import RiskSources, RiskWatch
from traider.runtime.session.parts import SessionParts


def risk_watch(parts: SessionParts, seen: RoleObservation) -> RiskWatch:
    """Return what measures the account of a session each second."""
    machine, config = parts.trader.machine, parts.config
    return RiskWatch(
        RiskSources(
            folder=parts.paths.folder,
            currency=config.currency,
            instruments=[market.name for market in machine.spec.markets],
            gate=lambda: machine.gate,
            equity=lambda: float(machine.gate.account[0]["equity"]),
            now_ns=parts.clock.now_ns,
            metrics=seen.metrics,
            settings=config.risk,
            history=config.observability.risk_history,
        )
    )
