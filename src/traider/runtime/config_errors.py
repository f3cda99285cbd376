"""The error of a configuration with several faults; imports nothing heavy."""

from collections.abc import Sequence

from traider.domain.errors import ConfigError


class InvalidConfigError(ConfigError):
    """Everything wrong with a configuration at once.

    It reads as its first fault; ``faults`` has all of them, one line each.
    """

    def __init__(self, faults: Sequence[ConfigError]) -> None:
        self.faults = tuple(faults)
        first = self.faults[0]
        super().__init__(first.what, where=first.where, fix=first.fix)
