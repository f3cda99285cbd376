"""Steps to decimal text, quickly: the texts of prices and sizes that come again are kept."""

from typing import Final

from traider.venues.simulated.amounts import text_of

KEPT_MAX: Final = 65_536


class StepTexts(dict[int, str]):
    """The text of so many steps: ``texts[6508367]`` is ``"65083.67"``."""

    __slots__ = ("_step_units",)

    def __init__(self, step_units: int) -> None:
        super().__init__()
        self._step_units = step_units

    def __missing__(self, steps: int) -> str:
        """Write a count not met before; when too many are kept, all are forgotten."""
        if len(self) >= KEPT_MAX:
            self.clear()
        text = self[steps] = text_of(steps * self._step_units)
        return text
