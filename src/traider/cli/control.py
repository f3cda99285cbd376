"""``traider control``, ``pause``, ``rearm`` and ``stop``: ask something of a running trader."""

import getpass
import json
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeVar

import click

from traider.cli.options import json_option
from traider.domain.errors import UsageError

if TYPE_CHECKING:
    from traider.runtime.control.commands import ControlCommand

Command = TypeVar("Command", bound=Callable[..., Any])


def person(who: str) -> str:
    """Return who asks: the name that was given, or the user's.

    Raises:
        UsageError: neither is known.
    """
    try:
        return who or getpass.getuser()
    except (OSError, KeyError):  # no name is kept for this user's number
        raise UsageError("your user name is not known", fix="say --who NAME") from None


def asking(command: Command) -> Command:
    """Add ``--state``, ``--who``, ``--why`` and ``--json``."""
    state = click.option(
        "--state",
        required=True,
        type=click.Path(path_type=Path),
        metavar="DIR",
        help="State folder of the trader.",
    )
    who = click.option(
        "--who", default="", metavar="NAME", help="Who asks; your user name if not said."
    )
    why = click.option(
        "--why", default="asked on the command line", metavar="TEXT", help="For what reason."
    )
    return state(who(why(json_option(command))))


def number(_context: click.Context, parameter: click.Parameter, text: str | None) -> Decimal | None:
    """Return the exact number of an argument.

    Raises:
        UsageError: it is none.
    """
    if text is None:
        return None
    try:
        value = Decimal(text)
    except InvalidOperation:
        value = Decimal("nan")
    if not value.is_finite():
        raise UsageError(f"{text!r} is no number", where=parameter.name or "", fix="give a number")
    return value


def ask(state: Path, command: "ControlCommand", *, as_json: bool) -> None:
    """Have a command done, and print what was done."""
    from traider.runtime.control.client import ControlClient

    with ControlClient(state) as trader:
        line = trader.send(command)
    click.echo(json.dumps({"line": line}, ensure_ascii=False) if as_json else line)


@click.command()
@asking
def pause(state: Path, who: str, why: str, as_json: bool) -> None:
    """Let positions of a running trader only shrink until it is re-armed; exits stay."""
    from traider.runtime.control.commands import Pause

    ask(state, Pause(who=person(who), why=why), as_json=as_json)


@click.command()
@click.option(
    "--breaker", default="", metavar="NAME", help="Close this circuit breaker, and nothing else."
)
@asking
def rearm(breaker: str, state: Path, who: str, why: str, as_json: bool) -> None:
    """End a pause or an emergency stop, close circuit breakers: the trader trades again.

    It takes a running trader, which knows what is held: a gateway alone is not re-armed.
    """
    from traider.runtime.control.client import NoTraderError
    from traider.runtime.control.commands import CloseBreaker, Rearm

    name = person(who)
    command = CloseBreaker(who=name, why=why, name=breaker) if breaker else Rearm(who=name, why=why)
    try:
        ask(state, command, as_json=as_json)
    except NoTraderError as fault:
        raise UsageError(
            "only a trader re-arms, and none runs here; what was stopped stays stopped",
            where=fault.where,
            fix="start it with traider run, then re-arm",
        ) from fault


@click.command()
@click.option(
    "--cancel-orders/--keep-orders",
    default=None,
    help="Take open orders back first, or leave them at the venue; else as the trader is set.",
)
@asking
def stop(cancel_orders: bool | None, state: Path, who: str, why: str, as_json: bool) -> None:
    """End a running trader in order."""
    from traider.runtime.control.commands import Stop

    ask(state, Stop(who=person(who), why=why, cancel_orders=cancel_orders), as_json=as_json)


@click.group()
def control() -> None:
    """Change a running trader: limits, weights, thresholds, orders; each is journaled.

    See also traider pause, rearm, stop and kill.
    """


@control.command()
@click.argument("name")
@click.argument("value", callback=number)
@asking
def limit(name: str, value: Decimal, state: Path, who: str, why: str, as_json: bool) -> None:
    """Set a limit of the gate; NAME and unit as in [limits]."""
    from traider.runtime.control.commands import SetLimit

    ask(state, SetLimit(who=person(who), why=why, name=name, value=value), as_json=as_json)


@control.command()
@click.argument("alpha")
@click.argument("value", callback=number)
@asking
def weight(alpha: str, value: Decimal, state: Path, who: str, why: str, as_json: bool) -> None:
    """Set the weight of an alpha; a second one of the same name is called NAME#2."""
    from traider.runtime.control.commands import SetWeight

    ask(state, SetWeight(who=person(who), why=why, alpha=alpha, value=value), as_json=as_json)


@control.command()
@click.argument("name", type=click.Choice(["enter", "exit"]))
@click.argument("value", callback=number)
@asking
def threshold(
    name: Literal["enter", "exit"], value: Decimal, state: Path, who: str, why: str, as_json: bool
) -> None:
    """Set the score that positions are entered or left at."""
    from traider.runtime.control.commands import SetThreshold

    ask(state, SetThreshold(who=person(who), why=why, name=name, value=value), as_json=as_json)


@control.command("reload")
@asking
def reload_config(state: Path, who: str, why: str, as_json: bool) -> None:
    """Read the configuration's file again; changed limits, weights and thresholds are taken."""
    from traider.runtime.control.commands import Reload

    ask(state, Reload(who=person(who), why=why), as_json=as_json)


@control.command()
@click.argument("order_id")
@asking
def cancel(order_id: str, state: Path, who: str, why: str, as_json: bool) -> None:
    """Take an order back; ORDER_ID as the status shows it, 16 hexadecimal digits."""
    from traider.runtime.control.commands import CancelOrder

    try:
        packed = int(order_id.rpartition("-")[2], 16)
    except ValueError:
        raise UsageError(
            f"{order_id!r} is no order", fix="give the number that the status shows"
        ) from None
    ask(state, CancelOrder(who=person(who), why=why, order_id=packed), as_json=as_json)


@control.command()
@click.argument("side", type=click.Choice(["buy", "sell"]))
@click.argument("size", callback=number)
@click.argument("instrument")
@click.option("--price", callback=number, help="Limit price; without one, at the market.")
@click.option("--trigger", callback=number, help="Price that sets a stop off.")
@click.option("--stop", callback=number, help="Stop of a bracket, with --target.")
@click.option("--target", callback=number, help="Target of a bracket, with --stop.")
@click.option(
    "--time-in-force", type=click.Choice(["gtc", "ioc", "fok"]), default="gtc", help="How long."
)
@click.option("--post-only", "is_post_only", is_flag=True, help="Only if it rests.")
@click.option("--reduce-only", "is_reduce_only", is_flag=True, help="Only to shrink the position.")
@asking
def order(state: Path, who: str, why: str, as_json: bool, **terms: object) -> None:
    """Give an order by hand: it passes the gate as every order does."""
    import msgspec

    from traider.runtime.control.commands import ManualOrder

    said = {"command": "order", "who": person(who), "why": why, **terms}
    ask(state, msgspec.convert(said, ManualOrder), as_json=as_json)
