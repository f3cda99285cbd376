"""Shapes of settings: what each is now, and what a change would do."""

from typing import Annotated, Literal

from pydantic import Field, JsonValue

from traider.api.shapes.decimal_text import DecimalText
from traider.api.shapes.shape import Shape

Key = Annotated[str, Field(min_length=1, max_length=128, examples=["limits.max_exposure"])]
Control = Literal["", "limits", "weights", "thresholds"]


class SettingShape(Shape):
    """One setting, as it is now."""

    key: Key
    """Its name in the configuration's file."""
    value: JsonValue
    """What is in force; exact numbers are text."""
    default: JsonValue
    """What it would be if nobody said; null where it must be given."""
    description: str
    """What it means, with its unit."""
    unit: Annotated[str, Field(examples=["of equity"])]
    """What its number counts; empty where the description says it, or it is no number."""
    origin: Annotated[str, Field(examples=["file"])]
    """Where the value came from: ``default``; ``file``, ``environment``, ``command line``, or a
    named choice of the risk settings; ``event``: somebody changed it while the run ran; ``run``:
    the run was begun with it, and the settings of this process say something else."""
    place: Annotated[str, Field(examples=["traider.toml"])]
    """Name of that file, variable or option; empty where there is none."""
    control: Control
    """What changes it while the trader runs, below ``/api/v1/control``; empty where a new run is
    needed."""
    name: str
    """What that calls it."""
    file_value: JsonValue
    """What the settings of this process say, which a new run would begin with."""
    is_as_file: bool
    """Whether that is what is in force."""
    changed_from: JsonValue
    """What it was before its last change; null where there was none."""
    changed_by: str
    """Who changed it last while the run ran; empty where nobody did."""
    changed_why: str
    """For what reason."""
    changed_ns: int | None
    """When, ns UTC."""


class SettingGroup(Shape):
    """The settings of one table of the configuration."""

    name: Annotated[str, Field(examples=["limits"])]
    """Name of the table; empty for what stands outside of any."""
    settings: list[SettingShape]
    """In the order of the configuration."""


class SettingsShape(Shape):
    """Every setting of the run."""

    groups: list[SettingGroup]
    """By table."""


class ChangeAsked(Shape):
    """One change."""

    key: Key
    """Name of the setting."""
    value: DecimalText
    """The new value, in the unit of the setting."""


class PreviewAsked(Shape):
    """Changes that somebody thinks of."""

    changes: Annotated[tuple[ChangeAsked, ...], Field(min_length=1, max_length=50)]
    """Each at most once."""


class ChangeShape(Shape):
    """What one change would do."""

    key: Key
    """Name of the setting."""
    before: JsonValue
    """What is in force."""
    after: DecimalText
    """What would be."""
    control: Control
    """What makes the change, below ``/api/v1/control``; empty where it cannot be made."""
    name: str
    """What that calls it."""
    wants_fresh_code: bool
    """Whether it lets more through, and so wants a fresh code."""
    fault: str
    """Why it cannot be made; empty where it can."""


class PreviewShape(Shape):
    """What changes would do; nothing was changed."""

    changes: list[ChangeShape]
    """In the order asked."""
