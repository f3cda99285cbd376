"""Commands as the front door sends them to the trader."""

import time
from decimal import Decimal
from pathlib import Path
from typing import Final

from fastapi import FastAPI

from traider.api.asking import Asker
from traider.api.facts import Facts
from traider.api.shapes.control import CommandAnswer, LimitAsked
from traider.api.stops import Stops
from traider.runtime.control.client import ControlClient
from traider.runtime.control.commands import ControlCommand, SetLimit
from traider.runtime.control.limit_names import loosens

PATIENCE_S: Final = 5.0
"""How long a trader may take to answer."""


def add_control(application: FastAPI, facts: Facts) -> None:
    """Have ``application`` carry out emergency stops."""
    application.state.stops = Stops(facts.state)


def command_sent(state: Path, command: ControlCommand) -> CommandAnswer:
    """Have the trader of a state folder do something; return what it says.

    Raises:
        NoTraderError: none runs.
        SilentTraderError: it does not answer.
        UsageError: it refuses.
    """
    with ControlClient(state, PATIENCE_S) as trader:
        return CommandAnswer(line=trader.send(command), at_ns=time.time_ns())


def limit_set(state: Path, asked: LimitAsked, asker: Asker) -> CommandAnswer:
    """Have a limit set; where that lets more through, whoever asks must prove to be there.

    Raises:
        NotAllowedError: no fresh code was given, and the limit would be raised.
        UsageError: there is no such limit, or the trader refuses.
    """
    name, value = asked.name.removeprefix("limits."), Decimal(asked.value)
    command = SetLimit(who=asker.who, why=asked.why, name=name, value=value)
    with ControlClient(state, PATIENCE_S) as trader:
        before = trader.status().limits.get(name, 0.0)
        if loosens(name, before, float(value)):
            asker.demand(f"raise {name} from {before:g} to {value}")
        return CommandAnswer(line=trader.send(command), at_ns=time.time_ns())
