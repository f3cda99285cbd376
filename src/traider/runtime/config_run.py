"""The table [run]: how a trader runs, stops, checks itself and meets what it did not expect."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from traider.runtime.config_sections import Real, Section, Whole, listed


class RestartConfig(Section):
    """How a part that failed is begun again."""

    attempts: Annotated[Whole, Field(ge=0, le=1_000)] = 5
    """Restarts within within_s that are taken for bad luck; one more is a loop, which ends the run
    where the part is needed for trading. 0 begins nothing again."""
    within_s: Annotated[Real, Field(ge=1, le=86_400)] = 600.0
    """The time in which they are counted."""
    first_s: Annotated[Real, Field(ge=0.01, le=60)] = 0.5
    """First pause before a new beginning; it doubles, and starts anew after a minute that held."""
    longest_s: Annotated[Real, Field(ge=0.01, le=3_600)] = 60.0
    """Longest pause; a venue that cannot be reached is asked so often, without end."""


class RunConfig(Section):
    """How a trader runs: nothing here decides a trade by itself."""

    on_stop: Literal["cancel", "keep"] = "cancel"
    """What becomes of open orders when it is stopped: cancel takes back those that would open or
    change a position, keep leaves them to work unattended. Stops and targets stay in any case."""
    warm_up: Annotated[Whole, Field(ge=0, le=20_000)] = 500
    """Bars of the venue's history that a new run begins with; 0 begins without any. A run that
    goes on is told those since it stopped, no more than these."""
    history: Annotated[tuple[Path, ...], BeforeValidator(listed)] = ()
    """Parquet files of bars to take that history from instead; a file belongs to the instrument of
    its pair, whatever its venue."""
    snapshot_s: Annotated[Real, Field(ge=1, le=3_600)] = 60.0
    """How often the kernel's state is kept, so that a start replays no more than that."""
    parity_s: Annotated[Real, Field(ge=0, le=86_400)] = 60.0
    """How often the run replays its own journal and compares; 0 never does."""
    on_mismatch: Literal["alert", "halt"] = "alert"
    """What follows when that differs: alert tells a person, halt stops trading too."""
    reconcile_s: Annotated[Real, Field(ge=1, le=3_600)] = 60.0
    """How often orders, fills and balances are compared with the venue's."""
    rearm_by: Annotated[tuple[str, ...], BeforeValidator(listed)] = ()
    """Who may close a circuit breaker that is open, by the name given with --who or the login;
    empty for everyone who may use the trader's socket."""
    alive_within_s: Annotated[Real, Field(ge=0, le=31_536_000)] = 0.0
    """The dead-man timer: seconds without a sign of life (traider alive, or a touched file alive in
    the state folder) after which everything is stopped as by traider kill; 0 is off."""
    alive_warning_s: Annotated[Real, Field(ge=0, le=31_536_000)] = 60.0
    """So many seconds before that a person is told."""
    alive_keeps_positions: bool = False
    """Whether that stop keeps positions with their exits instead of closing them."""
    on_foreign_order: Literal["leave", "cancel", "halt"] = "leave"
    """What becomes of an open order that someone else placed; it is reported in any case."""
    on_difference: Literal["adopt", "halt"] = "adopt"
    """What follows when the venue's balances or trades are not ours: adopt takes the venue's,
    halt stops trading until a person looked."""
    tables: bool = True
    """Whether orders, fills and positions are kept in tables beside the journal."""
    report: bool = True
    """Whether a report is written when it ends."""
    restart: RestartConfig = RestartConfig()
    """How a part that failed is begun again."""
