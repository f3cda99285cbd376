"""The table [leadership]: how one of several traders is chosen to trade."""

from typing import Annotated, Literal

from pydantic import Field

from traider.runtime.config_sections import Real, Section


class LeadershipConfig(Section):
    """How one of several traders of a state folder is chosen to trade."""

    lease: Literal["file", "postgresql"] = "file"
    """Where the lease is kept: a file of the state folder (all on one machine), or a row of the
    PostgreSQL server that database.url names."""
    ttl_s: Annotated[Real, Field(ge=0.5, le=60)] = 2.0
    """Seconds without a renewal after which another may take over; a leader that cannot renew
    stops after three quarters of it."""
