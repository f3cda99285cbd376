"""What a mapper met. Nothing is left out of the events without being counted here."""

from dataclasses import dataclass, field


@dataclass(slots=True)
class MapperCounts:
    """Messages by kind, and by why no event was made of them."""

    depth: int = 0
    """Messages of changed levels, whatever became of them."""
    depth_applied: int = 0
    depth_old: int = 0
    """Changes that the snapshot or the book contained already."""
    snapshots: int = 0
    """Snapshots that a book was started from."""
    snapshots_refused: int = 0
    """Snapshots older than the book, or than the first change held."""
    gaps: int = 0
    """Times a book broke."""
    quotes: int = 0
    quotes_old: int = 0
    """Quotes from before the last one: a frame sent again."""
    trades: int = 0
    """Trades of which events were made."""
    trades_off_book: int = 0
    """Trades of the insurance fund and the like, which met no order of the book."""
    trades_old: int = 0
    """Trades told before: a frame sent again."""
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

    def report_off_lot(self, text: str) -> None:
        """Count a size that is finer than the lot."""
        self.off_lot += 1
        self.off_lot_first = self.off_lot_first or text
