"""A book as a client of the public channel builds it, apart from the exchange's own."""

from decimal import Decimal
from typing import Any


class PublicBook:
    """Apply snapshots and updates of one product; texts stay as they came."""

    def __init__(self) -> None:
        self.sides: dict[str, dict[str, str]] = {"bid": {}, "offer": {}}

    def apply(self, event: dict[str, Any]) -> None:
        """Apply one event of ``l2_data``."""
        if event["type"] == "snapshot":
            self.sides = {"bid": {}, "offer": {}}
        for update in event["updates"]:
            side = self.sides[update["side"]]
            if Decimal(update["new_quantity"]):
                side[update["price_level"]] = update["new_quantity"]
            else:
                side.pop(update["price_level"], None)

    def levels(self, side: str) -> list[tuple[str, str]]:
        """Return price and size of a side, best first."""
        rows = sorted(self.sides[side].items(), key=lambda row: Decimal(row[0]))
        return rows[::-1] if side == "bid" else rows

    def is_crossed(self) -> bool:
        """Whether the best bid is not below the best ask."""
        bids, asks = self.levels("bid"), self.levels("offer")
        return bool(bids and asks) and Decimal(bids[0][0]) >= Decimal(asks[0][0])


def same_as(book: PublicBook, truth: dict[str, Any]) -> bool:
    """Whether ``book`` equals a price book of REST."""
    told = [[(row["price"], row["size"]) for row in truth[side]] for side in ("bids", "asks")]
    return told == [book.levels("bid"), book.levels("offer")]
