"""Control of a running trader, but for the emergency stop: each change is journaled by the trader.

Whoever is signed in is who asks. What the trader refuses is a 409 in its words.
"""

from decimal import Decimal
from functools import partial
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Path

from traider.api.asking import Asker, needs
from traider.api.commanding import command_sent, limit_set
from traider.api.facts import FactsNow
from traider.api.once import OnceNow
from traider.api.openapi import may_wait, problems
from traider.api.problems import ConflictError
from traider.api.rights import Right
from traider.api.shapes.control import (
    Asked,
    CommandAnswer,
    LimitAsked,
    ModeAsked,
    ModeShape,
    OrderAsked,
    ThresholdAsked,
    WeightAsked,
)
from traider.runtime.control.commands import (
    CancelOrder,
    CloseBreaker,
    ControlCommand,
    ManualOrder,
    Pause,
    Rearm,
    SetThreshold,
    SetWeight,
)

router = APIRouter(prefix="/control", tags=["control"])

_ANSWERS: Final[dict[int | str, dict[str, Any]]] = problems(401, 403, 409, 422, 503, 504)
_MAY_WAIT: Final = may_wait(401, 403, 409, 422, 503, 504)

Reader = Annotated[Asker, Depends(needs(Right.READ))]
Stopper = Annotated[Asker, Depends(needs(Right.STOP))]
Trader = Annotated[Asker, Depends(needs(Right.TRADE))]
Strategist = Annotated[Asker, Depends(needs(Right.STRATEGY))]
RiskOfficer = Annotated[Asker, Depends(needs(Right.RISK))]
Rearmer = Annotated[Asker, Depends(needs(Right.REARM))]
ModeChanger = Annotated[Asker, Depends(needs(Right.MODE))]


@router.post("/pause", summary="Let positions only shrink", responses=_ANSWERS)
def pause(asked: Asked, asker: Stopper, facts: FactsNow, once: OnceNow) -> CommandAnswer:
    """Open nothing more until it is re-armed; exits stay."""
    command = Pause(who=asker.who, why=asked.why)
    return once.do(asker, CommandAnswer, lambda: command_sent(facts.state, command))


@router.post("/rearm", summary="Trade again", responses=_MAY_WAIT)
def rearm(asked: Asked, asker: Rearmer, facts: FactsNow, once: OnceNow) -> CommandAnswer:
    """End a pause or an emergency stop. Wants a fresh code."""
    command = Rearm(who=asker.who, why=asked.why)

    def deed() -> CommandAnswer:
        asker.demand("trade again")
        return command_sent(facts.state, command)

    return once.do(asker, CommandAnswer, deed)


@router.get("/mode", summary="Whose money is at risk", responses=problems(401, 403, 409))
def get_mode(asker: Reader, facts: FactsNow) -> ModeShape:
    """Return the mode of the run, and what the trader is doing."""
    del asker
    found = facts.status()
    return ModeShape(
        mode=found.body.mode,
        venue=found.body.venue,
        phase=found.body.phase,
        liveness=found.liveness,
    )


@router.post("/mode", summary="Pause or trade, or be told how to go live", responses=_MAY_WAIT)
def change_mode(
    asked: ModeAsked, asker: ModeChanger, facts: FactsNow, once: OnceNow
) -> CommandAnswer:
    """Pause, or trade again with a fresh code.

    A run keeps the mode it was begun with. Real money is never switched on from here: it wants the
    checklist and a person at the machine's own terminal.
    """
    command: ControlCommand = Pause(who=asker.who, why=asked.why)
    if asked.to == "trading":
        command = Rearm(who=asker.who, why=asked.why)

    def deed() -> CommandAnswer:
        if asked.to not in {"trading", "paused"}:
            raise _other_mode(asked.to)
        if asked.to == "trading":
            asker.demand("trade again")
        return command_sent(facts.state, command)

    return once.do(asker, CommandAnswer, deed)


