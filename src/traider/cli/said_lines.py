"""Lines about what is going on, where there is no terminal: the same one is not said on and on."""

from dataclasses import dataclass
from typing import Final

AGAIN_S: Final = 60.0
"""A line that still holds is said again after so long, as a sign of life."""


@dataclass
class SaidLines:
    """Knows what was said last, and when."""

    _last: str = ""
    _said_s: float = 0.0

    def is_due(self, line: str, now_s: float) -> bool:
        """Whether ``line`` is to be said now; if so it is taken as said.

        Args:
            line: what is going on.
            now_s: of a clock that never goes back.
        """
        if line == self._last and now_s - self._said_s < AGAIN_S:
            return False
        self._last, self._said_s = line, now_s
        return True
