"""Shapes of what people choose for themselves."""

from typing import Annotated, Literal

from pydantic import Field

from traider.api.shapes.shape import Shape


class Preferences(Shape):
    """How somebody wants the dashboard; what is left out is as everybody has it."""

    theme: Literal["system", "light", "dark"] = "system"
    """Light, dark, or as the system has it."""
    colors: Literal["green-red", "blue-orange"] = "green-red"
    """Colors of gains and losses."""
    clock: Literal["local", "utc"] = "local"
    """Times in the zone of the browser, or in UTC; the other is shown on hover."""
    density: Literal["comfortable", "compact"] = "comfortable"
    """How close the rows of tables stand."""
    is_rail_folded: bool = False
    """Whether the rail of pages shows signs without words."""


class KeptPreferencesShape(Preferences):
    """How somebody wants the dashboard, and since when."""

    changed_ns: Annotated[int | None, Field(examples=[1_760_000_000_000_000_000])]
    """When they chose it last, ns UTC; null while they have not."""