@router.post("/orders", summary="Give an order by hand", responses=_ANSWERS)
def send_order(asked: OrderAsked, asker: Trader, facts: FactsNow, once: OnceNow) -> CommandAnswer:
    """Give an order; it passes the gate as every order does, and the answer says how it stands."""
    numbers = {
        name: None if value is None else Decimal(value)
        for name in ("price", "trigger", "stop", "target")
        for value in (getattr(asked, name),)
    }
    command = ManualOrder(
        who=asker.who,
        why=asked.why,
        instrument=asked.instrument,
        side=asked.side,
        size=Decimal(asked.size),
        time_in_force=asked.time_in_force,
        is_post_only=asked.post_only,
        is_reduce_only=asked.reduce_only,
        **numbers,
    )
    deed = partial(command_sent, facts.state, command)
    return once.do(asker, CommandAnswer, deed, keeps_refusal=True)


@router.post("/orders/{order_id}/cancel", summary="Take an order back", responses=_ANSWERS)
def cancel_order(
    order_id: Annotated[
        str,
        Path(
            pattern=r"^[0-9a-f]{16}$",
            description="Id of the order, 16 hexadecimal digits.",
            examples=["00100000000eac00"],
        ),
    ],
    asked: Asked,
    asker: Stopper,
    facts: FactsNow,
    once: OnceNow,
) -> CommandAnswer:
    """Have the venue cancel what is not traded yet."""
    command = CancelOrder(who=asker.who, why=asked.why, order_id=int(order_id, 16))
    return once.do(asker, CommandAnswer, lambda: command_sent(facts.state, command))


@router.post("/limits", summary="Change a limit of the gate", responses=_MAY_WAIT)
def change_limit(
    asked: LimitAsked, asker: RiskOfficer, facts: FactsNow, once: OnceNow
) -> CommandAnswer:
    """Set a limit. Lowering acts at once; raising, or switching one off, wants a fresh code."""
    return once.do(asker, CommandAnswer, lambda: limit_set(facts.state, asked, asker))


@router.post("/weights", summary="Change the weight of an alpha", responses=_ANSWERS)
def change_weight(
    asked: WeightAsked, asker: Strategist, facts: FactsNow, once: OnceNow
) -> CommandAnswer:
    """Set the weight that an alpha has in the ensemble."""
    command = SetWeight(who=asker.who, why=asked.why, alpha=asked.alpha, value=Decimal(asked.value))
    return once.do(asker, CommandAnswer, lambda: command_sent(facts.state, command))


@router.post("/thresholds", summary="Change when positions are entered or left", responses=_ANSWERS)
def change_threshold(
    asked: ThresholdAsked, asker: Strategist, facts: FactsNow, once: OnceNow
) -> CommandAnswer:
    """Set the score that positions are entered or left at."""
    command = SetThreshold(
        who=asker.who, why=asked.why, name=asked.name, value=Decimal(asked.value)
    )
    return once.do(asker, CommandAnswer, lambda: command_sent(facts.state, command))


@router.post("/breakers/{name}/close", summary="Close a circuit breaker", responses=_MAY_WAIT)
def close_breaker(
    name: Annotated[
        str, Path(max_length=64, description="Name of the breaker.", examples=["price_jump"])
    ],
    asked: Asked,
    asker: RiskOfficer,
    facts: FactsNow,
    once: OnceNow,
) -> CommandAnswer:
    """Close one breaker that is open, so that what it stopped goes on. Wants a fresh code."""
    command = CloseBreaker(who=asker.who, why=asked.why, name=name)

    def deed() -> CommandAnswer:
        asker.demand(f"close the breaker {name}")
        return command_sent(facts.state, command)

    return once.do(asker, CommandAnswer, deed)


def _other_mode(to: str) -> ConflictError:
    if to == "live":
        return ConflictError(
            "real money is never switched on from here",
            where="body.to",
            fix="go through docs/how-to/go-live.md: traider readiness, then traider run --live at "
            "the machine's own terminal",
        )
    return ConflictError(
        "a run keeps the mode it was begun with",
        where="body.to",
        fix=f"begin another run in a state folder of its own; see traider run --help for {to}",
    )
