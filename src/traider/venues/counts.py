"""What a mapper met. Nothing is left out of the events without being counted here."""

from collections.abc import Iterable
from dataclasses import dataclass, field, fields
from typing import Final, Self

_OTHERS_MAX: Final = 64
_NAME_MAX: Final = 80


@dataclass(slots=True)
class MapperCounts:
    """Messages by kind, and by why no event was made of them: of an instrument or of all."""

    messages: int = 0
    """Messages about the instrument, whatever became of them."""
    messages_old: int = 0
    """Messages numbered no higher than the one before: frames sent again."""
    depth: int = 0
    """Messages of changed levels, whatever became of them."""
    depth_applied: int = 0
    depth_old: int = 0
    """Changes that the snapshot or the book contained already."""
    depth_unused: int = 0
    """Changes that no book could take: they broke it, or came while it waited for a snapshot."""
    level_updates: int = 0
    """Levels of which events were made, those of snapshots included."""
    snapshots: int = 0
    """Snapshots that a book was started from."""
    snapshots_refused: int = 0
    """Snapshots older than the book, or than the first change held."""
    gaps: int = 0
    """Times a book broke."""
    checksums_right: int = 0
    """Books that had the checksum the venue told."""
    checksums_wrong: int = 0
    """Books that had another one: each is a gap too."""
    quotes: int = 0
    quotes_old: int = 0
    """Quotes from before the last one: a frame sent again."""
    trades: int = 0
    """Trades of which events were made."""
    trades_off_book: int = 0
    """Trades of the insurance fund and the like, which met no order of the book."""
    trades_old: int = 0
    """Trades told before: a frame sent again, or the past that a subscription begins with."""
    trades_doubled: int = 0
    """Trades of the stream that came second, when both trades and aggregates are received."""
    trade_gaps: int = 0
    """Times the trade number jumped."""
    marks: int = 0
    fundings: int = 0
    """Rates announced."""
    settlements: int = 0
    """Settlements that were seen to pass."""
    trades_below_lot: int = 0
    """Trades of less than one lot."""
    off_lot: int = 0
    """Sizes finer than the lot, rounded toward zero."""
    off_lot_first: str = ""
    """The first of them."""
    others: dict[str, int] = field(default_factory=dict)
    """Streams that no event is made of, by name."""

    @classmethod
    def total(cls, parts: Iterable[Self]) -> Self:
        """Return what ``parts`` count together."""
        whole = cls()
        for part in parts:
            for name in _NUMBERS:
                setattr(whole, name, getattr(whole, name) + getattr(part, name))
            whole.off_lot_first = whole.off_lot_first or part.off_lot_first
            for name, count in part.others.items():
                whole.others[name] = whole.others.get(name, 0) + count
        return whole

    def report_off_lot(self, text: str) -> None:
        """Count a size that is finer than the lot."""
        self.off_lot += 1
        self.off_lot_first = self.off_lot_first or text

    def count_other(self, name: str) -> None:
        """Count a message that no event is made of; names beyond the 64th share one count."""
        others, short = self.others, name[:_NAME_MAX]
        kept = short if short in others or len(others) < _OTHERS_MAX else "and more"
        others[kept] = others.get(kept, 0) + 1


_NUMBERS: Final = tuple(
    each.name for each in fields(MapperCounts) if each.name not in ("off_lot_first", "others")
)
