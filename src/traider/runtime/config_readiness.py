"""The table [readiness]: what must be so before real money is traded."""

from typing import Annotated, Literal

from pydantic import Field

from traider.runtime.config_sections import OptionalPath, Real, Section, Whole

Phase = Literal["first", "grown", "full"]


class ReadinessConfig(Section):
    """What ``traider readiness`` asks for; nothing here decides a trade."""

    phase: Phase = "first"
    """How far trust goes: first weeks with real money, grown, or full. Limits may be no wider than
    the phase allows."""
    paper_days: Annotated[Whole, Field(ge=7, le=365)] = 7
    """Days of trading that the paper run must have."""
    paper_age_days: Annotated[Whole, Field(ge=1, le=90)] = 14
    """Days after which a paper run that ended says nothing any more."""
    sharpe_min: Annotated[Real, Field(ge=0, le=10)] = 0.0
    """Least Sharpe ratio a year of the paper run, never below 0: what lost on paper trades no real
    money. So few days say little, which is told beside."""
    alert_days: Annotated[Whole, Field(ge=1, le=90)] = 7
    """Days after which the alert channel must be tested again."""
    backup: OptionalPath = None
    """File or folder of the newest backup; the newest file in it counts."""
    backup_age_h: Annotated[Real, Field(gt=0, le=720)] = 24.0
    """Oldest a backup may be, in hours."""
    clock_ms: Annotated[Real, Field(gt=0, le=30_000)] = 500.0
    """Largest difference of this machine's clock from the venue's, in milliseconds."""
