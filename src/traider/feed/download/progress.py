"""How far a download of a series has come, as it is kept beside its pages."""

import json
from dataclasses import asdict, dataclass, replace
from typing import Self

from traider.domain.errors import DataError
from traider.feed.download.page import Page
from traider.feed.download.spans import Spans, joined, within


@dataclass(frozen=True)
class Progress:
    """What is staged and not yet in the store, and where the venue's numbering goes on."""

    settled: Spans = ()
    """Spans of which all rows are staged."""
    edge: str = ""
    """The venue's number at ``edge_ns``, where it pages by one."""
    edge_ns: int = 0
    """Where the span ends that was settled last; the edge holds there alone."""
    pages: int = 0
    """Pages ever kept of this series."""
    differing: int = 0
    """Rows that came again with other values; the first stayed."""
    first_page: int = 0
    """Pages before this one are in the store."""

    def after(self, page: Page, end_ns: int) -> Self:
        """Return the progress once ``page`` is kept; nothing beyond ``end_ns`` is settled."""
        settled = within((page.settled,), (page.settled[0], end_ns))
        return replace(
            self,
            settled=joined((*self.settled, *settled)),
            edge=page.edge,
            edge_ns=min(page.settled[1], end_ns),
            pages=self.pages + 1,
            differing=self.differing + page.differing,
        )

    def as_text(self) -> str:
        """Return it as JSON."""
        return json.dumps(asdict(self), separators=(",", ":"))

    @classmethod
    def of_text(cls, text: str, where: str) -> Self:
        """Return what ``as_text`` wrote.

        Raises:
            DataError: it is damaged.
        """
        try:
            told = json.loads(text)
            settled = tuple((int(start), int(end)) for start, end in told.pop("settled"))
            return cls(settled=settled, **told)
        except (ValueError, TypeError, KeyError) as fault:
            raise DataError(
                f"the checkpoint cannot be read: {fault}",
                where=where,
                fix="remove the folder: what it held is downloaded again",
            ) from fault
