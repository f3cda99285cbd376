"""Circuit breakers that are open: what the status tells of them, and who may close them."""

from collections.abc import Sequence

from traider.domain.errors import UsageError
from traider.kernel.breaker_records import Breaker
from traider.kernel.records import Gate
from traider.runtime.breaker_specs import action_name, breaker_name, breaker_named, breaker_words
from traider.runtime.control.commands import CloseBreaker, ControlCommand, Rearm
from traider.runtime.status_body import BreakerBody

_NS_PER_S = 1_000_000_000


def open_breakers(gate: Gate, instruments: Sequence[str]) -> tuple[BreakerBody, ...]:
    """Return the breakers that are open, those of the account first."""
    switches = gate.breakers.switches
    return tuple(
        BreakerBody(
            name=breaker_name(Breaker(int(each["breaker"]))),
            instrument=instruments[each["instrument"]] if each["instrument"] >= 0 else "",
            action=action_name(int(each["action"])),
            words=breaker_words(
                Breaker(int(each["breaker"])), float(each["number"]), float(each["bound"])
            ),
            number=float(each["number"]),
            bound=float(each["bound"]),
            since_ns=int(each["since_ns"]),
            cooldown_s=int(each["cooldown_ns"]) / _NS_PER_S,
        )
        for each in switches[switches["is_open"] != 0]
    )


def check_may_close(command: ControlCommand, gate: Gate, rearm_by: Sequence[str]) -> None:
    """Refuse to close breakers for somebody who is not listed, and one that is not open.

    Raises:
        UsageError: says who may, or which are open.
    """
    if not isinstance(command, Rearm | CloseBreaker):
        return
    switches = gate.breakers.switches
    codes = switches["breaker"][switches["is_open"] != 0].tolist()
    names = {breaker_name(Breaker(code)) for code in codes}
    if isinstance(command, CloseBreaker):
        breaker = breaker_named(command.name)
        if breaker is None:
            return  # which is told where the command is made an event
        if breaker_name(breaker) not in names:
            raise UsageError(
                f"the breaker {command.name} is not open",
                fix=f"name one of {', '.join(sorted(names)) or 'none: no breaker is open'}",
            )
        names = {breaker_name(breaker)}
    if names and rearm_by and command.who not in rearm_by:
        raise UsageError(
            f"{command.who} may not close {', '.join(sorted(names))}",
            where="run.rearm_by",
            fix=f"ask {' or '.join(rearm_by)}",
        )
