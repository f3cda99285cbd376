"""The shape of the event table: words, payloads and the rows they are written as."""

from dataclasses import dataclass
from typing import Final, Literal

from traider.domain.events import Kind

EVENT_TABLE_VERSION: Final = 2
"""Version of this table as a whole; the config digest of every run carries it."""

WORD_COUNT: Final = 5


@dataclass(frozen=True)
class Word:
    """One 8-byte payload word: its name, whether it is an integer or a float, and its unit."""

    name: str
    type: Literal["i8", "f8"]
    unit: str

    @property
    def is_used(self) -> bool:
        """Whether the kind gives this word a meaning; an unused word is zero."""
        return bool(self.name)


@dataclass(frozen=True)
class Payload:
    """What a record of one kind says; ``words`` always has five entries."""

    kind: Kind
    version: int
    meaning: str
    writer: str
    words: tuple[Word, ...]
    flags: str
    side: str


UNUSED: Final = Word("", "i8", "")


def integer(name: str, unit: str) -> Word:
    """Return an integer word."""
    return Word(name, "i8", unit)


def floating(name: str, unit: str) -> Word:
    """Return a float64 word."""
    return Word(name, "f8", unit)


Row = tuple[Kind, str, str, tuple[Word, ...], str, str]
"""Kind, meaning, writer, words from word 0 on, flags, side."""

ORDER_SIDE: Final = "+1 buy, -1 sell"
SCOPE_FLAGS: Final = "1: whole account, 0: instrument"
